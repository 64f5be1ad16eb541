import CohortPlan
import Execution
import Testing

@Suite struct CodeLookupTests {
    private let parent = ConceptIRI("https://example.org/Cancer")
    private let child = ConceptIRI("https://example.org/BreastCancer")

    private func expansion(_ codes: [ExpandedCode], gaps: [CodeSystem: [ConceptIRI]]) -> Expansion {
        Expansion(set: Make.concept("Cancer"), concepts: [child, parent], codes: codes, gaps: gaps)
    }

    @Test func findsExactlyWhatIsMeantWhenNoConceptIsLeftOut() {
        let lookup = CodeLookup(
            expansion([ExpandedCode(system: "omop", code: "1", concept: parent, match: .exact)], gaps: ["omop": []]), systems: ["omop"],
            label: "cancer")
        #expect(lookup.assessment == .exact)
        #expect(lookup.codes == ["omop": ["1"]])
    }

    @Test func isALowerBoundWhereConceptsHaveNoCodeAndNamesThem() {
        let lookup = CodeLookup(
            expansion([ExpandedCode(system: "omop", code: "1", concept: child, match: .exact)], gaps: ["omop": [parent]]),
            systems: ["omop"],
            label: "cancer")
        #expect(lookup.assessment == Assessment(.narrower, reasons: ["no code in omop for Cancer"]))
    }

    @Test func isAnUpperBoundWhereACodeMeansMore() {
        let lookup = CodeLookup(
            expansion([ExpandedCode(system: "omop", code: "1", concept: parent, match: .broader)], gaps: ["omop": []]), systems: ["omop"],
            label: "cancer")
        #expect(lookup.assessment.coverage == .broader)
    }

    @Test func cannotBeEvaluatedWithoutACodeOrWithoutAnExpansion() {
        let foreign = expansion([ExpandedCode(system: "snomed", code: "1", concept: parent, match: .exact)], gaps: ["snomed": []])
        #expect(CodeLookup(foreign, systems: ["omop"], label: "cancer").assessment.coverage == .notEvaluable)
        #expect(CodeLookup(nil, systems: ["omop"], label: "cancer").assessment.coverage == .notEvaluable)
    }
}
