// Names, literals and numbers of Turtle (RDF 1.1 Turtle, section 6.5).

extension TurtleParser {
    /// What a text that is no IRI in brackets can be.
    enum Word {
        case name(Graph.TermID)
        case keyword(String)
    }

    /// A prefixed name or a word without colon.
    mutating func word(as what: String) throws(RDFSyntaxError) -> Word {
        guard let scalar = try reader.scalar(), scalar == ":" || (TurtleNames.isNameStart(scalar) && scalar != "_") else {
            throw try reader.unexpected(what)
        }
        let start = reader.scanner.place()
        reader.scanner.mark = reader.scanner.position
        guard let prefix = try prefixName() else {
            defer { reader.scanner.mark = nil }
            return .keyword(String(decoding: reader.scanner.buffer[(reader.scanner.mark ?? 0)..<reader.scanner.position], as: UTF8.self))
        }
        try readPrefixed(prefix, start)
        return .name(reader.output.dictionary.number(of: TermDictionary.iri, iriBytes))
    }

    /// Reads what follows the colon of a prefixed name: ``iriBytes`` has the IRI.
    private mutating func readPrefixed(_ prefix: [UInt8], _ start: DocumentScanner.Place) throws(RDFSyntaxError) {
        if lastPrefix?.name != prefix {
            guard let namespace = prefixes[prefix] else {
                let name = String(decoding: prefix, as: UTF8.self)
                throw reader.scanner.error("the prefix `\(name):` is not declared", at: start)
            }
            lastPrefix = (prefix, namespace)
        }
        iriBytes.removeAll(keepingCapacity: true)
        if let lastPrefix { iriBytes += lastPrefix.namespace }
        try localName()
    }

    /// Appends a local name, with its escapes undone (`PN_LOCAL`).
    private mutating func localName() throws(RDFSyntaxError) {
        reader.scanner.mark = reader.scanner.position
        defer { reader.scanner.mark = nil }
        var dots = 0
        var isFirst = true
        func appended(_ reader: TermReader, to bytes: inout [UInt8]) {
            bytes += reader.scanner.buffer[(reader.scanner.mark ?? 0)..<reader.scanner.position]
        }
        while let byte = try reader.scanner.peek() {
            if TermReader.isNameByte(byte), !(isFirst && byte == UInt8(ascii: "-")) {
                try reader.scanner.skip(while: TermReader.isNameByte)
                dots = 0
            } else if byte == UInt8(ascii: ":") {
                reader.scanner.position += 1
                dots = 0
            } else if byte == UInt8(ascii: "."), !isFirst {
                reader.scanner.position += 1
                dots += 1
            } else if byte == UInt8(ascii: "%") {
                guard let high = try reader.scanner.peek(ahead: 1), let low = try reader.scanner.peek(ahead: 2),
                    TermReader.hexadecimal(high) != nil, TermReader.hexadecimal(low) != nil
                else { throw reader.scanner.error("`%` needs two hexadecimal digits behind it") }
                reader.scanner.position += 3
                dots = 0
            } else if byte == UInt8(ascii: "\\") {
                appended(reader, to: &iriBytes)
                guard let escaped = try reader.scanner.peek(ahead: 1), Self.escapable.contains(escaped) else {
                    throw reader.scanner.error("a name has no such escape")
                }
                iriBytes.append(escaped)
                reader.scanner.position += 2
                reader.scanner.mark = reader.scanner.position
                dots = 0
            } else if byte >= 0x80, let scalar = try reader.scalar(),
                isFirst ? TurtleNames.isNameStart(scalar) : TurtleNames.isNameContinuation(scalar)
            {
                reader.scanner.position += UTF8.width(scalar)
                dots = 0
            } else {
                break
            }
            isFirst = false
        }
        reader.scanner.position -= dots
        appended(reader, to: &iriBytes)
    }

    private static let escapable = Set("_~.-!$&'()*+,;=/?#@%".utf8)

    mutating func verb() throws(RDFSyntaxError) -> Graph.TermID {
        guard let byte = try next() else { throw try reader.unexpected("a predicate") }
        if byte == UInt8(ascii: "<") { return try reader.iri() }
        let start = reader.scanner.place()
        switch try word(as: "a predicate") {
        case .name(let number): return number
        case .keyword("a"): return type
        case .keyword(let word):
            throw reader.scanner.error("expected a predicate, found `\(word)`", at: start)
        }
    }

    mutating func object() throws(RDFSyntaxError) -> Graph.TermID {
        guard let byte = try next() else { throw try reader.unexpected("an object") }
        switch byte {
        case UInt8(ascii: "<"): return try reader.iri()
        case UInt8(ascii: "_"): return try reader.labelledBlank()
        case UInt8(ascii: "["): return try bracketed().node
        case UInt8(ascii: "("): return try collection()
        case UInt8(ascii: "\""), UInt8(ascii: "'"): return try literal()
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."): return try number()
        default: break
        }
        let start = reader.scanner.place()
        switch try word(as: "an object") {
        case .name(let number): return number
        case .keyword(let word):
            guard word == "true" || word == "false" else {
                throw reader.scanner.error("expected an object, found `\(word)`", at: start)
            }
            let kind = reader.kind(datatype: Array(XSD.boolean.utf8))
            return reader.output.dictionary.number(of: kind, word)
        }
    }

    private mutating func literal() throws(RDFSyntaxError) -> Graph.TermID {
        switch try reader.literalStart(hasLongForms: true) {
        case .kind(let kind): return reader.literalEnd(kind)
        case .datatype:
            if try reader.scanner.peek() == UInt8(ascii: "<") { return reader.literalEnd(reader.kind(datatype: try reader.iriText())) }
            let start = reader.scanner.place()
            reader.scanner.mark = reader.scanner.position
            guard let prefix = try prefixName() else { throw try reader.unexpected("a datatype") }
            try readPrefixed(prefix, start)
            return reader.literalEnd(reader.kind(datatype: iriBytes))
        }
    }

    /// A number without quotation marks: its datatype follows from its form.
    private mutating func number() throws(RDFSyntaxError) -> Graph.TermID {
        let isDigit: (UInt8) -> Bool = TermReader.isDigit
        reader.scanner.mark = reader.scanner.position
        if let sign = try reader.scanner.peek(), sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") { reader.scanner.position += 1 }
        let start = reader.scanner.position - (reader.scanner.mark ?? 0)
        try reader.scanner.skip(while: isDigit)
        var datatype = XSD.integer
        var digits = reader.scanner.position - (reader.scanner.mark ?? 0) - start
        if try reader.scanner.peek() == UInt8(ascii: ".") {
            let next = try reader.scanner.peek(ahead: 1)
            // A dot that no digit or exponent follows ends the statement.
            let isExponent = try hasExponent(ahead: 1)
            if next.map(isDigit) ?? false || (isExponent && digits > 0) {
                reader.scanner.position += 1
                let fraction = reader.scanner.position - (reader.scanner.mark ?? 0)
                try reader.scanner.skip(while: isDigit)
                digits += reader.scanner.position - (reader.scanner.mark ?? 0) - fraction
                datatype = XSD.decimal
            }
        }
        guard digits > 0 else { throw try reader.unexpected("a number") }
        if try hasExponent(ahead: 0) {
            reader.scanner.position += 2
            try reader.scanner.skip(while: isDigit)
            datatype = XSD.double
        }
        return reader.abbreviated(datatype)
    }

    /// Whether an exponent is so many bytes ahead: `e`, a sign or not, a digit.
    private mutating func hasExponent(ahead: Int) throws(RDFSyntaxError) -> Bool {
        guard let mark = try reader.scanner.peek(ahead: ahead), mark == UInt8(ascii: "e") || mark == UInt8(ascii: "E") else { return false }
        guard let next = try reader.scanner.peek(ahead: ahead + 1) else { return false }
        if TermReader.isDigit(next) { return true }
        guard next == UInt8(ascii: "+") || next == UInt8(ascii: "-") else { return false }
        return try reader.scanner.peek(ahead: ahead + 2).map(TermReader.isDigit) ?? false
    }
}
