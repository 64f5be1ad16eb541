import CohortPlan
import Compiler
import Diagnostics
import Execution
import Foundation
import Hyperontology
import OMOPAdapter
import PostgresClient
import PostgresServer
import Testing

/// What is away, missing or forbidden in PostgreSQL: one clear diagnostic, never a smaller count.
@Suite(.enabled(if: PostgresServer.isInstalled, "skipped: no PostgreSQL server is installed (Debian: postgresql-15)"))
struct PostgresStateTests {
    private let psa = "patients where any observation of \"PSA\" > 4 ng/mL"
    private let breastCancer = "patients where any diagnosis of \"Breast Carcinoma\""

    private func failure(_ adapter: OMOPAdapter) async -> Diagnostic? {
        await #expect(throws: SourceFailure.self) { try await adapter.probe() }?.diagnostic
    }

    @Test func aDatabaseWithItsOwnSchemaIsRead() async throws {
        let database = try await SmallPostgres("INSERT INTO condition_occurrence VALUES (1, 1, 4112853, '2020-01-01', NULL)")
        let adapter = try database.adapter()
        try await adapter.probe()
        let result = try await database.answer(breastCancer)
        #expect(result.counted?.selection.patients == ["A"])
        #expect(result.counted?.population.patients == 4)
        let plan = try database.plan(breastCancer)
        let queries = adapter.nativeQueries(for: try #require(plan.plan.requests.first), in: plan)
        #expect(queries.count == 1 && queries[0].text.contains("\"cdm\".\"condition_occurrence\"") && queries[0].text.contains("$1"))
    }

    @Test func aServerThatIsAwayIsNotAnEmptyDatabase() async throws {
        let database = try await SmallPostgres("")
        let adapter = try database.adapter(url: "postgresql://x@127.0.0.1:9/omop")
        let found = await failure(adapter)
        #expect(found?.code == "N0211")
        #expect(found?.message.contains("`omop`") == true && found?.help != nil)
        let engine = await #expect(throws: ExecutionFailure.self) {
            try await PlanEngine(sources: [adapter]).execute(try database.plan("patients where no death"))
        }
        #expect(engine?.diagnostic.code == "N0211")
    }

    @Test func anUnknownAccountDatabaseOrSchemaIsNamed() async throws {
        let database = try await SmallPostgres("")
        let account = await failure(try database.adapter(url: database.server.loopbackURL(database.name, user: "nobody_there")))
        #expect(account?.code == "N0212")
        #expect(await failure(try database.adapter(url: database.server.url("no_such_database")))?.code == "N0213")
        let schema = await failure(try database.adapter(schema: "cdn"))
        #expect(schema?.code == "N0214" && schema?.help == "did you mean `schema: cdm`?")
        let nowhere = await failure(try database.adapter(schema: nil))
        #expect(nowhere?.code == "N0214" && nowhere?.help?.contains("`schema: cdm`") == true)
    }

    @Test func theSearchPathNamesTheSchemaWhereTheConfigurationDoesNot() async throws {
        let database = try await SmallPostgres("INSERT INTO death VALUES (1, '2020-01-01')")
        try database.server.run(sql: "ALTER DATABASE \(database.name) SET search_path TO nowhere, cdm, public", in: "postgres")
        #expect(try await database.answer("patients where any death", schema: nil).counted?.selection.patients == ["A"])
    }

    @Test func aTableThatMayNotBeReadIsNotAnEmptyOne() async throws {
        let database = try await SmallPostgres("INSERT INTO measurement VALUES (1, 1, 3013603, '2020-01-01', 5, NULL, 8842, NULL, NULL)")
        let reader = try database.reader(grants: "GRANT SELECT ON cdm.person, cdm.measurement TO $")
        let adapter = try database.adapter(url: reader)
        try await adapter.probe()
        let engine = PlanEngine(sources: [adapter])
        let diagnoses = try await engine.execute(try database.plan("patients where no diagnosis of \"Breast Carcinoma\""))
        guard case .notEvaluable(let reasons) = diagnoses.outcome else {
            Issue.record("a table that may not be read gave a count")
            return
        }
        #expect(reasons.contains { $0.contains("may not read") && $0.contains("`condition_occurrence`") })
        // The other table of observations alone makes a lower bound.
        let values = try await engine.execute(try database.plan(psa))
        #expect(values.overall == .narrower && values.counted?.selection.patients == ["A"])
    }

    @Test func personsThatMayNotBeReadStopTheSource() async throws {
        let database = try await SmallPostgres("")
        #expect(await failure(try database.adapter(url: try database.reader(grants: "GRANT SELECT ON cdm.death TO $")))?.code == "N0215")
        // Without the shared identifier the same patients would be others.
        let columns = try database.reader(grants: "GRANT SELECT (person_id, gender_concept_id, year_of_birth) ON cdm.person TO $")
        #expect(await failure(try database.adapter(url: columns))?.code == "N0215")
    }

    @Test func aRowPolicyStopsTheQuestion() async throws {
        let database = try await SmallPostgres("INSERT INTO death VALUES (1, '2020-01-01'), (2, '2020-01-01')")
        let reader = try database.reader(
            grants: """
                GRANT SELECT ON ALL TABLES IN SCHEMA cdm TO $; ALTER TABLE cdm.death ENABLE ROW LEVEL SECURITY;
                CREATE POLICY hides ON cdm.death USING (person_id = 1)
                """)
        let adapter = try database.adapter(url: reader)
        let failure = await #expect(throws: ExecutionFailure.self) {
            try await PlanEngine(sources: [adapter]).execute(try database.plan("patients where any death"))
        }
        #expect(failure?.diagnostic.code == "N0215")
    }

    @Test(arguments: [("5.4", nil), ("v5.4.1", nil), ("CDM v5.3.1", nil), ("6.0", "N0216"), ("v4", "N0216"), ("unknown", nil)])
    func anotherVersionOfTheModelIsSaid(_ version: String, _ code: DiagnosticCode?) async throws {
        let database = try await SmallPostgres("CREATE TABLE cdm_source (cdm_version text); INSERT INTO cdm_source VALUES ('\(version)')")
        let adapter = try database.adapter()
        guard let code else { return try await adapter.probe() }
        let found = await failure(adapter)
        #expect(found?.code == code && found?.message.contains("`\(version)`") == true)
    }

    @Test func aTableThatIsLockedIsAnOutage() async throws {
        let database = try await SmallPostgres("")
        let adapter = try database.adapter(limits: PostgresSession.Limits(lock: .milliseconds(100)))
        try await adapter.probe()
        let (server, name) = (database.server, database.name)
        let lock = Task.detached { try server.run(sql: "BEGIN; LOCK TABLE cdm.person; SELECT pg_sleep(8); COMMIT", in: name) }
        let isHeld = "SELECT count(*) FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND granted AND relation = 'cdm.person'::regclass"
        while try server.query(isHeld, in: name) != ["1"] { try await Task.sleep(for: .milliseconds(20)) }
        let failure = await #expect(throws: SourceFailure.self) { try await adapter.patients() }
        #expect(failure?.diagnostic.code == "N0203")
        try await lock.value
        #expect(try await adapter.patients().count == 4)
    }

    @Test func aLongAnswerIsAFailureAndNotAShorterOne() async throws {
        let database = try await SmallPostgres("")
        #expect(try await database.adapter(rowLimit: 4).patients().count == 4)
        let failure = await #expect(throws: SourceFailure.self) { try await database.adapter(rowLimit: 3).patients() }
        #expect(failure?.diagnostic.code == "N0217")
    }

    @Test func aQuestionThatIsWithdrawnStopsInTheServer() async throws {
        let database = try await SmallPostgres(
            "CREATE TABLE slow AS SELECT * FROM death; DROP TABLE death; CREATE VIEW death AS SELECT 1 AS person_id, date '2020-01-01' AS death_date FROM pg_sleep(600)"
        )
        let adapter = try database.adapter()
        let plan = try database.plan("patients where any death")
        let start = ContinuousClock.now
        let failure = await #expect(throws: ExecutionFailure.self) {
            try await PlanEngine(sources: [adapter]).execute(plan, deadline: .now + .milliseconds(500))
        }
        #expect(failure == .deadlinePassed)
        // The server alone would take ten minutes; a machine that runs every test at once may take one.
        #expect(ContinuousClock.now - start < .seconds(120))
        let running =
            "SELECT count(*) FROM pg_stat_activity WHERE datname = '\(database.name)' AND state = 'active' AND query LIKE '%death%' AND pid <> pg_backend_pid()"
        #expect(try database.server.query(running, in: "postgres") == ["0"])
    }
}
