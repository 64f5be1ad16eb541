public import Diagnostics

extension Grammar {
    /// Reads a grammar.
    /// - Throws: `C0901` with the place at which reading ended.
    public init(_ source: SourceText) throws(Diagnostic) {
        var reader = GrammarReader(source)
        self.init(rules: try reader.rules())
    }
}

/// Reads W3C EBNF by recursive descent.
private struct GrammarReader {
    private let scalars: [Unicode.Scalar]
    private var place = 0
    /// The last comment that was skipped and not yet taken.
    private var comment: String?
    private var isInTokens = false

    init(_ source: SourceText) { scalars = Array(String(decoding: source.bytes, as: UTF8.self).unicodeScalars) }

    mutating func rules() throws(Diagnostic) -> [GrammarRule] {
        var rules: [GrammarRule] = []
        comment = nil
        skipSpace()
        while place < scalars.count {
            let prose = takeComment()
            let isToken = isInTokens
            guard let name = name(), take("::=") else { throw failure("a rule, `Name ::= …`") }
            // A comment behind the rule's sign or its parts belongs to the rule that follows.
            let expression = try choice()
            rules.append(GrammarRule(name: name, expression: expression, prose: prose, isToken: isToken))
        }
        return rules
    }

    private mutating func takeComment() -> String? {
        defer { comment = nil }
        return comment
    }

    private mutating func choice() throws(Diagnostic) -> GrammarExpression {
        var parts = [try sequence()]
        while take("|") { parts.append(try sequence()) }
        return parts.count == 1 ? parts[0] : .choice(parts)
    }

    private mutating func sequence() throws(Diagnostic) -> GrammarExpression {
        var parts: [GrammarExpression] = []
        while let part = try item() {
            guard take("-") else {
                parts.append(part)
                continue
            }
            guard let less = try item() else { throw failure("what is taken away") }
            parts.append(.difference(part, less))
        }
        guard !parts.isEmpty else { throw failure("a part of a rule") }
        return parts.count == 1 ? parts[0] : .sequence(parts)
    }

    private mutating func item() throws(Diagnostic) -> GrammarExpression? {
        guard var found = try primary() else { return nil }
        while true {
            if take("?") {
                found = .optional(found)
            } else if take("*") {
                found = .zeroOrMore(found)
            } else if take("+") {
                found = .oneOrMore(found)
            } else {
                return found
            }
        }
    }

    private mutating func primary() throws(Diagnostic) -> GrammarExpression? {
        if take("(") {
            let inner = try choice()
            guard take(")") else { throw failure("`)`") }
            return inner
        }
        switch current {
        case "'", "\"": return .literal(try quoted())
        case "[": return .characters(try characters())
        case "#": return .characters(CharacterRanges(ranges: [try code()].map { $0...$0 }, isNegated: false))
        default: break
        }
        // The name of the next rule ends this one.
        let saved = (place, comment)
        guard let name = name() else { return nil }
        if scalars[place...].starts(with: "::=".unicodeScalars) {
            (place, comment) = saved
            return nil
        }
        return .reference(name)
    }

    private mutating func quoted() throws(Diagnostic) -> String {
        let quote = scalars[place]
        let start = place + 1
        guard let end = scalars[start...].firstIndex(of: quote) else { throw failure("a closing \(quote)") }
        place = end + 1
        skipSpace()
        return String(String.UnicodeScalarView(scalars[start..<end]))
    }

    private mutating func characters() throws(Diagnostic) -> CharacterRanges {
        place += 1
        let isNegated = current == "^"
        if isNegated { place += 1 }
        var ranges: [ClosedRange<UInt32>] = []
        while let next = current, next != "]" {
            let low = try member()
            if current == "-", place + 1 < scalars.count, scalars[place + 1] != "]" {
                place += 1
                let high = try member()
                guard low <= high else { throw failure("a range from a lower to a higher character") }
                ranges.append(low...high)
            } else {
                ranges.append(low...low)
            }
        }
        guard current == "]" else { throw failure("`]`") }
        place += 1
        skipSpace()
        return CharacterRanges(ranges: ranges, isNegated: isNegated)
    }

    private mutating func member() throws(Diagnostic) -> UInt32 {
        if current == "#", place + 1 < scalars.count, scalars[place + 1] == "x" { return try codeWithoutSpace() }
        guard let next = current else { throw failure("a character") }
        place += 1
        return next.value
    }

    private mutating func code() throws(Diagnostic) -> UInt32 {
        let value = try codeWithoutSpace()
        skipSpace()
        return value
    }

    private mutating func codeWithoutSpace() throws(Diagnostic) -> UInt32 {
        place += 2
        let start = place
        while let next = current, next.properties.isASCIIHexDigit { place += 1 }
        guard let value = UInt32(String(String.UnicodeScalarView(scalars[start..<place])), radix: 16), Unicode.Scalar(value) != nil else {
            throw failure("a character's number, as `#xA`")
        }
        return value
    }

    // MARK: Tokens

    private var current: Unicode.Scalar? { place < scalars.count ? scalars[place] : nil }

    private mutating func name() -> String? {
        let start = place
        while let next = current, next.properties.isAlphabetic || next.properties.numericType != nil || next == "_" { place += 1 }
        guard place > start else { return nil }
        defer { skipSpace() }
        return String(String.UnicodeScalarView(scalars[start..<place]))
    }

    private mutating func take(_ sign: String) -> Bool {
        guard scalars[place...].starts(with: sign.unicodeScalars) else { return false }
        place += sign.unicodeScalars.count
        skipSpace()
        return true
    }

    private mutating func skipSpace() {
        while let next = current {
            if next.properties.isWhitespace {
                place += 1
            } else if scalars[place...].starts(with: "/*".unicodeScalars) {
                let start = place + 2
                place = start
                while place < scalars.count, !scalars[place...].starts(with: "*/".unicodeScalars) { place += 1 }
                let text = lines(scalars[start..<min(place, scalars.count)])
                if text == "Tokens." { isInTokens = true } else { comment = text }
                place = min(place + 2, scalars.count)
            } else {
                return
            }
        }
    }

    /// A comment's lines without the space around them.
    private func lines(_ text: ArraySlice<Unicode.Scalar>) -> String {
        func trimmed(_ line: Substring) -> Substring {
            var rest = line.drop(while: \.isWhitespace)
            while rest.last?.isWhitespace == true { rest.removeLast() }
            return rest
        }
        let whole = String(String.UnicodeScalarView(text))
        return whole.split(separator: "\n", omittingEmptySubsequences: false).map(trimmed).joined(separator: "\n")
            .split(separator: "\n", omittingEmptySubsequences: true).joined(separator: "\n")
    }

    private func failure(_ expected: String) -> Diagnostic {
        let before = String(String.UnicodeScalarView(scalars[..<min(place, scalars.count)])).utf8.count
        return Diagnostic("C0901", "expected \(expected) in the grammar", at: SourceSpan(before, before), help: "write W3C EBNF")
    }
}
