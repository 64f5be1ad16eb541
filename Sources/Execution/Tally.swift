import BitCollections
import CohortPlan

/// The counting of a report over the patients who meet a condition.
struct Tally {
    private let evaluation: PlanEvaluation
    private let counted: BitSet
    private let measures: [MeasureUnits]

    init(_ evaluation: PlanEvaluation, counted: BitSet) {
        self.evaluation = evaluation
        self.counted = counted
        self.measures = evaluation.plan.report.measures.map { MeasureUnits($0, of: counted, evaluation) }
    }

    func countedMeasures() -> [CountedMeasure] {
        zip(evaluation.plan.report.measures, measures).map { CountedMeasure($0, $1.value(in: counted)) }
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
        return PatientSelection(patients: counted.map { patients.ids[$0] }, series: series)
    }

    private func content(of breakdown: Breakdown) -> CountedBreakdown.Content {
        let assessment = evaluation.assessment.assessment(of: breakdown)
        guard assessment.coverage != .notEvaluable else { return .notEvaluable(reasons: assessment.reasons) }
        let names = breakdown.strata
        var members = [BitSet](repeating: [], count: names.count)
        // Of several axes the last one varies fastest; on each, `unknown` is last.
        let axes = breakdown.axes.map { (breakdown: $0, count: $0.strata.count) }
        for patient in counted {
            let place = axes.reduce(0) { $0 * $1.count + (stratum(of: patient, in: $1.breakdown) ?? $1.count - 1) }
            members[place].insert(patient)
        }
        return .strata(zip(names, members).map { name, members in CountedStratum(name, measures.map { $0.value(in: members) }) })
    }

    /// The index of a patient's stratum; nil when it is unknown.
    private func stratum(of patient: Int, in breakdown: Breakdown) -> Int? {
        switch breakdown {
        case .sex: return evaluation.patients.sexes[patient].flatMap(Sex.allCases.firstIndex)
        case .age(let point, let width):
            guard let birth = evaluation.patients.birthDates[patient], case .day(let day) = evaluation.events.day(of: point, for: patient)
            else { return nil }
            return day.ageBand(since: birth, width: width)
        case .cross: return nil
        }
    }
}

/// What each counted patient contributes to one measure.
private struct MeasureUnits {
    /// By patient, the units as dense indexes; nil where every patient is one unit.
    private let units: [Int: [Int]]?
    /// Why the measure has no value; nil when it has one.
    private let gap: [String]?

    init(_ measure: Measure, of counted: BitSet, _ evaluation: PlanEvaluation) {
        guard let event = measure.event else {
            units = nil
            gap = nil
            return
        }
        guard let column = evaluation.events.columns[event.index] else {
            units = [:]
            gap = evaluation.assessment.anchors[event.index].reasons
            return
        }
        var indexes: [String: Int] = [:]
        var units: [Int: [Int]] = [:]
        for patient in counted {
            let found = column.events(of: patient).flatMap { $0.units(of: measure) }
            guard !found.isEmpty else { continue }
            units[patient] = found.map { unit in
                let index = indexes[unit] ?? indexes.count
                indexes[unit] = index
                return index
            }
        }
        self.units = units
        self.gap = nil
    }

    func value(in members: BitSet) -> RawValue {
        if let gap { return .notEvaluable(reasons: gap) }
        guard let units else { return .count(RawCount(patients: members.count)) }
        var contributors = 0
        var distinct = BitSet()
        for patient in members {
            guard let found = units[patient] else { continue }
            contributors += 1
            for unit in found { distinct.insert(unit) }
        }
        return .count(RawCount(patients: contributors, units: distinct.count))
    }
}

extension SourceEvent {
    /// The identifiers of the studies or series that this event is to a measure.
    fileprivate func units(of measure: Measure) -> [String] {
        switch measure {
        case .patients: []
        case .studies: study.map { [$0] } ?? []
        case .series: series
        }
    }
}
