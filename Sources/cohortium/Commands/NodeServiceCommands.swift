import ArgumentParser
import Diagnostics
import Federation
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

                Exit status: 0 enrolled, 1 a file is wrong, 3 the hub is away, 5 the hub does not take the token.
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
            } catch let failure as HubFailure {
                throw CommandFailure(failure)
            }
            Console().tell("\(configuration.name) is enrolled; next: cohortium node run --config \(config)")
        }
    }

    struct Run: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Work for the hub until SIGTERM or SIGINT: fetch questions, answer them through the policy. Only calls out.",
            discussion: """
                A source that is away does not end it: questions get that for an answer, and the log says what to do.

                Example:
                  cohortium node run --config node.yaml

                Exit status: 0 asked to end, 1 a file is wrong or the node is not enrolled, 5 shut out by the hub's operator.
                """)

        @Option(help: ArgumentHelp("The node's configuration.", valueName: "file"))
        var config: String

        @OptionGroup var ontology: OntologyOptions

        func run() async throws {
            let agent = try NodeAgent(try NodeConfiguration.read(config), ontologies: ontology.ontologies)
            do {
                try await agent.runUntilAsked()
            } catch let failure as HubFailure {
                throw CommandFailure(failure.diagnostics, exitCode: failure.isShutOut ? ExitCodes.refused : ExitCodes.unavailable)
            }
        }
    }
}
