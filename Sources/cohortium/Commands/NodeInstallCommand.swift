import ArgumentParser
import DICOMAdapter
import Diagnostics
import Disclosure
import Execution
import Foundation
import Hyperontology
import Node

extension NodeCommand {
    struct Install: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Set a node up for a source: write its configuration and policy, reach the source, say what can be asked of it.",
            discussion: """
                Examples:
                  cohortium node install omop postgresql://reader@db.hospital.example/omop --schema cdm --password-file secrets/omop
                  cohortium node install fhir https://fhir.hospital.example/r4 --authorization secrets/fhir
                  cohortium node install dicom https://pacs.hospital.example/dicom-web --index

                Exit status: 0 the source is reached, 1 a file is wrong or there already, 3 the source is away.
                """)

        @Argument(
            help: "omop, fhir or dicom.",
            transform: { text in
                guard let model = SourceModel(rawValue: text) else { throw ValidationError("choose omop, fhir or dicom") }
                return model
            })
        var model: SourceModel

        @Argument(help: "Where the source is: a file or a folder, or an address.")
        var place: String

        @Option(help: "The node's name.")
        var name = "node"

        @Option(help: ArgumentHelp("Where the configuration and the policy are written.", valueName: "folder"))
        var folder = "."

        @Option(help: "omop: the schema of the tables.")
        var schema: String?

        @Option(help: "omop: the schema of the vocabulary, where it is another one.")
        var vocabulary: String?

        @Option(help: ArgumentHelp("omop: a file with the password.", valueName: "file"))
        var passwordFile: String?

        @Option(help: ArgumentHelp("fhir, dicom: a file with the value of the Authorization header.", valueName: "file"))
        var authorization: String?

        @Option(help: ArgumentHelp("fhir, dicom: a PEM file of the authorities that are trusted.", valueName: "file"))
        var ca: String?

        @Flag(help: "dicom: answer from an index of the images; a folder always has one.")
        var index = false

        @Flag(help: "fhir: answer from the server's bulk exports.")
        var export = false

        @OptionGroup var ontology: OntologyOptions

        func run() async throws {
            let console = Console()
            let hyperontology = try ontology.load()
            let file = try NodeFiles(
                name: name, model: model, place: place, settings: settings, hasIndex: index && model == .dicom,
                isExported: export && model == .fhir
            ).write(to: folder)
            console.tell("written: \(file) and its policy.yaml; read the policy before anything is let out")
            let configuration = try NodeConfiguration.read(file)
            let policy = try DisclosurePolicy.read(configuration.policy)
            let sources = try NodeSources.open(configuration, hyperontology: hyperontology)
            do throws(SourceFailure) {
                for index in NodeIndex.all(configuration, sources) { try await make(index, console) }
                for source in sources { try await reach(source, console) }
                let report = SourceReport(
                    hyperontology: hyperontology, sources: sources, gate: DisclosureGate(policy), console: console)
                try await report.show(recent: RecentQuestions(state: configuration.state))
            } catch {
                throw CommandFailure(error.diagnostic, exitCode: ExitCodes.unavailable)
            }
            console.tell("next: cohortium node verify --config \(file)")
        }

        private func make(_ index: NodeIndex, _ console: Console) async throws(SourceFailure) {
            let name = index.adapter.name
            _ = try await index.refresh { console.progress("\(name): \($0)") }
            console.endProgress()
            if let images = index.adapter as? DICOMAdapter { try console.tellIndex(of: images) }
        }

        private var settings: [(key: String, value: String)] {
            func absolute(_ path: String) -> String { URL(fileURLWithPath: path).standardizedFileURL.path }
            let all = [
                ("schema", schema), ("vocabulary", vocabulary), ("passwordFile", passwordFile.map(absolute)),
                ("authorization", authorization.map(absolute)), ("ca", ca.map(absolute)),
            ]
            return all.compactMap { key, value in value.map { (key, $0) } }
        }

        private func reach(_ source: any SourceAdapter, _ console: Console) async throws(SourceFailure) {
            try await source.probe()
            console.tell("\(source.name): reached")
            console.report(try await source.loadIssues())
        }
    }
}
