import CohortPlan
import Diagnostics
import Disclosure
import Execution
import Federation
import Foundation

/// Puts together what is known of a question at one time. It works on protected numbers alone.
struct ResultBuilder {
    let query: StoredQuery
    let tasks: [StoredTask]
    let nodes: [StoredNode]
    let gate: MergeGate
    let now: Date

    var status: QueryStatus {
        QueryStatus(
            id: query.id, name: query.name, state: isClosed ? .closed : .open, submittedAt: query.submittedAt, deadline: query.deadline,
            nodes: tasks.map { NodeTaskStatus(name: $0.node, state: $0.state(at: now), since: $0.since(at: now), isLate: $0.isLate) })
    }

    private var isClosed: Bool {
        now >= query.deadline || tasks.allSatisfy { $0.state.isAnswer || $0.state(at: now) == .expired }
    }

    var result: QueryResult {
        let counted = tasks.compactMap { task -> (result: ProtectedResult, overall: Coverage)? in
            guard case .answered(let result, let overall)? = task.answer?.outcome else { return nil }
            return (result, overall)
        }
        let computed = tasks.compactMap { task -> (report: DispatchReport, overall: Coverage)? in
            guard case .dispatched(let report, let overall)? = task.answer?.outcome else { return nil }
            return (report, overall)
        }
        let coverages = query.isJob ? computed.map(\.overall) : counted.map(\.overall)
        let report = query.expanded.plan.report
        return QueryResult(
            status: status, planHash: query.planHash, report: report, names: names, criteria: criteria, nodes: tasks.map(node),
            total: query.isJob ? nil : gate.merge(counted.map(\.result), report: report, expected: tasks.count),
            statistics: query.isJob ? gate.merge(computed.map(\.report.statistics), expected: tasks.count) : nil,
            overall: coverages.first.map { first in coverages.dropFirst().reduce(first) { $0.combined(with: $1) } },
            diagnostics: query.diagnostics)
    }

    private var criteria: [LabelledCriterion] {
        query.expanded.plan.criteria.map { LabelledCriterion(id: $0.id, label: query.labels[$0.id] ?? $0.id) }
    }

    /// The labels that name parts of the report.
    private var names: [String: String] {
        let criteria = Set(query.expanded.plan.criteria.map(\.id))
        return query.labels.filter { !criteria.contains($0.key) }
    }

    private func node(_ task: StoredTask) -> NodeResult {
        let answer = task.answer
        var result: ProtectedResult?
        var dispatch: DispatchReport?
        var overall: Coverage?
        var reasons: [String] = []
        var failure = task.fault
        switch answer?.outcome {
        case .answered(let counted, let coverage):
            // Not asked for by node, a node's numbers stay in the sum alone.
            result = query.byNode ? counted : nil
            overall = coverage
        case .dispatched(let report, let coverage):
            dispatch = report
            overall = coverage
        case .refused(let reason): reasons = [reason]
        case .notEvaluable(let found):
            reasons = found
            overall = .notEvaluable
        case .failed(let diagnostic): failure = diagnostic
        case nil: reasons = waiting(task)
        }
        return NodeResult(
            name: task.node, state: task.state(at: now), since: task.since(at: now), isLate: task.isLate,
            models: nodes.first { $0.name == task.node }?.models ?? [], criteria: answer?.criteria ?? [], overall: overall, result: result,
            dispatch: dispatch, reasons: reasons, failure: failure, milliseconds: answer?.milliseconds)
    }

    /// Why there is no answer yet, or none any more.
    private func waiting(_ task: StoredTask) -> [String] {
        guard task.fault == nil else { return [] }
        let node = nodes.first { $0.name == task.node }
        if let revoked = node?.revokedAt { return ["shut out by the hub's operator at \(revoked.formatted(.iso8601))"] }
        let heard = node?.lastHeartbeat.map { "last heard of at \($0.formatted(.iso8601))" } ?? "never heard of"
        let trouble = (node?.trouble).map { ["the hub did not take what it sent: \($0.message) (\($0.code))"] } ?? []
        switch task.state(at: now) {
        case .expired: return ["no answer by the deadline; \(heard)"] + trouble
        case .queued where task.isAbandoned(at: now): return ["fetched the question and went silent; \(heard)"] + trouble
        case .queued: return ["has not fetched the question yet; \(heard)"] + trouble
        default: return trouble
        }
    }
}
