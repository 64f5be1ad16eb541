import CohortPlan

extension LeafAssessments {
    /// What the counts of a plan are as a whole.
    func overall(of plan: CohortPlan) -> Coverage {
        let condition = summary(of: plan.condition)
        // What contradicts itself holds for nobody, which is known; what lacks a source may hold for somebody.
        guard condition.canBeTrue || condition.gaps.isEmpty else { return .notEvaluable }
        let counted = plan.report.measures.map { measure in
            measure.event.map { event in isSetOfUnits(measure, plan) ? anchors[event.index] : position(of: event) } ?? .exact
        }
        let parts = counted + plan.report.breakdowns.map(assessment(of:)) + plan.report.summaries.map(assessment(of:))
        let cohorts = plan.report.overlap.map { summary(of: $0) }.filter(\.canBeTrue).map(\.coverage)
        // What has no value at all says so itself and takes nothing from the others.
        return (parts.map(\.coverage) + cohorts).filter { $0 != .notEvaluable }.reduce(condition.coverage) { $0.combined(with: $1) }
    }

    /// How well patients can be split.
    func assessment(of breakdown: Breakdown) -> Assessment {
        switch breakdown {
        case .sex: return sex
        case .age(let point, _): return birthDate.combined(with: position(of: point))
        case .year(let event, _, _): return position(of: event)
        case .value(let event, _):
            let strata = assessments(ofStrata: breakdown)
            let evaluable = strata.filter { $0.coverage != .notEvaluable }
            guard !evaluable.isEmpty else { return Assessment(.notEvaluable, reasons: strata.first?.reasons ?? []) }
            let whole = evaluable.reduce(Assessment.exact) { $0.combined(with: $1) }
            // Too many in one stratum are too few in another.
            return position(of: event).combined(with: whole.coverage == .exact ? whole : Assessment(.approximate, reasons: whole.reasons))
        case .cross(let axes): return axes.map(assessment(of:)).reduce(.exact) { $0.combined(with: $1) }
        }
    }

    /// By stratum, how well it is known which events fall into it.
    func assessments(ofStrata axis: Breakdown) -> [Assessment] {
        guard case .value(let event, let values) = axis else { return [] }
        let owner = choices[anchorRequests[event.index]]
        return values.requests(within: anchorRequests[event.index]).map { request in
            let choice = choices[request] ?? .none
            guard choice.assessment.coverage == .notEvaluable || choice.source == owner?.source else {
                return .notEvaluable("the event and what it is split by are in two sources")
            }
            return choice.assessment
        }
    }

    /// How well a summary's numbers are known.
    func assessment(of summary: Summary) -> Assessment {
        switch summary {
        case .age(let point): birthDate.combined(with: position(of: point))
        case .days(let first, let last): position(of: first).combined(with: position(of: last))
        case .number(let event, _):
            position(of: event).combined(with: values[anchorRequests[event.index]] ?? .notEvaluable("the node has no source for it"))
        }
    }

    /// Why it cannot be said who is in a cohort; nil where it can.
    func gapsOfCohort(_ cohort: Condition) -> [String]? {
        let summary = summary(of: cohort)
        // What holds for nobody, whatever the sources are, is evaluated like anything else.
        return summary.canBeTrue || summary.gaps.isEmpty ? nil : summary.gaps
    }

    /// Whether finding more events can only raise a measure: not so for the units of one event, which may be another one.
    private func isSetOfUnits(_ measure: Measure, _ plan: CohortPlan) -> Bool {
        switch measure {
        case .patients, .studies: true
        case .series(let event), .events(let event): plan.anchors[event.index].pick == .all
        }
    }
}
