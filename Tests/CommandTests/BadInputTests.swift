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

/// What is wrong gets one clear message with code, place and fix, its exit status, and nothing half done.
@Suite struct BadInputTests {
    struct Sample: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let arguments: [String]
        let status: Int32
        let code: String
        /// What the message must name.
        let words: [String]
        let prepare: @Sendable (CommandBench) async throws -> Void

        init(
            _ description: String, _ arguments: [String], _ status: Int32, _ code: String, _ words: String...,
            prepare: @escaping @Sendable (CommandBench) async throws -> Void = { _ in }
        ) {
            testDescription = description
            self.arguments = arguments
            self.status = status
            self.code = code
            self.words = words
            self.prepare = prepare
        }
    }

    private static let query = ["query", "good.cohort", "--client", "client.yaml"]

    static let questions: [Sample] = [
        Sample("a wrong query", ["check", "bad.cohort"], 1, "C0", "bad.cohort:1:") {
            try $0.folder.write("cohort A { patients where }", to: "bad.cohort")
        },
        Sample("a wrong query, at a hub", ["query", "bad.cohort", "--client", "client.yaml"], 1, "C0", "bad.cohort:1:") {
            try $0.folder.write("cohort A { patients where }", to: "bad.cohort")
        },
        Sample(
            "an unknown concept, at a hub", ["query", "bad.cohort", "--client", "client.yaml"], 1, "C0203", "bad.cohort:1:",
            "Breast Carcinoma"
        ) {
            try $0.folder.write(
                "cohort A { patients where any diagnosis of \"Brest Carcinoma\" }\nreport A count patients", to: "bad.cohort")
        },
        Sample("a missing file", ["query", "none.cohort", "--client", "client.yaml"], 1, "U0001", "none.cohort"),
        Sample("a folder in a file's place", ["query", ".", "--client", "client.yaml"], 1, "U0001", "`.`"),
        Sample("a missing client file", ["query", "good.cohort"], 1, "U0201", "client.yaml", "--client"),
        Sample("a client file that is no YAML", query, 1, "U0202", "client.yaml", "2:") {
            try $0.folder.write("hubs: [\n", to: "client.yaml")
        },
        Sample("a client file of another form", query, 1, "U0202", "client.yaml", "`token`") {
            try $0.folder.write("hubs:\n  - url: https://127.0.0.1:1\n", to: "client.yaml")
        },
        Sample("a missing token", query, 1, "U0203", "none") { try $0.client("client.yaml", token: "none") },
        Sample("a hub that the client file does not name", query + ["--hub", "https://other"], 1, "U0204", "https://other"),
        Sample("a hub that is away", query, 3, "F0401", "https://127.0.0.1:") { bench in
            try bench.client("client.yaml", url: "https://127.0.0.1:\(try await FreePort.next())")
        },
        Sample("a hub whose name has no address", query, 3, "F0401", "hub.invalid") {
            try $0.client("client.yaml", url: "https://hub.invalid")
        },
        Sample("a hub's address that is none", query, 1, "F0403", "https://host:port") { try $0.client("client.yaml", url: "https://a b") },
        Sample("a hub without TLS", query, 1, "U0207", "http://hub.example.org", "https://") {
            try $0.client("client.yaml", url: "http://hub.example.org")
        },
        Sample("a bad certificate", query, 3, "F0402", "certificate", "`ca`") { bench in
            try CertificateAuthority(name: "another").writeCertificate(to: bench.folder.path("other.pem"))
            try bench.client("client.yaml", ca: "other.pem")
        },
        Sample("no file of authorities", query, 1, "F0406", "none.pem") { try $0.client("client.yaml", ca: "none.pem") },
        Sample("something else than a hub", query, 3, "F0404", "404") { bench in
            let server = try await ScriptedServer.start { _ in .answer("404 Not Found", body: "<html>") }
            try bench.client("client.yaml", url: "http://127.0.0.1:\(server.port)")
        },
        Sample("a bad token", query, 5, "F0601", "token") { try $0.folder.write("wrong", to: "token") },
        Sample("a deadline of no time", query + ["--deadline", "0"], 1, "F0606", "0 s"),
        Sample("an answer that is not there", ["query", "--id", "5f0c", "--client", "client.yaml"], 1, "F0602", "5f0c"),
        Sample("a tool that is not there", ["dispatch", "good.cohort", "--tool", "none", "--client", "client.yaml"], 1, "U0205", "none"),
        Sample(
            "a computation without images",
            ["dispatch", "good.cohort", "--digest", "sha256:" + String(repeating: "0", count: 64), "--client", "client.yaml"], 1, "F0608",
            "images"),
    ]

    static let services: [Sample] = [
        Sample("a hub without configuration", ["hub", "run", "--config", "none.yaml"], 1, "F0501", "none.yaml"),
        Sample("a hub's configuration that is no YAML", ["hub", "run", "--config", "hub.yaml"], 1, "F0502", "hub.yaml", "2:") {
            try $0.folder.write("listen: [\n", to: "hub.yaml")
        },
        Sample("an unknown key", ["hub", "run", "--config", "hub.yaml"], 1, "F0502", "`prot`", "`port`") {
            try $0.folder.write("listen:\n  - address: 127.0.0.1\n    prot: 1\nstore: s\nsigningKey: k\n", to: "hub.yaml")
        },
        Sample("a hub that would speak in the clear", ["hub", "run", "--config", "hub.yaml"], 1, "F0504", "0.0.0.0") {
            try $0.folder.write("listen:\n  - address: 0.0.0.0\n    port: 1\nstore: s\nsigningKey: k\n", to: "hub.yaml")
        },
        Sample("a port in use", ["hub", "run", "--config", "hub/hub.yaml"], 3, "F0513", "in use", "127.0.0.1:") { bench in
            let port = bench.hub.configuration.listeners[0].port
            try HubFolder(bench.folder.path("hub")).make(hosts: ["127.0.0.1"], address: "127.0.0.1", port: port, localPort: nil)
            // What a hub's start makes is there already.
            _ = try HubServer(try HubConfiguration.read(bench.folder.path("hub/hub.yaml")))
        },
        Sample("a certificate that is none", ["hub", "run", "--config", "hub/hub.yaml"], 3, "F0514", "server.pem") { bench in
            try HubFolder(bench.folder.path("hub")).make(hosts: ["127.0.0.1"], address: "127.0.0.1", port: 0, localPort: nil)
            _ = try HubServer(try HubConfiguration.read(bench.folder.path("hub/hub.yaml")))
            try bench.folder.write("garbage", to: "hub/server.pem")
        },
        Sample("a store that is none", ["hub", "nodes", "--config", "hub/hub.yaml"], 1, "F0511", "hub.sqlite") { bench in
            try HubFolder(bench.folder.path("hub")).make(hosts: ["127.0.0.1"], address: "127.0.0.1", port: 0, localPort: nil)
            try bench.folder.write(String(repeating: "garbage ", count: 200), to: "hub/hub.sqlite")
        },
        Sample("a folder that cannot be made", ["hub", "init", "--folder", "token/hub", "--host", "a"], 1, "F0519", "token/hub"),
        Sample("a host that is none", ["hub", "init", "--folder", "hub", "--host", "a b"], 1, "F0106", "a b"),
        Sample("a port that is none", ["hub", "init", "--folder", "hub", "--host", "a", "--port", "70000"], 1, "F0505", "70000"),
        Sample("a node's configuration that is no YAML", ["node", "run", "--config", "node.yaml"], 1, "N0103", "node.yaml", "2:") {
            try $0.folder.write("sources: [\n", to: "node.yaml")
        },
        Sample("an unknown key of a node", ["node", "run", "--config", "node.yaml"], 1, "N0102", "`hub.prxy`", "`proxy`") {
            try $0.folder.write(
                "name: north\npolicy: policy.yaml\nhub:\n  url: https://a\n  prxy: b\nsources:\n  - model: omop\n    sqlite: x\n",
                to: "node.yaml")
        },
        Sample("a node's hub without TLS", ["node", "run", "--config", "node.yaml"], 1, "N0110", "http://a") {
            try $0.node("node.yaml", url: "http://a")
        },
        Sample("a node without a policy", ["node", "run", "--config", "node.yaml"], 1, "P0001", "policy.yaml") {
            try FileManager.default.removeItem(atPath: $0.folder.path("policy.yaml"))
        },
        Sample("a node without its source", ["node", "check", "--config", "node.yaml"], 3, "N0201", "omop"),
        Sample("a question to a node without its source", ["node", "answer", "good.cohort", "--config", "node.yaml"], 3, "N0201", "omop"),
        Sample("a node that is not enrolled", ["node", "run", "--config", "node.yaml"], 1, "N0114", "north", "enrol") { bench in
            try FileManager.default.createDirectory(atPath: bench.folder.path("state/outbox"), withIntermediateDirectories: true)
            try SigningKey().write(to: bench.folder.path("state/node.pem"))
        },
        Sample("a token that is none", ["node", "enrol", "none", "--config", "node.yaml"], 5, "F0601", "north") { bench in
            try FileManager.default.createDirectory(atPath: bench.folder.path("state/outbox"), withIntermediateDirectories: true)
            try SigningKey().write(to: bench.folder.path("state/node.pem"))
        },
        Sample("a state folder that cannot be made", ["node", "enrol", "none", "--config", "node.yaml"], 1, "N0109", "token/state") {
            try $0.node("node.yaml", state: "token/state")
        },
    ]

    static let files: [Sample] = [
        Sample("a population where a file stands", ["synth", "--patients", "3", "--out", "token/synth"], 1, "U0", "token/synth"),
        Sample("an explanation without the node's file", ["explain", "good.cohort", "--config", "none.yaml"], 1, "N0101", "none.yaml"),
        Sample(
            "an explanation without the node's file, as JSON", ["explain", "good.cohort", "--json", "--config", "none.yaml"], 1, "N0101",
            "none.yaml"),
    ]

    /// Half of the data must not look like all of it.
    @Test(arguments: [
        "format good.cohort", "explain good.cohort", "check good.cohort --json",
        "sparql ask.rq --format json", "sparql make.rq",
    ])
    func aFullDiskIsSaid(_ command: String) async throws {
        let bench = try await CommandBench()
        try bench.folder.write("ASK { ?a ?b ?c }", to: "ask.rq")
        try bench.folder.write("CONSTRUCT WHERE { ?a ?b ?c } LIMIT 3", to: "make.rq")
        let program = Project.program("cohortium")
        let run = try await ProgramRun.run(
            "/bin/sh", ["-c", "'\(program)' \(command) > /dev/full"], environment: ["COHORTIUM_ONTOLOGIES": Project.ontologies],
            in: bench.folder.url)
        #expect(run.status == 3, "\(run.errors)")
        #expect(run.errors.contains("error[U0010]"), "\(run.errors)")
        await bench.hub.stop()
    }

    static let commandLines: [Sample] = [
        Sample("an unknown option", query + ["--hubb", "x"], 64, "U0009", "`--hubb`", "cohortium query --help"),
        Sample("an unknown command", ["qurey"], 64, "U0009", "`qurey`", "cohortium --help"),
        Sample("a missing argument", ["hub", "invite", "--config", "x"], 64, "U0009", "node", "cohortium hub invite --help"),
        Sample("a value of another kind", query + ["--deadline", "soon"], 64, "U0009", "`soon`", "deadline"),
        Sample("two forms at once", query + ["--json", "--csv"], 64, "U0009", "--json", "--csv"),
        Sample("nothing to ask", ["query"], 64, "U0009", "--id"),
    ]

    @Test(arguments: questions + services + files + commandLines)
    func isNamed(_ sample: Sample) async throws {
        let bench = try await CommandBench()
        try await sample.prepare(bench)
        let before = try bench.files()
        let run = try await bench.run(sample.arguments)
        #expect(run.status == sample.status, "\(run.errors)")
        #expect(run.output.isEmpty, "standard output is for data")
        #expect(run.errors.hasPrefix("error[\(sample.code)") || run.errors.contains("\nerror[\(sample.code)"), "\(run.errors)")
        #expect(run.errors.components(separatedBy: "error[").count == 2, "one message: \(run.errors)")
        for word in sample.words { #expect(run.errors.contains(word), "`\(word)` in: \(run.errors)") }
        // A fix stands behind `help:`, or beside the carets below the place in a query.
        #expect(run.errors.contains("help: ") || run.errors.contains("^"), "a fix: \(run.errors)")
        #expect(!run.errors.contains("\u{1B}"), "no colour into a pipe")
        for leak in ["CodingKeys", "DecodingError", "Optional(", "NSError", "Swift."] {
            #expect(!run.errors.contains(leak), "\(run.errors)")
        }
        #expect(try bench.files() == before, "nothing is half done")
        await bench.hub.stop()
    }
}
