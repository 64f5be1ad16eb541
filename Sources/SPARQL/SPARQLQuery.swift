public import Diagnostics
public import RDF

/// A query of SPARQL 1.1, parsed and translated to algebra; ready to be evaluated any number of times.
///
/// All of the language is read: `SELECT`, `ASK`, `CONSTRUCT` and `DESCRIBE` over a dataset with named graphs. `SERVICE`, and functions that
/// are not of SPARQL, are refused when the query is evaluated; updates when it is read.
public struct SPARQLQuery: Sendable {
    /// What the query asks for.
    package enum Form: Sendable {
        case select(Selection)
        case ask(Pattern)
        case construct(Template, Selection)
        case describe([PatternTerm], Selection)
    }

    /// The kinds of answers.
    public enum Kind: Sendable, Hashable {
        case bindings, boolean, graph
    }

    package let form: Form
    /// By slot of a solution, the variable's name; nil for what the query does not name.
    package let slotNames: [String?]
    /// By slot, where the query mentions it first.
    package let slotSpans: [SourceSpan]
    package let clauses: DatasetClauses
    let base: String?
    let refusals: [Diagnostic]

    /// The longest text that is read, in bytes.
    public static let maximumLength = 256 * 1024

    /// The names of the answer's columns in order; empty for answers without columns.
    public var variables: [String] {
        if case .select(let selection) = form { selection.columns.map(\.name) } else { [] }
    }

    /// What the answer is.
    public var kind: Kind {
        switch form {
        case .select: .bindings
        case .ask: .boolean
        case .construct, .describe: .graph
        }
    }

    /// The same query about other graphs of a dataset, whatever its `FROM` says, as a request may demand (SPARQL 1.1 Protocol, section 2.1.4).
    public func over(defaults: [String], named: [String]) -> SPARQLQuery {
        SPARQLQuery(
            form: form, slotNames: slotNames, slotSpans: slotSpans, clauses: DatasetClauses(defaults: defaults, named: named), base: base,
            refusals: refusals)
    }

    /// Whether a second evaluation over the same graphs must give the same answer.
    public var isRepeatable: Bool {
        switch form {
        case .ask(let pattern): pattern.isRepeatable
        case .select(let selection), .construct(_, let selection), .describe(_, let selection): selection.isRepeatable
        }
    }

    /// Reads a query.
    ///
    /// - Parameter base: the IRI against which relative ones are resolved where the query gives no `BASE`.
    /// - Throws: one diagnostic with the place: `S00…` for characters, `S01…` for grammar, scope and what is not supported.
    public static func parse(_ text: String, base: String? = nil) throws(DiagnosticList) -> SPARQLQuery {
        try parse(text, base: base, keepsPlaces: false)
    }

    /// Reads a query; with the places of its expressions where somebody wants to say what is wrong with them.
    package static func parse(_ text: String, base: String?, keepsPlaces: Bool) throws(DiagnosticList) -> SPARQLQuery {
        guard text.utf8.count <= maximumLength else {
            let message = "the query has \(text.utf8.count) bytes, more than the limit of \(maximumLength)"
            throw DiagnosticList([Diagnostic(SPARQLDiagnostic.tooLarge, message)])
        }
        let bytes = Array(text.utf8)
        var parser = SPARQLParser(
            tokens: try SPARQLLexer.tokens(of: bytes), source: SourceText(name: "<query>", bytes: bytes), base: base,
            keepsPlaces: keepsPlaces)
        return try parser.query()
    }

    /// What one evaluation may cost.
    public struct Limits: Sendable, Hashable {
        /// Triples looked at, solutions made and expressions computed.
        public var maximumSteps = 50_000_000
        /// Solutions held at a time.
        public var maximumRows = 2_000_000
        /// What they and computed terms hold, in bytes.
        public var maximumBytes = 512 << 20
        /// Wall-clock time.
        public var maximumDuration: Duration = .seconds(20)

        public init() {}
    }

    /// The answer over a graph.
    public func evaluate(on graph: Graph, limits: Limits = Limits()) throws(DiagnosticList) -> SPARQLResults {
        try evaluate(on: Dataset(graph), limits: limits)
    }

    /// The answer over a dataset, or over that which the query's `FROM` makes of its named graphs.
    ///
    /// - Throws: `S0301` to `S0305` when a limit is passed or nobody waits, `S0105` and `S0107` for what is refused.
    public func evaluate(
        on dataset: Dataset, limits: Limits = Limits(), cancellation: Cancellation? = nil
    ) throws(DiagnosticList) -> SPARQLResults {
        let keeper = ResultKeeper(limits)
        try evaluate(on: dataset, limits: limits, cancellation: cancellation, into: keeper)
        return keeper.results
    }

    /// The answer with or without the optimiser, for comparing both.
    package func evaluate(on dataset: Dataset, isOptimised: Bool) throws(DiagnosticList) -> SPARQLResults {
        let keeper = ResultKeeper(Limits())
        try evaluate(on: dataset, Limits(), nil, isOptimised ? .standard : .none, into: keeper)
        return keeper.results
    }

    /// Hands the answer over part by part, as it is found.
    public func evaluate(
        on dataset: Dataset, limits: Limits = Limits(), cancellation: Cancellation? = nil, into sink: some SPARQLResultSink
    ) throws(DiagnosticList) {
        try evaluate(on: dataset, limits, cancellation, .standard, into: sink)
    }

    private func evaluate(
        on dataset: Dataset, _ limits: Limits, _ cancellation: Cancellation?, _ optimiser: Optimiser, into sink: some SPARQLResultSink
    ) throws(DiagnosticList) {
        if let refusal = refusals.first { throw DiagnosticList([refusal]) }
        let asked = clauses.isEmpty ? dataset : dataset.selecting(defaults: clauses.defaults, named: clauses.named)
        let budget = Budget(limits, cancellation: cancellation)
        let evaluator = Evaluator(dataset: asked, slotCount: slotNames.count, budget: budget, base: base)
        try QueryRun(evaluator: evaluator, optimiser: optimiser).run(self, into: sink)
    }
}

extension Pattern {
    fileprivate var isRepeatable: Bool {
        switch self {
        case .basic, .values: true
        case .filter(let condition, let inner): condition.isStable && inner.isRepeatable
        case .extend(let inner, _, let expression): expression.isStable && inner.isRepeatable
        case .leftJoin(let left, let right, let condition): condition?.isStable != false && left.isRepeatable && right.isRepeatable
        case .join(let left, let right), .minus(let left, let right): left.isRepeatable && right.isRepeatable
        case .union(let branches): branches.allSatisfy(\.isRepeatable)
        case .group(let inner, let grouping):
            inner.isRepeatable && grouping.keys.allSatisfy(\.expression.isStable)
                && grouping.aggregates.allSatisfy { $0.aggregate.expression?.isStable != false }
        case .subquery(let selection): selection.isRepeatable
        case .graph(_, let inner), .service(let inner): inner.isRepeatable
        }
    }
}

extension Selection {
    fileprivate var isRepeatable: Bool { pattern.isRepeatable && order.allSatisfy(\.expression.isStable) }
}
