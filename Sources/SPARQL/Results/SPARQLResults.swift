public import RDF

/// The answer to a query.
public enum SPARQLResults: Sendable, Hashable {
    /// The answer to `ASK`.
    case boolean(Bool)
    /// The answer to `SELECT`: the columns' names without question marks, and the rows; nil where a variable has no value.
    case bindings(variables: [String], rows: [[Term?]])

    /// The number of rows; one for `ASK`.
    public var count: Int {
        switch self {
        case .boolean: 1
        case .bindings(_, let rows): rows.count
        }
    }

    /// The answer as text. CSV and TSV have no form for the answer to `ASK`; it is the word `true` or `false` there.
    public func serialise(as format: SPARQLResultFormat) -> String {
        switch format {
        case .json: JSONResults.text(of: self)
        case .xml: XMLResults.text(of: self)
        case .csv: SeparatedResults.csv(of: self)
        case .tsv: SeparatedResults.tsv(of: self)
        }
    }
}
