import CohortPlan
import Execution
import InMemorySource
import Testing

/// The engine against the definition: random plans over random patients give equal answers.
@Suite struct EngineAgainstReferenceTests {
    @Test(arguments: 0..<40) func answersAsTheReferenceEvaluator(seed: Int) async throws {
        var random = SplitMix64(seed: UInt64(seed))
        let patients = RandomRecords.patients(30, &random)
        for _ in 0..<25 {
            let plan = try RandomPlans.plan(&random)
            let expanded = ExpandedPlan(plan: plan, expansions: RandomPlans.expansions)
            let expected = ReferenceEvaluator(expanded).evaluate(patients)
            let result = try await PlanEngine(sources: [RecordSource(records: patients)]).execute(expanded)
            let difference = Agreement.difference(result, expected)
            #expect(difference == nil, "\(plan)")
        }
    }
}

/// A small generator whose numbers repeat for a seed (Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators").
struct SplitMix64: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }

    mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &self) < percent }
    mutating func pick<Element>(_ elements: [Element]) -> Element { elements[Int.random(in: 0..<elements.count, using: &self)] }
}
