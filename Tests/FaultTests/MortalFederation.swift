import CohortPlan
import Diagnostics
import Disclosure
import Execution
import Federation
import Foundation
import HTTPClient
import Hub
import Processes
import Synthesis
import TestFederation
import Testing

/// A hub and three hospitals' nodes as processes of their own, each of which can be killed and started again.
final class MortalFederation {
    static let hub = "hub"
    static let nodes = ["north", "south", "west"]
    static let all = [hub] + nodes

    let researcher: ResearcherClient
    private let folder: TemporaryFolder
    private let url: String
    private let authority: String
    private let http = HTTPClient()
    private var running: [String: ChildProcess] = [:]
    private var starts = 0

    /// Makes the hospitals and starts everything.
    init() async throws {
        folder = try TemporaryFolder()
        let port = try await FreePort.next()
        url = "https://127.0.0.1:\(port)"
        let hub = HubFolder(folder.path("hub"))
        try hub.make(
            hosts: ["127.0.0.1"], address: "127.0.0.1", port: port, localPort: nil,
            settings: ["ontologies: \(Project.ontologies)", "heartbeatSeconds: 1", "leaseSeconds: 3", "deadlineSeconds: 300"])
        authority = hub.authorityFile
        let administration = try HubAdministration(try HubConfiguration.read(hub.configurationFile))
        researcher = ResearcherClient(
            HubClient(HubClient.Address(url: url, caFile: authority, proxy: ""), http: http),
            token: try await administration.addResearcher("ada"))
        let names = MortalFederation.nodes
        let dataset = SyntheticDataset(
            seed: 5, patients: 50 * names.count, nodes: names.count, models: [.omop], hyperontology: try Project.hyperontology())
        _ = try await dataset.write(to: folder.url.appendingPathComponent("population"))
        try await start(MortalFederation.hub)
        for (number, name) in names.enumerated() {
            let place = "population/node-\(number + 1)"
            try folder.write("threshold: 11\nrounding: 5\nbreakdowns: [sex, age]\npurposes: [research]\n", to: "\(place)/policy.yaml")
            try folder.write(
                """
                name: \(name)
                policy: policy.yaml
                hub: {url: "\(url)", ca: "\(authority)", proxy: ""}
                sources: [{model: omop, sqlite: omop/omop.sqlite}]
                """, to: "\(place)/node.yaml")
            let enrolled = try await ProgramRun.cohortium(
                ["node", "enrol", try await administration.invite(name), "--config", folder.path("\(place)/node.yaml")])
            guard enrolled.status == 0 else { throw NeverCameAbout(description: "\(name) enrolled: \(enrolled.errors)") }
            try await start(name)
        }
        try await waitForAll(.answering)
    }

    func isRunning(_ name: String) -> Bool { running[name]?.isRunning == true }

    func start(_ name: String) async throws {
        guard !isRunning(name) else { return }
        let number = (MortalFederation.nodes.firstIndex(of: name) ?? 0) + 1
        let arguments =
            name == MortalFederation.hub
            ? ["hub", "run", "--config", folder.path("hub/hub.yaml")]
            : ["node", "run", "--config", folder.path("population/node-\(number)/node.yaml"), "--ontologies", Project.ontologies]
        starts += 1
        running[name] = try await ChildProcess.start(
            name: name, executable: Project.program("cohortium"), arguments: arguments, log: folder.path("\(name)-\(starts).log"))
        guard name == MortalFederation.hub else { return }
        try await wait(for: "the hub to be ready") {
            if !isRunning(name) { throw NeverCameAbout(description: "a hub: \(running[name]?.lastWords ?? [])") }
            return try await isReady()
        }
    }

    private func isReady() async throws -> Bool {
        let request = HTTPRequest(url: url + "/readyz", timeout: .seconds(5), caFile: authority, proxy: "")
        return (try? await http.send(request).isSuccess) == true
    }

    /// Ends a process without a word (SIGKILL).
    func kill(_ name: String) async { await running[name]?.kill() }

    /// Starts whatever does not run.
    func mend() async throws { for name in MortalFederation.all { try await start(name) } }

    /// Waits until the hub shows every node in a state, or, where they are named, some.
    func waitForAll(_ state: NodeListing.State, of names: [String] = MortalFederation.nodes) async throws {
        try await wait(for: "\(names) to be shown as \(state.rawValue)") {
            guard let listed = try? await researcher.nodes() else { return false }
            return names.allSatisfy { name in listed.first { $0.name == name }?.state == state }
        }
    }

    func stop() async { for name in MortalFederation.all.reversed() { await running[name]?.stop(grace: .seconds(2)) } }

    /// What the processes wrote, for a failure.
    var lastWords: String {
        running.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value.lastWords.joined(separator: "\n  "))" }.joined(separator: "\n")
    }
}
