import CohortPlan

/// The counting of a report over the patients who meet a condition.
struct Tally {
    private let evaluation: PlanEvaluation
    private let counted: PatientSet
    private let measures: [MeasureUnits]

    init(_ evaluation: PlanEvaluation, counted: PatientSet) {
        self.evaluation = evaluation
        self.counted = counted
        self.measures = evaluation.plan.report.measures.map { MeasureUnits($0, of: counted, evaluation) }
    }

    func countedMeasures() -> [CountedMeasure] {
        let members = counted.map { TableMember(patient: $0) }
        return zip(evaluation.plan.report.measures, measures).map { CountedMeasure($0, $1.value(in: members)) }
    }

    func countedBreakdowns() -> [CountedBreakdown] {
        evaluation.plan.report.breakdowns.map { CountedBreakdown($0, content(of: $0)) }
    }

    /// The counted patients with the series of every imaging event.
    func selection() -> PatientSelection {
        let patients = evaluation.patients
        var series: [EventReference: [SelectedSeries]] = [:]
        for (index, anchor) in evaluation.plan.anchors.enumerated() where anchor.request.kind.isImaging {
            guard let column = evaluation.events.columns[index] else { continue }
            var found: Set<SelectedSeries> = []
            for patient in counted {
                for event in column.events(of: patient) {
                    guard let study = event.study else { continue }
                    for uid in event.series { found.insert(SelectedSeries(patient: patients.ids[patient], study: study, series: uid)) }
                }
            }
            series[EventReference(index)] = found.sorted()
        }
        return PatientSelection(patients: counted.map { patients.ids[$0] }.sorted(), series: series)
    }

    // MARK: Tables

    private func content(of breakdown: Breakdown) -> CountedBreakdown.Content {
        let assessment = evaluation.assessment.assessment(of: breakdown)
        guard assessment.coverage != .notEvaluable else { return .notEvaluable(reasons: assessment.reasons) }
        let several = breakdown.axes.compactMap(\.event).first { !evaluation.plan.anchors[$0.index].pick.isSingle }
        let members = members(of: breakdown.axes, several)
        let strata = zip(zip(breakdown.strata, evaluation.assessment.gaps(in: breakdown.axes)), members).map { stratum, members in
            let (name, gap) = stratum
            return CountedStratum(
                name, measures.map { units in gap.map { .notEvaluable(reasons: $0) } ?? units.value(in: members, of: several) })
        }
        return .strata(strata)
    }

    /// By place in the table, who is there; of several axes the last one varies fastest.
    /// - Parameter several: the event of which a patient can have several, so that they can be in several places.
    private func members(of axes: [Breakdown], _ several: EventReference?) -> [[TableMember]] {
        let columns = axes.map { AxisColumn($0, of: counted, evaluation) }
        let events = axes.map { axis in axis.event.flatMap { event in evaluation.events.columns[event.index].map { (event, $0) } } }
        var members = [[TableMember]](repeating: [], count: columns.map(\.count).reduce(1, *))
        for patient in counted {
            let rows = several.flatMap { evaluation.events.columns[$0.index] }.map { $0.rows(of: patient) }
            // Who has none of these events is where those are of whom it is unknown.
            for row in rows.map({ $0.isEmpty ? [nil] : $0.map(Optional.some) }) ?? [nil] {
                let place = zip(columns, events).reduce(0) { place, axis in
                    let (column, event) = axis
                    let looked = event.flatMap { event, found in event == several ? row : found.rows(of: patient).first }
                    return place * column.count + column.stratum(of: patient, row: looked)
                }
                members[place].append(TableMember(patient: patient, rows: several == nil ? nil : row.map { [$0] } ?? []))
            }
        }
        return members
    }

    // MARK: Distributions

    func countedSummaries() -> [CountedPart<RawStatistics>] {
        evaluation.plan.report.summaries.map { summary in
            let assessment = evaluation.assessment.assessment(of: summary)
            guard assessment.coverage != .notEvaluable else { return .notEvaluable(reasons: assessment.reasons) }
            var values: [String: [Double]] = [:]
            for patient in counted { values[evaluation.patients.ids[patient]] = self.values(of: summary, patient) }
            return .content(RawStatistics(byPatient: values))
        }
    }

    /// The numbers of one patient.
    private func values(of summary: Summary, _ patient: Int) -> [Double] {
        switch summary {
        case .age(let point):
            guard let birth = evaluation.patients.birthDates[patient], case .day(let day) = evaluation.events.day(of: point, for: patient)
            else { return [] }
            let youngest = day.earliest.completedYears(since: birth.latest)
            return youngest >= 0 && youngest == day.latest.completedYears(since: birth.earliest) ? [Double(youngest)] : []
        case .days(let first, let last):
            guard case .day(let from) = evaluation.events.day(of: first, for: patient), from.isExact,
                case .day(let to) = evaluation.events.day(of: last, for: patient), to.isExact
            else { return [] }
            return [Double(to.earliest.daysSinceEpoch - from.earliest.daysSinceEpoch)]
        case .number(let event, let unit):
            guard let column = evaluation.events.columns[event.index] else { return [] }
            return column.events(of: patient).compactMap { $0.value.number(in: unit)?.double }
        }
    }
}
