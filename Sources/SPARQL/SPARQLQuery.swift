public import Diagnostics
public import RDF

/// A query of SPARQL 1.1, parsed and translated to algebra; ready to be evaluated any number of times.
///
/// Supported are `SELECT` (expressions, `DISTINCT`, `REDUCED`, subqueries, `GROUP BY`, `HAVING`, aggregates, `ORDER BY`, `LIMIT`, `OFFSET`,
/// `VALUES`) and `ASK`, with basic graph patterns, property paths, `FILTER`, `EXISTS`, `OPTIONAL`, `UNION`, `MINUS` and `BIND`, over one graph.
/// What else the language has is refused by its name.
public struct SPARQLQuery: Sendable {
    /// What the query asks for.
    enum Form: Sendable {
        case select(Selection)
        case ask(Pattern)
    }

    let form: Form
    /// How many slots a solution has.
    let slotCount: Int

    /// The longest text that is read, in bytes.
    public static let maximumLength = 256 * 1024

    /// The names of the answer's columns in order; empty for `ASK`.
    public var variables: [String] {
        if case .select(let selection) = form { selection.columns.map(\.name) } else { [] }
    }

    /// Whether the answer is yes or no.
    public var isAsk: Bool {
        if case .ask = form { true } else { false }
    }

    /// Reads a query.
    ///
    /// - Parameter base: the IRI against which relative ones are resolved where the query gives no `BASE`.
    /// - Throws: one diagnostic with the place: `S00…` for characters, `S01…` for grammar, scope and what is not supported.
    public static func parse(_ text: String, base: String? = nil) throws(DiagnosticList) -> SPARQLQuery {
        guard text.utf8.count <= maximumLength else {
            let message = "the query has \(text.utf8.count) bytes, more than the limit of \(maximumLength)"
            throw DiagnosticList([Diagnostic(SPARQLDiagnostic.tooLarge, message)])
        }
        let bytes = Array(text.utf8)
        var parser = SPARQLParser(tokens: try SPARQLLexer.tokens(of: bytes), source: SourceText(name: "<query>", bytes: bytes), base: base)
        return try parser.query()
    }

    /// What one evaluation may cost.
    public struct Limits: Sendable, Hashable {
        /// Triples looked at, solutions made and expressions computed.
        public var maximumSteps = 20_000_000
        /// Solutions held at a time.
        public var maximumRows = 1_000_000
        /// Wall-clock time.
        public var maximumDuration: Duration = .seconds(20)

        public init() {}
    }

    /// The answer over a graph.
    ///
    /// - Throws: `S0301` to `S0303` when a limit is passed, `S0201` for a regular expression that is wrong.
    public func evaluate(on graph: Graph, limits: Limits = Limits()) throws(DiagnosticList) -> SPARQLResults {
        let evaluator = Evaluator(graph: graph, slotCount: slotCount, budget: Budget(limits))
        switch form {
        case .ask(let pattern):
            return .boolean(try !evaluator.solutions(of: pattern, atMost: 1).isEmpty)
        case .select(let selection):
            let rows = try evaluator.rows(of: selection)
            return .bindings(variables: variables, rows: rows)
        }
    }
}
