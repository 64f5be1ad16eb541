import CohortPlan
import Execution
import InMemorySource

/// What an engine says held against the reference evaluator.
enum Comparison {
    /// What differs, in words; nil when nothing does.
    static func difference(_ plan: ExpandedPlan, _ patients: [PatientRecord], _ engine: PlanEngine) async throws -> String? {
        Agreement.difference(try await engine.execute(plan), ReferenceEvaluator(plan).evaluate(patients))
    }
}
