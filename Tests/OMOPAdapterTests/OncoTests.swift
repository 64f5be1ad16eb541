import CohortPlan
import Compiler
import Diagnostics
import Execution
import Foundation
import GRDB
import Hyperontology
import OMOPAdapter
import PublishedPatients
import Testing

/// Questions in CohortQL on real input, against SQL written for the purpose.
@Suite(.enabled(if: PublishedDatabase.onco.isPresent, "skipped: ../shared/data/omop is not here"))
struct OncoTests {
    private static let path = FileManager.default.temporaryDirectory.appendingPathComponent("cohortium-onco-\(UUID().uuidString).sqlite")
        .path
    private static let loaded = Result { try PublishedDatabase.onco.load(into: path) }
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    static let questions: [(name: String, text: String, sql: String, coverage: Coverage)] = [
        (
            "breast carcinoma with ER positive after it",
            """
            cohort A {
              index = first diagnosis of "Breast Carcinoma"
              patients where any observation of "Estrogen Receptor Status" is "Positive" on or after index
            }
            """,
            """
            SELECT DISTINCT p.person_source_value FROM person p
            JOIN (SELECT person_id, min(condition_start_date) d FROM condition_occurrence WHERE condition_concept_id = 4112853 GROUP BY person_id) c USING (person_id)
            JOIN measurement m ON m.person_id = p.person_id AND m.measurement_concept_id = 36203168 AND m.value_as_concept_id = 9191 AND m.measurement_date >= c.d
            """, .exact
        ),
        (
            "prostate carcinoma at 50 or older with at least two PSA over 4 ng/mL",
            """
            cohort A {
              index = first diagnosis of "Prostate Carcinoma"
              patients where age at index >= 50 years and at least 2 observations of "PSA" > 4 ng/mL
            }
            """,
            """
            SELECT p.person_source_value FROM person p
            JOIN (SELECT person_id, min(condition_start_date) d FROM condition_occurrence WHERE condition_concept_id = 4129902 GROUP BY person_id) c USING (person_id)
            WHERE strftime('%Y%m%d', c.d) - (p.year_of_birth * 10000 + p.month_of_birth * 100 + p.day_of_birth) >= 500000
            AND (SELECT count(*) FROM measurement m WHERE m.person_id = p.person_id AND m.measurement_concept_id = 3013603 AND m.value_as_number > 4 AND m.unit_concept_id = 8842) >= 2
            """, .approximate
        ),
        (
            "colorectal cancer with an imaging study",
            """
            cohort A {
              index = first diagnosis of "Colorectal Cancer"
              study = imaging study
              patients where exists index and exists study
            }
            report A count patients, studies of study
            """,
            """
            SELECT DISTINCT p.person_source_value FROM person p
            JOIN condition_occurrence c ON c.person_id = p.person_id AND c.condition_concept_id IN (4180790, 79740, 197500)
            JOIN image_occurrence i ON i.person_id = p.person_id
            """, .exact
        ),
    ]

    @Test(arguments: questions.indices)
    func answersWhatPlainSQLAnswers(_ index: Int) async throws {
        try OncoTests.loaded.get()
        let question = OncoTests.questions[index]
        let hyperontology = try Hyperontology(directory: OncoTests.root.appendingPathComponent("Ontologies").path)
        let compiled = QueryCompiler(hyperontology: hyperontology).compile(SourceText(name: question.name, text: question.text))
        let query = try #require(compiled.query, "\(compiled.diagnostics)")
        let adapter = OMOPAdapter(
            name: "onco", path: OncoTests.path, bindings: hyperontology.bindings(for: "omop"), omopUnits: hyperontology.omopUnits)
        try await adapter.probe()
        let result = try await PlanEngine(sources: [adapter]).execute(query.expanded)
        let found = try #require(result.counted).selection.patients
        let expected = try await DatabaseQueue(path: OncoTests.path).read { try String.fetchAll($0, sql: question.sql) }.sorted()
        #expect(found == expected)
        #expect(!expected.isEmpty)
        #expect(result.overall == question.coverage)
        print("onco: \(question.name): \(found.count) patients, \(result.overall.rawValue)")
    }
}
