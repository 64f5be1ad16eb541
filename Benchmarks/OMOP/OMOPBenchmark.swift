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

/// The three questions of the demonstration over a synthetic hospital, in SQLite and in PostgreSQL: everything compared in the node,
/// the database leaving out what it can, and SQL that an expert wrote for the same patients. All in one run, in turns; what counts are
/// the ratios. The expert's SQL takes what is not known for no: where it finds more, a first event may be another one than it takes it for.
///
/// `swift run -c release omop-benchmark [patients]`
@main struct OMOPBenchmark {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    private static let rounds = 5

    static func main() async throws {
        let count = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 20_000
        let hyperontology = try Hyperontology(directory: root.appendingPathComponent("Ontologies").path)
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("cohortium-benchmark-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appendingPathComponent("omop.sqlite")
        let generator = try PopulationGenerator(seed: 1, patients: count, hyperontology: hyperontology)
        _ = try OMOPWriter(hyperontology: hyperontology).write((0..<count).lazy.map(generator.patient(at:)), to: file)
        var hospitals = [try Hospital.sqlite(file.path, hyperontology)]
        if PostgresServer.isInstalled {
            let server = try await PostgresServer.shared()
            let database = try server.makeDatabase()
            try server.copy(sqlite: file.path, into: database, schema: "cdm", withIndices: true)
            hospitals.append(try Hospital.postgres(server.url(database), hyperontology))
        }
        print("\(count) patients, median of \(rounds) rounds")
        print(
            "| question | database | patients | by the expert's SQL | compared here | pushed down | ratio | expert SQL | pushed down ÷ expert |"
        )
        print("|---|---|---:|---:|---:|---:|---:|---:|---:|")
        for question in Question.all {
            let query = try question.compiled(root, hyperontology)
            for hospital in hospitals { print(try await hospital.row(question, query)) }
        }
    }

    /// One database, asked in three ways.
    struct Hospital {
        let name: String
        let plain: OMOPAdapter
        let pushed: OMOPAdapter
        /// Runs the statement that an expert wrote, and gives its one number.
        let expert: (Question, CompiledQuery) async throws -> Int

        static func sqlite(_ path: String, _ hyperontology: Hyperontology) throws -> Hospital {
            func adapter(_ pushdown: OMOPPushdown) -> OMOPAdapter {
                OMOPAdapter(
                    name: "omop", path: path, bindings: hyperontology.bindings(for: "omop"), omopUnits: hyperontology.omopUnits,
                    pushdown: pushdown)
            }
            let queue = try DatabaseQueue(path: path)
            return Hospital(name: "SQLite", plain: adapter(.concepts), pushed: adapter(.all)) { question, query in
                let sql = question.expert(ExpertWords.sqlite, query)
                return try await queue.read { try Int.fetchOne($0, sql: sql) ?? -1 }
            }
        }

        static func postgres(_ url: String, _ hyperontology: Hyperontology) throws -> Hospital {
            let address = try PostgresAddress(url: url)
            func adapter(_ pushdown: OMOPPushdown) -> OMOPAdapter {
                OMOPAdapter(
                    name: "omop", postgres: address, schema: "cdm", bindings: hyperontology.bindings(for: "omop"),
                    omopUnits: hyperontology.omopUnits, pushdown: pushdown)
            }
            let session = PostgresSession(address)
            return Hospital(name: "PostgreSQL", plain: adapter(.concepts), pushed: adapter(.all)) { question, query in
                let found = try await session.rows(of: question.expert(ExpertWords.postgres, query)) { $0[0] }
                if case .integer(let count) = found.first { return Int(count) }
                return -1
            }
        }

        /// One line of the table.
        func row(_ question: Question, _ query: CompiledQuery) async throws -> String {
            let engines = [PlanEngine(sources: [plain]), PlanEngine(sources: [pushed])]
            var times: [[Duration]] = [[], [], []]
            var counts: Set<Int> = []
            var expertCount = 0
            for round in 0...rounds {
                for way in times.indices {
                    let start = ContinuousClock.now
                    if way < engines.count {
                        counts.insert(try await engines[way].execute(query.expanded).counted?.selection.patients.count ?? -1)
                    } else {
                        expertCount = try await expert(question, query)
                    }
                    // The first round warms the caches.
                    if round > 0 { times[way].append(ContinuousClock.now - start) }
                }
            }
            let medians = times.map { $0.sorted()[$0.count / 2] / .milliseconds(1) }
            guard counts.count == 1, let patients = counts.first else {
                throw BenchmarkFailure.answersDiffer(question.name, counts.sorted())
            }
            func ms(_ time: Double) -> String { String(format: "%.1f ms", time) }
            func ratio(_ left: Double, _ right: Double) -> String { String(format: "%.2f", left / right) }
            return """
                | \(question.name) | \(name) | \(patients) | \(expertCount) | \(ms(medians[0])) | \(ms(medians[1])) | \(ratio(medians[0], medians[1])) | \
                \(ms(medians[2])) | \(ratio(medians[1], medians[2])) |
                """
        }

        private var rounds: Int { OMOPBenchmark.rounds }
    }
}

/// Why there is no table.
enum BenchmarkFailure: Error {
    case answersDiffer(String, [Int])
    case notCompiled([String])
}
