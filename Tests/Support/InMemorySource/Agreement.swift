public import CohortPlan
public import Execution

/// What an engine says held against the reference evaluator, part by part.
public enum Agreement {
    /// What differs, in words; nil when nothing does.
    public static func difference(_ found: EngineResult, _ expected: ReferenceResult) -> String? {
        guard let counted = found.counted else { return "no count: \(found.outcome)" }
        if counted.selection.patients != expected.patients {
            return "patients \(counted.selection.patients) instead of \(expected.patients)"
        }
        if counted.unknown.patients != expected.unknown { return "\(counted.unknown.patients) unknown instead of \(expected.unknown)" }
        let measures = counted.measures.map(\.value.reference)
        // A part alone may be beyond a source, when an event that only it measures from is; the coverage then names it.
        let isPartial = found.coverage.contains { $0.coverage == .notEvaluable }
        for (measure, wanted) in zip(measures, expected.measures) where !(measure == nil && isPartial) && measure != wanted {
            return "measures \(measures) instead of \(expected.measures)"
        }
        return difference(ofTables: counted, expected, isPartial) ?? difference(ofParts: counted, expected, isPartial)
    }

    private static func difference(ofTables counted: CountedResult, _ expected: ReferenceResult, _ isPartial: Bool) -> String? {
        for (table, wanted) in zip(counted.breakdowns, expected.tables) {
            guard case .strata(let strata) = table.content else {
                if isPartial { continue }
                return "no table by \(table.breakdown)"
            }
            let rows = strata.map { $0.values.map(\.reference) }
            // A row that a source has no words for is in none of its numbers, and those who would be in it are unknown there.
            let isWhole = rows.allSatisfy { $0.allSatisfy { $0 != nil } }
            if isWhole ? rows != wanted : !isCovered(rows, wanted) { return "by \(table.breakdown): \(rows) instead of \(wanted)" }
        }
        return nil
    }

    private static func isCovered(_ rows: [[ReferenceCount?]], _ wanted: [[ReferenceCount]]) -> Bool {
        zip(rows, wanted).dropLast().allSatisfy { row, wanted in zip(row, wanted).allSatisfy { $0 == nil || $0 == $1 } }
    }

    private static func difference(ofParts counted: CountedResult, _ expected: ReferenceResult, _ isPartial: Bool) -> String? {
        for (summary, wanted) in zip(counted.summaries, expected.summaries) {
            guard case .content(let statistics) = summary else {
                if isPartial { continue }
                return "a summary that cannot be evaluated"
            }
            let reference = RawStatistics(byPatient: wanted.mapValues { $0.map(\.double) })
            if statistics != reference { return "means \(statistics.means) instead of \(reference.means)" }
        }
        let funnel = counted.funnel.map(\.patients)
        if funnel != expected.funnel { return "funnel \(funnel) instead of \(expected.funnel)" }
        switch (counted.overlap, expected.overlap) {
        case (nil, nil): return nil
        case (.content(let overlap), let wanted?):
            let found = ReferenceOverlap(
                cells: overlap.cells.map(\.patients), cohorts: overlap.cohorts.map(\.patients), unknown: overlap.unknown.map(\.patients))
            return found == wanted ? nil : "overlap \(found) instead of \(wanted)"
        case (.notEvaluable, _?): return isPartial ? nil : "an overlap that cannot be evaluated"
        default: return "an overlap that was not asked for, or none"
        }
    }
}

extension RawValue {
    /// As the reference evaluator counts.
    fileprivate var reference: ReferenceCount? { count.map { ReferenceCount(patients: $0.patients, units: $0.units) } }
}
