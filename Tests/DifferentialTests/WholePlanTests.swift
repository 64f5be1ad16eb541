import CohortPlan
import Compiler
import Execution
import Foundation
import Hyperontology
import InMemorySource
import OMOPAdapter
import PostgresClient
import PostgresServer
import Synthesis
import Testing

/// Whole plans as one statement, of a source that hands over nothing else: the same numbers as the reference evaluator's, exactly.
@Suite(.serialized) struct WholePlanTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    private static let environment = ProcessInfo.processInfo.environment
    private static let cases = environment["COHORTIUM_CASES"].flatMap { Int($0) } ?? 400
    private static let seed = environment["COHORTIUM_SEED"].flatMap { UInt64($0) } ?? 1

    enum Database: String, CaseIterable {
        case sqlite, postgres
        static var present: [Database] { allCases.filter { $0 != .postgres || PostgresServer.isInstalled } }
    }

    @Test(arguments: Database.present) func oneStatementAgreesWithTheReferenceEvaluator(_ database: Database) async throws {
        let hyperontology = try Hyperontology(directory: WholePlanTests.root.appendingPathComponent("Ontologies").path)
        let pool = ConceptPool(hyperontology) { _ in "omop" }
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("cohortium-whole-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        var random = SeededRandom(seed: WholePlanTests.seed)
        var (done, exact, whole, differences, mapped) = (0, 0, 0, 0, 0)
        var reasons: [String: Int] = [:]
        while done < WholePlanTests.cases, differences == 0 {
            let patients = RandomPopulation(pool: pool).patients(random.number(1...40), using: &random)
            let name = "whole_\(done)_\(WholePlanTests.seed)"
            let file = folder.appendingPathComponent("\(name).sqlite")
            _ = try OMOPWriter(hyperontology: hyperontology).write(patients, to: file)
            if database == .postgres { try await PostgresServer.shared().copy(sqlite: file.path, into: "postgres", schema: name) }
            let adapter = try await adapter(database, file, name, hyperontology)
            let engine = PlanEngine(sources: [WholeOnly(base: adapter)])
            for _ in 0..<25 where differences == 0 {
                let plan = try described(RandomPlan(pool: pool, imagingOnly: false).plan(using: &random), random.oneIn(20))
                let expanded = Expander(hyperontology: hyperontology).expand(plan)
                done += 1
                guard engine.assess(expanded).overall == .exact else { continue }
                exact += 1
                if case .declined(let reason) = engine.explainWhole(expanded, detail: .patients) {
                    reasons[reason, default: 0] += 1
                    continue
                }
                whole += 1
                let words: String?
                do {
                    let found = try await engine.execute(expanded, detail: .patients)
                    words = Agreement.difference(found, ReferenceEvaluator(expanded).evaluate(patients))
                } catch { words = "\(error)" }
                guard let words else { continue }
                // Where a code stands for two concepts, what is read row by row differs from the reference in the same way.
                let rows = PlanEngine(sources: [try await self.adapter(database, file, name, hyperontology, pushdown: .filters)])
                let found = try await rows.execute(expanded, detail: .patients)
                guard Agreement.difference(found, ReferenceEvaluator(expanded).evaluate(patients)) != words else {
                    mapped += 1
                    continue
                }
                differences += 1
                try report(words, expanded, patients, engine)
            }
            if database == .postgres { try await PostgresServer.shared().run(sql: "DROP SCHEMA \(name) CASCADE", in: "postgres") }
            try FileManager.default.removeItem(at: file)
        }
        print(
            "\(database.rawValue): \(done) plans, \(exact) exact, \(whole) as one statement, \(differences) differences, \(mapped) by codes of two concepts"
        )
        for (reason, count) in reasons.sorted(by: { $0.value > $1.value }) { print("  \(count) not, because \(reason)") }
        #expect(differences == 0)
        #expect(mapped * 50 <= whole, "codes of two concepts are rare")
        #expect(whole * 2 > exact, "most plans must really be one statement")
    }

    /// Numbers that are described are sent one by one; few plans keep them.
    private func described(_ plan: CohortPlan, _ isKept: Bool) throws -> CohortPlan {
        let report = plan.report
        return try CohortPlan(
            anchors: plan.anchors, condition: plan.condition,
            report: Report(
                measures: report.measures, breakdowns: report.breakdowns, summaries: isKept ? report.summaries : [], funnel: report.funnel,
                overlap: report.overlap))
    }

    private func adapter(
        _ database: Database, _ file: URL, _ name: String, _ hyperontology: Hyperontology, pushdown: OMOPPushdown = .all
    ) async throws -> OMOPAdapter {
        let bindings = hyperontology.bindings(for: "omop")
        guard database == .postgres else {
            return OMOPAdapter(name: "omop", path: file.path, bindings: bindings, omopUnits: hyperontology.omopUnits, pushdown: pushdown)
        }
        return OMOPAdapter(
            name: "omop", postgres: try PostgresAddress(url: try await PostgresServer.shared().url("postgres")), schema: name,
            bindings: bindings, omopUnits: hyperontology.omopUnits, pushdown: pushdown)
    }

    private func report(_ words: String, _ plan: ExpandedPlan, _ patients: [PatientRecord], _ engine: PlanEngine) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        var sql = ""
        if case .queries(let queries) = engine.explainWhole(plan, detail: .patients) {
            sql = queries.map { "\($0.text)\n\($0.parameters.map { String($0.prefix(80)) })" }.joined()
        }
        let text = String(decoding: try encoder.encode(plan.plan), as: UTF8.self)
        let records = String(decoding: try encoder.encode(patients), as: UTF8.self)
        Issue.record("seed \(WholePlanTests.seed): \(words)\nplan: \(text)\npatients: \(records.prefix(4_000))\n\(sql)")
    }
}
