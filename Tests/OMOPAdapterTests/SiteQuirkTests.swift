import CohortPlan
import Diagnostics
import Execution
import OMOPAdapter
import PostgresServer
import Testing

/// What sites do to their PostgreSQL tables: read for what it is, or named; never fewer patients.
@Suite(.enabled(if: PostgresServer.isInstalled, "skipped: no PostgreSQL server is installed (Debian: postgresql-15)"))
struct SiteQuirkTests {
    private let breastCancer = "patients where any diagnosis of \"Breast Carcinoma\""
    private let psa = "patients where any observation of \"PSA\" > 4 ng/mL"

    @Test func namesInCapitalsThatNeedQuotesAreFound() async throws {
        let database = try await SmallPostgres(
            """
            CREATE TABLE "DEATH" ("PERSON_ID" integer, "Death_Date" date); INSERT INTO "DEATH" VALUES (1, '2020-01-01'); DROP TABLE death;
            ALTER TABLE person RENAME COLUMN person_source_value TO "PERSON_SOURCE_VALUE"
            """)
        let result = try await database.answer("patients where any death after 2019-12-31")
        #expect(result.counted?.selection.patients == ["A"] && result.overall == .exact)
    }

    /// Where names differ in case alone, the one that an unquoted statement would mean is meant.
    @Test func aTableInSmallLettersCountsBeforeOneInCapitals() async throws {
        let database = try await SmallPostgres(
            """
            CREATE TABLE "DEATH" (person_id integer, death_date date, "Death_Date" text); INSERT INTO "DEATH" VALUES (1, '2020-01-01', 'x');
            ALTER TABLE death ADD COLUMN "DEATH_DATE" text; INSERT INTO death VALUES (2, '2020-01-01', 'x')
            """)
        let result = try await database.answer("patients where any death after 2019-12-31")
        #expect(result.counted?.selection.patients == ["B"] && result.counted?.unknown.patients == 0)
    }

    @Test(arguments: ["my-cdm 5.4", "CDM", "c\"dm; DROP TABLE person; --", "schéma"])
    func aSchemaMayBeCalledAnything(_ name: String) async throws {
        let quoted = "\"\(name.replacing("\"", with: "\"\""))\""
        let database = try await SmallPostgres(
            "INSERT INTO condition_occurrence VALUES (1, 1, 4112853, '2020-01-01', NULL); ALTER SCHEMA cdm RENAME TO \(quoted)")
        #expect(try await database.answer(breastCancer, schema: name).counted?.selection.patients == ["A"])
    }

    @Test func anEmptySourceValueIsNoIdentifier() async throws {
        let people =
            "INSERT INTO person VALUES (1, 8532, 1960, 5, 1, ''), (2, 8532, 1960, 5, 1, '   '), (3, 8532, 1960, 5, 1, ' A '), (4, 8532, 1960, 5, 1, NULL);"
        let database = try await SmallPostgres("", people: people)
        #expect(try await database.answer("patients where sex is female").counted?.selection.patients == ["1", "2", "4", "A"])
    }

    @Test func personsWithoutASharedIdentifierHaveTheirNumber() async throws {
        let database = try await SmallPostgres("ALTER TABLE person DROP COLUMN person_source_value")
        #expect(try await database.answer("patients where sex is female").counted?.selection.patients == ["1", "4"])
    }

    @Test(arguments: ["numeric(12, 2)", "text", "bigint", "double precision"])
    func aNumberNamesTheSamePersonHoweverItIsStored(_ type: String) async throws {
        let database = try await SmallPostgres("ALTER TABLE person ALTER person_id TYPE \(type)")
        #expect(try await database.answer("patients where sex is female").counted?.selection.patients == ["4", "A"])
    }

    @Test(arguments: ["timestamp", "timestamptz", "text", "varchar(30)"])
    func datesAreReadHoweverTheyAreStored(_ type: String) async throws {
        let database = try await SmallPostgres(
            """
            ALTER TABLE condition_occurrence ALTER condition_start_date TYPE \(type);
            INSERT INTO condition_occurrence VALUES (1, 1, 4112853, '2020-03-01 23:30:00', NULL), (2, 2, 4112853, NULL, NULL),
              (3, 4, 4112853, '2019-12-31 00:00:00', NULL)
            """)
        let result = try await database.answer(breastCancer + " after 2019-12-31")
        #expect(result.counted?.selection.patients == ["A"] && result.counted?.unknown.patients == 1)
    }

    @Test func daysThatNoCalendarHasAreUnknown() async throws {
        let database = try await SmallPostgres(
            """
            INSERT INTO condition_occurrence VALUES (1, 1, 4112853, 'infinity', NULL), (2, 2, 4112853, '0044-03-15 BC', NULL),
              (3, 3, 4112853, '-infinity', NULL), (4, 4, 4112853, '12020-01-01', NULL)
            """)
        let result = try await database.answer(breastCancer + " after 0030-01-01")
        #expect(result.counted?.selection.patients == [] && result.counted?.unknown.patients == 4)
    }

    /// Columns of another type than the CDM's, on either side of every comparison.
    @Test(arguments: [
        ("condition_occurrence", "person_id", "text"), ("condition_occurrence", "person_id", "bigint"),
        ("person", "person_id", "varchar(20)"),
        ("condition_occurrence", "condition_concept_id", "varchar(20)"), ("condition_occurrence", "condition_concept_id", "numeric(20, 3)"),
        ("condition_occurrence", "condition_concept_id", "char(12)"), ("condition_occurrence", "condition_occurrence_id", "uuid"),
        ("person", "gender_concept_id", "text"), ("person", "year_of_birth", "varchar(4)"), ("person", "person_source_value", "integer"),
    ])
    func columnsOfOtherTypesAreRead(_ table: String, _ column: String, _ type: String) async throws {
        let value =
            switch type {
            case "uuid": "md5(\(column)::text)::uuid"
            case "integer": "ascii(\(column))"
            default: "\(column)::\(type)"
            }
        let database = try await SmallPostgres(
            """
            INSERT INTO condition_occurrence VALUES (1, 1, 4112853, '2020-01-01', NULL), (2, 2, 4112853, '2020-01-01', NULL), (3, 4, 1, '2020-01-01', NULL);
            ALTER TABLE \(table) ALTER \(column) TYPE \(type) USING \(value)
            """)
        let question = breastCancer + " and sex is female and age at 2020-06-01 >= 60 years"
        let result = try await database.answer(question)
        #expect(result.counted?.selection.patients.count == 1 && result.overall == .exact)
    }

    @Test(arguments: ["text", "varchar(20)", "real", "double precision", "integer"])
    func valuesOfOtherTypesAreRead(_ type: String) async throws {
        let database = try await SmallPostgres(
            """
            ALTER TABLE measurement ALTER value_as_number TYPE \(type), ALTER unit_concept_id TYPE text, ALTER operator_concept_id TYPE text;
            INSERT INTO measurement VALUES (1, 1, 3013603, '2020-01-01', '5', '4172703', '8842', NULL, NULL), (2, 2, 3013603, '2020-01-01', '4', NULL, '8842', NULL, NULL),
              (3, 3, 3013603, '2020-01-01', '5', '4171756', '8842', NULL, NULL)
            """)
        let result = try await database.answer(psa)
        #expect(result.counted?.selection.patients == ["A"] && result.counted?.unknown.patients == 1)
    }

    @Test func aViewIsAsGoodAsATable() async throws {
        let database = try await SmallPostgres(
            "ALTER TABLE death RENAME TO deaths; INSERT INTO deaths VALUES (1, '2020-01-01'); CREATE VIEW death AS SELECT * FROM deaths")
        #expect(try await database.answer("patients where any death").counted?.selection.patients == ["A"])
    }

    @Test func aRowWithoutItsNumberIsARecord() async throws {
        let database = try await SmallPostgres("INSERT INTO condition_occurrence VALUES (NULL, 1, 4112853, '2020-01-01', NULL)")
        #expect(try await database.answer(breastCancer).counted?.selection.patients == ["A"])
    }

    @Test func whatIsMissingIsNamedBeforeAnybodyAsks() async throws {
        let database = try await SmallPostgres(
            """
            DROP TABLE observation; ALTER TABLE measurement DROP COLUMN operator_concept_id; UPDATE person SET person_source_value = 'A';
            CREATE TABLE cdm_source (cdm_version text); INSERT INTO cdm_source VALUES ('v5.3.1'); INSERT INTO death VALUES (77, '2020-01-01')
            """)
        let issues = try await database.adapter().loadIssues()
        #expect(issues.allSatisfy { $0.severity < .error && $0.help != nil })
        #expect(issues.contains { $0.code == "N0221" && $0.message.contains("`observation`") && $0.message.contains("observations") })
        #expect(
            issues.contains { $0.code == "N0221" && $0.message.contains("`measurement`") && $0.message.contains("`operator_concept_id`") })
        #expect(issues.contains { $0.code == "N0222" && $0.message.contains("`v5.3.1`") })
        #expect(issues.contains { $0.code == "N0223" })
        #expect(issues.filter { $0.code == "N0225" }.map(\.message).allSatisfy { $0.contains("`death`") && $0.contains("deaths") })
        #expect(issues.contains { $0.code == "N0225" })
        #expect(issues.contains { $0.code == "N0224" && $0.message.contains(" 1 identifiers") })
        let sound = try await SmallPostgres(
            """
            CREATE TABLE concept_ancestor (ancestor_concept_id int, descendant_concept_id int); INSERT INTO concept_ancestor VALUES (1, 1);
            CREATE TABLE visit_occurrence (visit_occurrence_id int, person_id int, visit_concept_id int, visit_start_date date, visit_end_date date);
            CREATE TABLE specimen (specimen_id int, person_id int, specimen_concept_id int, specimen_date date);
            CREATE TABLE observation_period (observation_period_id int, person_id int, observation_period_start_date date,
                observation_period_end_date date);
            \(["condition_occurrence", "procedure_occurrence", "drug_exposure", "measurement", "observation", "image_occurrence"]
                .map { "ALTER TABLE \($0) ADD COLUMN IF NOT EXISTS visit_occurrence_id int;" }.joined(separator: "\n"))
            """)
        let nothing = try await sound.adapter().loadIssues()
        #expect(nothing == [], "\(nothing.map(\.message))")
    }
}
