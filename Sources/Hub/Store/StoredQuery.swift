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
    /// As it is stored: whether a node has been silent for too long is a matter of the time at which one looks.
    let state: TaskState
    let since: Date
    let deadline: Date
    /// While the node has it: until when it may be silent about it.
    let leasedUntil: Date?
    /// The node's answer, once it has come and was verified.
    let answer: NodeAnswer?
    /// Why what the node sent cannot be taken for an answer.
    let fault: Diagnostic?

    /// The state seen at a time.
    func state(at now: Date) -> TaskState { seen(at: now).state }

    /// Since when it is in the state seen at a time.
    func since(at now: Date) -> Date { seen(at: now).since }

    private func seen(at now: Date) -> (state: TaskState, since: Date) {
        if state.isAnswer { return (state, since) }
        if now >= deadline { return (.expired, deadline) }
        // A node that has gone silent over a task does not work on it, for all that anybody knows: it waits to be handed out again.
        if state == .leased, let leasedUntil, leasedUntil < now { return (.queued, leasedUntil) }
        return (state, since)
    }

    /// Whether the node had it once, and has gone silent over it.
    func isAbandoned(at now: Date) -> Bool { state == .leased && (leasedUntil.map { $0 < now } ?? false) }

    /// Whether the answer came after the deadline.
    var isLate: Bool { state.isAnswer && since > deadline }
}
