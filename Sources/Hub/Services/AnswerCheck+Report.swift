import CohortPlan
import Disclosure

extension AnswerCheck {
    /// What is wrong with the parts of a result beside its counts and tables.
    static func complaint(aboutParts result: ProtectedResult, _ report: Report) -> String? {
        guard result.summaries.count == report.summaries.count else { return "it has not one summary for each that was asked for" }
        guard (result.funnel == nil) == report.funnel.isEmpty, (result.overlap == nil) == report.overlap.isEmpty else {
            return "its parts are not those that were asked for"
        }
        for summary in result.summaries {
            if let complaint = complaint(about: summary, { complaint(about: $0) }) { return complaint }
        }
        if let funnel = result.funnel {
            let complaint = complaint(about: funnel) {
                $0.count == report.funnel.count ? nil : "its funnel has not the steps that were asked for"
            }
            if let complaint { return complaint }
        }
        return result.overlap.flatMap { overlap in
            complaint(about: overlap) {
                $0.cells.count == report.overlapCells.count && $0.cohorts.count == report.overlap.count
                    && $0.unknown.count == report.overlap.count ? nil : "its overlap has not the cohorts that were asked for"
            }
        }
    }

    private static func complaint<Content>(about part: ProtectedPart<Content>, _ check: (Content) -> String?) -> String? {
        switch part {
        case .content(let content): check(content)
        case .notEvaluable(let reasons): areReadable(reasons) ? nil : "a reason is not readable text"
        case .refused(let reason): areReadable([reason]) ? nil : "a reason is not readable text"
        }
    }

    /// What is wrong with how numbers are distributed.
    static func complaint(about statistics: ProtectedStatistics) -> String? {
        let numbers =
            [statistics.moments?.mean, statistics.moments?.standardDeviation]
            + [statistics.quartiles?.lower, statistics.quartiles?.median, statistics.quartiles?.upper]
        guard numbers.allSatisfy({ $0?.isFinite ?? true }), statistics.moments.map({ $0.standardDeviation >= 0 }) ?? true else {
            return "what was measured is no number"
        }
        guard !statistics.patients.isSuppressed || numbers.allSatisfy({ $0 == nil }) else {
            return "it holds counts back but not what was measured"
        }
        return nil
    }
}

extension ProtectedResult {
    /// Every protected number in it.
    var allCounts: [ProtectedCount] {
        let cells = breakdowns.flatMap { table -> [ProtectedValue] in
            guard case .strata(let strata) = table.content else { return [] }
            return strata.flatMap(\.values)
        }
        let described = summaries.compactMap(\.content).flatMap { [$0.patients, $0.units] }
        let overlaid = overlap?.content.map { $0.cells + $0.cohorts + $0.unknown } ?? []
        return (measures + cells + [unknown]).compactMap(\.count) + described + (funnel?.content ?? []) + overlaid
    }
}
