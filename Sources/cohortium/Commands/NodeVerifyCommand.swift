import ArgumentParser
import CohortPlan
import DICOMAdapter
import Diagnostics
import Execution
import Foundation
import Hyperontology
import Node

extension NodeCommand {
    struct Verify: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Hold the node's sources to the laws that every source must keep, on the site's own data.",
            discussion: """
                Some questions of each area are asked, each in several ways. No number is shown.

                Example:
                  cohortium node verify --config node.yaml

                Exit status: 0 every law holds, 1 a file is wrong or a law is broken, 3 a source is away.
                """)

        @Option(help: ArgumentHelp("The node's configuration.", valueName: "file"))
        var config: String

        @Option(help: "How many questions of each area.")
        var questions = 5

        @OptionGroup var ontology: OntologyOptions

        func run() async throws {
            let console = Console()
            let hyperontology = try ontology.load()
            let configuration = try NodeConfiguration.read(config)
            let all = CoverageSurvey(hyperontology: hyperontology, sources: []).questions()
            var broken: [Diagnostic] = []
            for source in try NodeSources.open(configuration, hyperontology: hyperontology) {
                do {
                    broken += try await verify(source, twin(of: source, configuration, hyperontology), all, console)
                } catch let failure as SourceFailure {
                    throw CommandFailure(failure.diagnostic, exitCode: ExitCodes.unavailable)
                } catch let failure as ExecutionFailure {
                    throw CommandFailure(failure.diagnostic, exitCode: ExitCodes.unavailable)
                }
            }
            if !broken.isEmpty { throw CommandFailure(broken, exitCode: ExitCodes.badInput) }
        }

        private func verify(
            _ source: any SourceAdapter, _ twin: (any SourceAdapter)?, _ all: [CoverageSurvey.Question], _ console: Console
        ) async throws -> [Diagnostic] {
            try await source.probe()
            await source.prepare()
            let chosen = chosen(of: all, source)
            let breaches = try await SourceVerification(source: source, twin: twin).breaches(chosen) {
                console.progress("\(source.name): \($0)")
            }
            console.endProgress()
            for law in SourceVerification.laws where twin != nil || law != SourceVerification.laws.last {
                let broken = breaches.filter { $0.law == law }
                console.tell("\(source.name): \(broken.isEmpty ? "holds " : "BROKEN") \(law)")
            }
            console.tell("\(source.name): \(chosen.count) questions of \(Set(chosen.map(\.area)).count) areas")
            return breaches.sorted { ($0.law, $0.question) < ($1.law, $1.question) }.map { breach in
                Diagnostic(
                    "N0475", "`\(source.name)` does not keep a law: \(breach.law), not for \(breach.question)",
                    help: "look at the source's data for it; if that is right, report this as a bug")
            }
        }

        /// Of each area some that the source evaluates exactly, spread over the ontology, with one that stands above another where there is one.
        private func chosen(of all: [CoverageSurvey.Question], _ source: any SourceAdapter) -> [CoverageSurvey.Question] {
            let exact = all.filter { source.assess($0.request, in: $0.plan).coverage == .exact }
            return Dictionary(grouping: exact, by: \.area).sorted { $0.key < $1.key }.flatMap { _, questions in
                let step = max(1, questions.count / max(1, self.questions))
                let spread = stride(from: 0, to: questions.count, by: step).map { questions[$0] }.prefix(max(1, self.questions))
                let above = spread.first.flatMap { first in questions.first { first.isPart(of: $0) } }
                return Array(spread) + [above].compactMap(\.self)
            }
        }

        /// The archive itself, for one that is answered for by an index.
        private func twin(
            of source: any SourceAdapter, _ configuration: NodeConfiguration, _ hyperontology: Hyperontology
        ) throws -> (any SourceAdapter)? {
            guard let images = source.plain as? DICOMAdapter, images.index != nil else { return nil }
            return images.live
        }
    }
}
