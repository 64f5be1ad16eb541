import ArgumentParser
import Diagnostics
import Disclosure
import Execution
import Foundation
import Node

extension NodeCommand {
    struct Coverage: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract:
                "Say what can be asked of the node's sources: of the whole hyperontology, of the last questions, and what nobody mapped.",
            discussion: """
                Values that no concept is mapped to stand with the number of their patients as the policy lets it out.

                Example:
                  cohortium node coverage --config node.yaml

                Exit status: 0 said, 1 a file is wrong, 3 a source is away.
                """)

        @Option(help: ArgumentHelp("The node's configuration.", valueName: "file"))
        var config: String

        @OptionGroup var ontology: OntologyOptions

        func run() async throws {
            let configuration = try NodeConfiguration.read(config)
            let policy = try DisclosurePolicy.read(configuration.policy)
            let hyperontology = try ontology.load()
            let report = SourceReport(
                hyperontology: hyperontology, sources: try NodeSources.open(configuration, hyperontology: hyperontology),
                gate: DisclosureGate(policy), console: Console())
            do throws(SourceFailure) {
                for source in report.sources { try await source.probe() }
                try await report.show(recent: RecentQuestions(state: configuration.state))
            } catch {
                throw CommandFailure(error.diagnostic, exitCode: ExitCodes.unavailable)
            }
        }
    }
}
