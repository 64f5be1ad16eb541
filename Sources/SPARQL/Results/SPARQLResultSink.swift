public import Diagnostics
public import RDF

/// Takes an answer part by part. Either ``boolean(_:)`` is called once, or one of the beginnings and then the parts.
public protocol SPARQLResultSink: AnyObject {
    func boolean(_ value: Bool) throws(DiagnosticList)
    /// The rows' columns.
    func begin(variables: [String]) throws(DiagnosticList)
    /// One row; nil where a variable has no value.
    func row(_ terms: [Term?]) throws(DiagnosticList)
    /// Triples follow.
    func beginGraph() throws(DiagnosticList)
    /// One triple, which did not come before.
    func triple(_ triple: Triple) throws(DiagnosticList)
    /// Nothing more comes.
    func end() throws(DiagnosticList)
}

/// Keeps an answer as a whole.
final class ResultKeeper: SPARQLResultSink {
    private(set) var results = SPARQLResults.boolean(false)
    private var variables: [String] = []
    private var rows: [[Term?]] = []
    private var triples: [Triple] = []
    private var kind = SPARQLQuery.Kind.boolean
    private let limits: SPARQLQuery.Limits

    init(_ limits: SPARQLQuery.Limits) { self.limits = limits }

    func boolean(_ value: Bool) { results = .boolean(value) }

    func begin(variables: [String]) {
        kind = .bindings
        self.variables = variables
    }

    func row(_ terms: [Term?]) throws(DiagnosticList) {
        rows.append(terms)
        if rows.count > limits.maximumRows { throw Budget.tooManyRows(limits) }
    }

    func beginGraph() { kind = .graph }

    func triple(_ triple: Triple) throws(DiagnosticList) {
        triples.append(triple)
        if triples.count > limits.maximumRows { throw Budget.tooManyRows(limits) }
    }

    func end() {
        switch kind {
        case .boolean: break
        case .bindings: results = .bindings(variables: variables, rows: rows)
        case .graph: results = .graph(triples)
        }
    }
}
