import CohortPlan
import Compiler
import Diagnostics
import Execution
import Hyperontology
import OMOPAdapter
import PostgresClient
import PostgresServer
import Testing

/// A schema `cdm` in a PostgreSQL database of its own that a test writes by hand, with the people of ``SmallDatabase``.
struct SmallPostgres {
    let server: PostgresServer
    let name: String
    let hyperontology: Hyperontology

    /// The tables that the bindings name, with the types of the CDM.
    private static let tables = """
        CREATE TABLE person (person_id integer, gender_concept_id integer, year_of_birth integer, month_of_birth integer, day_of_birth integer,
          person_source_value varchar(50));
        CREATE TABLE condition_occurrence (condition_occurrence_id integer, person_id integer, condition_concept_id integer,
          condition_start_date date, condition_end_date date);
        CREATE TABLE procedure_occurrence (procedure_occurrence_id integer, person_id integer, procedure_concept_id integer, procedure_date date,
          procedure_end_date date);
        CREATE TABLE drug_exposure (drug_exposure_id integer, person_id integer, drug_concept_id integer, drug_exposure_start_date date,
          drug_exposure_end_date date);
        CREATE TABLE measurement (measurement_id integer, person_id integer, measurement_concept_id integer, measurement_date date,
          value_as_number numeric, operator_concept_id integer, unit_concept_id integer, unit_source_value varchar(50),
          value_as_concept_id integer);
        CREATE TABLE observation (observation_id integer, person_id integer, observation_concept_id integer, observation_date date,
          value_as_number numeric, unit_concept_id integer, unit_source_value varchar(50), value_as_concept_id integer);
        CREATE TABLE death (person_id integer, death_date date);
        CREATE TABLE image_occurrence (person_id integer, image_study_uid text, image_series_uid text, image_occurrence_date date,
          modality_concept_id integer, modality_source_value text, anatomic_site_concept_id integer);
        """

    /// - Parameter rows: statements that fill the tables, or change them.
    init(_ rows: String, people: String = SmallDatabase.people) async throws {
        hyperontology = try SmallDatabase.loaded.get()
        server = try await .shared()
        name = try server.makeDatabase()
        try server.run(sql: "CREATE SCHEMA cdm; SET search_path TO cdm;\n\(SmallPostgres.tables)\(people)\n\(rows);", in: name)
    }

    func adapter(
        url: String? = nil, schema: String? = "cdm", vocabulary: String? = nil, limits: PostgresSession.Limits = PostgresSession.Limits(),
        pushdown: OMOPPushdown = .all, rowLimit: Int = OMOPAdapter.standardRowLimit
    ) throws -> OMOPAdapter {
        OMOPAdapter(
            name: "omop", postgres: try PostgresAddress(url: url ?? server.url(name)), schema: schema, vocabulary: vocabulary,
            bindings: hyperontology.bindings(for: "omop"), omopUnits: hyperontology.omopUnits, limits: limits, pushdown: pushdown,
            rowLimit: rowLimit)
    }

    /// An account that may use the schema and has no other right than what is granted; `$` stands for it.
    /// - Returns: the address with which it asks.
    func reader(grants: String) throws -> String {
        let user = "reader_\(UInt32.random(in: 0...UInt32.max))"
        let script = "CREATE ROLE \(user) LOGIN; GRANT USAGE ON SCHEMA cdm TO \(user); \(grants.replacing("$", with: user));"
        try server.run(sql: script, in: name)
        return server.url(name, user: user)
    }

    func plan(_ cohort: String) throws -> ExpandedPlan {
        let compiled = QueryCompiler(hyperontology: hyperontology).compile(SourceText(name: "q", text: "cohort A { \(cohort) }"))
        return try #require(compiled.query, "\(compiled.diagnostics)").expanded
    }

    func answer(_ cohort: String, schema: String? = "cdm") async throws -> EngineResult {
        try await PlanEngine(sources: [try adapter(schema: schema)]).execute(try plan(cohort))
    }
}
