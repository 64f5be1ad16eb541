import ArgumentParser
import Diagnostics
import Foundation
import Node

extension NodeCommand {
    struct Enrol: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make this node known to its hub, with the token of an invitation.",
            discussion: """
                The node makes its own key, which never leaves it.

                Example:
                  cohortium node enrol 3f9c… --config node.yaml
                """)

        @Argument(help: "The token, or - to read it from standard input.")
        var token: String

        @Option(help: ArgumentHelp("The node's configuration.", valueName: "file"))
        var config: String

        func run() async throws {
            let configuration = try NodeConfiguration.read(config)
            let secret = token == "-" ? (readLine(strippingNewline: true) ?? "") : token
            do {
                try await NodeAgent.enrol(configuration, token: secret)
            } catch {
                throw CommandFailure(error.diagnostics, exitCode: ExitCodes.unavailable)
            }
            Console().tell("\(configuration.name) is enrolled; next: cohortium node run --config \(config)")
        }
    }

    struct Run: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Work for the hub until SIGTERM or SIGINT: fetch questions, answer them through the policy. Only calls out.",
            discussion: "Example:\n  cohortium node run --config node.yaml")

        @Option(help: ArgumentHelp("The node's configuration.", valueName: "file"))
        var config: String

        @OptionGroup var ontology: OntologyOptions

        func run() async throws {
            let agent = try NodeAgent(try NodeConfiguration.read(config), ontologies: ontology.ontologies)
            do {
                try await agent.runUntilAsked()
            } catch {
                throw CommandFailure(error.diagnostics, exitCode: ExitCodes.refused)
            }
        }
    }
}
