public import CohortPlan
public import CohortQL
public import Diagnostics
public import Hyperontology

/// From the text of a query to an expanded plan: parse, resolve and check, plan, expand.
public struct QueryCompiler: Sendable {
    /// Concepts and codes that all sets of a query may stand for together.
    public static let standardExpansion = 500_000

    private let hyperontology: Hyperontology
    private let largestExpansion: Int

    /// - Parameter largestExpansion: how many concepts and codes a query may stand for.
    public init(hyperontology: Hyperontology, largestExpansion: Int = QueryCompiler.standardExpansion) {
        self.hyperontology = hyperontology
        self.largestExpansion = largestExpansion
    }

    /// Compiles a text. Each stage runs only on what the one before left without errors; all messages are kept.
    ///
    /// - Parameter settings: values for the query's parameters, by name.
    public func compile(_ source: SourceText, settings: [String: String] = [:]) -> CompilationResult {
        let (tree, mistakes) = Parser.parse(source)
        guard !mistakes.containsErrors else { return CompilationResult(tree: tree, diagnostics: mistakes, query: nil) }
        var builder = PlanBuilder(hyperontology: hyperontology, source: source, settings: settings)
        let built = builder.build(tree)
        let diagnostics = mistakes + builder.diagnostics.sorted { ($0.span?.lowerBound ?? 0) < ($1.span?.lowerBound ?? 0) }
        guard let built, !diagnostics.containsErrors else { return CompilationResult(tree: tree, diagnostics: diagnostics, query: nil) }
        let expanded = Expander(hyperontology: hyperontology).expand(built.plan)
        let size = expanded.expansions.reduce(0) { $0 + $1.concepts.count + $1.codes.count }
        guard size <= largestExpansion else {
            let problem = Diagnostic(
                "C0207", "the concepts of this query stand for \(size) concepts and codes, more than the \(largestExpansion) that one may",
                at: tree.cohorts.last?.name.span ?? SourceSpan(0, 0), help: "ask for narrower concepts")
            return CompilationResult(tree: tree, diagnostics: diagnostics + [problem], query: nil)
        }
        let query = CompiledQuery(
            name: built.name, plan: built.plan, expanded: expanded, labels: built.labels, anchorNames: built.anchorNames,
            byNode: built.byNode, scope: built.scope, dispatch: built.dispatch, planHash: built.plan.canonicalHash)
        return CompilationResult(tree: tree, diagnostics: diagnostics, query: query)
    }
}

/// What compiling a text gave.
public struct CompilationResult: Sendable {
    /// As far as the text could be read.
    public let tree: QuerySyntax
    /// Errors and warnings in order of place.
    public let diagnostics: [Diagnostic]
    /// Nil when there are errors.
    public let query: CompiledQuery?
}

/// A query ready to be sent: the plan with its expansions, and what people called things.
public struct CompiledQuery: Sendable, Hashable {
    /// The cohort's name.
    public let name: String
    public let plan: CohortPlan
    public let expanded: ExpandedPlan
    /// By ``CohortPlan/Criterion/id``: the words of the query, on one line. Also what the parts of the report are called: `table 0`,
    /// `summary 0`, `step 0`, `cohort 0`, and a concept's row by its IRI.
    public let labels: [String: String]
    /// By the index of the anchor.
    public let anchorNames: [String]
    /// Whether each node's numbers were asked for.
    public let byNode: Bool
    /// Where and under which terms it is asked.
    public let scope: QueryScope
    /// The tool that is to run over the cohort's images; nil where the text names none.
    public let dispatch: CompiledDispatch?
    /// Equal for queries that mean the same in the cases that ``CohortPlan/CohortPlan/canonical`` knows.
    public let planHash: String
}
