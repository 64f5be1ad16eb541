import AtlasImport
import CohortPlan
import Compiler
import Diagnostics
import Execution
import Foundation
import Hyperontology
import OMOPAdapter
import PostgresClient
import PostgresServer
import PublishedPatients
import Testing

/// On databases that this project did not make, every imported cohort has the subjects that OHDSI's own tools find.
@Suite(
    .enabled(
        if: PhenotypeLibrary.isPresent && PublishedDatabase.areAllPresent && PostgresServer.isInstalled,
        "skipped: ../shared/oracles/atlas or ../shared/data/omop is not here, or no PostgreSQL server is installed"))
struct DatabaseTests {
    /// What differs, by name. Everything else is equal.
    private static let differences: [Int: String] = [:]

    /// Cohorts of one run: all, or those that the environment names.
    private static var wanted: Set<Int>? {
        ProcessInfo.processInfo.environment["COHORTIUM_ATLAS"].map { Set($0.split(separator: ",").compactMap { Int($0) }) }
    }

    @Test(arguments: PublishedDatabase.allCases) func subjectsAreThoseOfOHDSI(_ published: PublishedDatabase) async throws {
        let hyperontology = try ImportTests.ontology.get()
        let server = try await PostgresServer.shared()
        let database = try server.makeDatabase()
        try server.run(compressed: published.dump, in: database)
        let adapter = OMOPAdapter(
            name: "omop", postgres: try PostgresAddress(url: server.url(database)), schema: "cdm",
            bindings: hyperontology.bindings(for: "omop"),
            omopUnits: hyperontology.omopUnits)
        try await adapter.probe()
        let engine = PlanEngine(sources: [adapter])
        let compiler = QueryCompiler(hyperontology: hyperontology)
        let expected = try PhenotypeLibrary.expected(published.rawValue)
        #expect(expected.count > 40)
        var (equal, compared, different, gaps, otherStays) = (0, 0, [String](), [Int](), [String]())
        for (number, data) in try PhenotypeLibrary.definitions.get().sorted(by: { $0.key < $1.key }) {
            guard DatabaseTests.wanted?.contains(number) ?? true else { continue }
            let found = AtlasImporter.read(SourceText(name: "\(number).json", bytes: Array(data)), name: "C\(number)")
            guard found.isWhole, let text = found.text else { continue }
            let query = try #require(compiler.compile(SourceText(name: "c\(number)", text: text)).query)
            let result = try await engine.execute(query.expanded)
            compared += 1
            guard case .counted(let counted) = result.outcome, let measure = counted.measures.first, case .count(let count) = measure.value
            else {
                gaps.append(number)
                continue
            }
            let subjects = expected[number]?.subjects ?? 0
            if let answer = expected[number], case .atlas(let cohort) = query.plan.condition {
                let found = try await stays(in: cohort, query.expanded, adapter)
                let starts = found.map(\.start.description).sorted()
                if found.count != answer.rows || starts.first != answer.first || starts.last != answer.last {
                    otherStays.append("\(number): \(found.count) from \(starts.first ?? "") to \(starts.last ?? ""), expected \(answer)")
                }
            }
            if count.patients == subjects { equal += 1 } else { different.append("\(number): \(count.patients), expected \(subjects)") }
        }
        print("atlas: \(published.rawValue): of \(expected.count) that are not empty, \(otherStays.count) have other stays: \(otherStays)")
        print(
            "atlas: \(published.rawValue): \(equal) of \(compared) cohorts have equal subjects; not evaluable \(gaps); different \(different)"
        )
        let unexplained = different.filter { line in !DatabaseTests.differences.keys.contains { line.hasPrefix("\($0):") } }
        #expect(unexplained == [] && gaps == [])
        #expect(otherStays.filter { line in !DatabaseTests.differences.keys.contains { line.hasPrefix("\($0):") } } == [])
    }

    /// All patients' stays in a cohort, from what the adapter delivers.
    private func stays(in cohort: AtlasCohort, _ plan: ExpandedPlan, _ adapter: OMOPAdapter) async throws -> [AtlasEpisode] {
        let delivery = try await adapter.deliver(SourceOrder(requests: cohort.requests.map { EventRequest($0) }), in: plan)
        let events = delivery.events.mapValues { Dictionary(grouping: $0, by: \.patient) }
        return delivery.patients.flatMap { patient in
            let person = AtlasPerson(birthYear: patient.birthDate?.earliest.components.year, sex: patient.sex)
            return AtlasEvaluator(cohort, person: person) { request in
                (events[EventRequest(request)]?[patient.id] ?? []).compactMap { event in
                    guard let row = event.row, let start = event.start else { return nil }
                    return AtlasRecord(
                        start: start.earliest, end: event.end?.earliest, number: row.number, concept: row.concept, visit: row.visit)
                }
            }.episodes()
        }
    }
}
