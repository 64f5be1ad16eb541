import CohortPlan
import Diagnostics
import Execution
import Foundation
import GRDB
import Hyperontology
import OMOPAdapter
import Testing

/// What is not there, and what is not what it should be.
@Suite struct SourceStateTests {
    @Test func aTableThatIsMissingIsNotAnEmptyOne() async throws {
        let database = try SmallDatabase("DROP TABLE image_occurrence;")
        defer { database.remove() }
        let result = try await database.answer("patients where no imaging study")
        guard case .notEvaluable(let reasons) = result.outcome else {
            Issue.record("a missing table gave a count")
            return
        }
        #expect(reasons.contains { $0.contains("`image_occurrence`") })
    }

    @Test func aFileThatWasMovedAwayOrReplacedIsNotAnsweredFrom() async throws {
        let death = "patients where any death"
        let database = try SmallDatabase("INSERT INTO death VALUES (3, '2020-01-01');")
        let other = try SmallDatabase("INSERT INTO death VALUES (1, '2020-01-01');")
        defer { for each in [database, other] { each.remove() } }
        let engine = PlanEngine(sources: [database.adapter()])
        let plan = try database.plan(death)
        #expect(try await engine.execute(plan).counted?.selection.patients == ["C"])
        try FileManager.default.moveItem(atPath: database.path, toPath: database.path + ".old")
        let failure = await #expect(throws: ExecutionFailure.self) { try await engine.execute(plan) }
        #expect(failure?.diagnostic.code == "N0201")
        try FileManager.default.copyItem(atPath: other.path, toPath: database.path)
        #expect(try await engine.execute(plan).counted?.selection.patients == ["A"])
    }

    @Test func oneOfTwoTablesMissingMakesALowerBound() async throws {
        let rows = "DROP TABLE observation; INSERT INTO measurement VALUES (1, 1, 3013603, '2020-01-01', 5, NULL, 8842, NULL, NULL);"
        let answer = try await SmallDatabase.answer(rows, "patients where any observation of \"PSA\" > 4 ng/mL")
        #expect(answer.patients == ["A"])
        #expect(answer.overall == .narrower)
    }

    @Test func aColumnThatIsMissingIsNamed() async throws {
        let database = try SmallDatabase("ALTER TABLE condition_occurrence DROP COLUMN condition_start_date;")
        defer { database.remove() }
        let plan = try database.plan("patients where any diagnosis of \"Breast Carcinoma\"")
        let assessment = database.adapter().assess(try #require(plan.plan.requests.first), in: plan)
        #expect(assessment == .notEvaluable("table `condition_occurrence` has no column `condition_start_date`"))
    }

    @Test(arguments: ["person\"; DROP TABLE person; --", "1person", "per son", "", "persön"])
    func aNameThatIsNoPlainWordNeverReachesTheDatabase(_ name: String) async throws {
        let database = try SmallDatabase("")
        defer { database.remove() }
        let real = database.hyperontology.bindings(for: "omop")
        let place = Place(container: name, fields: ["patientField": ["person_id"]], codeSystems: ["omop"])
        let bindings = ModelBindings(
            model: "omop", patient: real.patient, events: ["death": EventBinding(dateMeaning: "", places: [place])],
            properties: [:], sexCodes: real.sexCodes, knownCodes: [:])
        let adapter = OMOPAdapter(name: "omop", path: database.path, bindings: bindings, omopUnits: [:])
        let plan = try database.plan("patients where any death")
        let request = try #require(plan.plan.requests.first)
        #expect(adapter.assess(request, in: plan).coverage == .notEvaluable)
        #expect(adapter.nativeQueries(for: request, in: plan).isEmpty)
        await #expect(throws: SourceFailure.self) { try await adapter.events(matching: request, in: plan) }
        try await adapter.probe()
    }

    @Test func anyRadiotherapyIsNotEveryProcedure() async throws {
        let database = try SmallDatabase("INSERT INTO procedure_occurrence VALUES (1, 1, 4235738, '2020-01-01', NULL);")
        defer { database.remove() }
        let plan = ExpandedPlan(
            plan: try CohortPlan(
                anchors: [], condition: .count(EventSelection(EventRequest(kind: .radiotherapy)), .atLeastOne),
                report: Report(measures: [.patients])),
            expansions: [])
        let result = try await PlanEngine(sources: [database.adapter()]).execute(plan)
        #expect(result.overall == .notEvaluable)
    }

    @Test(arguments: [("/nonexistent/omop.sqlite", "N0201"), ("/etc/hostname", "N0202")])
    func whatIsNoDatabaseIsSaid(_ path: String, _ code: String) async throws {
        let database = try SmallDatabase("")
        defer { database.remove() }
        let adapter = OMOPAdapter(name: "omop", path: path, bindings: database.hyperontology.bindings(for: "omop"), omopUnits: [:])
        let failure = await #expect(throws: SourceFailure.self) { try await adapter.probe() }
        #expect(failure?.source == "omop")
        #expect(failure?.diagnostic.code.rawValue == code)
        // The message may leave the node: it names the source, not the place on its disk.
        #expect(failure?.diagnostic.message.contains("`omop`") == true)
        #expect(failure?.diagnostic.message.contains(path) == false)
        #expect(failure?.diagnostic.help?.isEmpty == false)
    }

    @Test func aDatabaseOfSomethingElseIsNoOMOP() async throws {
        let database = try SmallDatabase("DROP TABLE person;")
        defer { database.remove() }
        let failure = await #expect(throws: SourceFailure.self) { try await database.adapter().probe() }
        #expect(failure?.diagnostic.code.rawValue == "N0204")
    }

    @Test func aLockedDatabaseIsAnOutageAndNotEmpty() async throws {
        let database = try SmallDatabase("")
        defer { database.remove() }
        let adapter = database.adapter(patience: .milliseconds(20))
        try await adapter.probe()
        var configuration = Configuration()
        configuration.allowsUnsafeTransactions = true
        let other = try DatabaseQueue(path: database.path, configuration: configuration)
        try await other.writeWithoutTransaction { try $0.execute(sql: "BEGIN EXCLUSIVE") }
        let failure = await #expect(throws: SourceFailure.self) { try await adapter.patients() }
        #expect(failure?.diagnostic.code.rawValue == "N0203")
        try await other.writeWithoutTransaction { try $0.execute(sql: "COMMIT") }
        #expect(try await adapter.patients().count == 4)
    }

    @Test func aLongAnswerIsAFailureAndNotAShorterOne() async throws {
        let database = try SmallDatabase("")
        defer { database.remove() }
        #expect(try await database.adapter(rowLimit: 4).patients().count == 4)
        let failure = await #expect(throws: SourceFailure.self) { try await database.adapter(rowLimit: 3).patients() }
        #expect(failure?.diagnostic.code == "N0217")
    }

    @Test func theSourceIsNeverWrittenTo() async throws {
        let database = try SmallDatabase("")
        defer { database.remove() }
        let before = try Data(contentsOf: URL(fileURLWithPath: database.path))
        _ = try await database.answer("patients where sex is female and no death")
        #expect(try Data(contentsOf: URL(fileURLWithPath: database.path)) == before)
    }
}
