import CohortPlan
import Compiler
import Diagnostics
import Disclosure
import Execution
import Federation
import Foundation
import HTTPClient
import Hub
import Hyperontology
import Node
import Synthesis
import TestFederation
import Testing

/// A small synthetic hospital in OMOP, and the node in front of it.
struct NodeHospital {
    let folder: TemporaryFolder
    let patients: [PatientRecord]

    init(patients count: Int = 150) async throws {
        folder = try TemporaryFolder()
        let dataset = SyntheticDataset(seed: 11, patients: count, models: [.omop], hyperontology: try Project.hyperontology())
        _ = try await dataset.write(to: folder.url)
        patients = try PopulationFile.read(folder.url.appendingPathComponent("node-1"))
        try folder.write("threshold: 11\nrounding: 5\nbreakdowns: [sex, age]\npurposes: [research]\n", to: "node-1/policy.yaml")
    }

    var database: String { folder.path("node-1/omop/omop.sqlite") }

    /// The answers that wait to be handed in.
    var outbox: [String] { (try? FileManager.default.contentsOfDirectory(atPath: folder.path("node-1/state/outbox"))) ?? [] }

    /// The node's configuration, for a hub at an address.
    func configuration(hub url: String, authority: String) throws -> NodeConfiguration {
        let isDescribed = FileManager.default.fileExists(atPath: folder.path("node-1/datasets.ttl"))
        let path = try folder.write(
            """
            name: north
            policy: policy.yaml
            \(isDescribed ? "datasets: datasets.ttl" : "")
            hub:
              url: \(url)
              ca: \(authority)
              proxy: ""
            sources:
              - model: omop
                sqlite: omop/omop.sqlite
            """, to: "node-1/node.yaml")
        return try NodeConfiguration.read(path)
    }

    func agent(hub url: String, authority: String) throws -> NodeAgent {
        try NodeAgent(try configuration(hub: url, authority: authority), ontologies: Project.ontologies)
    }

    func agent(_ hub: TestHub) throws -> NodeAgent { try agent(hub: hub.url, authority: hub.authority) }

    func enrol(_ hub: TestHub) async throws {
        try await NodeAgent.enrol(
            try configuration(hub: hub.url, authority: hub.authority), token: try await hub.administration.invite("north"))
    }

    /// The plain truth about a question, as the reference evaluator has it.
    func exact(_ text: String) throws -> ReferenceResult {
        let query = try #require(
            QueryCompiler(hyperontology: try Project.hyperontology()).compile(SourceText(name: "q", text: text)).query)
        return ReferenceEvaluator(query.expanded).evaluate(patients)
    }
}

/// A node at work, until it is stopped.
struct WorkingNode {
    private let task: Task<Void, any Error>

    init(_ agent: NodeAgent) { task = Task { try await agent.run() } }

    /// Ends it as SIGTERM does, in the middle of whatever it does.
    func stop() async {
        task.cancel()
        _ = await task.result
    }

    /// Waits until it ends by itself.
    func end() async throws { try await task.value }
}
