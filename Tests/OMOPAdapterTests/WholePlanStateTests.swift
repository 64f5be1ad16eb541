import CohortPlan
import Diagnostics
import Execution
import GRDB
import OMOPAdapter
import PostgresServer
import Testing

/// A plan as one statement: what it needs of a site's rows, and what happens where they are not so.
@Suite struct WholePlanStateTests {
    private let breastCancer = "index = first diagnosis of \"Breast Carcinoma\" patients where exists index and age at index >= 40 years"
    private static let diagnoses = """
        INSERT INTO condition_occurrence VALUES (1, 1, 4112853, '2020-01-31', NULL), (2, 2, 4112853, '2020-02-29', NULL), (3, 3, 4112853, '2020-05-01', NULL);
        """

    private func counts(_ database: SmallDatabase, _ cohort: String, _ adapter: OMOPAdapter) async throws -> [Int?] {
        let counted = try await PlanEngine(sources: [adapter]).execute(try database.plan(cohort), detail: .counts).counted
        return [counted?.measures.first?.value.count?.patients, counted?.unknown.patients, counted?.population.patients]
    }

    @Test func numbersAloneAreToldWhereNumbersAloneAreAskedFor() async throws {
        let database = try SmallDatabase(WholePlanStateTests.diagnoses, isTyped: true)
        defer { database.remove() }
        let engine = PlanEngine(sources: [database.adapter()])
        let plan = try database.plan(breastCancer)
        let counted = try #require(try await engine.execute(plan, detail: .counts).counted)
        #expect(counted.selection.patients.isEmpty && counted.measures.first?.value == .count(RawCount(patients: 3)))
        #expect(try await engine.execute(plan, detail: .patients).counted?.selection.patients == ["A", "B", "C"])
    }

    /// What is not plain is read as it was written; the answer is that of the node, never another one.
    @Test(arguments: [
        "INSERT INTO condition_occurrence VALUES (4, 4, 4112853, '2019', NULL)",
        "INSERT INTO condition_occurrence VALUES (4, 4, 4112853, NULL, NULL)",
        "INSERT INTO condition_occurrence VALUES (4, 4, 4112853, '2019-02-29', NULL)",
        "INSERT INTO condition_occurrence VALUES (3, 4, 4112853, '2019-02-28 10:30:00', NULL)",
        "INSERT INTO person VALUES (5, 8507, 1950, 1, 1, 'A')",
        "INSERT INTO person VALUES (1, 8507, 1950, 1, 1, 'Z')",
        "INSERT INTO person VALUES (5, 8507, 'about 1950', NULL, NULL, 'É')",
    ])
    func rowsThatAreNotPlainChangeNothing(_ change: String) async throws {
        let database = try SmallDatabase(WholePlanStateTests.diagnoses + change, isTyped: true)
        defer { database.remove() }
        let whole = try await counts(database, breastCancer, database.adapter())
        let separate = try await counts(database, breastCancer, database.adapter(pushdown: .filters))
        #expect(whole == separate)
    }

    /// The rows are looked at once; another program may change them after that.
    @Test func rowsThatBecomeOthersAreLookedAtAgain() async throws {
        let database = try SmallDatabase(WholePlanStateTests.diagnoses, isTyped: true)
        defer { database.remove() }
        let adapter = database.adapter()
        #expect(try await counts(database, breastCancer, adapter) == [3, 0, 4])
        let other = try DatabaseQueue(path: database.path)
        // The same patient under another number, whose first diagnosis is older than she was then.
        try await other.write {
            try $0.execute(
                sql: """
                    INSERT INTO person VALUES (5, 8532, 1960, 5, 1, 'A');
                    INSERT INTO condition_occurrence VALUES (5, 5, 4112853, '1970-01-01', NULL)
                    """)
        }
        let whole = try await counts(database, breastCancer, adapter)
        #expect(whole == [2, 0, 4])
        #expect(whole == (try await counts(database, breastCancer, database.adapter(pushdown: .filters))))
        try await other.write { try $0.execute(sql: "DELETE FROM person WHERE person_id = 5") }
        #expect(try await counts(database, breastCancer, adapter) == [3, 0, 4])
    }

    @Test func whatIsNotSaidInOneStatementIsNamed() throws {
        let database = try SmallDatabase("", isTyped: true)
        defer { database.remove() }
        let engine = PlanEngine(sources: [database.adapter()])
        for (cohort, detail, reason) in [
            ("patients where at least 7 diagnoses of \"Breast Carcinoma\" each at least 1 day apart", ResultDetail.counts, "chain"),
            ("scan = first imaging study patients where exists scan", .images, "images"),
        ] {
            let offer = engine.explainWhole(try database.plan(cohort), detail: detail)
            guard case .declined(let words) = offer else {
                Issue.record("\(cohort) is said: \(offer)")
                continue
            }
            #expect(words.contains(reason))
        }
    }

    @Test func noValueStandsInTheTextOfAWholeStatement() throws {
        let database = try SmallDatabase("", isTyped: true)
        defer { database.remove() }
        let plan = try database.plan(
            "patients where any observation of \"PSA\" > 4711 ng/mL within 47 days of 2011-11-11 and any imaging study having series { modality MR }"
        )
        guard case .queries(let queries) = PlanEngine(sources: [database.adapter()]).explainWhole(plan), let query = queries.first else {
            Issue.record("the plan is not one statement")
            return
        }
        for value in ["4711", "3013603", "MR", "2011-11-11"] { #expect(!query.text.contains(value)) }
        #expect(query.parameters.contains { $0.contains("3013603") } && query.parameters.contains { $0.contains("2011-11-11") })
    }

    @Test(.enabled(if: PostgresServer.isInstalled, "skipped: no PostgreSQL server is installed (Debian: postgresql-15)"))
    func tablesOfOtherTypesAreReadCriterionByCriterion() async throws {
        let database = try await SmallPostgres(
            WholePlanStateTests.diagnoses + "ALTER TABLE condition_occurrence ALTER condition_start_date TYPE timestamp")
        let engine = PlanEngine(sources: [try database.adapter()])
        let plan = try database.plan(breastCancer)
        guard case .declined(let reason) = engine.explainWhole(plan) else {
            Issue.record("a column of times was taken for days")
            return
        }
        #expect(reason.contains("types"))
        #expect(try await engine.execute(plan, detail: .counts).counted?.measures.first?.value == .count(RawCount(patients: 3)))
    }

    @Test(.enabled(if: PostgresServer.isInstalled, "skipped: no PostgreSQL server is installed (Debian: postgresql-15)"))
    func aVocabularyThatMayNotBeReadIsNotOneThatIsNotThere() async throws {
        let database = try await SmallPostgres(
            """
            CREATE TABLE concept_relationship (concept_id_1 int, concept_id_2 int, relationship_id text, invalid_reason text);
            CREATE TABLE concept_ancestor (ancestor_concept_id int, descendant_concept_id int); INSERT INTO concept_ancestor VALUES (1, 1)
            """)
        let reader = try database.reader(grants: "GRANT SELECT ON cdm.person, cdm.condition_occurrence TO $")
        let request = EventRequest(
            RecordRequest(
                .conditionOccurrence, codes: VocabularySet(include: [VocabularySet.Term(4_112_853, descendants: true, mapped: true)])))
        let plan = try database.plan(breastCancer)
        let reasons = try database.adapter(url: reader).assess(request, in: plan).reasons
        for table in ["`concept_relationship`", "`concept_ancestor`"] {
            #expect(reasons.contains { $0.contains("may not read") && $0.contains(table) }, "\(reasons)")
        }
        #expect(try database.adapter().assess(request, in: plan).reasons.allSatisfy { !$0.contains("may not read") })
    }
}
