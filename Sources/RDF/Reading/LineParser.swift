/// Reads N-Triples and N-Quads (RDF 1.1 N-Triples, section 7; RDF 1.1 N-Quads, section 4): a statement a line.
///
/// A line with an error is passed over, so that all errors of a document are found at once.
struct LineParser {
    var reader: TermReader
    let hasGraphs: Bool
    let maximumErrors: Int

    init(_ reader: consuming TermReader, hasGraphs: Bool, maximumErrors: Int) {
        self.reader = reader
        self.hasGraphs = hasGraphs
        self.maximumErrors = maximumErrors
    }

    /// Reads the whole document; the errors of its lines, in their order.
    mutating func parse() throws(RDFSyntaxError) -> [RDFSyntaxError] {
        var errors: [RDFSyntaxError] = []
        while errors.count < maximumErrors, let byte = try next() {
            if byte == UInt8(ascii: "\n") {
                reader.scanner.skipLineFeed()
            } else if byte == UInt8(ascii: "\r") {
                reader.scanner.position += 1
            } else {
                do throws(RDFSyntaxError) {
                    try line()
                } catch {
                    guard error.code == .syntax else { throw error }
                    errors.append(error)
                    reader.scanner.mark = nil
                    try reader.scanner.skip { $0 != UInt8(ascii: "\n") }
                }
            }
        }
        if errors.isEmpty { try reader.output.flush() }
        return errors
    }

    /// The next byte behind blanks and a comment; nil at the end.
    private mutating func next() throws(RDFSyntaxError) -> UInt8? {
        try reader.scanner.skip { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
        if try reader.scanner.peek() == UInt8(ascii: "#") {
            try reader.scanner.skip { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
        }
        return try reader.scanner.peek()
    }

    private mutating func line() throws(RDFSyntaxError) {
        let subject = try resource("a subject")
        guard try next() == UInt8(ascii: "<") else { throw try reader.unexpected("a predicate in angle brackets") }
        let predicate = try reader.iri()
        let object = try next() == UInt8(ascii: "\"") ? try literal() : try resource("an object")
        var graph: Graph.TermID = -1
        if hasGraphs, try next() != UInt8(ascii: ".") { graph = try resource("the graph's name or `.`") }
        guard try next() == UInt8(ascii: ".") else { throw try reader.unexpected("`.` at the end of the statement") }
        reader.scanner.position += 1
        switch try next() {
        case UInt8(ascii: "\n"), UInt8(ascii: "\r"), nil: break
        default: throw try reader.unexpected("the end of the line")
        }
        try reader.output.emit(subject, predicate, object, graph: graph)
    }

    private mutating func resource(_ what: String) throws(RDFSyntaxError) -> Graph.TermID {
        switch try next() {
        case UInt8(ascii: "<"): return try reader.iri()
        case UInt8(ascii: "_"): return try reader.labelledBlank()
        default: throw try reader.unexpected(what)
        }
    }

    private mutating func literal() throws(RDFSyntaxError) -> Graph.TermID {
        switch try reader.literalStart(hasLongForms: false) {
        case .kind(let kind): return reader.literalEnd(kind)
        case .datatype: return reader.literalEnd(reader.kind(datatype: try reader.iriText()))
        }
    }
}
