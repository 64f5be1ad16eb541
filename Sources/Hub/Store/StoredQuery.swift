import CohortPlan
import Diagnostics
import Federation
import Foundation

/// A question as it is stored.
struct StoredQuery: Sendable {
    let id: String
    let kind: FederationTask.Kind
    /// The researcher who asked, and who alone may see it.
    let owner: String
    /// The cohort's name.
    let name: String
    let text: String
    let purpose: String
    let threshold: Int?
    /// Whether each node's numbers were asked for.
    let byNode: Bool
    let expanded: ExpandedPlan
    let labels: [String: String]
    let planHash: String
    let diagnostics: [Diagnostic]
    let submittedAt: Date
    let deadline: Date

    /// Whether it is a computation beside the data.
    var isJob: Bool { kind != .count }
}

/// One node's part of a question.
struct StoredTask: Sendable {
    let id: String
    let node: String
    /// As it is stored: never ``TaskState/expired``, which is a matter of the time at which one looks.
    let state: TaskState
    let since: Date
    let deadline: Date
    /// The node's answer, once it has come and was verified.
    let answer: NodeAnswer?
    /// Why what the node sent cannot be taken for an answer.
    let fault: Diagnostic?

    /// The state seen at a time.
    func state(at now: Date) -> TaskState { !state.isAnswer && now >= deadline ? .expired : state }

    /// Since when it is in the state seen at a time.
    func since(at now: Date) -> Date { state(at: now) == .expired ? deadline : since }

    /// Whether the answer came after the deadline.
    var isLate: Bool { state.isAnswer && since > deadline }
}
