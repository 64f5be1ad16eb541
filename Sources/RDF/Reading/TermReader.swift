/// Reads the terms that Turtle, TriG, N-Triples and N-Quads have in common (RDF 1.1 Turtle, section 6.5).
struct TermReader {
    var scanner: DocumentScanner
    var output: StatementOutput
    /// Against which relative IRIs are resolved; nil where the syntax has none.
    var base: IRIReference?

    /// The IRI and the literal's text that were read last, where they are not in the document as they are.
    private var text: [UInt8] = []
    private var form: [UInt8] = []
    private var lastType: (bytes: [UInt8], kind: TermDictionary.Kind) = ([], TermDictionary.string)

    init(_ input: DocumentInput, _ output: StatementOutput, base: IRIReference?) {
        scanner = DocumentScanner(input)
        self.output = output
        self.base = base
    }
}

// MARK: - IRIs

extension TermReader {
    /// The number of an IRI between angle brackets, which is next.
    mutating func iri() throws(RDFSyntaxError) -> Graph.TermID {
        let isPlain = try iriBody()
        defer { scanner.mark = nil }
        if isPlain, let mark = scanner.mark, IRIReference.schemeLength(scanner.buffer[mark..<scanner.position - 1]) != nil {
            return output.dictionary.number(of: TermDictionary.iri, scanner.buffer, mark..<scanner.position - 1)
        }
        try resolve(isPlain)
        return output.dictionary.number(of: TermDictionary.iri, text)
    }

    /// The text of an IRI between angle brackets, resolved.
    mutating func iriText() throws(RDFSyntaxError) -> [UInt8] {
        let isPlain = try iriBody()
        try resolve(isPlain)
        scanner.mark = nil
        return text
    }

    /// Reads up to the closing bracket. The mark is behind the opening one; with escapes, ``text`` has what they stand for.
    private mutating func iriBody() throws(RDFSyntaxError) -> Bool {
        guard try scanner.skip(UInt8(ascii: "<")) else { throw try unexpected("an IRI in angle brackets") }
        scanner.mark = scanner.position
        var isPlain = true
        while true {
            try scanner.skip(while: Self.isIRIByte)
            switch try scanner.peek() {
            case UInt8(ascii: ">"):
                if !isPlain, let mark = scanner.mark { text += scanner.buffer[mark..<scanner.position] }
                scanner.position += 1
                return isPlain
            case UInt8(ascii: "\\"):
                if isPlain { text.removeAll(keepingCapacity: true) }
                isPlain = false
                if let mark = scanner.mark { text += scanner.buffer[mark..<scanner.position] }
                let scalar = try escapedScalar(isInIRI: true)
                text += Array(String(scalar).utf8)
                scanner.mark = scanner.position
            case nil: throw scanner.error("the IRI has no closing `>`")
            case let byte?: throw scanner.error("an IRI cannot have the character \(Self.described(byte))")
            }
        }
    }

    private mutating func resolve(_ isPlain: Bool) throws(RDFSyntaxError) {
        if isPlain, let mark = scanner.mark { text = Array(scanner.buffer[mark..<scanner.position - 1]) }
        guard IRIReference.schemeLength(text[...]) == nil else { return }
        guard let base else {
            throw scanner.error("the IRI `\(String(decoding: text, as: UTF8.self))` is not absolute, as it must be in this syntax")
        }
        text = IRIReference(text).resolved(against: base)
    }

    @inline(__always) private static func isIRIByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x00...0x20, UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "\""), UInt8(ascii: "{"), UInt8(ascii: "}"), UInt8(ascii: "|"),
            UInt8(ascii: "^"), UInt8(ascii: "`"), UInt8(ascii: "\\"):
            false
        default: true
        }
    }
}

// MARK: - Blank nodes

extension TermReader {
    /// The number of a labelled blank node, whose `_` is next.
    mutating func labelledBlank() throws(RDFSyntaxError) -> Graph.TermID {
        scanner.position += 1
        guard try scanner.skip(UInt8(ascii: ":")) else { throw try unexpected("`:` after `_`") }
        scanner.mark = scanner.position
        defer { scanner.mark = nil }
        guard let first = try scalar(), TurtleNames.isNameStart(first) || ("0"..."9").contains(first) else {
            throw try unexpected("the label of a blank node")
        }
        try skipName()
        guard let mark = scanner.mark else { return -1 }
        return output.blank(UInt8(ascii: "u"), scanner.buffer[mark..<scanner.position])
    }

    /// Passes over the characters of a name, which is marked; the dots at its end belong to what follows.
    mutating func skipName() throws(RDFSyntaxError) {
        var dots = 0
        while true {
            // Counted from the mark, for the buffer moves when more is fetched.
            let length = scanner.position - (scanner.mark ?? 0)
            try scanner.skip(while: Self.isNameByte)
            if scanner.position - (scanner.mark ?? 0) > length { dots = 0 }
            guard let byte = try scanner.peek() else { break }
            if byte == UInt8(ascii: ".") {
                scanner.position += 1
                dots += 1
                continue
            }
            guard byte >= 0x80, let scalar = try scalar(), TurtleNames.isNameContinuation(scalar) else { break }
            scanner.position += UTF8.width(scalar)
            dots = 0
        }
        scanner.position -= dots
    }

    /// `PN_CHARS` among the ASCII characters.
    @inline(__always) static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }

    /// The character that is next, not passed over.
    mutating func scalar() throws(RDFSyntaxError) -> Unicode.Scalar? {
        guard let byte = try scanner.peek() else { return nil }
        guard byte >= 0x80 else { return Unicode.Scalar(byte) }
        var parser = Unicode.UTF8.ForwardParser()
        var bytes = scanner.buffer[scanner.position...].prefix(4).makeIterator()
        guard case .valid(let encoded) = parser.parseScalar(from: &bytes) else { return nil }
        return Unicode.UTF8.decode(encoded)
    }
}

// MARK: - Literals

extension TermReader {
    /// What follows the closing quotation mark of a literal.
    enum LiteralSuffix {
        /// A literal of this kind.
        case kind(TermDictionary.Kind)
        /// A datatype, of which the IRI is next.
        case datatype
    }

    /// Reads a quoted text, of which the opening mark is next, and what follows it up to a datatype.
    ///
    /// - Parameter hasLongForms: whether there are `'` and texts of several lines.
    mutating func literalStart(hasLongForms: Bool) throws(RDFSyntaxError) -> LiteralSuffix {
        try readForm(hasLongForms: hasLongForms)
        if try scanner.skip(UInt8(ascii: "@")) { return .kind(try language()) }
        guard try scanner.peek() == UInt8(ascii: "^") else { return .kind(TermDictionary.string) }
        guard try scanner.peek(ahead: 1) == UInt8(ascii: "^") else { throw scanner.error("expected `^^` before a datatype") }
        scanner.position += 2
        return .datatype
    }

    /// The number of the literal that was read last, now that its kind is known.
    mutating func literalEnd(_ kind: TermDictionary.Kind) -> Graph.TermID { output.dictionary.number(of: kind, form) }

    /// The kind of literals with a datatype.
    mutating func kind(datatype: [UInt8]) -> TermDictionary.Kind { kind(UInt8(ascii: "d"), datatype) }

    /// The kind of literals of a datatype (`d`) or a language (`l`); most are of the same as the last.
    private mutating func kind(_ mark: UInt8, _ name: [UInt8]) -> TermDictionary.Kind {
        if lastType.bytes.first == mark, lastType.bytes.dropFirst().elementsEqual(name) { return lastType.kind }
        let text = String(decoding: name, as: UTF8.self)
        let kind = output.dictionary.kind(of: mark == UInt8(ascii: "l") ? .language(text) : .datatype(text))
        lastType = ([mark] + name, kind)
        return kind
    }

    /// A number or a boolean, of which the text is from the mark on.
    mutating func abbreviated(_ datatype: String) -> Graph.TermID {
        defer { scanner.mark = nil }
        let kind = self.kind(UInt8(ascii: "d"), Array(datatype.utf8))
        return output.dictionary.number(of: kind, scanner.buffer, (scanner.mark ?? scanner.position)..<scanner.position)
    }

    private mutating func language() throws(RDFSyntaxError) -> TermDictionary.Kind {
        let isLetter: (UInt8) -> Bool = { byte in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
        }
        scanner.mark = scanner.position
        defer { scanner.mark = nil }
        try scanner.skip(while: isLetter)
        guard scanner.position > scanner.mark ?? 0 else { throw try unexpected("a language tag after `@`") }
        while try scanner.peek() == UInt8(ascii: "-") {
            scanner.position += 1
            guard let next = try scanner.peek(), isLetter(next) || Self.isDigit(next) else {
                throw try unexpected("a part of a language tag")
            }
            try scanner.skip { isLetter($0) || Self.isDigit($0) }
        }
        return kind(UInt8(ascii: "l"), Array(scanner.buffer[(scanner.mark ?? 0)..<scanner.position]))
    }

    static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    /// Reads a text in quotation marks into ``form``.
    private mutating func readForm(hasLongForms: Bool) throws(RDFSyntaxError) {
        form.removeAll(keepingCapacity: true)
        guard let quote = try scanner.peek() else { throw scanner.error("expected a literal") }
        scanner.position += 1
        var isLong = false
        if hasLongForms, try scanner.peek() == quote {
            if try scanner.peek(ahead: 1) == quote {
                scanner.position += 2
                isLong = true
            } else {
                scanner.position += 1
                return
            }
        }
        while true {
            scanner.mark = scanner.position
            try scanner.skip { $0 != quote && $0 != UInt8(ascii: "\\") && $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
            if let mark = scanner.mark { form += scanner.buffer[mark..<scanner.position] }
            scanner.mark = nil
            guard let byte = try scanner.peek() else { throw scanner.error("the literal has no closing quotation mark") }
            switch byte {
            case quote:
                guard isLong else {
                    scanner.position += 1
                    return
                }
                if try scanner.peek(ahead: 1) == quote, try scanner.peek(ahead: 2) == quote {
                    scanner.position += 3
                    return
                }
                form.append(quote)
                scanner.position += 1
            case UInt8(ascii: "\\"): form += Array(String(try escapedScalar(isInIRI: false)).utf8)
            case UInt8(ascii: "\n") where isLong:
                form.append(byte)
                scanner.skipLineFeed()
            case UInt8(ascii: "\r") where isLong:
                form.append(byte)
                scanner.position += 1
            default: throw scanner.error("the literal does not end in its line")
            }
        }
    }

    /// What an escape stands for; its backslash is next. Nothing is marked while it is read.
    private mutating func escapedScalar(isInIRI: Bool) throws(RDFSyntaxError) -> Unicode.Scalar {
        scanner.mark = nil
        let start = scanner.place()
        scanner.position += 1
        let mark = try scanner.peek()
        if mark == UInt8(ascii: "u") || mark == UInt8(ascii: "U") {
            scanner.position += 1
            let digits = mark == UInt8(ascii: "u") ? 4 : 8
            var value: UInt32 = 0
            for _ in 0..<digits {
                guard let byte = try scanner.peek(), let digit = Self.hexadecimal(byte) else {
                    throw scanner.error("the escape `\\\(digits == 4 ? "u" : "U")` needs \(digits) hexadecimal digits", at: start)
                }
                value = value << 4 | digit
                scanner.position += 1
            }
            guard let scalar = Unicode.Scalar(value) else { throw scanner.error("the escape stands for no character", at: start) }
            guard !isInIRI || scalar.value >= 0x80 || Self.isIRIByte(UInt8(scalar.value)) else {
                throw scanner.error("the escape stands for a character that no IRI can have", at: start)
            }
            return scalar
        }
        guard !isInIRI, let mark, let scalar = Self.escapes[mark] else {
            throw scanner.error("no escape starts so: `\\` with \(Self.described(mark))", at: start)
        }
        scanner.position += 1
        return scalar
    }

    private static let escapes: [UInt8: Unicode.Scalar] = [
        UInt8(ascii: "t"): "\t", UInt8(ascii: "b"): "\u{8}", UInt8(ascii: "n"): "\n", UInt8(ascii: "r"): "\r", UInt8(ascii: "f"): "\u{C}",
        UInt8(ascii: "\""): "\"", UInt8(ascii: "'"): "'", UInt8(ascii: "\\"): "\\",
    ]

    static func hexadecimal(_ byte: UInt8) -> UInt32? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt32(byte - UInt8(ascii: "a") + 10)
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt32(byte - UInt8(ascii: "A") + 10)
        default: nil
        }
    }
}

// MARK: - Errors

extension TermReader {
    /// An error that says what was expected, and what is there.
    mutating func unexpected(_ expected: String) throws(RDFSyntaxError) -> RDFSyntaxError {
        guard let scalar = try scalar() else { return scanner.error("expected \(expected), but the document ends") }
        return scanner.error("expected \(expected), found \(Self.described(scalar))")
    }

    private static func described(_ byte: UInt8?) -> String { byte.map { described(Unicode.Scalar($0)) } ?? "the end" }

    private static func described(_ scalar: Unicode.Scalar) -> String {
        switch scalar {
        case " ": "a space"
        case "\n", "\r": "the end of the line"
        case "`": "a backtick"
        default:
            scalar.value < 0x20 || scalar.value == 0x7F ? "U+\(String(scalar.value, radix: 16, uppercase: true))" : "`\(scalar)`"
        }
    }
}
