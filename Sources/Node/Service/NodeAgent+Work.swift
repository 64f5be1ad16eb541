import CohortPlan
import Diagnostics
import Federation
import Foundation
import Logging

extension NodeAgent {
    // MARK: Signs of life

    /// Runs apart from the work, so that long work never looks like death.
    func beat() async throws {
        var isAway = false
        while true {
            do {
                _ = try await client.heartbeat(
                    models: models, working: await working.ids.sorted(), dataVersion: dataVersion)
                if isAway { logger.notice("the hub is back") }
                isAway = false
            } catch {
                try end(on: error)
                if !isAway { log(error, "the hub is away") }
                isAway = true
            }
            try await Task.sleep(for: isAway ? min(heartbeat, .seconds(5)) : heartbeat)
        }
    }

    /// A hub that shut the node out will not let it in again by being asked.
    func end(on failure: HubFailure) throws(HubFailure) {
        if failure.isShutOut { throw failure }
    }

    // MARK: Tasks

    /// Fetches tasks, and works on a few at a time.
    func work() async throws {
        var backoff = Backoff()
        try await withThrowingTaskGroup(of: Void.self) { group in
            var running = 0
            while true {
                if running >= NodeAgent.tasksAtOnce {
                    try await group.next()
                    running -= 1
                }
                let lease: Lease
                do throws(HubFailure) {
                    guard let next = try await client.lease(held: await working.held) else { continue }
                    lease = next
                } catch {
                    try Task.checkCancellation()
                    try end(on: error)
                    if !error.isTemporary { log(error, "the hub gives no work") }
                    try await Task.sleep(for: backoff.next())
                    continue
                }
                backoff = Backoff()
                // Before the next request, which says what is held.
                await working.hold(lease.task.payloadHash)
                group.addTask { await handle(lease) }
                running += 1
            }
        }
    }

    /// Verifies a task before anything in it is looked at, answers it, and hands the answer in.
    private func handle(_ lease: Lease) async {
        let hash = lease.task.payloadHash
        let task: FederationTask
        do {
            task = try verifier.open(lease.task)
        } catch {
            // Nobody is owed an answer to what is not the hub's. It stays among what is held, so that it is not handed out again at once.
            return refuse(lease, error)
        }
        guard await working.begin(task.id) else { return }
        let isSettled: Bool
        if let sealed = state.kept(file: NodeState.file(of: task.id)) {
            // Answered already, and handed out again because the answer has not arrived.
            isSettled = await handIn(sealed, task: task.id, hash: hash)
        } else {
            isSettled = await answer(task, hash: hash)
        }
        // What is not settled stays among what is held: it comes again when its lease has run out, and not at once, over and over.
        await working.end(task.id, hash: isSettled ? hash : nil)
    }

    /// - Returns: whether the hub knows how the task ended.
    private func answer(_ task: FederationTask, hash: String) async -> Bool {
        let answer: NodeAnswer
        do throws(Diagnostic) {
            try verifier.check(task, now: Date())
            logger.notice("working", metadata: ["task": "\(task.id)", "requester": "\(task.requester)", "purpose": "\(task.purpose)"])
            questions.note(task.expanded.plan)
            guard let made = await runner.answer(task, hash: hash) else { return false }
            if let failure = made.failure { log(failure, of: task) }
            answer = made.answer
        } catch {
            log(error, of: task)
            answer = runner.refusal(of: task, hash: hash, because: error)
        }
        guard let sealed = keep(answer) else { return false }
        return await handIn(sealed, task: task.id, hash: hash)
    }

    /// Signs an answer and puts it into the outbox. With a full disk it is handed in all the same.
    private func keep(_ answer: NodeAnswer) -> SignedEnvelope? {
        do {
            let sealed = try client.seal(answer)
            do throws(Diagnostic) {
                try state.keep(sealed, id: answer.taskID)
            } catch {
                logger.error("an answer could not be kept", metadata: ["task": "\(answer.taskID)", "reason": "\(error.message)"])
            }
            return sealed
        } catch {
            log(error, "an answer could not be signed")
            return nil
        }
    }

    /// Hands an answer in, again and again, until the hub has it or says that it will not have it. While the node ends it stays in the outbox.
    /// - Returns: whether the hub knows how the task ended.
    private func handIn(_ sealed: SignedEnvelope, task: String, hash: String) async -> Bool {
        var backoff = Backoff()
        let limit = ContinuousClock.now + NodeAgent.handInPatience
        while true {
            do {
                _ = try await client.handIn(sealed)
                state.drop(file: NodeState.file(of: task))
                logger.notice("answered", metadata: ["task": "\(task)"])
                return true
            } catch let error where error.code == .refused && !error.isShutOut {
                log(error, "the hub did not take an answer")
                state.drop(file: NodeState.file(of: task))
                return await giveNotice(of: error, task: task, hash: hash)
            } catch {
                // What stays in the outbox is handed in later (``deliverKept()``).
                let pause = backoff.next()
                guard error.code != .cancelled, !error.isShutOut, ContinuousClock.now + pause < limit else {
                    log(error, "an answer could not be handed in")
                    return false
                }
                do { try await Task.sleep(for: pause) } catch { return false }
            }
        }
    }

    /// The question still gets to know that there will be no number from here.
    private func giveNotice(of failure: HubFailure, task: String, hash: String) async -> Bool {
        let code = failure.diagnostics.first?.code ?? "N0306"
        let notice = NodeAnswer(
            taskID: task, taskHash: hash, node: name,
            outcome: .failed(Diagnostic("N0306", "the hub did not take this node's answer (\(code))", help: "ask the node's operator")),
            criteria: [], elapsed: .zero)
        guard let sealed = keep(notice) else { return false }
        do {
            _ = try await client.handIn(sealed)
        } catch {
            log(error, "the hub did not take the notice of it either")
            guard error.code == .refused, !error.isShutOut else { return false }
        }
        state.drop(file: NodeState.file(of: task))
        return true
    }

    /// Hands in, now and from time to time, what earlier attempts could not.
    func deliverKept() async throws {
        while true {
            for file in state.keptFiles where await !working.isWorking(onFile: file) {
                guard let answer = state.kept(file: file) else { continue }
                do {
                    _ = try await client.handIn(answer)
                    state.drop(file: file)
                    logger.notice("answered, after a delay")
                } catch {
                    try end(on: error)
                    log(error, "an answer from before could not be handed in")
                    if error.code == .refused { state.drop(file: file) }
                }
            }
            try await Task.sleep(for: NodeAgent.outboxPause)
        }
    }

    /// Tells the hub what the node's sources cover: some time after the start, when they have been reached, and when it has changed.
    func tellCoverage() async throws {
        try await Task.sleep(for: NodeAgent.surveyDelay)
        try await keepTelling("the hub was not told what the sources cover", every: NodeAgent.surveyPause) {
            try await surveyed()
        } to: { report throws(HubFailure) in
            _ = try await client.handIn(report)
        }
    }

    /// Tells the hub a report, and again when it has changed, until the task is cancelled or the hub does not know the node any more.
    /// - Parameters:
    ///   - complaint: what the log says when the hub was not told.
    ///   - report: nil where there is none now.
    func keepTelling<Report: Equatable>(
        _ complaint: String, every pause: Duration, _ report: () async throws -> Report?, to hub: (Report) async throws(HubFailure) -> Void
    ) async throws {
        var told: Report?
        var backoff = Backoff()
        while true {
            var wait = pause
            if let report = try await report(), report != told {
                do throws(HubFailure) {
                    try await hub(report)
                    told = report
                    backoff = Backoff()
                } catch {
                    try end(on: error)
                    log(error, complaint)
                    wait = error.isTemporary ? backoff.next() : pause
                }
            }
            try await Task.sleep(for: wait)
        }
    }

    @concurrent private func surveyed() async throws -> CoverageReport { try survey.report() }

    /// A task that is not taken, in the words of the node's own log.
    private func refuse(_ lease: Lease, _ diagnostic: Diagnostic) {
        logger.error("a task was not taken", metadata: ["code": "\(diagnostic.code)", "reason": "\(diagnostic.message)"])
    }

    private func log(_ failure: Diagnostic, of task: FederationTask) {
        logger.error("a task failed", metadata: ["task": "\(task.id)", "code": "\(failure.code)", "reason": "\(failure.message)"])
        for note in failure.notes { logger.error("\(note)", metadata: ["task": "\(task.id)"]) }
    }

    func log(_ failure: HubFailure, _ what: String) {
        let reasons = failure.diagnostics.map { "\($0.code) \($0.message)" }.joined(separator: "; ")
        logger.warning("\(what)", metadata: ["reason": "\(reasons)"])
    }
}
