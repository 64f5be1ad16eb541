/// Reads Turtle and TriG (RDF 1.1 Turtle, section 6.5; RDF 1.1 TriG, section 4.5) by recursive descent.
///
/// Statements about nested nodes and collections come before the statement that mentions them.
struct TurtleParser {
    var reader: TermReader
    let hasGraphs: Bool
    let maximumDepth: Int
    var prefixes: [[UInt8]: [UInt8]] = [:]
    var lastPrefix: (name: [UInt8], namespace: [UInt8])?
    var iriBytes: [UInt8] = []
    /// The graph of the current block, or -1 for the default graph.
    private var graph: Graph.TermID = -1
    private var depth = 0

    let type: Graph.TermID
    private let first: Graph.TermID
    private let rest: Graph.TermID
    private let end: Graph.TermID

    init(_ reader: consuming TermReader, hasGraphs: Bool, maximumDepth: Int) {
        var reader = reader
        func number(_ iri: String) -> Graph.TermID { reader.output.dictionary.number(of: TermDictionary.iri, iri) }
        type = number(RDFVocabulary.type)
        first = number(RDFVocabulary.first)
        rest = number(RDFVocabulary.rest)
        end = number(RDFVocabulary.nil)
        self.reader = reader
        self.hasGraphs = hasGraphs
        self.maximumDepth = maximumDepth
    }

    /// The prefixes, with the namespace that each had last.
    var declaredPrefixes: PrefixMap {
        var map = PrefixMap()
        for (prefix, namespace) in prefixes { map[String(decoding: prefix, as: UTF8.self)] = String(decoding: namespace, as: UTF8.self) }
        return map
    }

    /// Reads the whole document.
    mutating func parse() throws(RDFSyntaxError) {
        while let byte = try next() { try statement(byte) }
        try reader.output.flush()
    }

    /// The next byte behind white space and comments; nil at the end.
    mutating func next() throws(RDFSyntaxError) -> UInt8? {
        while true {
            try reader.scanner.skip { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") || $0 == UInt8(ascii: "\r") }
            switch try reader.scanner.peek() {
            case UInt8(ascii: "\n"): reader.scanner.skipLineFeed()
            case UInt8(ascii: "#"): try reader.scanner.skip { $0 != UInt8(ascii: "\n") }
            case let byte: return byte
            }
        }
    }

    private mutating func expect(_ byte: UInt8, _ what: String) throws(RDFSyntaxError) {
        guard try next() == byte else { throw try reader.unexpected(what) }
        reader.scanner.position += 1
    }
}

// MARK: - Statements

extension TurtleParser {
    private mutating func statement(_ byte: UInt8) throws(RDFSyntaxError) {
        switch byte {
        case UInt8(ascii: "@"): try directive()
        case UInt8(ascii: "{") where hasGraphs: try block(-1)
        case UInt8(ascii: "["):
            let (node, hasProperties) = try bracketed()
            if hasGraphs, !hasProperties, try next() == UInt8(ascii: "{") { return try block(node) }
            try triples(about: node, mayEnd: hasProperties)
        case UInt8(ascii: "("): try triples(about: try collection(), mayEnd: false)
        default:
            guard let subject = try subjectOrDirective(byte) else { return }
            if hasGraphs, try next() == UInt8(ascii: "{") { return try block(subject) }
            try triples(about: subject, mayEnd: false)
        }
    }

    /// The predicates and objects of a subject at the top level, with the dot behind them.
    private mutating func triples(about subject: Graph.TermID, mayEnd: Bool) throws(RDFSyntaxError) {
        let following = try next()
        if !mayEnd || following != UInt8(ascii: ".") { try predicates(of: subject) }
        try expect(UInt8(ascii: "."), "`.` at the end of the statement")
    }

    /// A named subject, or nil when the word was a directive or a graph, which is then read.
    private mutating func subjectOrDirective(_ byte: UInt8) throws(RDFSyntaxError) -> Graph.TermID? {
        if byte == UInt8(ascii: "<") { return try reader.iri() }
        if byte == UInt8(ascii: "_") { return try reader.labelledBlank() }
        let start = reader.scanner.place()
        switch try word(as: "a subject") {
        case .name(let number): return number
        case .keyword(let word):
            switch word.lowercased() {
            case "prefix": try prefixDeclaration()
            case "base": try baseDeclaration()
            case "graph" where hasGraphs: try block(try graphName())
            default:
                throw reader.scanner.error("expected a subject, found `\(word)`", at: start)
            }
            return nil
        }
    }

    private mutating func graphName() throws(RDFSyntaxError) -> Graph.TermID {
        switch try next() {
        case UInt8(ascii: "["):
            let (node, hasProperties) = try bracketed()
            if !hasProperties { return node }
        case UInt8(ascii: "<"): return try reader.iri()
        case UInt8(ascii: "_"): return try reader.labelledBlank()
        case UInt8(ascii: "("), UInt8(ascii: "{"), nil: break
        default: if case .name(let number) = try word(as: "the graph's name") { return number }
        }
        throw try reader.unexpected("the graph's name")
    }

    /// `{ ... }`: dots separate its statements.
    private mutating func block(_ name: Graph.TermID) throws(RDFSyntaxError) {
        try expect(UInt8(ascii: "{"), "`{`")
        graph = name
        while let byte = try next(), byte != UInt8(ascii: "}") {
            switch byte {
            case UInt8(ascii: "["):
                let (node, hasProperties) = try bracketed()
                let following = try next()
                if !hasProperties || (following != UInt8(ascii: ".") && following != UInt8(ascii: "}")) { try predicates(of: node) }
            case UInt8(ascii: "("): try predicates(of: try collection())
            case UInt8(ascii: "<"): try predicates(of: try reader.iri())
            case UInt8(ascii: "_"): try predicates(of: try reader.labelledBlank())
            default:
                guard case .name(let subject) = try word(as: "a subject") else { throw try reader.unexpected("a subject") }
                try predicates(of: subject)
            }
            guard try next() == UInt8(ascii: ".") else { break }
            reader.scanner.position += 1
        }
        try expect(UInt8(ascii: "}"), "`}` at the end of the graph")
        graph = -1
    }

    private mutating func predicates(of subject: Graph.TermID) throws(RDFSyntaxError) {
        while true {
            let predicate = try verb()
            repeat {
                let object = try object()
                try reader.output.emit(subject, predicate, object, graph: graph)
            } while try skipIfNext(UInt8(ascii: ","))
            guard try skipIfNext(UInt8(ascii: ";")) else { return }
            while try skipIfNext(UInt8(ascii: ";")) {}
            switch try next() {
            case UInt8(ascii: "."), UInt8(ascii: "]"), UInt8(ascii: "}"), nil: return
            default: break
            }
        }
    }

    private mutating func skipIfNext(_ byte: UInt8) throws(RDFSyntaxError) -> Bool {
        guard try next() == byte else { return false }
        reader.scanner.position += 1
        return true
    }
}

// MARK: - Directives

extension TurtleParser {
    private mutating func directive() throws(RDFSyntaxError) {
        reader.scanner.position += 1
        reader.scanner.mark = reader.scanner.position
        try reader.scanner.skip(while: TermReader.isNameByte)
        let word = reader.scanner.buffer[(reader.scanner.mark ?? 0)..<reader.scanner.position]
        reader.scanner.mark = nil
        if word.elementsEqual("prefix".utf8) {
            try prefixDeclaration()
        } else if word.elementsEqual("base".utf8) {
            try baseDeclaration()
        } else {
            throw reader.scanner.error("expected `@prefix` or `@base`, found `@\(String(decoding: word, as: UTF8.self))`")
        }
        try expect(UInt8(ascii: "."), "`.` at the end of the directive")
    }

    private mutating func prefixDeclaration() throws(RDFSyntaxError) {
        _ = try next()
        reader.scanner.mark = reader.scanner.position
        let name = try prefixName()
        guard let name else { throw try reader.unexpected("a prefix with its colon") }
        _ = try next()
        prefixes[name] = try reader.iriText()
        lastPrefix = nil
    }

    private mutating func baseDeclaration() throws(RDFSyntaxError) {
        _ = try next()
        reader.base = IRIReference(try reader.iriText())
    }

    /// The name before a colon, which is passed over; nil when the marked text is no such name, and then nothing but it is passed over.
    mutating func prefixName() throws(RDFSyntaxError) -> [UInt8]? {
        if let first = try reader.scalar(), first != ":" {
            guard TurtleNames.isNameStart(first), first != "_" else { throw try reader.unexpected("a name") }
            try reader.skipName()
        }
        let name = Array(reader.scanner.buffer[(reader.scanner.mark ?? 0)..<reader.scanner.position])
        guard try reader.scanner.skip(UInt8(ascii: ":")) else { return nil }
        reader.scanner.mark = nil
        return name
    }
}

// MARK: - Nested nodes

extension TurtleParser {
    /// `[ ]` or `[ predicates and objects ]`.
    mutating func bracketed() throws(RDFSyntaxError) -> (node: Graph.TermID, hasProperties: Bool) {
        try descend()
        reader.scanner.position += 1
        let node = reader.output.blank()
        let hasProperties = try next() != UInt8(ascii: "]")
        if hasProperties { try predicates(of: node) }
        try expect(UInt8(ascii: "]"), "`]`")
        depth -= 1
        return (node, hasProperties)
    }

    /// `( objects )`.
    mutating func collection() throws(RDFSyntaxError) -> Graph.TermID {
        try descend()
        reader.scanner.position += 1
        var head: Graph.TermID?
        var last: Graph.TermID?
        while let byte = try next(), byte != UInt8(ascii: ")") {
            let member = try object()
            let cell = reader.output.blank()
            if let last { try reader.output.emit(last, rest, cell, graph: graph) }
            try reader.output.emit(cell, first, member, graph: graph)
            head = head ?? cell
            last = cell
        }
        try expect(UInt8(ascii: ")"), "`)`")
        if let last { try reader.output.emit(last, rest, end, graph: graph) }
        depth -= 1
        return head ?? end
    }

    private mutating func descend() throws(RDFSyntaxError) {
        depth += 1
        guard depth <= maximumDepth else {
            throw reader.scanner.error("nodes are nested more than \(maximumDepth) deep", .refused)
        }
    }
}
