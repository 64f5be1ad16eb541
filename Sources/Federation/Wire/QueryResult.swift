public import CohortPlan
public import Diagnostics
public import Disclosure
public import Execution
public import Foundation

/// The answer to a question, or as much of it as there is: what nodes said, and their sum.
public struct QueryResult: Hashable, Codable, Sendable {
    public let status: QueryStatus
    /// ``CohortPlan/CohortPlan/canonicalHash`` of the plan.
    public let planHash: String
    /// What was counted, in which the numbers below are ordered.
    public let report: Report
    /// What the parts of the report are called: `table 0`, `summary 0`, `step 0` and `cohort 0` by the words of the query, a concept's row by
    /// its IRI.
    public let names: [String: String]
    /// In the order of the plan's criteria.
    public let criteria: [LabelledCriterion]
    /// Sorted by name, in the order of the status.
    public let nodes: [NodeResult]
    /// The sum over nodes; nil for a computation.
    public let total: MergedResult?
    /// What nodes' tools measured, together; nil for a count.
    public let statistics: MergedStatistics?
    /// What the total is of what was asked for, over the nodes that answered; nil when none did.
    public let overall: Coverage?
    /// Warnings about the question's text.
    public let diagnostics: [Diagnostic]

    public init(
        status: QueryStatus, planHash: String, report: Report, names: [String: String] = [:], criteria: [LabelledCriterion],
        nodes: [NodeResult], total: MergedResult?,
        statistics: MergedStatistics?, overall: Coverage?, diagnostics: [Diagnostic]
    ) {
        self.status = status
        self.planHash = planHash
        self.report = report
        self.names = names
        self.criteria = criteria
        self.nodes = nodes
        self.total = total
        self.statistics = statistics
        self.overall = overall
        self.diagnostics = diagnostics
    }

    /// The nodes of which there is no number in the total.
    public var missing: [String] { nodes.filter { $0.state != .answered }.map(\.name) }
}

/// A criterion as the query's author wrote it.
public struct LabelledCriterion: Hashable, Codable, Sendable {
    /// The ``CohortPlan/Criterion/id``.
    public let id: String
    public let label: String

    public init(id: String, label: String) {
        self.id = id
        self.label = label
    }
}

/// One node's part of an answer.
public struct NodeResult: Hashable, Codable, Sendable {
    public let name: String
    public let state: TaskState
    public let since: Date
    public let isLate: Bool
    public let models: [SourceModel]
    /// Empty until the node has answered.
    public let criteria: [CriterionCoverage]
    public let overall: Coverage?
    /// Where the question asked for each node's numbers, and the node has answered with some.
    public let result: ProtectedResult?
    /// Of a computation.
    public let dispatch: DispatchReport?
    /// Why there are no numbers.
    public let reasons: [String]
    /// What failed.
    public let failure: Diagnostic?
    /// As the node says, coarsely.
    public let milliseconds: Int?

    public init(
        name: String, state: TaskState, since: Date, isLate: Bool, models: [SourceModel], criteria: [CriterionCoverage], overall: Coverage?,
        result: ProtectedResult?, dispatch: DispatchReport?, reasons: [String], failure: Diagnostic?, milliseconds: Int?
    ) {
        self.name = name
        self.state = state
        self.since = since
        self.isLate = isLate
        self.models = models
        self.criteria = criteria
        self.overall = overall
        self.result = result
        self.dispatch = dispatch
        self.reasons = reasons
        self.failure = failure
        self.milliseconds = milliseconds
    }
}
