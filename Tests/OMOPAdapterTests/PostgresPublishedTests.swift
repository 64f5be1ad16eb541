import CohortPlan
import Compiler
import Diagnostics
import Execution
import Foundation
import GRDB
import Hyperontology
import OMOPAdapter
import PostgresClient
import PostgresServer
import PublishedPatients
import Testing

/// Databases that this project did not make, as PostgreSQL and as SQLite: both say the same, and what plain SQL says.
@Suite(
    .enabled(
        if: PublishedDatabase.areAllPresent && PostgresServer.isInstalled,
        "skipped: ../shared/data/omop is not here, or no PostgreSQL server is installed (Debian: postgresql-15)"))
struct PostgresPublishedTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// One published database in both forms.
    private final class Twins {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("cohortium-twins-\(UUID().uuidString)")
        let server: PostgresServer
        let database: String
        let hyperontology: Hyperontology
        let sqlite: OMOPAdapter
        let postgres: OMOPAdapter
        var path: String { folder.appendingPathComponent("omop.sqlite").path }

        init(_ published: PublishedDatabase) async throws {
            hyperontology = try Hyperontology(directory: PostgresPublishedTests.root.appendingPathComponent("Ontologies").path)
            server = try await .shared()
            database = try server.makeDatabase()
            try server.run(compressed: published.dump, in: database)
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            let bindings = hyperontology.bindings(for: "omop")
            let path = folder.appendingPathComponent("omop.sqlite").path
            try published.load(into: path)
            sqlite = OMOPAdapter(name: "omop", path: path, bindings: bindings, omopUnits: hyperontology.omopUnits)
            postgres = OMOPAdapter(
                name: "omop", postgres: try PostgresAddress(url: server.url(database)), schema: "cdm", bindings: bindings,
                omopUnits: hyperontology.omopUnits)
        }

        deinit { try? FileManager.default.removeItem(at: folder) }
    }

    @Test(arguments: PublishedDatabase.allCases) func everyConceptFindsTheSameRecords(_ published: PublishedDatabase) async throws {
        let twins = try await Twins(published)
        try await twins.sqlite.probe()
        try await twins.postgres.probe()
        let people = try await twins.postgres.patients()
        #expect(people.sorted { $0.id < $1.id } == (try await twins.sqlite.patients()).sorted { $0.id < $1.id })
        #expect(try twins.server.query("SELECT count(*) FROM cdm.person", in: twins.database) == ["\(people.count)"])
        var compared = 0
        var found = 0
        for plan in try plans(twins.hyperontology) {
            guard let request = plan.plan.requests.first else { continue }
            let assessment = twins.postgres.assess(request, in: plan)
            #expect(assessment == twins.sqlite.assess(request, in: plan))
            guard assessment.coverage != .notEvaluable else { continue }
            let expected = Set(try await twins.sqlite.events(matching: request, in: plan))
            let events = try await twins.postgres.events(matching: request, in: plan)
            #expect(Set(events) == expected && events.count == expected.count, "\(request)")
            compared += 1
            found += events.count
            guard request.value == nil, let set = request.concepts, let table = PostgresPublishedTests.tables[request.kind] else {
                continue
            }
            // Plain SQL: the codes, and what the site's vocabulary has below those that mean the concept or less.
            let codes = (plan.expansion(of: set)?.codes ?? []).filter { $0.system == "omop" }
            guard assessment.coverage == .exact, !codes.isEmpty else { continue }
            let all = codes.map(\.code).joined(separator: ",")
            let roots = (codes.filter { $0.match != .broader }.map(\.code) + ["-1"]).joined(separator: ",")
            let below = "SELECT descendant_concept_id FROM cdm.concept_ancestor WHERE ancestor_concept_id IN (\(roots))"
            let sql = table.map { table, column in
                "SELECT \(table)_id FROM cdm.\(table) WHERE \(column)_concept_id IN (\(all)) OR \(column)_concept_id IN (\(below))"
            }
            let count = try twins.server.query("SELECT count(*) FROM (\(sql.joined(separator: " UNION ALL "))) AS r", in: twins.database)
            #expect(count == ["\(events.count)"], "\(request)")
        }
        #expect(compared > 50 && found > 0)
        print("\(published): \(people.count) patients, \(compared) requests, \(found) records, equal")
    }

    private static let tables: [EventKind: [(String, String)]] = [
        .diagnosis: [("condition_occurrence", "condition")], .medication: [("drug_exposure", "drug")],
        .procedure: [("procedure_occurrence", "procedure")],
        .observation: [("measurement", "measurement"), ("observation", "observation")],
    ]

    /// A plan for each concept that events can be of, with tests of values where it has values.
    private func plans(_ hyperontology: Hyperontology) throws -> [ExpandedPlan] {
        var requests: [EventRequest] = [EventRequest(kind: .death), EventRequest(kind: .imagingStudy), EventRequest(kind: .imagingSeries)]
        for concept in hyperontology.concepts {
            let set = ConceptSet(include: [ConceptTerm(ConceptIRI(concept.iri))])
            for kind in [EventKind.diagnosis, .medication, .procedure, .observation] where concept.usedFor.contains(kind.className) {
                requests.append(EventRequest(kind: kind, concepts: set))
                guard kind == .observation else { continue }
                if let unit = concept.unit {
                    let range = QuantityRange(from: QuantityBound(ExactDecimal(3), inclusive: false), unit: unit)
                    requests.append(EventRequest(kind: kind, concepts: set, value: .quantity(range)))
                }
                if let answer = concept.answers.first {
                    let answers = ConceptSet(include: [ConceptTerm(ConceptIRI(answer))])
                    requests.append(EventRequest(kind: kind, concepts: set, value: .coded(answers)))
                }
            }
        }
        return try requests.map { request in
            let plan = try CohortPlan(
                anchors: [], condition: .count(EventSelection(request), .atLeastOne), report: Report(measures: [.patients]))
            return Expander(hyperontology: hyperontology).expand(plan)
        }
    }

    @Test(arguments: OncoTests.questions.indices) func answersWhatSQLiteAnswers(_ index: Int) async throws {
        let question = OncoTests.questions[index]
        let twins = try await Twins(.onco)
        let compiled = QueryCompiler(hyperontology: twins.hyperontology).compile(SourceText(name: question.name, text: question.text))
        let query = try #require(compiled.query, "\(compiled.diagnostics)")
        let result = try await PlanEngine(sources: [twins.postgres]).execute(query.expanded)
        let found = try #require(result.counted).selection.patients
        let expected = try await DatabaseQueue(path: twins.path).read { try String.fetchAll($0, sql: question.sql) }.sorted()
        #expect(found == expected && !expected.isEmpty)
        #expect(result.overall == question.coverage)
    }
}

extension EventKind {
    /// The core's class of such events.
    fileprivate var className: String { rawValue.prefix(1).uppercased() + rawValue.dropFirst() }
}
