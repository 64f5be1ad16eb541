import CohortPlan

// Reports keep the order in which they were written: what is counted, the tables, the steps of a funnel.

extension AnchorRenumbering {
    mutating func use(_ axis: Breakdown) {
        switch axis {
        case .sex, .cross: break
        case .age(let point, _): use(point.event)
        case .year(let event, _, _), .value(let event, _): use(event)
        }
    }

    /// - Parameters:
    ///   - overlap: the report's, normalised.
    ///   - funnel: the report's, normalised.
    func renumber(_ report: Report, overlap: [Condition], funnel: [Condition]) -> Report {
        Report(
            measures: report.measures.map(renumber), breakdowns: report.breakdowns.map(renumber), summaries: report.summaries.map(renumber),
            funnel: funnel.map(renumber), overlap: overlap.map(renumber))
    }

    private func renumber(_ measure: Measure) -> Measure {
        switch measure {
        case .patients: measure
        case .studies(let event): .studies(renumber(event))
        case .series(let event): .series(renumber(event))
        case .events(let event): .events(renumber(event))
        }
    }

    private func renumber(_ breakdown: Breakdown) -> Breakdown {
        switch breakdown {
        case .sex: breakdown
        case .age(let point, let width): .age(renumber(point), bandWidth: width)
        case .year(let event, let first, let last): .year(renumber(event), from: first, to: last)
        case .value(let event, let axis): .value(renumber(event), axis)
        case .cross(let axes): .cross(axes.map(renumber))
        }
    }

    private func renumber(_ summary: Summary) -> Summary {
        switch summary {
        case .age(let point): .age(renumber(point))
        case .number(let event, let unit): .number(renumber(event), unit: unit)
        case .days(let first, let last): .days(from: renumber(first), to: renumber(last))
        }
    }
}
