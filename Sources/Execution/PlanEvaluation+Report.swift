import CohortPlan

extension PlanEvaluation {
    /// By step of the report's funnel, who is left.
    func funnel() throws(ExecutionFailure) -> [RawCount] {
        var left = TruthSets.allYes(count: patients.count)
        var counts: [RawCount] = []
        for step in plan.report.funnel {
            left = left && (try truth(of: step))
            counts.append(RawCount(patients: left.yes.count))
        }
        return counts
    }

    /// How many patients are in which of the counted cohort and the others.
    /// - Parameter counted: for whom the plan's condition holds.
    func overlap(_ counted: TruthSets) throws(ExecutionFailure) -> CountedPart<RawOverlap>? {
        let others = plan.report.overlap
        guard !others.isEmpty else { return nil }
        if let gaps = others.lazy.compactMap({ assessment.gaps(ofOverlap: $0) }).first { return .notEvaluable(reasons: gaps) }
        var cohorts = [counted]
        for other in others { cohorts.append(try truth(of: other)) }
        var cells = [Int](repeating: 0, count: 1 << cohorts.count)
        for patient in 0..<patients.count {
            cells[cohorts.indices.reduce(0) { $0 | (cohorts[$1].yes.contains(patient) ? 1 << $1 : 0) }] += 1
        }
        return .content(
            RawOverlap(
                cells: plan.report.overlapCells.map { RawCount(patients: cells[$0]) },
                cohorts: cohorts.dropFirst().map { RawCount(patients: $0.yes.count) },
                unknown: cohorts.dropFirst().map { RawCount(patients: $0.unknown.count) }))
    }
}
