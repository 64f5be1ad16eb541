import ArgumentParser
import CohortPlan
import Compiler
import DICOMAdapter
import Diagnostics
import Disclosure
import Execution
import Foundation
import Node

/// `cohortium node`: a hospital's side.
struct NodeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "node", abstract: "A hospital's side: enrol, run, try its sources and its policy.",
        discussion: "Example:\n  cohortium node answer my.cohort --config node.yaml",
        subcommands: [Enrol.self, Run.self, Check.self, Answer.self, Index.self, Install.self, Verify.self, Coverage.self])

    struct Check: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Check the configuration, the policy and that every source can be reached.",
            discussion:
                "Example:\n  cohortium node check --config node.yaml\n\nExit status: 0 all is well, 1 a file is wrong, 3 a source is away.")

        @Option(help: ArgumentHelp("The node's configuration.", valueName: "file"))
        var config: String

        @OptionGroup var ontology: OntologyOptions

        func run() async throws {
            let console = Console()
            let configuration = try NodeConfiguration.read(config)
            let policy = try DisclosurePolicy.read(configuration.policy)
            console.tell("policy: threshold \(policy.threshold), rounded to \(policy.roundingBase)")
            var failures: [Diagnostic] = []
            for source in try NodeSources.open(configuration, hyperontology: try ontology.load()) {
                do {
                    try await source.probe()
                    console.tell("\(source.name): reached")
                    if let images = source.plain as? DICOMAdapter { try console.tellIndex(of: images) }
                    console.report(try await source.loadIssues())
                } catch {
                    failures.append(error.diagnostic)
                }
            }
            if !failures.isEmpty { throw CommandFailure(failures, exitCode: ExitCodes.unavailable) }
        }
    }

    struct Answer: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show what this node would let out for a question, after its policy. Nothing is sent.",
            discussion: """
                Example:
                  cohortium node answer my.cohort --config node.yaml

                Exit status: 0 answered, 1 the query or a file is wrong, 3 a source is away, 4 not evaluable here, 5 refused by the policy.
                """)

        @Argument(help: "A CohortQL file; - reads standard input.")
        var file: String

        @Option(help: ArgumentHelp("The node's configuration.", valueName: "file"))
        var config: String

        @Option(help: "What the question is for, as the policy names purposes.")
        var purpose = "research"

        @Option(help: "A stricter threshold than the policy's; a weaker one changes nothing.")
        var threshold: Int?

        @Flag(help: "Print JSON.")
        var json = false

        @OptionGroup var parameters: ParameterOptions
        @OptionGroup var ontology: OntologyOptions

        func run() async throws {
            let console = Console()
            let configuration = try NodeConfiguration.read(config)
            let policy = try DisclosurePolicy.read(configuration.policy)
            let hyperontology = try ontology.load()
            let query = try QueryFile(file).compile(with: hyperontology, settings: parameters.values, console: console)
            let executor = NodeExecutor(
                sources: try NodeSources.open(configuration, hyperontology: hyperontology), policy: policy, memory: configuration.memory)
            let answer = await executor.answer(query.expanded, purpose: purpose, requestedThreshold: threshold)
            if case .failed(let diagnostic) = answer.outcome { throw CommandFailure(diagnostic, exitCode: ExitCodes.unavailable) }
            if json {
                console.output(try answer.prettyJSON())
            } else {
                AnswerPrinter(console: console, query: query).show(answer)
            }
            switch answer.outcome {
            case .answered, .failed: break
            case .refused: throw ExitCodes.refused
            case .notEvaluable: throw ExitCodes.incomplete
            }
        }
    }
}
