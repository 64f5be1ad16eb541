import CohortPlan
import Compiler
import Diagnostics
import Execution
import Foundation
import GRDB
import Hyperontology
import OMOPAdapter
import Testing

/// A database that a test writes by hand, and questions in CohortQL to it.
struct SmallDatabase {
    let hyperontology: Hyperontology
    let path: String

    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    /// Read once for all tests.
    static let loaded = Result { try Hyperontology(directory: root.appendingPathComponent("Ontologies").path) }

    /// The tables that the bindings name, without declared types, as a bare import leaves them.
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

    /// The same, each column with the type that the CDM gives it.
    private static let typedTables = tables.replacing(/\b\w+_(?:id|of_birth)\b/) { "\($0.output) INTEGER" }
        .replacing(/\w+_date\b/) { "\($0.output) DATE" }.replacing(/\bvalue_as_number\b/) { "\($0.output) NUMERIC" }
        .replacing(/\w+_source_value\b|image_\w+_uid\b/) { "\($0.output) VARCHAR(64)" }

    /// A woman `A`, a man `B` of whom the year of birth alone is known, `C` of unknown sex, and a woman who has a number alone, 4.
    static let people = """
        INSERT INTO person VALUES (1, 8532, 1960, 5, 1, 'A'), (2, 8507, 1970, NULL, NULL, 'B'), (3, 0, 1980, 1, 1, 'C'), (4, 8532, 1952, 2, 29, NULL);
        """

    /// - Parameters:
    ///   - rows: statements that fill the tables, or change them.
    ///   - isTyped: whether columns are declared as the CDM does.
    init(_ rows: String, people: String = SmallDatabase.people, isTyped: Bool = false) throws {
        hyperontology = try SmallDatabase.loaded.get()
        path = FileManager.default.temporaryDirectory.appendingPathComponent("cohortium-omop-\(UUID().uuidString).sqlite").path
        let queue = try DatabaseQueue(path: path)
        try queue.write { try $0.execute(sql: (isTyped ? SmallDatabase.typedTables : SmallDatabase.tables) + people + rows) }
        try queue.close()
    }

    func remove() { try? FileManager.default.removeItem(atPath: path) }

    func adapter(patience: Duration = .seconds(5), pushdown: OMOPPushdown = .all, rowLimit: Int = OMOPAdapter.standardRowLimit)
        -> OMOPAdapter
    {
        OMOPAdapter(
            name: "omop", path: path, bindings: hyperontology.bindings(for: "omop"), omopUnits: hyperontology.omopUnits, patience: patience,
            pushdown: pushdown, rowLimit: rowLimit)
    }

    /// - Parameter cohort: what stands in the braces of a cohort.
    func plan(_ cohort: String) throws -> ExpandedPlan {
        let compiled = QueryCompiler(hyperontology: hyperontology).compile(SourceText(name: "q", text: "cohort A { \(cohort) }"))
        return try #require(compiled.query, "\(compiled.diagnostics)").expanded
    }

    func answer(_ cohort: String) async throws -> EngineResult { try await PlanEngine(sources: [adapter()]).execute(try plan(cohort)) }

    /// The patients that a question finds, and how many are unknown, in one fresh database.
    static func answer(_ rows: String, _ cohort: String) async throws -> (patients: [String]?, unknown: Int?, overall: Coverage) {
        let database = try SmallDatabase(rows)
        defer { database.remove() }
        let result = try await database.answer(cohort)
        return (result.counted?.selection.patients, result.counted?.unknown.patients, result.overall)
    }
}
