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
        guard NodeAnswer.coarse(.milliseconds(answer.milliseconds)) == answer.milliseconds else { return "its time is not a coarse one" }
        let least = max(DisclosurePolicy.lowestThreshold, query.threshold ?? 0)
        switch answer.outcome {
        case .answered(let result, _):
            guard !query.isJob else { return "a computation was asked for, and it counted" }
            return complaint(result, plan.report) ?? complaint(aboutParts: result, plan.report)
                ?? complaint(about: result.allCounts, least)
        case .dispatched(let report, _):
            guard case .dispatch(let order) = query.kind else { return "a count was asked for, and it computed" }
            guard report.toolDigest == order.toolDigest else { return "another tool ran than the one that was asked for" }
            guard areReadable([report.device]) else { return "the device's name is not readable text" }
            if let complaint = complaint(about: [report.statistics.patients, report.statistics.units], least) { return complaint }
            return complaint(about: report.statistics)
        case .refused(let reason): if !areReadable([reason]) { return "a reason is not readable text" }
        case .notEvaluable(let reasons): if !areReadable(reasons) { return "a reason is not readable text" }
        case .failed(let diagnostic):
            if !areReadable([diagnostic.code.rawValue, diagnostic.message, diagnostic.help ?? "ok"] + diagnostic.notes) {
                return "its failure is not readable text"
            }
        }
        return nil
    }

    /// No policy lets out a smaller number, and none where the question asked for more protection.
    static func complaint(about counts: [ProtectedCount], _ least: Int) -> String? {
        for count in counts {
            switch count {
            case .published(let value): if value < least { return "it publishes a number under the threshold of \(least)" }
            case .suppressed(let threshold):
                guard (least...DisclosureLimits.largestThreshold).contains(threshold) else { return "it names an impossible threshold" }
            }
        }
        return nil
    }

    private enum DisclosureLimits {
        /// More than a policy or a question may ask for.
        static let largestThreshold = 1_000_000
    }

    private static func complaint(_ result: ProtectedResult, _ report: Report) -> String? {
        guard result.measures.count == report.measures.count else { return "it has not one value for each measure" }
        guard (result.measures + [result.unknown]).allSatisfy(isReadable) else { return "a reason is not readable text" }
        guard result.breakdowns.map(\.breakdown) == report.breakdowns else { return "its tables are not those that were asked for" }
        for table in result.breakdowns {
            switch table.content {
            case .strata(let strata):
                guard strata.map(\.name) == table.breakdown.strata, strata.allSatisfy({ $0.values.count == report.measures.count }) else {
                    return "a table has not the rows and columns that were asked for"
                }
                guard strata.allSatisfy({ $0.values.allSatisfy(isReadable) }) else { return "a reason is not readable text" }
            case .notEvaluable(let reasons): if !areReadable(reasons) { return "a reason is not readable text" }
            case .refused(let reason): if !areReadable([reason]) { return "a reason is not readable text" }
            }
        }
        return nil
    }

    private static func isReadable(_ value: ProtectedValue) -> Bool {
        switch value {
        case .count: true
        case .notEvaluable(let reasons): areReadable(reasons)
        case .refused(let reason): areReadable([reason])
        }
    }

    /// Bounded, and without what would steer a terminal.
    static func areReadable(_ texts: [String]) -> Bool {
        texts.count <= NodeService.Limits.reasons && texts.allSatisfy { $0.isReadable(atMost: NodeService.Limits.reason) }
    }
}

extension String {
    /// Whether it is text to show: bounded, and without what would steer a terminal or begin a new line in a log.
    func isReadable(atMost limit: Int) -> Bool {
        count <= limit
            && unicodeScalars.allSatisfy { $0.properties.generalCategory != .control && $0.properties.generalCategory != .format }
    }
}
