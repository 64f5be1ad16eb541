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
        /// One of `{ } ( ) , =` and the comparisons.
        case symbol
        case end
    }

    public let kind: Kind
    public let text: String
    public let span: SourceSpan

    func `is`(_ word: String) -> Bool { text == word && (kind == .word || kind == .symbol) }

    /// How a message names it.
    var description: String { kind == .end ? "the end of the query" : "`\(text)`" }
}

/// A comment, without its line end; kept for formatting.
public struct Comment: Hashable, Sendable {
    public let text: String
    public let span: SourceSpan
}
