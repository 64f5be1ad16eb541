public import CohortPlan
public import Diagnostics
public import Disclosure
public import Execution

/// What a node says to a task, and all that it can say: protected numbers, coverage and reasons. No value of a row has a
/// place in it. The node signs it.
public struct NodeAnswer: Hashable, Codable, Sendable {
    /// The version of the form that this code writes and reads.
    public static let currentVersion = 1

    public let version: Int
    public let taskID: String
    /// ``SignedEnvelope/payloadHash`` of the task: the answer is to this very task and no other.
    public let taskHash: String
    /// The node's name.
    public let node: String
    public let outcome: Outcome
    /// How each criterion was evaluated.
    public let criteria: [CriterionCoverage]
    /// How long it took, coarsely (``coarse(_:)``).
    public let milliseconds: Int

    /// How it went.
    public enum Outcome: Hashable, Codable, Sendable {
        /// Counted, and through the node's gate.
        case answered(ProtectedResult, overall: Coverage)
        /// Computed beside the data, and through the node's gate.
        case dispatched(DispatchReport, overall: Coverage)
        /// The node's policy does not answer such questions.
        case refused(reason: String)
        /// No patient could ever be found with what the node's sources can say.
        case notEvaluable(reasons: [String])
        /// Something is away or broken; there is no smaller number instead.
        case failed(Diagnostic)
    }

    public init(taskID: String, taskHash: String, node: String, outcome: Outcome, criteria: [CriterionCoverage], elapsed: Duration) {
        version = NodeAnswer.currentVersion
        self.taskID = taskID
        self.taskHash = taskHash
        self.node = node
        self.outcome = outcome
        self.criteria = criteria
        milliseconds = NodeAnswer.coarse(elapsed)
    }

    /// A duration rounded up to the next of 250 ms, 500 ms, 1 s, 2 s, …: an exact time would say something of how many were found.
    public static func coarse(_ elapsed: Duration) -> Int {
        let exact = elapsed.components.seconds * 1000 + elapsed.components.attoseconds / 1_000_000_000_000_000
        var step: Int64 = 250
        while step < exact, step < Int64(1) << 40 { step *= 2 }
        return Int(step)
    }
}

/// What a tool measured at a node.
public struct DispatchReport: Hashable, Codable, Sendable {
    /// The digest of the tool that ran.
    public let toolDigest: String
    /// What computed it: `cpu`, or the name of a GPU.
    public let device: String
    public let statistics: ProtectedStatistics

    public init(toolDigest: String, device: String, statistics: ProtectedStatistics) {
        self.toolDigest = toolDigest
        self.device = device
        self.statistics = statistics
    }
}
