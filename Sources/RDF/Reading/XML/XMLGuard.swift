/// Stands before the C parser: refuses XML that must not reach it, and tells what it loses.
///
/// libraptor2 2.0.15 reads local files for a parameter entity of a DTD with all of its options against that set, expands entities
/// without bound and takes minutes for deeply nested elements. So declarations (``EntityExpander`` has taken away a DOCTYPE that is
/// harmless), another encoding than UTF-8, deep nesting and NUL are refused here, by a scan that knows no more of XML than this needs. It
/// also accepts `rdf:aboutEach` and node identifiers that are no XML names, which are errors here, and it loses the language of property
/// attributes, which this scan knows.
struct XMLGuard {
    /// A part of a document that belongs to one element's tag, or to tags outside of every language.
    struct Portion {
        let bytes: Range<Int>
        /// The language in scope, of which the C parser must be told nothing; nil when there is none.
        let language: String?
    }

    private enum State {
        case text
        /// Behind `<`, until it is known what starts.
        case markup
        case tag(quote: UInt8?)
        case comment, data, instruction
    }

    private let limits: RDFParser.Limits
    private let file: String
    private var state = State.text
    /// The bytes of the markup that is open, without its `<`.
    private var open: [UInt8] = []
    private var openPlace = (line: 1, column: 1)
    private var line = 1
    private var column = 1
    private var elements = XMLElements()

    /// Tags and declarations are not longer than this.
    private static let maximumMarkup = 4 << 20

    init(limits: RDFParser.Limits, file: String) {
        self.limits = limits
        self.file = file
    }

    /// Checks the next piece of the document, and divides it into portions.
    mutating func portions(of piece: [UInt8]) throws(RDFSyntaxError) -> [Portion] {
        var portions: [Portion] = []
        var start = 0
        var tagStart = 0
        for index in piece.indices {
            let byte = piece[index]
            if case .text = state, byte == UInt8(ascii: "<") { tagStart = index }
            guard let language = try consume(byte) else { continue }
            if tagStart > start { portions.append(Portion(bytes: start..<tagStart, language: nil)) }
            portions.append(Portion(bytes: max(start, tagStart)..<index + 1, language: language))
            start = index + 1
            tagStart = start
        }
        if start < piece.count { portions.append(Portion(bytes: start..<piece.count, language: nil)) }
        return portions
    }

    /// Takes one byte; the language of the element whose tag ends with it.
    private mutating func consume(_ byte: UInt8) throws(RDFSyntaxError) -> String? {
        defer { advance(byte) }
        // These are in no UTF-8; the C parser checks the rest.
        guard byte != 0, byte < 0xF8, byte != 0xC0, byte != 0xC1 else {
            let message = byte == 0 ? "the document has a NUL character, so it is no UTF-8 text" : "the document is not UTF-8"
            throw RDFSyntaxError(.refused, message, file: file, line: line, column: column)
        }
        switch state {
        case .text:
            if byte == UInt8(ascii: "<") {
                state = .markup
                open.removeAll(keepingCapacity: true)
                openPlace = (line, column)
            }
            return nil
        case .markup:
            open.append(byte)
            try decide()
            if case .tag = state, byte == UInt8(ascii: ">") { return try endTag() }
        case .tag(let quote):
            open.append(byte)
            if let quote {
                if byte == quote { state = .tag(quote: nil) }
            } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
                state = .tag(quote: byte)
            } else if byte == UInt8(ascii: ">") {
                return try endTag()
            }
        case .comment: close(byte, "-->")
        case .data: close(byte, "]]>")
        case .instruction:
            open.append(byte)
            if open.suffix(2).elementsEqual("?>".utf8) {
                try checkDeclaration()
                state = .text
            }
        }
        guard open.count <= Self.maximumMarkup else { throw refusal("markup is longer than \(Self.maximumMarkup) bytes") }
        return nil
    }

    private mutating func advance(_ byte: UInt8) {
        if byte == UInt8(ascii: "\n") {
            line += 1
            column = 1
        } else if byte & 0xC0 != 0x80 {
            column += 1
        }
    }

    /// Ends a comment or a CDATA section with its mark; only as much is kept as is needed to find that.
    private mutating func close(_ byte: UInt8, _ mark: String) {
        open.append(byte)
        if open.suffix(3).elementsEqual(mark.utf8) { state = .text } else if open.count > 64 { open.removeFirst(60) }
    }

    /// Finds out what markup has started.
    private mutating func decide() throws(RDFSyntaxError) {
        let data = "![CDATA[".utf8
        switch open[0] {
        case UInt8(ascii: "?"): state = .instruction
        case UInt8(ascii: "!"):
            if open.elementsEqual("!--".utf8) {
                state = .comment
                open.removeAll(keepingCapacity: true)
            } else if open.elementsEqual(data) {
                state = .data
                open.removeAll(keepingCapacity: true)
            } else if !data.starts(with: open), !"!--".utf8.starts(with: open) {
                throw refusal("a declaration stands where none may, and is not read")
            }
        default: state = .tag(quote: nil)
        }
    }

    private mutating func checkDeclaration() throws(RDFSyntaxError) {
        let text = String(decoding: open, as: UTF8.self).lowercased()
        guard text.hasPrefix("?xml"), let name = text.firstRange(of: "encoding") else { return }
        let isQuote: (Character) -> Bool = { $0 == "\"" || $0 == "'" }
        let value = String(text[name.upperBound...].drop { !isQuote($0) }.dropFirst().prefix { !isQuote($0) })
        guard ["utf-8", "utf8", "us-ascii"].contains(value) else { throw refusal("the encoding `\(value)` is not read, UTF-8 alone is") }
    }

    /// Checks a tag, and gives its element's language.
    private mutating func endTag() throws(RDFSyntaxError) -> String? {
        state = .text
        open.removeLast()
        let language: String?
        if open.first == UInt8(ascii: "/") {
            language = elements.language
            elements.pop()
        } else {
            let isEmpty = open.last == UInt8(ascii: "/")
            if isEmpty { open.removeLast() }
            if let fault = elements.push(open) {
                throw RDFSyntaxError(.syntax, fault, file: file, line: openPlace.line, column: openPlace.column)
            }
            guard elements.depth <= limits.maximumDepth else {
                throw refusal("elements are nested more than \(limits.maximumDepth) deep")
            }
            language = elements.language
            if isEmpty { elements.pop() }
        }
        return language
    }

    private func refusal(_ message: String) -> RDFSyntaxError {
        RDFSyntaxError(.refused, message, file: file, line: openPlace.line, column: openPlace.column)
    }
}

/// The elements that are open, with what their attributes say about language and namespaces.
struct XMLElements {
    private var languages: [String?] = []
    /// The depth at which a prefix was bound.
    private var bindings: [(depth: Int, prefix: String, namespace: String)] = []
    /// The depth of an element whose content is an XML literal, in which nothing is RDF.
    private var literalDepth: Int?

    var depth: Int { languages.count }

    /// The innermost element's; nil when there is none, or `xml:lang` says so.
    var language: String? { languages.last.flatMap(\.self) }

    mutating func pop() {
        guard !languages.isEmpty else { return }
        while let last = bindings.last, last.depth == depth { bindings.removeLast() }
        if literalDepth == depth { literalDepth = nil }
        languages.removeLast()
    }

    /// Opens the element of a tag; a sentence when an attribute is against RDF/XML.
    mutating func push(_ tag: [UInt8]) -> String? {
        languages.append(language)
        let attributes = Self.attributes(of: tag)
        for (name, value) in attributes {
            if name == "xml:lang" { languages[languages.count - 1] = value.isEmpty ? nil : value }
            if name.hasPrefix("xmlns:") { bindings.append((depth, String(name.dropFirst(6)), value)) }
        }
        guard literalDepth == nil else { return nil }
        for (name, value) in attributes {
            switch localName(name, in: RDFVocabulary.namespace) {
            case "aboutEach", "aboutEachPrefix": return "`\(name)` is not part of RDF/XML any more"
            case "nodeID", "ID", "bagID":
                guard XMLNames.isName(Self.unescaped(value)[...]) else { return "`\(value)` is no XML name, as `\(name)` must be" }
            case "parseType": if value != "Resource", value != "Collection" { literalDepth = depth }
            default: break
            }
        }
        return nil
    }

    private func localName(_ name: String, in namespace: String) -> String? {
        guard let colon = name.utf8.firstIndex(of: UInt8(ascii: ":")) else { return nil }
        let prefix = name[..<colon]
        guard bindings.last(where: { $0.prefix == prefix })?.namespace == namespace else { return nil }
        return String(name[name.utf8.index(after: colon)...])
    }

    /// A value with its references to characters replaced; others have no place in a name, and stay.
    private static func unescaped(_ value: String) -> String {
        var result = ""
        var rest = value[...]
        while let start = rest.firstRange(of: "&#"), let end = rest[start.upperBound...].firstIndex(of: ";") {
            let digits = rest[start.upperBound..<end]
            let number = digits.first == "x" ? UInt32(digits.dropFirst(), radix: 16) : UInt32(digits, radix: 10)
            result += rest[..<start.lowerBound]
            result += number.flatMap(Unicode.Scalar.init).map { String($0) } ?? String(rest[start.lowerBound...end])
            rest = rest[rest.index(after: end)...]
        }
        return result + rest
    }

    /// The attributes of a tag as they are written. What is no attribute is left to the C parser.
    private static func attributes(of tag: [UInt8]) -> [(name: String, value: String)] {
        var attributes: [(String, String)] = []
        var rest = tag[...]
        let isSpace: (UInt8) -> Bool = { $0 == 0x20 || (0x09...0x0D).contains($0) }
        while let equals = rest.firstIndex(of: UInt8(ascii: "=")) {
            let name = rest[..<equals].split(whereSeparator: isSpace).last ?? []
            let after = rest[(equals + 1)...].drop(while: isSpace)
            guard let quote = after.first, let end = after.dropFirst().firstIndex(of: quote) else { break }
            let value = after[(after.startIndex + 1)..<end]
            attributes.append((String(decoding: name, as: UTF8.self), String(decoding: value, as: UTF8.self)))
            rest = after[(end + 1)...]
        }
        return attributes
    }
}
