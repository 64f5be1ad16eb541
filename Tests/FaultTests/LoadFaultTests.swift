import Diagnostics
import Foundation
import Processes
import Synthesis
import TestFederation
import Testing

/// The program that loads a FHIR export is killed (SIGKILL) at any moment, and the disk is full: the export is read again, and nobody takes a part
/// of it for the whole.
@Suite(.timeLimit(.minutes(6))) struct LoadFaultTests {
    private func hospital(_ folder: TemporaryFolder, patients: Int) async throws -> (config: String, question: String) {
        _ = try await SyntheticDataset(seed: 3, patients: patients, models: [.fhir], hyperontology: try Project.hyperontology())
            .write(to: folder.url)
        try folder.write("threshold: 5\nrounding: 5\nbreakdowns: [sex]\npurposes: [research]\n", to: "policy.yaml")
        let config = try folder.write(
            "name: coast\npolicy: policy.yaml\nstate: state\nontologies: \(Project.ontologies)\nsources:\n  - model: fhir\n    folder: node-1/fhir\n",
            to: "node.yaml")
        let question = try folder.write("cohort C {\n  patients where any diagnosis of \"Breast Carcinoma\"\n}\n", to: "q.cohort")
        return (config, question)
    }

    private func answer(_ config: String, _ question: String) async throws -> ProgramRun {
        try await ProgramRun.cohortium(["node", "answer", question, "--config", config, "--json", "--ontologies", Project.ontologies])
    }

    @Test func aLoadThatWasKilledIsNeverTakenForWhole() async throws {
        let folder = try TemporaryFolder()
        let (config, question) = try await hospital(folder, patients: 3_000)
        let start = ContinuousClock.now
        let truth = try await answer(config, question)
        #expect(truth.status == 0, "\(truth.errors)")
        let duration = ContinuousClock.now - start
        var random = SplitMix(seed: UInt64.random(in: 0..<1_000_000))
        var killed = 0
        for round in 0..<8 {
            // Every other time over what a killed load left behind, with an export that has changed.
            if round % 2 == 0 {
                try FileManager.default.removeItem(atPath: folder.path("state"))
            } else {
                try folder.write(#"{"resourceType":"Patient","id":"more-\#(round)"}"#, to: "node-1/fhir/more-\(round).ndjson")
            }
            let process = try await ChildProcess.start(
                name: "load", executable: Project.program("cohortium"),
                arguments: ["node", "check", "--config", config, "--ontologies", Project.ontologies], log: folder.path("log"))
            try await Task.sleep(for: duration * Double.random(in: 0.2...1.0, using: &random))
            if process.isRunning { killed += 1 }
            await process.kill()
            let found = try await answer(config, question)
            #expect(found.output == truth.output, "round \(round): \(found.status) \(found.errors)")
            let left = try FileManager.default.contentsOfDirectory(atPath: folder.path("state")).filter { $0.contains(".new-") }
            #expect(left.isEmpty, "round \(round): \(left)")
        }
        print("load: killed \(killed) of 8 times")
        #expect(killed > 0, "at least one load was killed before its end")
    }

    /// A real full disk, where this account may mount one.
    @Test func aFullDiskIsReported() async throws {
        let folder = try TemporaryFolder()
        let (config, question) = try await hospital(folder, patients: 300)
        try FileManager.default.createDirectory(atPath: folder.path("state"), withIntermediateDirectories: true)
        let script = """
            mount -t tmpfs -o size=160k tmpfs \(folder.path("state")) || exit 77
            \(Project.program("cohortium")) node answer \(question) --config \(config) --ontologies \(Project.ontologies); echo "answer $?"
            ls -A \(folder.path("state")) | wc -l
            """
        let result = try await ProgramRun.run("/usr/bin/unshare", ["--user", "--map-root-user", "--mount", "sh", "-c", script])
        guard result.status != 77, !result.errors.contains("unshare") else { return print("skipped: no disk may be mounted here") }
        #expect(result.errors.contains("N0407"), "\(result.errors)")
        #expect(result.output.contains("answer 3"), "\(result.output) \(result.errors)")
        #expect(result.output.hasSuffix("0\n"), "a part was left behind: \(result.output)")
    }
}
