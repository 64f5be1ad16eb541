public import Diagnostics

/// A word of the language with its place.
public struct Token: Hashable, Sendable {
    public enum Kind: Hashable, Sendable {
        case word
        /// A CURIE, `ncit:C9245`.
        case curie
        /// Between quotation marks; the text is without them, escapes resolved.
        case string
        case number
        /// `2021-03-04`.
        case date
        /// `2nd`.
        case ordinal
        /// `$reach`.
        case parameter
        /// One of `{ } ( ) , = @` and the comparisons.
        case symbol
        case end
    }

    public let kind: Kind
    public let text: String
    public let span: SourceSpan

    func `is`(_ word: String) -> Bool { text == word && (kind == .word || kind == .symbol) }

    /// How a message names it.
    var description: String { kind == .end ? "the end of the query" : "`\(text.utf8.count > 60 ? text.prefix(60) + "…" : text[...])`" }
}

extension Token {
    /// The tokens of a text, without its comments; a unit of measure comes apart into the tokens of its signs.
    public static func all(in source: SourceText) -> [Token] {
        guard source.bytes.count <= Parser.Limits.bytes else { return [] }
        var lexer = Lexer(source.bytes)
        var tokens: [Token] = []
        while true {
            let token = lexer.next()
            guard token.kind != .end else { return tokens }
            tokens.append(token)
        }
    }
}

/// A comment, without its line end; kept for formatting.
public struct Comment: Hashable, Sendable {
    public let text: String
    public let span: SourceSpan
}
