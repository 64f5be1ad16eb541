public import CohortPlan
public import Diagnostics
public import Foundation

/// The node's check of a task: signature first, then everything else, before any of it is acted upon.
public struct TaskVerifier: Sendable {
    private let hubKey: VerifyingKey
    private let node: String

    /// The bounds on a task. The plan has bounds of its own, kept when it is read (``CohortPlan/CohortPlan/Limits``).
    public enum Limits {
        /// Bytes of the signed message.
        public static let size = 32 << 20
        /// Codes of all expansions together.
        public static let codes = 1_000_000
        /// How far hub and node clocks may lie apart, in seconds.
        public static let clockSkew: TimeInterval = 300
    }

    /// - Parameters:
    ///   - hubKey: as the node received it when it was enrolled.
    ///   - node: the node's own name.
    public init(hubKey: VerifyingKey, node: String) {
        self.hubKey = hubKey
        self.node = node
    }

    /// The task, when it is the hub's, for this node, and in time.
    /// - Throws: as ``open(_:)`` and ``check(_:now:)``.
    public func verify(_ envelope: SignedEnvelope, now: Date) throws(Diagnostic) -> FederationTask {
        let task = try open(envelope)
        try check(task, now: now)
        return task
    }

    /// The task, when it is the hub's and for this node: what the node owes an answer to, if only that it will not do it.
    /// - Throws: `F0202` to `F0204` as ``SignedEnvelope/open(_:as:with:limit:)``; `F0205` another node's, `F0208` a version that is not known.
    public func open(_ envelope: SignedEnvelope) throws(Diagnostic) -> FederationTask {
        let task = try envelope.open(FederationTask.self, as: .task, with: hubKey, limit: Limits.size)
        guard task.version == FederationTask.currentVersion else {
            throw Diagnostic("F0208", "tasks of version \(task.version) are not known here", help: "bring hub and node to the same version")
        }
        // INVARIANT: names match exactly, byte by byte; never by prefix, suffix, letter case or canonical equivalence.
        guard task.node.utf8.elementsEqual(node.utf8) else {
            throw Diagnostic("F0205", "the task is for the node `\(task.node)`, not for `\(node)`", help: "check the names of the nodes")
        }
        return task
    }

    /// Whether a task may be begun.
    /// - Throws: `F0206` expired, `F0207` from the future, `F0208` a size or input that is not taken.
    public func check(_ task: FederationTask, now: Date) throws(Diagnostic) {
        guard task.expiresAt > now else {
            throw Diagnostic("F0206", "the task `\(task.id)` has expired", help: "check the clocks of hub and node, or ask again")
        }
        guard task.issuedAt <= now.addingTimeInterval(Limits.clockSkew) else {
            throw Diagnostic("F0207", "the task `\(task.id)` comes from the future", help: "check the clocks of hub and node")
        }
        guard task.expanded.expansions.reduce(0, { $0 + $1.codes.count }) <= Limits.codes else {
            throw Diagnostic("F0208", "the task `\(task.id)` names more than \(Limits.codes) codes", help: "ask a narrower question")
        }
        if case .dispatch(let order) = task.kind, !order.names(imagesOf: task.expanded.plan) {
            throw Diagnostic("F0208", "the task `\(task.id)` names no images to compute on", help: "name an imaging event of the query")
        }
    }
}

extension DispatchOrder {
    /// Whether the event that it computes on is one of the plan's, and images.
    public func names(imagesOf plan: CohortPlan) -> Bool {
        plan.anchors.indices.contains(event.index) && plan.anchors[event.index].request.kind.isImaging
    }
}
