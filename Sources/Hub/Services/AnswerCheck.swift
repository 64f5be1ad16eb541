import CohortPlan
import Diagnostics
import Disclosure
import Execution
import Federation

/// Holds an answer against its question: a node is not trusted with the form of what it says.
struct AnswerCheck {
    /// What is wrong; nil when nothing is.
    let fault: Diagnostic?

    init(_ answer: NodeAnswer, to query: StoredQuery) {
        fault = AnswerCheck.complaint(answer, query).map {
            Diagnostic("F0616", "the node's answer does not fit the question: \($0)", help: "ask the node's operator to update it")
        }
    }

    private static func complaint(_ answer: NodeAnswer, _ query: StoredQuery) -> String? {
        let plan = query.expanded.plan
        guard answer.criteria.map(\.criterionID) == plan.criteria.map(\.id) || answer.criteria.isEmpty else {
            return "its criteria are not those that were asked"
        }
        guard answer.criteria.allSatisfy({ areReadable($0.reasons) && areReadable($0.source.map { [$0] } ?? []) }) else {
            return "a reason is not readable text"
        }
        switch answer.outcome {
        case .answered(let result, _):
            guard !query.isJob else { return "a computation was asked for, and it counted" }
            return complaint(result, plan.report)
        case .dispatched(let report, _):
            guard case .dispatch(let order) = query.kind else { return "a count was asked for, and it computed" }
            guard report.toolDigest == order.toolDigest else { return "another tool ran than the one that was asked for" }
            guard areReadable([report.device]) else { return "the device's name is not readable text" }
            if let moments = report.statistics.moments {
                guard !report.statistics.patients.isSuppressed else { return "it holds counts back but not what was measured" }
                guard moments.mean.isFinite, moments.standardDeviation.isFinite, moments.standardDeviation >= 0 else {
                    return "what was measured is no number"
                }
            }
        case .refused(let reason): if !areReadable([reason]) { return "a reason is not readable text" }
        case .notEvaluable(let reasons): if !areReadable(reasons) { return "a reason is not readable text" }
        case .failed(let diagnostic):
            if !areReadable([diagnostic.code.rawValue, diagnostic.message, diagnostic.help ?? "ok"] + diagnostic.notes) {
                return "its failure is not readable text"
            }
        }
        return nil
    }

    private static func complaint(_ result: ProtectedResult, _ report: Report) -> String? {
        guard result.measures.count == report.measures.count else { return "it has not one value for each measure" }
        guard result.breakdowns.map(\.breakdown) == report.breakdowns else { return "its tables are not those that were asked for" }
        for table in result.breakdowns {
            switch table.content {
            case .strata(let strata):
                guard strata.map(\.name) == table.breakdown.strata, strata.allSatisfy({ $0.values.count == report.measures.count }) else {
                    return "a table has not the rows and columns that were asked for"
                }
            case .notEvaluable(let reasons): if !areReadable(reasons) { return "a reason is not readable text" }
            case .refused(let reason): if !areReadable([reason]) { return "a reason is not readable text" }
            }
        }
        return nil
    }

    /// Bounded, and without what would steer a terminal.
    private static func areReadable(_ texts: [String]) -> Bool {
        texts.count <= NodeService.Limits.reasons
            && texts.allSatisfy { text in
                text.count <= NodeService.Limits.reason
                    && text.unicodeScalars.allSatisfy {
                        $0.properties.generalCategory != .control && $0.properties.generalCategory != .format
                    }
            }
    }
}
