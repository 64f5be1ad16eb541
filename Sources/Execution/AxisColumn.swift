import CohortPlan

/// One axis of a table, worked out for every counted patient.
struct AxisColumn {
    /// How many strata there are; the last is of those of whom it is unknown.
    let count: Int
    private let axis: Breakdown
    private let evaluation: PlanEvaluation
    /// For what is recorded of an event: by row of the event's table, its stratum.
    private let strata: [Int: Int]

    init(_ axis: Breakdown, of counted: some Sequence<Int>, _ evaluation: PlanEvaluation) {
        self.axis = axis
        self.evaluation = evaluation
        count = axis.strata.count
        strata = AxisColumn.strata(axis, counted, evaluation)
    }

    /// The stratum of a patient.
    /// - Parameter row: the row of the event that is looked at; nil where there is none.
    func stratum(of patient: Int, row: Int?) -> Int { known(patient, row) ?? count - 1 }

    private func known(_ patient: Int, _ row: Int?) -> Int? {
        switch axis {
        case .sex: return evaluation.patients.sexes[patient].flatMap(Sex.allCases.firstIndex)
        case .age(let point, let width):
            guard let birth = evaluation.patients.birthDates[patient], case .day(let day) = evaluation.events.day(of: point, for: patient)
            else { return nil }
            return day.ageBand(since: birth, width: width)
        case .year(let event, let first, let last):
            guard let row, let day = evaluation.events.columns[event.index]?.table[row].start else { return nil }
            return Breakdown.year(of: day, from: first, to: last)
        case .value: return row.flatMap { strata[$0] }
        case .cross: return nil
        }
    }

    /// An event falls into the one stratum whose request finds it for certain, and into none when several do.
    private static func strata(_ axis: Breakdown, _ counted: some Sequence<Int>, _ evaluation: PlanEvaluation) -> [Int: Int] {
        guard case .value(let event, _) = axis, let column = evaluation.events.columns[event.index] else { return [:] }
        let assessments = evaluation.assessment.assessments(ofStrata: axis)
        let tables = zip(evaluation.plan.requests(of: axis), assessments).map { request, assessment in
            assessment.coverage == .notEvaluable ? nil : evaluation.tables[request]
        }
        var strata: [Int: Int] = [:]
        for patient in counted {
            let rows = column.rows(of: patient)
            guard !rows.isEmpty else { continue }
            var found: [String: Set<Int>] = [:]
            for (stratum, table) in tables.enumerated() {
                guard let table else { continue }
                for row in table.rows(of: patient) where table[row].isCertain { found[table[row].key, default: []].insert(stratum) }
            }
            for row in rows {
                guard let fitting = found[column.table[row].key], fitting.count == 1 else { continue }
                strata[row] = fitting.first
            }
        }
        return strata
    }
}
