import ArgumentParser
import Diagnostics
import Execution
import Federation
import Foundation
import Hub

/// `cohortium hub`: the federation's middle.
struct HubCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hub", abstract: "The federation's middle: set up, run, invite nodes, let researchers ask.",
        discussion: """
            Example:
              cohortium hub init --folder hub --host hub.example.org
              cohortium hub run --config hub/hub.yaml
            """, subcommands: [Initialise.self, Run.self, Invite.self, AddResearcher.self, Nodes.self, Revoke.self])

    struct Options: ParsableArguments {
        @Option(help: ArgumentHelp("The hub's configuration.", valueName: "file"))
        var config: String

        func read() throws(DiagnosticList) -> HubConfiguration { try HubConfiguration.read(config) }
    }

    struct Initialise: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "init", abstract: "Make a new hub's folder: configuration, certificate, authority.",
            discussion: "Example:\n  cohortium hub init --folder hub --host hub.example.org --port 8743")

        @Option(help: ArgumentHelp("The folder to make.", valueName: "folder"))
        var folder: String

        @Option(help: ArgumentHelp("A name or address by which the hub is reached; may be given several times.", valueName: "name"))
        var host: [String]

        @Option(help: "The address to listen on.")
        var listen = "0.0.0.0"

        @Option(help: "The port of HTTPS.")
        var port = 8743

        @Option(help: "A port for plain HTTP on this machine alone, for SPARQL clients.")
        var localPort: Int?

        func run() async throws {
            let hub = HubFolder(folder)
            try hub.make(hosts: host, address: listen, port: port, localPort: localPort)
            let console = Console()
            console.tell("\(hub.configurationFile) written; give nodes and researchers \(hub.authorityFile)")
            console.tell("next: cohortium hub run --config \(hub.configurationFile)")
        }
    }

    struct Run: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Run the hub until SIGTERM or SIGINT.",
            discussion: """
                Example:
                  cohortium hub run --config hub/hub.yaml

                Exit status: 0 asked to end, 1 a file is wrong, 3 an address or certificate cannot be used.
                """)

        @OptionGroup var options: Options

        func run() async throws {
            let server = try HubServer(try options.read())
            let console = Console()
            do {
                try await server.runUntilAsked { url in console.tell("listening on \(url)") }
            } catch {
                throw CommandFailure(error.diagnostics, exitCode: ExitCodes.unavailable)
            }
        }
    }

    struct Invite: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print a token with which a node of this name can enrol, once.",
            discussion: "Example:\n  cohortium hub invite north --config hub/hub.yaml")

        @Argument(help: "The node's name.")
        var node: String

        @OptionGroup var options: Options

        func run() async throws { Console().output(try await HubAdministration(try options.read()).invite(node)) }
    }

    struct AddResearcher: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "add-researcher", abstract: "Print a token with which somebody can ask.",
            discussion: "Example:\n  cohortium hub add-researcher 'Ada Lovelace' --config hub/hub.yaml")

        @Argument(help: "The researcher's name, as nodes will see it.")
        var name: String

        @OptionGroup var options: Options

        func run() async throws { Console().output(try await HubAdministration(try options.read()).addResearcher(name)) }
    }

    struct Nodes: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List the nodes and their states.", discussion: "Example:\n  cohortium hub nodes --config hub/hub.yaml")

        @Flag(help: "Print JSON.")
        var json = false

        @OptionGroup var options: Options

        func run() async throws {
            let nodes = try await HubAdministration(try options.read()).nodes()
            let console = Console()
            if json { return console.output(String(decoding: try CanonicalJSON.encode(nodes), as: UTF8.self)) }
            var table = TextTable([("node", .left), ("models", .left), ("state", .left), ("since", .left), ("trouble", .left)])
            for node in nodes {
                table.add([
                    node.name, node.models.map(\.rawValue).joined(separator: ", "), node.state.rawValue, node.since.formatted(.iso8601),
                    node.trouble.map { "\($0.message) (\($0.code))" } ?? "",
                ])
            }
            console.output(table.lines().joined(separator: "\n"))
        }
    }

    struct Revoke: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Shut a node out, from its next request on.",
            discussion: "Example:\n  cohortium hub revoke north --config hub/hub.yaml")

        @Argument(help: "The node's name.")
        var node: String

        @OptionGroup var options: Options

        func run() async throws {
            try await HubAdministration(try options.read()).revoke(node)
            Console().tell("\(node) is shut out")
        }
    }
}
