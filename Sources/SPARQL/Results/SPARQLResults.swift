public import Diagnostics
public import RDF

/// The answer to a query.
public enum SPARQLResults: Sendable, Hashable {
    /// The answer to `ASK`.
    case boolean(Bool)
    /// The answer to `SELECT`: the columns' names without question marks, and the rows; nil where a variable has no value.
    case bindings(variables: [String], rows: [[Term?]])
    /// The answer to `CONSTRUCT` and `DESCRIBE`: each triple once.
    case graph([Triple])

    /// The number of rows or triples; one for `ASK`.
    public var count: Int {
        switch self {
        case .boolean: 1
        case .bindings(_, let rows): rows.count
        case .graph(let triples): triples.count
        }
    }

    /// The answer as text.
    ///
    /// - Parameters:
    ///   - format: the form of rows and of yes or no. CSV and TSV have none for the answer to `ASK`; it is the word `true` or `false` there.
    ///   - syntax: the form of graphs.
    /// - Throws: `S0401` when the syntax cannot say what the graph does.
    public func serialise(as format: SPARQLResultFormat = .json, _ syntax: RDFSyntax = .turtle) throws(DiagnosticList) -> String {
        var text = ""
        let writer = ResultWriter(table: format, graph: syntax) { (piece: String) throws(DiagnosticList) in text += piece }
        switch self {
        case .boolean(let value): try writer.boolean(value)
        case .bindings(let variables, let rows):
            try writer.begin(variables: variables)
            for row in rows { try writer.row(row) }
        case .graph(let triples):
            writer.beginGraph()
            for triple in triples { try writer.triple(triple) }
        }
        try writer.end()
        return text
    }
}
