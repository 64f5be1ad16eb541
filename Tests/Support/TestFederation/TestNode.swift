import CohortPlan
public import Disclosure
import Execution
public import Federation
import Foundation

/// A node without data, which says what a test wants it to say.
public struct TestNode: Sendable {
    public let name: String
    public let key: SigningKey
    public let client: NodeClient
    public let verifier: TaskVerifier

    /// The next task, and its hash.
    public func task(waitSeconds: Int = 30, held: Set<String> = []) async throws -> (task: FederationTask, hash: String)? {
        guard let lease = try await client.lease(waitSeconds: waitSeconds, held: held) else { return nil }
        return (try verifier.verify(lease.task, now: Date()), lease.task.payloadHash)
    }

    /// An answer with an outcome.
    public func answer(_ task: FederationTask, _ hash: String, _ outcome: NodeAnswer.Outcome) -> NodeAnswer {
        let criteria = task.expanded.plan.criteria.map { CriterionCoverage(criterionID: $0.id, coverage: .exact, source: nil) }
        return NodeAnswer(taskID: task.id, taskHash: hash, node: name, outcome: outcome, criteria: criteria, elapsed: .milliseconds(3))
    }

    /// Takes the next task and answers it.
    @discardableResult
    public func answerNext(_ count: ProtectedCount) async throws -> AnswerReceipt? {
        guard let (task, hash) = try await task() else { return nil }
        return try await handIn(answer(task, hash, .counted(count, task)))
    }

    public func handIn(_ answer: NodeAnswer) async throws -> AnswerReceipt { try await client.handIn(try client.seal(answer)) }
}

extension NodeAnswer.Outcome {
    /// The same count in every place of a task's report.
    public static func counted(_ count: ProtectedCount, _ task: FederationTask) -> NodeAnswer.Outcome {
        let report = task.expanded.plan.report
        let threshold = max(DisclosurePolicy.defaultThreshold, task.requestedThreshold ?? 0)
        let row = report.measures.map { _ in ProtectedValue.count(count) }
        let tables = report.breakdowns.map { table in
            ProtectedBreakdown(table, .strata(table.strata.map { ProtectedStratum(name: $0, values: row) }))
        }
        let overlap = ProtectedOverlap(
            cells: report.overlapCells.map { _ in count }, cohorts: report.overlap.map { _ in count },
            unknown: report.overlap.map { _ in count })
        return .answered(
            ProtectedResult(
                measures: row, breakdowns: tables, summaries: report.summaries.map { _ in .refused(reason: "no summary here") },
                funnel: report.funnel.isEmpty ? nil : .content(report.funnel.map { _ in count }),
                overlap: report.overlap.isEmpty ? nil : .content(overlap), unknown: .count(.suppressed(threshold: threshold))),
            overall: .exact)
    }
}

/// Questions for tests.
public enum Question {
    /// One number.
    public static let women = "cohort Women { patients where sex is female }\nreport Women count patients"
    /// With a table, and each node's numbers.
    public static let womenByNode = "cohort Women { patients where sex is female }\nreport Women count patients by sex, node"
}
