import CohortPlan
import Diagnostics
import Disclosure
import Execution
import Federation
import Foundation

/// The nodes' side: who they are, what they have to do, what they answered.
struct NodeService: Sendable {
    let core: HubCore

    /// The bounds on what a node sends.
    enum Limits {
        /// Bytes of an answer.
        static let body = 16 << 20
        /// Bytes of anything else.
        static let message = 1 << 20
        /// Bytes of a report of what it covers.
        static let coverage = 16 << 20
        /// Bytes of descriptions of datasets.
        static let datasets = 4 << 20
        /// Entries of a report of what it covers.
        static let concepts = 100_000
        /// Source models that a node names.
        static let models = 16
        /// Characters of a version of data.
        static let version = 100
        /// Seconds that a request for work may wait.
        static let wait = 60
        /// Reasons for one criterion or outcome.
        static let reasons = 100
        /// Characters of one reason.
        static let reason = 2_000
    }

    // MARK: Who asks

    /// The node that signed a request.
    /// - Throws: ``Problem`` of status 401 for a request that no enrolled node signed, 403 for a node that is shut out.
    func authenticate(_ signature: RequestSignature, method: String, path: String, body: [UInt8]) async throws -> StoredNode {
        let now = Date()
        guard let node = try await core.store.node(signature.node) else {
            throw Problem.unauthorised(
                "no node is enrolled as `\(signature.node)`", help: "enrol it with `cohortium node enrol` and a token of the hub's operator"
            )
        }
        do {
            try signature.verify(method: method, path: path, body: body, key: node.publicKey, now: now)
        } catch {
            // The node's own signature, at a time that is not now: its clock is off, and the hub is to say so wherever the node is shown.
            if error.code == NodeService.clock, node.revokedAt == nil { try await core.store.note(trouble: error, of: node.name) }
            throw Problem(status: 401, title: "Not known", error)
        }
        guard node.revokedAt == nil else {
            throw Problem(
                status: 403, title: "Shut out",
                Diagnostic(
                    HubFailure.shutOut, "the node `\(node.name)` was shut out by the hub's operator", help: "ask them for a new invitation")
            )
        }
        guard try await core.store.use(nonce: signature.nonce, of: node.name, now: now) else {
            throw Problem(
                status: 401, title: "Not known",
                Diagnostic(RequestSignature.repetition, "this request has been made before", help: "sign each request anew"))
        }
        if node.trouble?.code == NodeService.clock { try await core.store.note(trouble: nil, of: node.name) }
        return node
    }

    /// The code of a clock that is off.
    private static let clock: DiagnosticCode = "F0302"

    /// Does what a node asks for; that it sent something that is nothing is kept with the node, for all who look at it.
    func noting<Reply>(_ node: StoredNode, _ work: () async throws -> Reply) async throws -> Reply {
        do {
            return try await work()
        } catch let problem as Problem {
            if problem.status < 500, let first = problem.diagnostics.first { try await core.store.note(trouble: first, of: node.name) }
            throw problem
        } catch let diagnostic as Diagnostic {
            try await core.store.note(trouble: diagnostic, of: node.name)
            throw diagnostic
        }
    }

    /// Enrols a node that shows its invitation and, by the request's signature, that it holds its key.
    func enrol(_ request: EnrolmentRequest, _ signature: RequestSignature, method: String, path: String, body: [UInt8]) async throws
        -> Enrolment
    {
        guard HubConfiguration.isName(request.name), request.name == signature.node else {
            throw Problem.badInput(
                Diagnostic(
                    "F0508", "`\(request.name.prefix(80))` is no name of a node",
                    help: "use letters, digits, `-`, `_` and `.`, at most 64 of them"))
        }
        try NodeService.check(request.models)
        do {
            try signature.verify(method: method, path: path, body: body, key: request.publicKey, now: Date())
        } catch {
            throw Problem(status: 401, title: "Not known", error)
        }
        let outcome = try await core.store.enrol(
            request.name, key: request.publicKey, models: request.models, tokenHash: Digest.name(of: request.token), now: Date())
        switch outcome {
        case .enrolled:
            return Enrolment(name: request.name, hubKey: core.key.verifyingKey, heartbeatSeconds: core.configuration.heartbeatSeconds)
        case .unknownToken:
            throw Problem.unauthorised(
                "the token is none for the node `\(request.name)`", help: "compare the name and the token with the invitation")
        case .usedToken:
            throw Problem.unauthorised("the token has been used", help: "ask the hub's operator for another invitation")
        }
    }

    private static func check(_ models: [SourceModel]) throws(Problem) {
        guard models.count <= Limits.models else {
            throw Problem.badInput(
                Diagnostic("F0646", "a node with \(models.count) source models is not taken", help: "name each of its sources once"))
        }
    }

    // MARK: Work

    func heartbeat(_ heartbeat: Heartbeat, from node: StoredNode) async throws -> HeartbeatReply {
        try NodeService.check(heartbeat.models)
        guard heartbeat.dataVersion.map({ !$0.isEmpty && $0.isReadable(atMost: Limits.version) }) ?? true else {
            throw Problem.badInput(
                Diagnostic("F0647", "a version of data is one line of 1 to \(Limits.version) characters", help: "write `2025-10`"))
        }
        let now = Date()
        try await core.store.heartbeat(
            node.name, heartbeat, gap: core.configuration.presenceGap, lease: Double(core.configuration.leaseSeconds), now: now)
        return HeartbeatReply(time: now)
    }

    /// Waits for a task for the node.
    ///
    /// A node waits once at a time: a new request is the end of an older one, which may be all that is left of a connection that broke, and
    /// what was handed to that and did not reach the node is handed out again.
    /// - Returns: nil when none came in time.
    func lease(_ request: LeaseRequest, for node: StoredNode) async throws -> Lease? {
        let place = core.queue.enter(node.name)
        let lost = try await core.store.release(from: node.name, except: Set(request.held), now: Date())
        // The older request looks up as well, and goes.
        await core.bell.ring([HubCore.Topic.work(for: node.name)] + lost.map(HubCore.Topic.query))
        let until = ContinuousClock.now + .seconds(min(max(request.waitSeconds, 0), Limits.wait))
        while true {
            let rings = await core.bell.rings
            let queue = core.queue
            guard queue.isLast(place, of: node.name) else { return nil }
            if let (lease, query) = try await core.store.lease(
                for: node.name, seconds: Double(core.configuration.leaseSeconds), now: Date(),
                isWanted: { queue.isLast(place, of: node.name) })
            {
                await core.bell.ring([HubCore.Topic.query(query)])
                return lease
            }
            let left = until - ContinuousClock.now
            guard left > .zero, await !core.bell.isSilenced, !Task.isCancelled else { return nil }
            // A lease that runs out rings no bell: look again then.
            let end = try await core.store.nextLeaseEnd(of: node.name)
            let pause = end.map { Duration.seconds(max(0.01, min($0.timeIntervalSinceNow + 0.01, 60))) } ?? left
            await core.bell.wait(for: HubCore.Topic.work(for: node.name), after: rings, atMost: min(left, pause))
        }
    }

    /// Keeps what a node covers.
    func accept(_ report: CoverageReport, from node: StoredNode) async throws -> CoverageReceipt {
        let isReadable =
            report.hyperontology.isReadable(atMost: 100)
            && report.concepts.allSatisfy { entry in
                entry.concept.rawValue.isReadable(atMost: 400) && entry.reasons.count <= 10
                    && entry.reasons.allSatisfy { $0.isReadable(atMost: Limits.reason) }
            }
        guard isReadable, report.concepts.count <= Limits.concepts else {
            throw Problem.badInput(
                Diagnostic(
                    "F0641", "what the node covers is not readable text, or more than \(Limits.concepts) entries",
                    help: "bring hub and node to the same version"))
        }
        try await core.store.store(report, of: node.name, now: Date())
        return CoverageReceipt(concepts: report.concepts.count)
    }

    // MARK: Answers

    /// Takes a signed answer; the first to a task counts.
    /// - Throws: ``Problem`` of status 422 for one that is not this node's answer to its task. An answer whose content is not an answer to the
    ///   question is the node's failure and is kept as that.
    func accept(_ envelope: SignedEnvelope, from node: StoredNode) async throws -> AnswerReceipt {
        let answer: NodeAnswer
        do {
            answer = try envelope.open(NodeAnswer.self, as: .answer, with: node.publicKey, limit: Limits.body)
        } catch {
            throw Problem.badInput(error)
        }
        guard let task = try await core.store.task(answer.taskID), task.node == node.name, answer.node == node.name else {
            throw Problem.badInput(
                Diagnostic("F0613", "the answer is to no task of the node `\(node.name)`", help: "compare the names of node and hub"))
        }
        guard answer.taskHash == task.hash else {
            throw Problem.badInput(Diagnostic("F0614", "the answer is to another task than the one that was sent", help: "ask again"))
        }
        guard answer.version == NodeAnswer.currentVersion, let query = try await core.store.query(task.queryID) else {
            throw Problem.badInput(
                Diagnostic(
                    "F0615", "answers of version \(answer.version) are not known here", help: "bring hub and node to the same version"))
        }
        let fault = AnswerCheck(answer, to: query).fault
        let isFirst = try await core.store.store(
            envelope, to: answer.taskID, state: fault == nil ? answer.state : .failed, fault: fault, now: Date())
        if node.trouble != nil { try await core.store.note(trouble: nil, of: node.name) }
        await core.bell.ring([HubCore.Topic.query(task.queryID)])
        return AnswerReceipt(taskID: answer.taskID, isRepeated: !isFirst)
    }

    // MARK: Listing

    func listing() async throws -> [NodeListing] { try await NodeListing.all(in: core.store, core.configuration) }
}

extension NodeListing {
    /// The nodes of a store as they are seen now, sorted by name.
    static func all(in store: HubStore, _ configuration: HubConfiguration) async throws -> [NodeListing] {
        let now = Date()
        return try await store.nodes(now: now).map { node in
            let (state, since) = state(of: node, gap: configuration.presenceGap, now: now)
            return NodeListing(
                name: node.name, state: state, since: since, lastHeartbeat: node.lastHeartbeat, models: node.models, trouble: node.trouble,
                dataVersion: node.dataVersion)
        }
    }

    private static func state(of node: StoredNode, gap: TimeInterval, now: Date) -> (State, Date) {
        if let revoked = node.revokedAt { return (.revoked, revoked) }
        guard let heard = node.lastHeartbeat else { return (.unknown, node.enrolledAt) }
        guard now.timeIntervalSince(heard) <= gap else { return (.unknown, heard) }
        if let working = node.workingSince { return (.working, working) }
        return (.answering, node.presentSince ?? heard)
    }
}

extension NodeAnswer {
    /// What the outcome makes of the task.
    fileprivate var state: TaskState {
        switch outcome {
        case .answered, .dispatched: .answered
        case .refused: .refused
        case .notEvaluable: .notEvaluable
        case .failed: .failed
        }
    }
}
