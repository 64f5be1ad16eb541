import CohortPlan
import Diagnostics
import Disclosure
import Execution
import Federation
import Foundation

/// Makes the answer to a verified task.
struct TaskRunner: Sendable {
    let node: String
    let executor: NodeExecutor
    let dispatcher: NodeDispatcher

    /// The answer, with what failed in full for the node's own log alone; nil when the node was asked to end before there was one.
    func answer(_ task: FederationTask, hash: String) async -> (answer: NodeAnswer, failure: Diagnostic?)? {
        let start = ContinuousClock.now
        let (outcome, criteria) = await outcome(of: task, deadline: start + TaskRunner.patience(with: task, now: Date()))
        var failure: Diagnostic?
        var published = outcome
        if case .failed(let diagnostic) = outcome {
            // That the node ends is no answer: the task is handed out again.
            guard !Task.isCancelled else { return nil }
            failure = diagnostic
            published = .failed(TaskRunner.publishable(diagnostic))
        }
        let elapsed = ContinuousClock.now - start
        // An answer leaves at a coarse time: when exactly it was ready would say something of how many were found.
        let answer = NodeAnswer(taskID: task.id, taskHash: hash, node: node, outcome: published, criteria: criteria, elapsed: elapsed)
        let left = ContinuousClock.Instant.now.duration(to: start + .milliseconds(answer.milliseconds))
        // Cancelled, the node is about to end: the answer stays in its outbox.
        if left > .zero { try? await Task.sleep(for: left) }
        return (answer, failure)
    }

    /// The answer to a task that is the hub's but may not be begun: that it was not, and the code of why.
    func refusal(of task: FederationTask, hash: String, because diagnostic: Diagnostic) -> NodeAnswer {
        NodeAnswer(
            taskID: task.id, taskHash: hash, node: node,
            outcome: .failed(
                Diagnostic(diagnostic.code, "this node did not take the task (\(diagnostic.code))", help: diagnostic.help)), criteria: [],
            elapsed: .zero)
    }

    /// How long a task may take. A question that has passed its deadline may still be wanted, so there is as much time again, and a minute; but
    /// a source that hangs does not keep the node for ever.
    static func patience(with task: FederationTask, now: Date) -> Duration {
        let given = max(0, task.expiresAt.timeIntervalSince(task.issuedAt))
        let left = max(0, task.expiresAt.timeIntervalSince(now))
        return .seconds(min(left, 86_400) + min(max(given, 60), 3_600))
    }

    private func outcome(of task: FederationTask, deadline: ContinuousClock.Instant) async -> (NodeAnswer.Outcome, [CriterionCoverage]) {
        switch task.kind {
        case .count:
            let answer = await executor.answer(
                task.expanded, purpose: task.purpose, requestedThreshold: task.requestedThreshold, scope: task.scope,
                deadline: deadline)
            switch answer.outcome {
            case .answered(let result, let overall): return (.answered(result, overall: overall), answer.criteria)
            case .refused(let reason): return (.refused(reason: reason), answer.criteria)
            case .notEvaluable(let reasons): return (.notEvaluable(reasons: reasons), answer.criteria)
            case .failed(let diagnostic): return (.failed(diagnostic), answer.criteria)
            }
        case .dispatch(let order):
            let outcome = await dispatcher.run(order, of: task, deadline: deadline)
            return (outcome, executor.criteria(of: task.expanded, scope: task.scope))
        }
    }

    /// What may be said of a failure outside: its code. Its words may hold a path, a number or a record's text, and no gate has seen them.
    private static func publishable(_ diagnostic: Diagnostic) -> Diagnostic {
        Diagnostic(
            diagnostic.code, "this node's source or tool failed (\(diagnostic.code))",
            help: "ask the node's operator: the node's own log says more")
    }
}
