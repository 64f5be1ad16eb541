import BitCollections
import CohortPlan

/// A patient in a row of a table, or among all that are counted.
struct TableMember {
    let patient: Int
    /// The row of the event that puts the patient here, of an event of which there can be several; empty where there is none.
    var rows: [Int]?
}

/// What each counted patient contributes to one measure.
struct MeasureUnits {
    private let event: EventReference?
    /// By row of the event's table, the units as dense indexes; nil where every patient is one unit.
    private let units: [Int: [Int]]?
    private let column: AnchorColumn?
    /// Why the measure has no value; nil when it has one.
    private let gap: [String]?

    init(_ measure: Measure, of counted: some Sequence<Int>, _ evaluation: PlanEvaluation) {
        event = measure.event
        column = measure.event.flatMap { evaluation.events.columns[$0.index] }
        guard let event = measure.event else {
            (units, gap) = (nil, nil)
            return
        }
        guard let column else {
            (units, gap) = ([:], evaluation.assessment.anchors[event.index].reasons)
            return
        }
        var indexes: [String: Int] = [:]
        var units: [Int: [Int]] = [:]
        for patient in counted {
            for row in column.rows(of: patient) {
                units[row] = column.table[row].units(of: measure).map { unit in
                    let index = indexes[unit] ?? indexes.count
                    indexes[unit] = index
                    return index
                }
            }
        }
        self.units = units
        gap = nil
    }

    /// - Parameter several: the event whose rows the members name.
    func value(in members: [TableMember], of several: EventReference? = nil) -> RawValue {
        if let gap { return .notEvaluable(reasons: gap) }
        guard let units, let column else { return .count(RawCount(patients: BitSet(members.lazy.map(\.patient)).count)) }
        var contributors = BitSet()
        var distinct = BitSet()
        for member in members {
            let rows = several == event ? member.rows ?? [] : column.rows(of: member.patient)
            for unit in rows.flatMap({ units[$0] ?? [] }) {
                contributors.insert(member.patient)
                distinct.insert(unit)
            }
        }
        return .count(RawCount(patients: contributors.count, units: distinct.count))
    }
}

extension EventRow {
    /// The identifiers of what this event is to a measure.
    fileprivate func units(of measure: Measure) -> [String] {
        switch measure {
        case .patients: []
        case .studies: study.map { [$0] } ?? []
        case .series: series
        case .events: [key]
        }
    }
}
