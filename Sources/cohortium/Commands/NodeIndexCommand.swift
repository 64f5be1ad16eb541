import ArgumentParser
import DICOMAdapter
import Diagnostics
import Execution
import Foundation
import Node

extension NodeCommand {
    struct Index: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Bring the indexes of the node's images, and its servers' exports, up to date.",
            discussion: """
                For sources with `index:` or `export:`, and folders of DICOM files. What was read stays when this is ended, by whatever; the next run goes on
                from there. A running node does the same by itself.

                Example:
                  cohortium node index --config node.yaml
                  cohortium node index --config node.yaml --status

                Exit status: 0 every index is complete, 1 a file is wrong, 3 a source is away or cannot be read to its end.
                """)

        @Option(help: ArgumentHelp("The node's configuration.", valueName: "file"))
        var config: String

        @Option(help: "One source, by its name; all where none is named.")
        var source: String?

        @Flag(help: "Say what the indexes hold and how old they are, and change nothing.")
        var status = false

        @Flag(help: "Read everything again, though it seems to be as it was.")
        var fromNothing = false

        @OptionGroup var ontology: OntologyOptions

        func run() async throws {
            let console = Console()
            var failures: [Diagnostic] = []
            for index in try indexes() {
                do throws(SourceFailure) {
                    if !status { try await refresh(index, console) }
                    if let images = index.adapter as? DICOMAdapter { try console.tellIndex(of: images) }
                } catch {
                    console.endProgress()
                    failures.append(error.diagnostic)
                }
            }
            if !failures.isEmpty { throw CommandFailure(failures, exitCode: ExitCodes.unavailable) }
        }

        private func indexes() throws -> [NodeIndex] {
            let configuration = try NodeConfiguration.read(config)
            let all = NodeIndex.all(configuration, try NodeSources.open(configuration, hyperontology: try ontology.load()))
            guard let source else {
                if all.isEmpty {
                    throw Diagnostic(
                        "N0471", "no source of `\(config)` has an index",
                        help: "add `index: {}` to a source with `model: dicom`, or `export: {}` to a FHIR server")
                }
                return all
            }
            let named = all.filter { $0.adapter.name == source }
            guard named.isEmpty else { return named }
            throw Diagnostic(
                "N0472", "no source with an index is called `\(source)` in `\(config)`",
                help: nearest(to: source, among: all.map { $0.adapter.name }).map { "did you mean `\($0)`?" }
                    ?? "leave out --source for all of them")
        }

        private func refresh(_ index: NodeIndex, _ console: Console) async throws(SourceFailure) {
            let start = ContinuousClock.now
            let name = index.adapter.name
            let done = try await index.refresh(fromNothing: fromNothing) { console.progress("\(name): \($0)") }
            console.endProgress()
            let seconds = (ContinuousClock.now - start).formatted(.units(allowed: [.hours, .minutes, .seconds], width: .narrow))
            console.tell("\(name): \(done); \(seconds)")
        }
    }
}

extension Console {
    /// What the index of a source holds, and how old it is.
    func tellIndex(of adapter: DICOMAdapter) throws(SourceFailure) {
        guard let index = adapter.index else { return }
        guard let contents = try index.contents() else { return tell("\(adapter.name): no index yet") }
        let age =
            switch contents.freshness {
            case .fresh(let date): "complete as of \(date.formatted(.iso8601))"
            case .stale(let date): "last complete as of \(date.formatted(.iso8601)), which is too old: answers say so"
            case .neverComplete: "never complete: nothing is answered from it"
            }
        tell(
            "\(adapter.name): \(age); \(contents.patients) patients, \(contents.studies) studies, \(contents.series) series, "
                + "\(contents.bytes / 1_048_576) MiB")
    }
}
