import CohortPlan
import Compiler
import Diagnostics
import Execution
import FHIRAdapter
import Testing

/// Three questions in CohortQL over the published test data, against a scan of every line as JSON with the codes written out.
@Suite(.enabled(if: PublishedData.isThere, "the published FHIR data is not there")) struct PublishedQuestionsTests {
    /// What is asked, and how a scan answers.
    struct Question: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let body: String
        let expected: @Sendable (NaiveScan) -> Set<String>
    }

    static let questions = [
        Question(
            testDescription: "breast carcinoma with ER positive after it",
            body: """
                tumour = first diagnosis of "Breast Carcinoma"
                patients where any observation of "Estrogen Receptor Status" is "Positive" on or after tumour
                """
        ) { scan in
            let tumours = scan.firstConditions(of: ["254837009"])
            let found = scan.observations["85337-4", default: []].filter { observation in
                guard let tumour = tumours[observation.patient] else { return false }
                return observation.valueCode == "10828004" && observation.day >= tumour
            }
            return Set(found.map(\.patient))
        },
        Question(
            testDescription: "prostate carcinoma at 50 or older with at least two PSA over 4 ng/mL",
            body: """
                tumour = first diagnosis of "Prostate Carcinoma"
                patients where age at tumour >= 50 years and at least 2 observation of "Prostate Specific Antigen" > 4 ng/mL
                """
        ) { scan in
            let high = scan.observations["2857-1", default: []].filter { $0.unit == "ng/mL" && ($0.number ?? 0) > 4 }
            let numbers = Dictionary(grouping: high, by: \.patient).mapValues(\.count)
            let tumours = scan.firstConditions(of: ["126906006"])
            return Set(tumours.filter { scan.age(of: $0.key, on: $0.value) >= 50 && numbers[$0.key, default: 0] >= 2 }.keys)
        },
        Question(
            testDescription: "colorectal cancer with an imaging study",
            body: #"patients where any diagnosis of "Colorectal Carcinoma" and any imaging study"#
        ) { scan in
            Set(scan.firstConditions(of: ["363406005", "109838007", "93761005"]).keys).intersection(scan.imaged)
        },
    ]

    @Test(arguments: questions) func theEngineFindsWhomAScanFinds(_ question: Question) async throws {
        let export = try PublishedData.unpacked().export
        let source = SourceText(name: "question", text: "cohort A {\n\(question.body)\n}\nreport A count patients\n")
        let compiled = QueryCompiler(hyperontology: try requireOntology()).compile(source)
        let query = try #require(compiled.query, "\(compiled.diagnostics.map(\.message))")
        let result = try await PlanEngine(sources: [export.adapter()]).execute(query.expanded)
        let found = try #require(result.counted).selection.patients
        #expect(!found.isEmpty)
        #expect(found == question.expected(try NaiveScan.shared.get()).sorted())
    }
}
