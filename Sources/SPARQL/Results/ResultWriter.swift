public import Diagnostics
public import RDF

/// Writes an answer in one of the formats, piece by piece, as it comes.
///
/// Turtle and RDF/XML group triples by subject, so that graphs in them are written at the end; everything else is handed on as soon as
/// a piece is full.
public final class ResultWriter: SPARQLResultSink {
    private let table: SPARQLResultFormat
    private let graph: RDFSyntax
    private let pieceSize: Int
    private let send: (String) throws(DiagnosticList) -> Void
    private var piece = ""
    private var variables: [String] = []
    private var hasRows = false
    private var tail = ""
    private var triples: [Triple] = []
    private var isGraph = false

    /// - Parameters:
    ///   - table: the format of bindings and of yes or no.
    ///   - graph: the syntax of triples.
    ///   - pieceSize: how many bytes are collected before they are sent.
    public init(
        table: SPARQLResultFormat, graph: RDFSyntax, pieceSize: Int = 32_768, send: @escaping (String) throws(DiagnosticList) -> Void
    ) {
        self.table = table
        self.graph = graph
        self.pieceSize = pieceSize
        self.send = send
    }

    private func write(_ text: String) throws(DiagnosticList) {
        piece += text
        if piece.utf8.count >= pieceSize { try flush() }
    }

    private func flush() throws(DiagnosticList) {
        if piece.isEmpty { return }
        try send(piece)
        piece = ""
    }

    public func boolean(_ value: Bool) throws(DiagnosticList) {
        switch table {
        case .json: try write("{\"head\":{},\"boolean\":\(value)}\n")
        case .xml: try write(Self.xmlHead + "<head/>\n<boolean>\(value)</boolean>\n</sparql>\n")
        // The formats have no form for it; it is the word alone.
        case .csv: try write("\(value)\r\n")
        case .tsv: try write("\(value)\n")
        }
    }

    private static let xmlHead = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<sparql xmlns=\"http://www.w3.org/2005/sparql-results#\">\n"

    public func begin(variables: [String]) throws(DiagnosticList) {
        self.variables = variables
        switch table {
        case .json:
            tail = "\n]}}\n"
            try write("{\"head\":{\"vars\":[\(variables.map(TermText.quoted).joined(separator: ","))]},\"results\":{\"bindings\":[\n")
        case .xml:
            tail = "</results>\n</sparql>\n"
            let head = variables.map { "<variable name=\"\(TermText.escaped($0))\"/>" }.joined()
            try write(Self.xmlHead + "<head>\(head)</head>\n<results>\n")
        case .csv: try write(variables.map(TermText.field).joined(separator: ",") + "\r\n")
        case .tsv: try write(variables.map { "?" + $0 }.joined(separator: "\t") + "\n")
        }
    }

    public func row(_ terms: [Term?]) throws(DiagnosticList) {
        switch table {
        case .json:
            let members = zip(variables, terms).compactMap { name, term in
                term.map { "\(TermText.quoted(name)):\(TermText.json($0))" }
            }
            try write((hasRows ? ",\n{" : "{") + members.joined(separator: ",") + "}")
        case .xml:
            let bindings = zip(variables, terms).compactMap { name, term in
                term.map { "<binding name=\"\(TermText.escaped(name))\">\(TermText.xml($0))</binding>" }
            }
            try write("<result>\(bindings.joined())</result>\n")
        case .csv: try write(terms.map { $0.map(TermText.csv) ?? "" }.joined(separator: ",") + "\r\n")
        case .tsv: try write(terms.map { $0.map(TermText.tsv) ?? "" }.joined(separator: "\t") + "\n")
        }
        hasRows = true
    }

    /// Whether each triple is written by itself.
    private var isByLine: Bool { graph == .ntriples || graph == .nquads }

    public func beginGraph() { isGraph = true }

    public func triple(_ triple: Triple) throws(DiagnosticList) {
        if isByLine { try write(NTriplesWriter.text(of: [triple])) } else { triples.append(triple) }
    }

    public func end() throws(DiagnosticList) {
        if isGraph, !isByLine { try write(try text(of: triples)) }
        try write(tail)
        try flush()
    }

    private func text(of triples: [Triple]) throws(DiagnosticList) -> String {
        do throws(RDFWritingError) {
            switch graph {
            case .turtle: return try TurtleWriter().text(of: triples)
            case .rdfxml: return try RDFXMLWriter().text(of: triples)
            // Of one graph, N-Quads are N-Triples, and TriG is Turtle.
            case .trig: return try TurtleWriter().text(of: triples)
            case .ntriples, .nquads: return NTriplesWriter.text(of: triples)
            }
        } catch {
            throw DiagnosticList([
                Diagnostic(
                    SPARQLDiagnostic.notWritable, error.message, help: "ask for `\(RDFSyntax.ntriples.mediaType)`, which can say everything"
                )
            ])
        }
    }
}
