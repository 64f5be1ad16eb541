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

/// The program as a person and a script see it.
@Suite struct CommandTests {
    // MARK: Help

    @Test func everySubcommandsHelpHasAnExample() async throws {
        var waiting: [[String]] = [[]]
        var seen: [[String]] = []
        while let command = waiting.popLast() {
            let run = try await ProgramRun.cohortium(command + ["--help"])
            #expect(run.status == 0 && run.errors.isEmpty, "\(command)")
            #expect(run.output.contains("Example:\n") || run.output.contains("Examples:\n"), "\(command)")
            #expect(run.output.contains("cohortium \(command.joined(separator: " "))"), "\(command)")
            seen.append(command)
            waiting += CommandTests.subcommands(run.output).map { command + [$0] }
        }
        for expected in [["query"], ["hub", "run"], ["node", "enrol"], ["ontology", "lint"]] { #expect(seen.contains(expected)) }
    }

    /// The names below `SUBCOMMANDS:` in a command's help.
    private static func subcommands(_ help: String) -> [String] {
        guard let start = help.range(of: "SUBCOMMANDS:\n") else { return [] }
        let lines = help[start.upperBound...].components(separatedBy: "\n").prefix { $0.hasPrefix("  ") }
        return lines.filter { !$0.hasPrefix("   ") }.compactMap { $0.split(separator: " ").first.map(String.init) }
    }

    // MARK: Data and words

    @Test func dataGoesToStandardOutputAndEverythingElseToStandardError() async throws {
        let bench = try await CommandBench()
        let node = try await bench.hub.node("north")
        let answering = Task { while !Task.isCancelled { _ = try? await node.answerNext(.published(40)) } }
        let query = ["query", "good.cohort", "--client", "client.yaml"]
        let json = try await bench.run(query + ["--json"])
        #expect(json.status == 0)
        let result = try CanonicalJSON.decode(QueryResult.self, from: Array(json.output.utf8))
        #expect(result.total?.measures.map(\.count.value) == [40])
        #expect(json.errors.hasPrefix("asked: \(result.status.id)\n") && json.errors.contains("north: answered"))
        let csv = try await bench.run(query + ["--csv"])
        #expect(csv.output.hasPrefix("node,state,coverage,table,stratum,measure,value,suppressed\r\n"))
        #expect(csv.output.contains("total,closed,exact,,,patients,40,false\r\n"))
        let plain = try await bench.run(["query", "-", "--client", "client.yaml"], input: Question.women)
        #expect(plain.status == 0 && plain.output.contains("patients: 40"))
        for run in [json, csv, plain] { #expect(!run.output.contains("\u{1B}") && !run.errors.contains("\u{1B}")) }
        // What was asked before is there to be seen again.
        let again = try await bench.run(["query", "--id", result.status.id, "--json", "--client", "client.yaml"])
        #expect(again.status == 0 && again.output == json.output)
        answering.cancel()
        await bench.hub.stop()
    }

    @Test func anAnswerThatIsNotWholeHasItsOwnExitStatusAndSaysWhoIsMissing() async throws {
        let bench = try await CommandBench()
        let (north, _) = (try await bench.hub.node("north"), try await bench.hub.node("south"))
        let answering = Task { while !Task.isCancelled { _ = try? await north.answerNext(.published(40)) } }
        let run = try await bench.run(["query", "good.cohort", "--client", "client.yaml", "--deadline", "8"])
        answering.cancel()
        #expect(run.status == 4)
        #expect(run.output.contains("patients: 40") && run.output.contains("south"))
        #expect(run.errors.contains("without an answer: south") && run.errors.contains("cohortium query --id "))
        await bench.hub.stop()
    }

    @Test func dataThatCannotBeWrittenIsAnError() async throws {
        let bench = try await CommandBench()
        let program = Project.program("cohortium")
        let run = try await ProgramRun.run(
            "/bin/sh", ["-c", "'\(program)' hub invite north --config '\(try configuration(bench))' > /dev/full"])
        #expect(run.status == 3 && run.errors.contains("error[U0010]"), "\(run.errors)")
        await bench.hub.stop()
    }

    private func configuration(_ bench: CommandBench) throws -> String {
        try HubFolder(bench.folder.path("own")).make(hosts: ["127.0.0.1"], address: "127.0.0.1", port: 0, localPort: nil)
        return bench.folder.path("own/hub.yaml")
    }

    // MARK: Proxies

    @Test func theEnvironmentsProxyIsUsedUnlessTheConfigurationSaysOtherwise() async throws {
        let bench = try await CommandBench()
        let proxy = try await ScriptedServer.start { _ in .answer("503 Service Unavailable", body: "by the proxy") }
        let address = "http://127.0.0.1:\(proxy.port)"
        let variables = ["http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY"]
        let none = Dictionary(uniqueKeysWithValues: variables.map { ($0, "") })
        let query = ["query", "good.cohort", "--client", "client.yaml"]
        try bench.client("client.yaml", proxy: nil)
        let run = try await bench.run(query, environment: none.merging(["https_proxy": address]) { _, new in new })
        #expect(run.status == 3 && run.errors.contains("503"), "\(run.errors)")
        let place = bench.hub.url.replacing("https://", with: "")
        #expect(proxy.requests.map(\.line) == [["CONNECT", place, "HTTP/1.1"]])
        // Without a proxy the hub is reached, and says that there are no nodes.
        let except = try await bench.run(
            query, environment: none.merging(["https_proxy": address, "no_proxy": "127.0.0.1"]) { _, new in new })
        #expect(except.errors.contains("F0610"))
        try bench.client("client.yaml", proxy: "")
        let direct = try await bench.run(query, environment: none.merging(["https_proxy": address]) { _, new in new })
        #expect(direct.errors.contains("F0610") && proxy.requests.count == 1)
        try bench.client("client.yaml", proxy: address)
        let configured = try await bench.run(query, environment: none)
        #expect(configured.status == 3 && proxy.requests.count == 2)
        await proxy.stop()
        await bench.hub.stop()
    }
}
