import CohortPlan
import Execution
import Foundation
import GRDB
import Hyperontology
import OMOPAdapter
import PostgresClient
import PostgresServer
import Testing

/// What a database leaves out by itself: the same events as when all of them are compared here, in fewer rows.
@Suite struct PushdownTests {
    /// Questions whose values are tested in the statement.
    static let questions = [
        "patients where any observation of \"PSA\" > 4 ng/mL", "patients where any observation of \"PSA\" <= 4 ng/mL",
        "patients where any observation of \"PSA\" from 4 to 10 ug/L", "patients where any observation of \"PSA\" = 0 ng/mL",
        "patients where any observation of \"Estrogen Receptor Status\" is \"Positive\"",
        "patients where any imaging study having series { modality MR }",
        "patients where any imaging study having series { modality MR, body part \"Breast\" } having series { modality CT }",
        "patients where any imaging series { modality CT }",
        "patients where any observation of \"PSA\" > 4 ng/mL and any diagnosis of \"Prostate Carcinoma\" and no death",
        "i = first diagnosis of \"Prostate Carcinoma\" patients where any observation of \"PSA\" > 4 ng/mL after i and any imaging study",
    ]

    /// Values of every kind: all units and operators, missing and unreadable ones, edges, and codes that are known, unknown and none.
    private static func rows(_ numbers: [String]) -> String {
        var statements: [String] = []
        var key = 0
        for (index, number) in numbers.enumerated() {
            for unit in [
                "8842, NULL", "8842, 'mg/L'", "0, 'ug/L'", "NULL, ' ng/mL '", "NULL, 'NG/ML'", "8554, 'ng/mL'", "99999999, 'ng/mL'",
                "0, NULL",
            ] {
                for sign in ["NULL", "0", "4172703", "4171756", "4171754", "4172704", "4171755", "99"] {
                    key += 1
                    statements.append("(\(key), \(index % 4 + 1), 3013603, '2020-01-0\(key % 9 + 1)', \(number), \(sign), \(unit), NULL)")
                }
            }
        }
        let answers = ["9191", "9189", "0", "NULL", "4112853", "987654321"]
        for (index, answer) in answers.enumerated() {
            key += 1
            statements.append("(\(key), \(index % 4 + 1), 36203168, '2020-02-01', NULL, NULL, NULL, NULL, \(answer))")
        }
        var series: [String] = []
        for (index, modality) in ["MR", " mr ", "CT", "XX", "", "0"].enumerated() {
            for site in ["0", "4298444", "NULL", "987654321"] {
                // One patient has images of a known modality alone.
                for concept in ["0", "NULL"] + (modality == "CT" ? [] : ["987654321"]) {
                    key += 1
                    series.append(
                        "(\(index % 4 + 1), 's\(key / 3)', 'x\(key)', '2020-0\(key % 9 + 1)-01', \(concept), '\(modality)', \(site))")
                }
            }
        }
        return """
            INSERT INTO measurement VALUES \(statements.joined(separator: ", "));
            INSERT INTO image_occurrence VALUES \(series.joined(separator: ", "));
            INSERT INTO image_occurrence VALUES
              (1, 'split', 'a', '2020-03-01', 0, 'MR', 0), (1, ' split ', 'b', '2020-02-01', 0, 'CT', 0), (1, 'split\t', 'c', '2020-01-01', 0, 'US', 0),
              (2, NULL, 'd', '2020-03-02', 0, 'MR', 0), (2, '', 'e', '2020-03-02', 0, 'CT', 0), (2, '0', 'f', '2020-03-02', 0, 'US', 0),
              (4, 'late', 'g', NULL, 0, 'MR', 0), (4, 'late', 'h', '2020-05-05', 0, 'XX', 0), (4, 'other', 'i', '2020-05-06', 0, 'US', 0);
            INSERT INTO condition_occurrence VALUES (1, 1, 4129902, '2020-01-04', NULL), (2, 3, 4129902, NULL, NULL), (3, 2, 4112853, '2020-01-01', NULL);
            INSERT INTO death VALUES (3, '2020-01-01');
            """
    }

    private func compare(_ plain: OMOPAdapter, _ pushed: OMOPAdapter, _ plan: ExpandedPlan) async throws {
        for request in plan.plan.requests {
            #expect(plain.assess(request, in: plan) == pushed.assess(request, in: plan))
            let expected = Set(try await plain.events(matching: request, in: plan))
            let found = try await pushed.events(matching: request, in: plan)
            #expect(Set(found) == expected && found.count == expected.count, "\(request)")
            // With what others require, only events of patients who lack it may be missing.
            for other in plan.plan.requests where other != request {
                let patients = Set(try await plain.events(matching: other, in: plan).map(\.patient))
                let fewer = try await pushed.events(matching: request, in: plan, requiring: [other])
                let wanted = expected.filter { patients.contains($0.patient) }
                #expect(wanted.isSubset(of: fewer) && Set(fewer).isSubset(of: expected), "\(request) requiring \(other)")
            }
        }
        // Everything as one statement: what is left out is of patients alone who lack what is required.
        for required in [[], Array(plan.plan.requests.prefix(1)), plan.plan.requests] {
            let order = SourceOrder(requests: plan.plan.requests, required: required)
            let expected = try await plain.deliver(order, in: plan)
            let found = try await pushed.deliver(order, in: plan)
            #expect(found.patients.sorted { $0.id < $1.id } == expected.patients.sorted { $0.id < $1.id })
            var counted = Set(expected.patients.map(\.id))
            for request in required { counted.formIntersection(expected.events[request]?.map(\.patient) ?? []) }
            for request in plan.plan.requests {
                let all = Set(expected.events[request] ?? [])
                let some = Set(found.events[request] ?? [])
                #expect(some.isSubset(of: all) && all.filter { counted.contains($0.patient) }.isSubset(of: some), "\(request)")
                #expect(some.count == found.events[request]?.count)
            }
        }
        let answers = [
            try await PlanEngine(sources: [plain]).execute(plan).counted, try await PlanEngine(sources: [pushed]).execute(plan).counted,
        ]
        #expect(answers[0]?.selection == answers[1]?.selection)
        #expect(answers[0]?.unknown == answers[1]?.unknown && answers[0]?.population == answers[1]?.population)
    }

    @Test(arguments: questions) func theSameEventsInSQLite(_ question: String) async throws {
        let numbers = ["4", "4.0000000001", "3.9999999999", "0.004", "4000", "NULL", "'4,01'", "' 5 '", "x'00'", "-1", "0", "9e999", "10"]
        let database = try SmallDatabase(PushdownTests.rows(numbers), isTyped: true)
        defer { database.remove() }
        let plan = try database.plan(question)
        try await compare(database.adapter(pushdown: .concepts), database.adapter(), plan)
    }

    @Test(
        .enabled(if: PostgresServer.isInstalled, "skipped: no PostgreSQL server is installed (Debian: postgresql-15)"),
        arguments: questions)
    func theSameEventsInPostgreSQL(_ question: String) async throws {
        let numbers = [
            "4", "4.0000000000000000001", "3.9999999999999999999", "0.004", "4000", "NULL", "'NaN'", "'Infinity'", "1e300", "-1", "0", "10",
        ]
        let database = try await SmallPostgres(PushdownTests.rows(numbers))
        let plan = try database.plan(question)
        try await compare(try database.adapter(pushdown: .concepts), try database.adapter(), plan)
    }

    @Test func rowsThatSurelyFailAreNotSent() async throws {
        let database = try SmallDatabase(PushdownTests.rows(["1", "2", "3", "50"]), isTyped: true)
        defer { database.remove() }
        func sent(_ question: String, _ adapter: OMOPAdapter) async throws -> Int {
            let plan = try database.plan(question)
            let shown = PlanEngine(sources: [adapter]).explain(plan).flatMap(\.queries)
            return try await DatabaseQueue(path: database.path).read { reader in
                try shown.map { try Row.fetchAll(reader, sql: $0.text, arguments: StatementArguments($0.parameters)).count }.reduce(0, +)
            }
        }
        for question in [4, 5, 6, 8, 9].map({ PushdownTests.questions[$0] }) {
            let plain = try await sent(question, database.adapter(pushdown: .concepts))
            #expect(try await sent(question, database.adapter()) < plain, "\(question)")
        }
        // Of 4 × 64 values, those of a known unit and no bound that are not above 4 are left out.
        #expect(try await sent(PushdownTests.questions[0], database.adapter(pushdown: .concepts)) == 256)
        #expect(try await sent(PushdownTests.questions[0], database.adapter()) == 256 - 3 * 4 * 3)
    }

    /// The images of who lacks the diagnosis are not sent; what is looked up by its concepts is.
    @Test func whoLacksWhatIsRequiredIsJoinedAwayInTheDatabase() async throws {
        let database = try SmallDatabase(PushdownTests.rows(["50"]), isTyped: true)
        defer { database.remove() }
        let plan = try database.plan("patients where any diagnosis of \"Prostate Carcinoma\" and any imaging study")
        let delivery = try await database.adapter().deliver(
            SourceOrder(requests: plan.plan.requests, required: plan.plan.requests), in: plan)
        let study = try #require(plan.plan.requests.first { $0.kind == .imagingStudy })
        // Patients 1 and 3 have the diagnosis.
        #expect(Set(delivery.events[study]?.map(\.patient) ?? []) == ["A", "C"])
        #expect(delivery.patients.count == 4)
    }

    @Test func noValueStandsInTheTextOfAStatement() throws {
        let database = try SmallDatabase("", isTyped: true)
        defer { database.remove() }
        let plan = try database.plan(
            "patients where any observation of \"PSA\" > 4711 ng/mL and any imaging study having series { modality MR }")
        for query in PlanEngine(sources: [database.adapter()]).explain(plan).flatMap(\.queries) {
            #expect(!query.text.contains("4711") && !query.text.contains("3013603") && !query.text.contains("MR"))
            #expect(query.parameters.contains { $0.contains("3013603") })
        }
    }
}
