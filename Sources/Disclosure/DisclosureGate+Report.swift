import CohortPlan
import Execution

extension DisclosureGate {
    /// What may be said of the steps of a funnel; nil where there are none.
    ///
    /// Each step is a part of the one before it, so that two of them give away how many lie between. Worked from the last one, whose number is
    /// also the cohort's, backwards: a step that has fewer than the threshold of patients more than the one behind it, or none more, has that
    /// one's number again. What is left between any two numbers is no patient or at least the threshold of them.
    func protect(funnel: [RawCount]) -> ProtectedPart<[ProtectedCount]>? {
        guard let last = funnel.last else { return nil }
        if let reason = policy.refusal(of: .funnel) { return .refused(reason: reason) }
        var shown = [protect(last)]
        var base = last.patients
        for step in funnel.dropLast().reversed() {
            if step.patients - base >= policy.threshold {
                shown.append(protect(step))
                base = step.patients
            } else {
                shown.append(shown[shown.count - 1])
            }
        }
        return .content(shown.reversed())
    }

    /// What may be said of who is in which cohorts: a table whose every cohort has a known sum.
    func protect(_ overlap: CountedPart<RawOverlap>) -> ProtectedPart<ProtectedOverlap> {
        if let reason = policy.refusal(of: .overlap) { return .refused(reason: reason) }
        switch overlap {
        case .notEvaluable(let reasons): return .notEvaluable(reasons: reasons)
        case .content(let raw):
            let cohorts = raw.cohorts.indices.map { $0 + 1 }
            // The cells of each cohort, the counted one first; then all of them.
            let lines = ([0] + cohorts).map { bit in raw.cells.indices.filter { ($0 + 1) & (1 << bit) != 0 } } + [Array(raw.cells.indices)]
            let cells = hideSecondCells(raw.cells.map { .count(protect($0)) }, along: lines)
            return .content(
                ProtectedOverlap(
                    cells: cells.compactMap(\.count), cohorts: raw.cohorts.map { protect($0) }, unknown: raw.unknown.map { protect($0) }))
        }
    }

    /// What may be said of how numbers are distributed.
    func protect(_ summary: CountedPart<RawStatistics>) -> ProtectedPart<ProtectedStatistics> {
        if let reason = policy.refusal(of: .summary) { return .refused(reason: reason) }
        switch summary {
        case .notEvaluable(let reasons): return .notEvaluable(reasons: reasons)
        case .content(let statistics): return .content(protect(statistics))
        }
    }
}
