import Diagnostics

/// Cuts a text into tokens, one at a time, so that the parser can ask for a unit where a unit may stand.
struct Lexer {
    fileprivate let bytes: [UInt8]
    private(set) var offset = 0
    private(set) var comments: [Comment] = []
    private(set) var diagnostics: [Diagnostic] = []

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    private func byte(_ ahead: Int = 0) -> UInt8? { offset + ahead < bytes.count ? bytes[offset + ahead] : nil }

    /// Reads on from the end.
    mutating func giveUp() { offset = bytes.count }

    private mutating func report(_ diagnostic: Diagnostic) {
        guard diagnostics.count < Parser.Limits.diagnostics else { return }
        diagnostics.append(diagnostic)
    }

    private func text(from start: Int) -> String { String(decoding: bytes[start..<offset], as: UTF8.self) }

    private func token(_ kind: Token.Kind, from start: Int) -> Token {
        Token(kind: kind, text: text(from: start), span: SourceSpan(start, offset))
    }

    /// The next token; the end again and again after the last.
    mutating func next() -> Token {
        while true {
            skipSpace()
            guard let first = byte() else { return Token(kind: .end, text: "", span: SourceSpan(bytes.count, bytes.count)) }
            let start = offset
            if first == UInt8(ascii: "\"") { return string() }
            if first.isLetter { return word(from: start) }
            if first.isDigit { return number(from: start) }
            if first == UInt8(ascii: "$"), byte(1)?.isLetter == true { return parameter(from: start) }
            if let symbol = symbol(first) {
                offset += symbol
                return token(.symbol, from: start)
            }
            skipUnknown(from: start)
        }
    }

    /// The unit that begins at an offset: everything up to a space, a comma, a comment or a bracket that was not opened in it.
    ///
    /// What was read behind the offset before, as if it were no unit, is forgotten with its comments and messages.
    mutating func unit(at start: Int) -> Token? {
        offset = start
        while let last = comments.last, last.span.lowerBound >= start { comments.removeLast() }
        while let last = diagnostics.last, (last.span?.lowerBound ?? 0) >= start { diagnostics.removeLast() }
        var depth = 0
        while let next = byte(), next > UInt8(ascii: " "), next != UInt8(ascii: ","), next != UInt8(ascii: "#") {
            if next == UInt8(ascii: "{") || next == UInt8(ascii: "[") || next == UInt8(ascii: "(") { depth += 1 }
            if next == UInt8(ascii: "}") || next == UInt8(ascii: "]") || next == UInt8(ascii: ")") {
                guard depth > 0 else { break }
                depth -= 1
            }
            offset += 1
        }
        return offset > start ? token(.word, from: start) : nil
    }

    private mutating func skipSpace() {
        while let next = byte() {
            if next == UInt8(ascii: "#") {
                let start = offset
                while let character = byte(), character != UInt8(ascii: "\n") { offset += 1 }
                comments.append(Comment(text: text(from: start), span: SourceSpan(start, offset)))
            } else if next == UInt8(ascii: " ") || (9...13).contains(next) {
                offset += 1
            } else {
                return
            }
        }
    }

    private mutating func word(from start: Int) -> Token {
        while let next = byte(), next.isLetter || next.isDigit { offset += 1 }
        guard byte() == UInt8(ascii: ":"), let after = byte(1), after.isCURIECharacter else { return token(.word, from: start) }
        offset += 1
        while let next = byte(), next.isCURIECharacter { offset += 1 }
        return token(.curie, from: start)
    }

    private mutating func parameter(from start: Int) -> Token {
        offset += 1
        while let next = byte(), next.isLetter || next.isDigit { offset += 1 }
        return token(.parameter, from: start)
    }

    private mutating func number(from start: Int) -> Token {
        while let next = byte(), next.isDigit { offset += 1 }
        if let first = byte(), let second = byte(1), !(byte(2).map { $0.isLetter || $0.isDigit } ?? false),
            ["st", "nd", "rd", "th"].contains(String(decoding: [first, second], as: UTF8.self))
        {
            offset += 2
            return token(.ordinal, from: start)
        }
        if offset - start == 4, byte() == UInt8(ascii: "-"), byte(1)?.isDigit == true {
            while let next = byte(), next.isDigit || next == UInt8(ascii: "-") { offset += 1 }
            return token(.date, from: start)
        }
        if byte() == UInt8(ascii: "."), byte(1)?.isDigit == true {
            offset += 1
            while let next = byte(), next.isDigit { offset += 1 }
        }
        return token(.number, from: start)
    }

    private mutating func string() -> Token {
        let start = offset
        offset += 1
        var content: [UInt8] = []
        while let next = byte(), next != UInt8(ascii: "\n") {
            offset += 1
            if next == UInt8(ascii: "\"") {
                return Token(kind: .string, text: decoded(content, from: start), span: SourceSpan(start, offset))
            }
            if next == UInt8(ascii: "\\"), let escaped = byte(), escaped == UInt8(ascii: "\"") || escaped == UInt8(ascii: "\\") {
                content.append(escaped)
                offset += 1
            } else {
                content.append(next)
            }
        }
        report(
            Diagnostic(
                "C0102", "this text has no closing quotation mark", at: SourceSpan(start, offset), help: "close it with \" on the same line"
            ))
        return Token(kind: .string, text: decoded(content, from: start), span: SourceSpan(start, offset))
    }

    private mutating func decoded(_ content: [UInt8], from start: Int) -> String {
        if let text = String(validating: content, as: UTF8.self), !content.contains(0) { return text }
        report(
            Diagnostic("C0103", "this text is not valid UTF-8", at: SourceSpan(start, offset), help: "save the file as UTF-8"))
        return String(decoding: content, as: UTF8.self)
    }

    private func symbol(_ first: UInt8) -> Int? {
        switch first {
        case UInt8(ascii: "{"), UInt8(ascii: "}"), UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: ","), UInt8(ascii: "="),
            UInt8(ascii: "@"):
            return 1
        case UInt8(ascii: "<"), UInt8(ascii: ">"): return byte(1) == UInt8(ascii: "=") ? 2 : 1
        default: return nil
        }
    }

    private mutating func skipUnknown(from start: Int) {
        while let next = byte(), next != UInt8(ascii: " "), !(9...13).contains(next), !next.isLetter, !next.isDigit,
            next != UInt8(ascii: "\""), symbol(next) == nil
        {
            offset += 1
        }
        report(
            Diagnostic(
                "C0101", "`\(String(decoding: bytes[start..<min(offset, start + 160)], as: UTF8.self).prefix(20))` has no meaning here",
                at: SourceSpan(start, offset),
                help: "take it out; names go between quotation marks"))
    }
}

extension UInt8 {
    var isLetter: Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self) || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(self)
            || self == UInt8(ascii: "_")
    }
    var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
    var isCURIECharacter: Bool {
        isLetter || isDigit || self == UInt8(ascii: ".") || self == UInt8(ascii: "/") || self == UInt8(ascii: "-")
            || self == UInt8(ascii: "%")
    }
}

extension Lexer {
    /// The first byte at or after an offset that is no space, on the same line.
    func nextVisible(after offset: Int) -> (offset: Int, byte: UInt8?) {
        var place = offset
        while place < bytes.count, bytes[place] == UInt8(ascii: " ") || bytes[place] == UInt8(ascii: "\t") { place += 1 }
        return (place, place < bytes.count ? bytes[place] : nil)
    }
}
