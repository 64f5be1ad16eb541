public import Diagnostics
public import Execution
public import Foundation

/// Where a node's part of a question stands.
public enum TaskState: String, Hashable, Codable, Sendable, CaseIterable {
    /// Waits for the node to ask for work.
    case queued
    /// The node has it.
    case leased
    case answered
    /// By the node's policy.
    case refused
    /// With what the node's sources can say.
    case notEvaluable
    case failed
    /// No answer by the deadline; one that comes later still counts.
    case expired

    /// Whether the node has spoken.
    public var isAnswer: Bool {
        switch self {
        case .answered, .refused, .notEvaluable, .failed: true
        case .queued, .leased, .expired: false
        }
    }
}

/// Whether a question is still waiting for nodes.
public enum QueryState: String, Hashable, Codable, Sendable {
    case open
    /// Every node has answered, or the deadline has passed.
    case closed
}

/// Where a question stands.
public struct QueryStatus: Hashable, Codable, Sendable {
    public let id: String
    /// The cohort's name.
    public let name: String
    public let state: QueryState
    public let submittedAt: Date
    public let deadline: Date
    /// Sorted by name.
    public let nodes: [NodeTaskStatus]

    public init(id: String, name: String, state: QueryState, submittedAt: Date, deadline: Date, nodes: [NodeTaskStatus]) {
        self.id = id
        self.name = name
        self.state = state
        self.submittedAt = submittedAt
        self.deadline = deadline
        self.nodes = nodes
    }
}

/// Where one node's part stands.
public struct NodeTaskStatus: Hashable, Codable, Sendable {
    public let name: String
    public let state: TaskState
    public let since: Date
    /// The answer came after the deadline.
    public let isLate: Bool

    public init(name: String, state: TaskState, since: Date, isLate: Bool) {
        self.name = name
        self.state = state
        self.since = since
        self.isLate = isLate
    }
}

/// A node as the hub sees it.
public struct NodeListing: Hashable, Codable, Sendable {
    public enum State: String, Hashable, Codable, Sendable {
        /// Has been heard of in time, and has nothing to do.
        case answering
        /// Has been heard of in time, and works on a task.
        case working
        /// Has not been heard of in time. It may be well or not.
        case unknown
        /// Was shut out by the hub's operator.
        case revoked
    }

    public let name: String
    public let state: State
    /// Since when it is in this state.
    public let since: Date
    public let lastHeartbeat: Date?
    public let models: [SourceModel]
    /// Why the hub did not take what the node sent: its clock, until that is right again, or a message, until an answer of its is taken.
    public let trouble: Diagnostic?
    /// What the node's operator calls the state of its data.
    public let dataVersion: String?

    public init(
        name: String, state: State, since: Date, lastHeartbeat: Date?, models: [SourceModel], trouble: Diagnostic? = nil,
        dataVersion: String? = nil
    ) {
        self.dataVersion = dataVersion
        self.name = name
        self.state = state
        self.since = since
        self.lastHeartbeat = lastHeartbeat
        self.models = models
        self.trouble = trouble
    }
}
