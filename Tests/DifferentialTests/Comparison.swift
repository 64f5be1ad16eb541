import CohortPlan
import Execution

/// What an engine says held against the reference evaluator.
enum Comparison {
    /// What differs, in words; nil when nothing does.
    static func difference(_ plan: ExpandedPlan, _ patients: [PatientRecord], _ engine: PlanEngine) async throws -> String? {
        let expected = ReferenceEvaluator(plan).evaluate(patients)
        let found = try await engine.execute(plan)
        guard let counted = found.counted else { return "no count: \(found.outcome)" }
        if counted.selection.patients != expected.patients {
            return "patients \(counted.selection.patients) instead of \(expected.patients)"
        }
        if counted.unknown.patients != expected.unknown { return "\(counted.unknown.patients) unknown instead of \(expected.unknown)" }
        let measures = counted.measures.map { $0.value.count.map { ReferenceCount(patients: $0.patients, units: $0.units) } }
        if measures != expected.measures { return "measures \(measures) instead of \(expected.measures)" }
        for (table, wanted) in zip(counted.breakdowns, expected.tables) {
            guard case .strata(let strata) = table.content else {
                // A table alone may be beyond a source, when an event that only it measures from is; the coverage then names it.
                if found.coverage.contains(where: { $0.coverage == .notEvaluable }) { continue }
                return "no table by \(table.breakdown)"
            }
            let rows = strata.map { $0.values.map { $0.count.map { ReferenceCount(patients: $0.patients, units: $0.units) } } }
            if rows != wanted { return "by \(table.breakdown): \(rows) instead of \(wanted)" }
        }
        return nil
    }
}
