import Diagnostics

/// Cuts a query into tokens.
struct SPARQLLexer {
    private let bytes: [UInt8]
    private var offset = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// All tokens, the last of which is the end.
    static func tokens(of bytes: [UInt8]) throws(DiagnosticList) -> [SPARQLToken] {
        let escapes = CodePointEscapes(bytes)
        var lexer = SPARQLLexer(escapes.bytes)
        var tokens: [SPARQLToken] = []
        do {
            repeat {
                let token = try lexer.next()
                tokens.append(SPARQLToken(kind: token.kind, span: escapes.original(token.span)))
            } while tokens.last?.kind != .end
        } catch {
            throw DiagnosticList(
                error.diagnostics.map { Diagnostic($0.code, $0.message, at: $0.span.map(escapes.original), help: $0.help) })
        }
        return tokens
    }

    private mutating func next() throws(DiagnosticList) -> SPARQLToken {
        skipBlanksAndComments()
        let start = offset
        let kind = try kind()
        return SPARQLToken(kind: kind, span: SourceSpan(start, offset))
    }

    private mutating func kind() throws(DiagnosticList) -> SPARQLToken.Kind {
        guard let byte = peek() else { return .end }
        switch byte {
        case UInt8(ascii: "<"): return try iri() ?? .punctuation(operators(["<=", "<"]) ?? "<")
        case UInt8(ascii: "?"), UInt8(ascii: "$"): return try variable()
        case UInt8(ascii: "\""), UInt8(ascii: "'"): return .string(try string(quote: byte))
        case UInt8(ascii: "@"): return try languageTag()
        case _ where Self.isDigit(byte) || (byte == UInt8(ascii: ".") && peek(1).map(Self.isDigit) == true): return number()
        case _ where Self.isNameStart(byte) || byte == UInt8(ascii: ":"): return try name()
        default: break
        }
        if let text = operators([
            "^^", "^", "&&", "||", "|", "!=", "!", ">=", ">", "=", "{", "}", "(", ")", "[", "]", ".", ";", ",", "+", "-", "*", "/",
        ]) {
            return .punctuation(text)
        }
        let rest = String(decoding: bytes[offset...].prefix(4), as: UTF8.self)
        throw problem(SPARQLDiagnostic.unexpectedCharacter, "`\(rest.prefix(1))` is no part of a query", from: offset, to: offset + 1)
    }

    private mutating func operators(_ candidates: [String]) -> String? {
        for text in candidates where bytes[offset...].starts(with: text.utf8) {
            offset += text.utf8.count
            return text
        }
        return nil
    }

    private mutating func skipBlanksAndComments() {
        while let byte = peek() {
            if byte == UInt8(ascii: "#") {
                while let byte = peek(), byte != UInt8(ascii: "\n"), byte != UInt8(ascii: "\r") { offset += 1 }
            } else if byte == 0x20 || (0x09...0x0D).contains(byte) {
                offset += 1
            } else {
                return
            }
        }
    }

    private func peek(_ ahead: Int = 0) -> UInt8? { offset + ahead < bytes.count ? bytes[offset + ahead] : nil }

    private func problem(_ code: DiagnosticCode, _ message: String, from: Int, to: Int, help: String? = nil) -> DiagnosticList {
        DiagnosticList([Diagnostic(code, message, at: SourceSpan(from, to), help: help)])
    }

    static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    /// Letters; every byte of a character beyond ASCII counts as one.
    private static func isNameStart(_ byte: UInt8) -> Bool {
        byte >= 0x80 || byte == UInt8(ascii: "_") || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }

    private static func isNamePart(_ byte: UInt8) -> Bool { isNameStart(byte) || isDigit(byte) }
}

// MARK: - IRIs and names

extension SPARQLLexer {
    /// An IRI, or nil when the bracket is an operator.
    private mutating func iri() throws(DiagnosticList) -> SPARQLToken.Kind? {
        var end = offset + 1
        while end < bytes.count, bytes[end] > 0x20, !"<>\"{}|^`".utf8.contains(bytes[end]) { end += 1 }
        guard end < bytes.count, bytes[end] == UInt8(ascii: ">") else { return nil }
        let text = String(decoding: bytes[offset + 1..<end], as: UTF8.self)
        let start = offset
        offset = end + 1
        guard text.contains("\\") else { return .iri(text) }
        guard let resolved = SPARQLEscapes.resolved(text, allowing: []) else {
            throw problem(SPARQLDiagnostic.badEscape, "the escape in `<\(text)>` stands for no character", from: start, to: offset)
        }
        return .iri(resolved)
    }

    private mutating func variable() throws(DiagnosticList) -> SPARQLToken.Kind {
        let start = offset
        var end = offset + 1
        while end < bytes.count, Self.isNamePart(bytes[end]) { end += 1 }
        if end == offset + 1 {
            offset += 1
            if bytes[start] == UInt8(ascii: "?") { return .punctuation("?") }
            throw problem(SPARQLDiagnostic.unexpectedCharacter, "`$` has no variable's name after it", from: start, to: offset)
        }
        offset = end
        return .variable(String(decoding: bytes[start + 1..<end], as: UTF8.self))
    }

    private mutating func languageTag() throws(DiagnosticList) -> SPARQLToken.Kind {
        let start = offset
        offset += 1
        while let byte = peek(),
            Self.isDigit(byte) || byte == UInt8(ascii: "-") || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
        {
            offset += 1
        }
        let tag = String(decoding: bytes[start + 1..<offset], as: UTF8.self)
        let parts = tag.split(separator: "-", omittingEmptySubsequences: false)
        guard parts[0].allSatisfy(\.isLetter), parts.allSatisfy({ !$0.isEmpty }) else {
            throw problem(SPARQLDiagnostic.unexpectedCharacter, "`@` has no language after it, as `@en` would be", from: start, to: offset)
        }
        return .languageTag(tag)
    }

    /// A bare word, a prefixed name or a blank node's label.
    private mutating func name() throws(DiagnosticList) -> SPARQLToken.Kind {
        let start = offset
        while let byte = peek(), Self.isNamePart(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".") { offset += 1 }
        if peek() == UInt8(ascii: ":"), offset == start || bytes[offset - 1] != UInt8(ascii: ".") {
            let prefix = String(decoding: bytes[start..<offset], as: UTF8.self)
            offset += 1
            let isBlankNode = prefix == "_"
            let local = try localName(from: start, isBlankNode: isBlankNode)
            guard isBlankNode else { return .prefixedName(prefix: prefix, local: local) }
            guard !local.isEmpty else {
                throw problem(SPARQLDiagnostic.unexpectedCharacter, "`_:` has no label after it", from: start, to: offset)
            }
            return .blankNode(local)
        }
        offset = start
        while let byte = peek(), Self.isNamePart(byte) { offset += 1 }
        return .word(String(decoding: bytes[start..<offset], as: UTF8.self))
    }

    /// The part of a prefixed name after the colon (`PN_LOCAL`): dots and hyphens inside, `%XX` kept, backslash escapes resolved.
    ///
    /// A blank node's label has neither escapes nor further colons.
    private mutating func localName(from start: Int, isBlankNode: Bool) throws(DiagnosticList) -> String {
        var local: [UInt8] = []
        var endWithoutDots = (count: 0, offset: offset)
        while let byte = peek() {
            if byte == UInt8(ascii: "\\"), !isBlankNode, let escaped = peek(1), "_~.-!$&'()*+,;=/?#@%".utf8.contains(escaped) {
                local.append(escaped)
                offset += 2
                endWithoutDots = (local.count, offset)
                continue
            }
            let isDot = byte == UInt8(ascii: ".")
            guard
                isDot || Self.isNamePart(byte) || (!isBlankNode && ":%".utf8.contains(byte))
                    || (byte == UInt8(ascii: "-") && !local.isEmpty)
            else { break }
            local.append(byte)
            offset += 1
            if !isDot { endWithoutDots = (local.count, offset) }
        }
        offset = endWithoutDots.offset
        let text = String(decoding: local.prefix(endWithoutDots.count), as: UTF8.self)
        guard SPARQLEscapes.hasWellFormedPercents(text) else {
            throw problem(
                SPARQLDiagnostic.badEscape, "a percent sign in a name needs two hexadecimal digits after it", from: start, to: offset)
        }
        return text
    }
}

// MARK: - Literals

extension SPARQLLexer {
    private mutating func number() -> SPARQLToken.Kind {
        let start = offset
        while peek().map(Self.isDigit) == true { offset += 1 }
        var isDecimal = false
        if peek() == UInt8(ascii: "."),
            peek(1).map({ Self.isDigit($0) || ($0 | 0x20 == UInt8(ascii: "e") && exponentLength(at: 1) > 0) }) == true
        {
            isDecimal = true
            offset += 1
            while peek().map(Self.isDigit) == true { offset += 1 }
        }
        let exponent = exponentLength(at: 0)
        offset += exponent
        let text = String(decoding: bytes[start..<offset], as: UTF8.self)
        return exponent > 0 ? .double(text) : isDecimal ? .decimal(text) : .integer(text)
    }

    /// The length of an exponent so many bytes ahead; zero when there is none.
    private func exponentLength(at ahead: Int) -> Int {
        guard let letter = peek(ahead), letter | 0x20 == UInt8(ascii: "e") else { return 0 }
        let sign = peek(ahead + 1).map { "+-".utf8.contains($0) } == true ? 1 : 0
        var digits = 0
        while peek(ahead + 1 + sign + digits).map(Self.isDigit) == true { digits += 1 }
        return digits > 0 ? 1 + sign + digits : 0
    }

    private mutating func string(quote: UInt8) throws(DiagnosticList) -> String {
        let start = offset
        let isLong = peek(1) == quote && peek(2) == quote
        let width = isLong ? 3 : 1
        offset += width
        let contentStart = offset
        while let byte = peek() {
            if byte == UInt8(ascii: "\\") {
                offset += 2
            } else if byte == quote, !isLong || (peek(1) == quote && peek(2) == quote) {
                let text = String(decoding: bytes[contentStart..<offset], as: UTF8.self)
                offset += width
                guard let resolved = SPARQLEscapes.resolved(text, allowing: Array("tbnrf\\\"'")) else {
                    throw problem(
                        SPARQLDiagnostic.badEscape, "the string has an escape that stands for no character", from: start, to: offset)
                }
                return resolved
            } else if !isLong, byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") {
                break
            } else {
                offset += 1
            }
        }
        let end = min(offset, bytes.count)
        throw problem(SPARQLDiagnostic.unterminated, "the string has no end", from: start, to: end, help: "close it with a quotation mark")
    }
}

/// The escapes of strings, IRIs and names (SPARQL 1.1, sections 19.2 and 19.7).
enum SPARQLEscapes {
    /// The text with its escapes resolved; nil when one of them stands for nothing.
    static func resolved(_ text: String, allowing letters: [Character]) -> String? {
        guard text.contains("\\") else { return text }
        var result = ""
        var rest = Substring(text)
        while let character = rest.popFirst() {
            guard character == "\\" else {
                result.append(character)
                continue
            }
            guard let letter = rest.popFirst() else { return nil }
            if letter == "u" || letter == "U" {
                let digits = rest.prefix(letter == "u" ? 4 : 8)
                guard digits.count == (letter == "u" ? 4 : 8), digits.allSatisfy(\.isHexDigit),
                    let scalar = UInt32(digits, radix: 16).flatMap(Unicode.Scalar.init)
                else { return nil }
                result.unicodeScalars.append(scalar)
                rest = rest.dropFirst(digits.count)
            } else if letters.contains(letter), let value = simple[letter] {
                result.append(value)
            } else {
                return nil
            }
        }
        return result
    }

    static func hasWellFormedPercents(_ text: String) -> Bool {
        text.split(separator: "%", omittingEmptySubsequences: false).dropFirst().allSatisfy {
            $0.prefix(2).count == 2 && $0.prefix(2).allSatisfy(\.isHexDigit)
        }
    }

    private static let simple: [Character: Character] = [
        "t": "\t", "b": "\u{8}", "n": "\n", "r": "\r", "f": "\u{C}", "\\": "\\", "\"": "\"", "'": "'",
    ]
}
