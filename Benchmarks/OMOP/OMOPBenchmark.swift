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
import Synthesis

/// Questions over a synthetic hospital, in SQLite and in PostgreSQL: the rows sent to the node and evaluated there, the whole plan as one
/// statement that counts, and SQL that an expert wrote for the same patients. All in one run, in turns; what counts are the ratios. It stops
/// where one of them finds another number of patients.
///
/// `swift run -c release omop-benchmark [patients] [--rows] [--file hospital.sqlite] [--sqlite-only]`
@main struct OMOPBenchmark {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    private static let rounds = 5

    static func main() async throws {
        let arguments = CommandLine.arguments.dropFirst()
        let count = arguments.first.flatMap { Int($0) } ?? 20_000
        let hyperontology = try Hyperontology(directory: root.appendingPathComponent("Ontologies").path)
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("cohortium-benchmark-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let kept = arguments.firstIndex(of: "--file").flatMap {
            $0 + 1 < arguments.endIndex ? URL(fileURLWithPath: arguments[$0 + 1]) : nil
        }
        let file = kept ?? folder.appendingPathComponent("omop.sqlite")
        if !FileManager.default.fileExists(atPath: file.path) {
            let generator = try PopulationGenerator(seed: 1, patients: count, hyperontology: hyperontology)
            _ = try OMOPWriter(hyperontology: hyperontology).write((0..<count).lazy.map(generator.patient(at:)), to: file)
        }
        var hospitals = [try Hospital.sqlite(file.path, hyperontology)]
        if PostgresServer.isInstalled, !arguments.contains("--sqlite-only") {
            let server = try await PostgresServer.shared()
            let database = try server.makeDatabase()
            try server.copy(sqlite: file.path, into: database, schema: "cdm", withIndices: true)
            hospitals.append(try Hospital.postgres(server.url(database), hyperontology))
        }
        print("\(count) patients, median of \(rounds) rounds; milliseconds")
        print("| question | database | patients | expert SQL | one statement | ratio | with its report | first time | rows sent |")
        print("|---|---|---:|---:|---:|---:|---:|---:|---:|")
        for hospital in hospitals {
            for question in Question.all {
                print(try await hospital.row(question, try question.compiled(root, hyperontology), sendsRows: arguments.contains("--rows")))
            }
        }
    }

    /// One database, asked in three ways.
    struct Hospital {
        let name: String
        let rows: OMOPAdapter
        let whole: OMOPAdapter
        /// Runs the statement that an expert wrote, and gives its one number.
        let expert: (Question, CompiledQuery) async throws -> Int

        static func sqlite(_ path: String, _ hyperontology: Hyperontology) throws -> Hospital {
            func adapter(_ pushdown: OMOPPushdown) -> OMOPAdapter {
                OMOPAdapter(
                    name: "omop", path: path, bindings: hyperontology.bindings(for: "omop"), omopUnits: hyperontology.omopUnits,
                    pushdown: pushdown, rowLimit: .max)
            }
            var configuration = Configuration()
            configuration.readonly = true
            // As much room as the adapter takes.
            configuration.prepareDatabase { try $0.execute(sql: "PRAGMA cache_size = -65536") }
            let queue = try DatabaseQueue(path: path, configuration: configuration)
            return Hospital(name: "SQLite", rows: adapter(.filters), whole: adapter(.all)) { question, query in
                let sql = question.expert(ExpertWords.sqlite, query)
                return try await queue.read { try Int.fetchOne($0, sql: sql) ?? -1 }
            }
        }

        static func postgres(_ url: String, _ hyperontology: Hyperontology) throws -> Hospital {
            let address = try PostgresAddress(url: url)
            func adapter(_ pushdown: OMOPPushdown) -> OMOPAdapter {
                OMOPAdapter(
                    name: "omop", postgres: address, schema: "cdm", bindings: hyperontology.bindings(for: "omop"),
                    omopUnits: hyperontology.omopUnits, pushdown: pushdown, rowLimit: .max)
            }
            let session = PostgresSession(address)
            return Hospital(name: "PostgreSQL", rows: adapter(.filters), whole: adapter(.all)) { question, query in
                let found = try await session.rows(of: question.expert(ExpertWords.postgres, query)) { $0[0] }
                if case .integer(let count) = found.first { return Int(count) }
                return -1
            }
        }

        /// One line of the table.
        func row(_ question: Question, _ query: CompiledQuery, sendsRows: Bool) async throws -> String {
            let plan = query.expanded
            let bare = ExpandedPlan(
                plan: try CohortPlan(anchors: plan.plan.anchors, condition: plan.plan.condition, report: Report(measures: [.patients])),
                expansions: plan.expansions)
            let engine = PlanEngine(sources: [whole])
            for one in [bare, plan] {
                switch engine.explainWhole(one) {
                case .declined(let reason): print("\(question.name) is not one statement: \(reason)")
                case .queries(let queries):
                    guard ProcessInfo.processInfo.environment["SHOW_SQL"] != nil else { continue }
                    for query in queries { print("\(query.text)\n\(query.parameters.map { $0.prefix(60) })") }
                }
            }
            func patients(_ plan: ExpandedPlan, _ engine: PlanEngine) async throws -> Int {
                guard let counted = try await engine.execute(plan, detail: .counts).counted else { return -1 }
                // What is asked first in every report.
                return counted.measures.first?.value.count?.patients ?? -1
            }
            let clock = ContinuousClock()
            var counts: [Int] = []
            // The first time the tables are looked at.
            let first = try await clock.measure { counts.append(try await patients(bare, engine)) }
            var times: [[Duration]] = [[], [], []]
            for round in 0...OMOPBenchmark.rounds {
                let expert = try await clock.measure { counts.append(try await self.expert(question, query)) }
                let count = try await clock.measure { counts.append(try await patients(bare, engine)) }
                let report = try await clock.measure { counts.append(try await patients(plan, engine)) }
                // The first round warms the caches.
                guard round > 0 else { continue }
                for (place, time) in [expert, count, report].enumerated() { times[place].append(time) }
            }
            var sent: Duration?
            if sendsRows {
                let plain = PlanEngine(sources: [rows])
                sent = try await clock.measure { counts.append(try await patients(plan, plain)) }
            }
            guard Set(counts).count == 1 else { throw BenchmarkFailure.answersDiffer("\(question.name) in \(name)", counts) }
            func ms(_ time: Duration) -> String { String(format: "%.1f", time / .milliseconds(1)) }
            let medians = times.map { $0.sorted()[$0.count / 2] }
            let ratio = String(format: "%.2f", medians[1] / medians[0])
            return """
                | \(question.name) | \(name) | \(counts[0]) | \(ms(medians[0])) | \(ms(medians[1])) | \(ratio) | \(ms(medians[2])) | \(ms(first)) \
                | \(sent.map(ms) ?? "") |
                """
        }
    }
}

/// Why there is no table.
enum BenchmarkFailure: Error {
    case answersDiffer(String, [Int])
    case notCompiled([String])
}
