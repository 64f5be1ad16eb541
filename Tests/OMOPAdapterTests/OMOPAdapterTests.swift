import CohortPlan
import Compiler
import Diagnostics
import Execution
import Foundation
import GRDB
import Hyperontology
import OMOPAdapter
import Testing

/// Small databases with everything that can be odd about them.
@Suite struct OMOPAdapterTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    private static let tables = """
        CREATE TABLE person (person_id, gender_concept_id, year_of_birth, month_of_birth, day_of_birth, person_source_value);
        CREATE TABLE condition_occurrence (condition_occurrence_id, person_id, condition_concept_id, condition_start_date, condition_end_date);
        CREATE TABLE procedure_occurrence (procedure_occurrence_id, person_id, procedure_concept_id, procedure_date, procedure_end_date);
        CREATE TABLE drug_exposure (drug_exposure_id, person_id, drug_concept_id, drug_exposure_start_date, drug_exposure_end_date);
        CREATE TABLE measurement (measurement_id, person_id, measurement_concept_id, measurement_date, value_as_number, operator_concept_id,
            unit_concept_id, unit_source_value, value_as_concept_id);
        CREATE TABLE observation (observation_id, person_id, observation_concept_id, observation_date, value_as_number, unit_concept_id,
            unit_source_value, value_as_concept_id);
        CREATE TABLE death (person_id, death_date);
        CREATE TABLE image_occurrence (person_id, image_study_uid, image_series_uid, image_occurrence_date, modality_concept_id,
            modality_source_value, anatomic_site_concept_id);
        """

    private func evaluate(_ rows: String, _ cohort: String, drop: String? = nil) async throws -> EngineResult {
        let hyperontology = try Hyperontology(directory: OMOPAdapterTests.root.appendingPathComponent("Ontologies").path)
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("cohortium-omop-\(UUID().uuidString).sqlite").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        let queue = try DatabaseQueue(path: path)
        try await queue.write { database in
            try database.execute(sql: OMOPAdapterTests.tables + rows)
            if let drop { try database.execute(sql: "DROP TABLE \(drop)") }
        }
        try queue.close()
        let compiled = QueryCompiler(hyperontology: hyperontology).compile(SourceText(name: "q", text: "cohort A { \(cohort) }"))
        let query = try #require(compiled.query, "\(compiled.diagnostics)")
        let adapter = OMOPAdapter(
            name: "omop", path: path, bindings: hyperontology.bindings(for: "omop"), omopUnits: hyperontology.omopUnits)
        return try await PlanEngine(sources: [adapter]).execute(query.expanded)
    }

    private let people = """
        INSERT INTO person VALUES (1, 8532, 1960, 5, 1, 'A'), (2, 8507, 1970, NULL, NULL, 'B'), (3, 0, 1980, 1, 1, 'C'), (4, 8532, 1950, 2, 29, NULL);
        """

    @Test func patientsAreNamedByTheirSourceValueElseByTheirNumber() async throws {
        let result = try await evaluate(people, "patients where sex is female")
        #expect(result.counted?.selection.patients == ["4", "A"])
        #expect(result.counted?.unknown.patients == 1)
    }

    @Test func unitsAreConvertedAndMissingOnesAreUnknown() async throws {
        let rows =
            people + """
                INSERT INTO measurement VALUES
                  (1, 1, 3013603, '2020-01-01', 4.5, NULL, 8842, 'ng/mL', NULL),
                  (2, 2, 3013603, '2020-01-01', 4.5, NULL, 0, 'ug/L', NULL),
                  (3, 3, 3013603, '2020-01-01', 4.5, NULL, 0, NULL, NULL),
                  (4, 4, 3013603, '2020-01-01', 3.5, NULL, 8842, 'ng/mL', NULL);
                """
        let result = try await evaluate(rows, "patients where any observation of \"PSA\" > 4 ng/mL")
        #expect(result.counted?.selection.patients == ["A", "B"])
        #expect(result.counted?.unknown.patients == 1)
    }

    @Test func aMissingValueIsUnknownAndNotNo() async throws {
        let rows =
            people + """
                INSERT INTO measurement VALUES
                  (1, 1, 36203168, '2020-01-01', NULL, NULL, NULL, NULL, 9191),
                  (2, 2, 36203168, '2020-01-01', NULL, NULL, NULL, NULL, 9189),
                  (3, 3, 36203168, '2020-01-01', NULL, NULL, NULL, NULL, 0),
                  (4, 4, 36203168, '2020-01-01', NULL, NULL, NULL, NULL, 999999999);
                """
        let positive = try await evaluate(rows, "patients where any observation of \"Estrogen Receptor Status\" is \"Positive\"")
        #expect(positive.counted?.selection.patients == ["A"])
        #expect(positive.counted?.unknown.patients == 2)
        let negated = try await evaluate(rows, "patients where not any observation of \"Estrogen Receptor Status\" is \"Positive\"")
        #expect(negated.counted?.selection.patients == ["B"])
        #expect(negated.counted?.unknown.patients == 2)
    }

    @Test func textOfTheQueryIsNeverSQL() async throws {
        let rows = people + "INSERT INTO image_occurrence VALUES (1, 'x'' OR 1=1 --', '1.1', '2020-01-01', 0, 'MR', 0);"
        let result = try await evaluate(rows, "s = imaging study having series { modality MR } patients where exists s")
        #expect(result.counted?.selection.patients == ["A"])
    }

    /// SQLite lets every column hold any type; none of them may end the program.
    @Test func wrongTypesAreReadOrUnknownAndNeverEndTheProgram() async throws {
        let rows = """
            INSERT INTO person VALUES (1, 8532, 'abc', x'00', 1.5, 77), (2, x'FF', NULL, 5, 5, x'0102'), (3, 8532, 1960, 5, 1, 'A');
            INSERT INTO measurement VALUES
              (x'01', 3, 3013603, 20200101, 'nine', x'00', x'00', 5, x'00'), (2, 3, '3013603', x'00', x'00', 'x', 'y', x'00', 'z');
            INSERT INTO image_occurrence VALUES (3, 5, 6, 7, 'x', 8, x'00'), (x'00', NULL, NULL, NULL, NULL, NULL, NULL);
            """
        for cohort in [
            "patients where sex is female", "patients where age at 2020-01-01 > 3 years",
            "patients where any observation of \"PSA\" > 4 ng/mL",
            "patients where any imaging study having series { modality MR, body part \"Breast\" }",
        ] {
            _ = try await evaluate(rows, cohort)
        }
    }

    @Test func aTableThatIsMissingIsNotAnEmptyOne() async throws {
        let result = try await evaluate(people, "patients where no imaging study", drop: "image_occurrence")
        guard case .notEvaluable(let reasons) = result.outcome else {
            Issue.record("a missing table gave a count")
            return
        }
        #expect(reasons.contains { $0.contains("image_occurrence") })
    }

    @Test(arguments: ["/nonexistent/omop.sqlite", "/etc/hostname"])
    func whatIsNoDatabaseIsSaid(_ path: String) async throws {
        let hyperontology = try Hyperontology(directory: OMOPAdapterTests.root.appendingPathComponent("Ontologies").path)
        let adapter = OMOPAdapter(
            name: "omop", path: path, bindings: hyperontology.bindings(for: "omop"), omopUnits: hyperontology.omopUnits)
        let failure = await #expect(throws: SourceFailure.self) { try await adapter.probe() }
        #expect(failure?.source == "omop")
        #expect(failure?.diagnostic.message.contains("`omop`") == true)
        // The message may leave the node: it names the source, not the place on its disk.
        #expect(failure?.diagnostic.message.contains(path) == false)
        #expect(failure?.diagnostic.help?.isEmpty == false)
    }
}
