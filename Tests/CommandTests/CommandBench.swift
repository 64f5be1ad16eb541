import CohortPlan
import Diagnostics
import Disclosure
import Execution
import Federation
import Foundation
import HTTPClient
import Hub
import TestFederation
import Testing

/// A folder with everything that the commands want, in which one thing at a time is made wrong.
struct CommandBench {
    let folder: TemporaryFolder
    let hub: TestHub

    init() async throws {
        folder = try TemporaryFolder()
        hub = try await TestHub.start()
        try folder.write("cohort Women { patients where sex is female }\nreport Women count patients\n", to: "good.cohort")
        try folder.write("threshold: 11\nrounding: 5\nbreakdowns: [sex, age]\npurposes: [research]\n", to: "policy.yaml")
        try folder.write(try await hub.administration.addResearcher("ada"), to: "token")
        try client("client.yaml")
        try node("node.yaml")
    }

    /// A client file, with something else in some of its places.
    func client(_ name: String, url: String? = nil, ca: String? = nil, token: String = "token", proxy: String? = "") throws {
        let lines = [
            "hubs:", "  - url: \(url ?? hub.url)", "    ca: \(ca ?? hub.authority)", "    token: \(token)",
        ]
        try folder.write((lines + (proxy.map { ["    proxy: \"\($0)\""] } ?? [])).joined(separator: "\n"), to: name)
    }

    /// A node's configuration, with something else in some of its places.
    func node(_ name: String, url: String? = nil, ca: String? = nil, database: String = "missing.sqlite", state: String = "state") throws {
        try folder.write(
            """
            name: north
            policy: policy.yaml
            state: \(state)
            hub:
              url: \(url ?? hub.url)
              ca: \(ca ?? hub.authority)
              proxy: ""
            sources:
              - model: omop
                sqlite: \(database)
            """, to: name)
    }

    func run(_ arguments: [String], input: String = "", environment: [String: String] = [:]) async throws -> ProgramRun {
        // A terminal that takes colour, were it one; and nobody's own settings.
        let surroundings = [
            "TERM": "xterm-256color", "NO_COLOR": "", "COHORTIUM_CLIENT": "", "COHORTIUM_ONTOLOGIES": Project.ontologies,
            "HOME": folder.url.path, "XDG_CONFIG_HOME": "",
        ]
        return try await ProgramRun.cohortium(
            arguments, input: input, environment: surroundings.merging(environment) { _, new in new }, in: folder.url)
    }

    /// Everything in the folder, with its size.
    func files() throws -> Set<String> {
        // What SQLite keeps beside an open database is no work of a command's.
        let found = (FileManager.default.enumerator(atPath: folder.url.path)?.compactMap { $0 as? String } ?? []).filter {
            !$0.hasSuffix("-wal") && !$0.hasSuffix("-shm")
        }
        return Set(
            try found.map { name in
                let attributes = try FileManager.default.attributesOfItem(atPath: folder.path(name))
                // When SQLite puts what was written into the file itself is its own affair.
                if name.hasSuffix(".sqlite") { return name }
                return attributes[.type] as? FileAttributeType == .typeDirectory ? name : "\(name) \(attributes[.size] as? Int ?? 0)"
            })
    }
}
