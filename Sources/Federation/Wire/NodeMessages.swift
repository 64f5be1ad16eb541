public import Execution
public import Foundation

/// A node's first message: the one-time token, and the public half of the key that it made.
public struct EnrolmentRequest: Hashable, Codable, Sendable {
    public let token: String
    public let name: String
    public let publicKey: VerifyingKey
    public let models: [SourceModel]

    public init(token: String, name: String, publicKey: VerifyingKey, models: [SourceModel]) {
        self.token = token
        self.name = name
        self.publicKey = publicKey
        self.models = models
    }
}

/// What a node keeps of its enrolment.
public struct Enrolment: Hashable, Codable, Sendable {
    /// The node's name as the hub has it.
    public let name: String
    /// What tasks are signed with.
    public let hubKey: VerifyingKey
    /// How often the hub wants to hear from the node.
    public let heartbeatSeconds: Int

    public init(name: String, hubKey: VerifyingKey, heartbeatSeconds: Int) {
        self.name = name
        self.hubKey = hubKey
        self.heartbeatSeconds = heartbeatSeconds
    }
}

/// A sign of life. It runs apart from long work, and keeps the leases of what the node works on.
public struct Heartbeat: Hashable, Codable, Sendable {
    public let models: [SourceModel]
    /// The ids of the tasks that the node works on.
    public let working: [String]
    /// What the node's operator calls the state of its data, as `2025-10`; nil where it is not said.
    public let dataVersion: String?

    public init(models: [SourceModel], working: [String], dataVersion: String? = nil) {
        self.models = models
        self.working = working
        self.dataVersion = dataVersion
    }
}

/// The hub's reply to a sign of life.
public struct HeartbeatReply: Hashable, Codable, Sendable {
    /// The hub's clock.
    public let time: Date

    public init(time: Date) { self.time = time }
}

/// Asks for a task, waiting for one.
public struct LeaseRequest: Hashable, Codable, Sendable {
    public let waitSeconds: Int
    /// What the node has of earlier leases, by ``SignedEnvelope/payloadHash``. Of what else was handed to it the answer got lost on the way.
    public let held: [String]

    public init(waitSeconds: Int, held: [String]) {
        self.waitSeconds = waitSeconds
        self.held = held
    }
}

/// A task handed to a node until a time; unless it is answered or kept by then, it is handed out again.
public struct Lease: Hashable, Codable, Sendable {
    public let task: SignedEnvelope
    public let leasedUntil: Date

    public init(task: SignedEnvelope, leasedUntil: Date) {
        self.task = task
        self.leasedUntil = leasedUntil
    }
}

/// The hub has an answer on disk.
public struct AnswerReceipt: Hashable, Codable, Sendable {
    public let taskID: String
    /// Whether an answer to this task had come before; the first one counts.
    public let isRepeated: Bool

    public init(taskID: String, isRepeated: Bool) {
        self.taskID = taskID
        self.isRepeated = isRepeated
    }
}
