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
                _ = try await client.heartbeat(models: models, working: await working.ids.sorted())
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
    private func end(on failure: HubFailure) throws(HubFailure) {
        if failure.code == .refused, failure.diagnostics.contains(where: { $0.code == "F0611" }) { throw failure }
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
                    guard let next = try await client.lease() else { continue }
                    lease = next
                } catch {
                    try Task.checkCancellation()
                    try end(on: error)
                    if !error.isTemporary { log(error, "the hub gives no work") }
                    try await Task.sleep(for: backoff.next())
                    continue
                }
                backoff = Backoff()
                group.addTask { await handle(lease) }
                running += 1
            }
        }
    }

    /// Verifies a task before anything in it is looked at, answers it, and hands the answer in.
    private func handle(_ lease: Lease) async {
        let task: FederationTask
        do {
            task = try verifier.verify(lease.task, now: Date())
        } catch {
            logger.error("a task was not taken", metadata: ["code": "\(error.code)", "reason": "\(error.message)"])
            return
        }
        guard await working.insert(task.id) else { return }
        logger.notice("working", metadata: ["task": "\(task.id)", "requester": "\(task.requester)", "purpose": "\(task.purpose)"])
        let (answer, failure) = await runner.answer(task, hash: lease.task.payloadHash)
        if let failure {
            logger.error("a task failed", metadata: ["task": "\(task.id)", "code": "\(failure.code)", "reason": "\(failure.message)"])
            for note in failure.notes { logger.error("\(note)", metadata: ["task": "\(task.id)"]) }
        }
        await handIn(answer, of: task)
        await working.remove(task.id)
    }

    private func handIn(_ answer: NodeAnswer, of task: FederationTask) async {
        do {
            let sealed = try client.seal(answer)
            try state.keep(sealed, id: task.id)
            try await deliver(sealed, id: task.id)
            logger.notice("answered", metadata: ["task": "\(task.id)"])
        } catch let failure as HubFailure where failure.code == .refused {
            log(failure, "the hub did not take an answer")
            state.drop(task.id)
            if case .failed = answer.outcome { return }
            // The question still gets to know that there will be no number from here.
            let notice = NodeAnswer(
                taskID: task.id, taskHash: answer.taskHash, node: answer.node,
                outcome: .failed(Diagnostic("N0306", "the hub did not take this node's answer", help: "ask the node's operator")),
                criteria: [], elapsed: .zero)
            await handIn(notice, of: task)
        } catch let failure as HubFailure {
            // It stays in the outbox, and goes out when the node starts again.
            log(failure, "an answer could not be handed in")
        } catch {
            logger.error("an answer could not be kept", metadata: ["reason": "\(error)"])
        }
    }

    private func deliver(_ sealed: SignedEnvelope, id: String) async throws(HubFailure) {
        _ = try await client.deliver(sealed, until: .now + .seconds(600))
        state.drop(id)
    }

    /// Hands in what an earlier run could not.
    func deliverKept() async {
        for (name, answer) in state.kept() {
            do {
                _ = try await client.deliver(answer, until: .now + .seconds(60))
                state.drop(file: name)
            } catch {
                log(error, "an answer of an earlier run could not be handed in")
                if error.code == .refused { state.drop(file: name) }
            }
        }
    }

    private func log(_ failure: HubFailure, _ what: String) {
        let reasons = failure.diagnostics.map { "\($0.code) \($0.message)" }.joined(separator: "; ")
        logger.warning("\(what)", metadata: ["reason": "\(reasons)"])
    }
}
