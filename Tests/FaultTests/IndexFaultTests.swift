import CohortPlan
import Diagnostics
import Foundation
import Processes
import Synthesis
import TestFederation
import Testing

/// The program that makes an index is killed (SIGKILL) at any moment, and the disk is full: what is whole stays whole, and nobody takes a part
/// for the whole.
@Suite(.timeLimit(.minutes(6)), .enabled(if: FileManager.default.fileExists(atPath: "/usr/bin/dcmdump"), "skipped: DCMTK is not installed"))
struct IndexFaultTests {
    private static let rounds = ProcessInfo.processInfo.environment["COHORTIUM_ROUNDS"].flatMap { Int($0) } ?? 4

    private func hospital(_ folder: TemporaryFolder, patients: Int) async throws -> (config: String, question: String) {
        _ = try await SyntheticDataset(
            seed: 3, patients: patients, models: [.dicom], instancesPerSeries: 2, hyperontology: try Project.hyperontology()
        ).write(to: folder.url)
        try folder.write("threshold: 5\nrounding: 5\nbreakdowns: [sex]\npurposes: [research]\n", to: "policy.yaml")
        let config = try folder.write(
            "name: coast\npolicy: policy.yaml\nstate: state\nontologies: \(Project.ontologies)\nsources:\n  - model: dicom\n    folder: node-1/dicom\n",
            to: "node.yaml")
        let question = try folder.write(
            "cohort C {\n  patients where any imaging study having series { modality MR, contrast yes }\n}\n", to: "q.cohort")
        return (config, question)
    }

    private func run(_ arguments: [String]) async throws -> ProgramRun {
        try await ProgramRun.cohortium(arguments + ["--ontologies", Project.ontologies])
    }

    @Test func anIndexThatWasKilledIsNeverTakenForWholeAndGoesOn() async throws {
        let folder = try TemporaryFolder()
        let (config, question) = try await hospital(folder, patients: 120)
        let start = ContinuousClock.now
        let whole = try await run(["node", "index", "--config", config])
        #expect(whole.status == 0, "\(whole.errors)")
        let duration = ContinuousClock.now - start
        let truth = try await run(["node", "answer", question, "--config", config, "--json"])
        #expect(truth.status == 0, "\(truth.errors)")
        let summary = try await run(["node", "index", "--config", config, "--status"]).errors
        var random = SplitMix(seed: UInt64.random(in: 0..<1_000_000))
        var killed = 0
        for round in 1...IndexFaultTests.rounds {
            try FileManager.default.removeItem(atPath: folder.path("state"))
            var answers = 0
            // Killed until a run comes to its end.
            while true {
                let process = try await ChildProcess.start(
                    name: "index", executable: Project.program("cohortium"),
                    arguments: ["node", "index", "--config", config, "--ontologies", Project.ontologies], log: folder.path("log"))
                try await Task.sleep(for: duration * Double.random(in: 0.3...1.0, using: &random))
                let isUnfinished = process.isRunning
                await process.kill()
                if !isUnfinished { break }
                killed += 1
                answers += 1
                let answer = try await run(["node", "answer", question, "--config", config, "--json"])
                #expect(
                    answer.status == 4 || answer.output == truth.output,
                    "round \(round): a part was taken for the whole: \(answer.status) \(answer.output)")
                if answers > 12 { break }
            }
            let last = try await run(["node", "index", "--config", config])
            #expect(last.status == 0, "round \(round): \(last.errors)")
            #expect(try await run(["node", "answer", question, "--config", config, "--json"]).output == truth.output, "round \(round)")
            let counts = try await run(["node", "index", "--config", config, "--status"]).errors
            #expect(Self.counts(counts) == Self.counts(summary), "round \(round)")
        }
        print("index: killed \(killed) times in \(IndexFaultTests.rounds) rounds")
        #expect(killed > 0, "at least one run was killed before its end")
    }

    /// `… 120 patients, 150 studies, 300 series, …` without date and size.
    private static func counts(_ text: String) -> [Substring] {
        text.split(separator: ";").last?.split(separator: ",").prefix(3).map { $0.drop { $0 == " " } } ?? []
    }

    /// A real full disk, where this account may mount one.
    @Test func aFullDiskIsReported() async throws {
        let folder = try TemporaryFolder()
        let (config, question) = try await hospital(folder, patients: 60)
        try FileManager.default.createDirectory(atPath: folder.path("state"), withIntermediateDirectories: true)
        let script = """
            mount -t tmpfs -o size=160k tmpfs \(folder.path("state")) || exit 77
            \(Project.program("cohortium")) node index --config \(config) --ontologies \(Project.ontologies); echo "index $?"
            \(Project.program("cohortium")) node answer \(question) --config \(config) --ontologies \(Project.ontologies); echo "answer $?"
            """
        let result = try await ProgramRun.run("/usr/bin/unshare", ["--user", "--map-root-user", "--mount", "sh", "-c", script])
        guard result.status != 77, !result.errors.contains("unshare") else { return print("skipped: no disk may be mounted here") }
        #expect(result.errors.contains("N0460"), "\(result.errors)")
        #expect(result.output.contains("index 3"), "\(result.output) \(result.errors)")
        #expect(result.output.contains("answer 4"), "\(result.output) \(result.errors)")
    }
}
