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

        @OptionGroup var ontology: OntologyOptions

        func run() async throws {
            let console = Console()
            let hyperontology = try ontology.load()
            let file = try NodeFiles(name: name, model: model, place: place, settings: settings, hasIndex: index && model == .dicom).write(
                to: folder)
            console.tell("written: \(file) and its policy.yaml; read the policy before anything is let out")
            let configuration = try NodeConfiguration.read(file)
            let policy = try DisclosurePolicy.read(configuration.policy)
            let sources = try NodeSources.open(configuration, hyperontology: hyperontology)
            for source in sources {
                do throws(SourceFailure) {
                    try await reach(source, console)
                } catch {
                    throw CommandFailure(error.diagnostic, exitCode: ExitCodes.unavailable)
                }
            }
            await show(OntologySurvey(hyperontology: hyperontology), sources, console)
            for images in sources.compactMap({ $0.plain as? DICOMAdapter }) where images.index != nil {
                try await showValues(of: images, hyperontology, DisclosureGate(policy), console)
            }
            console.tell("next: cohortium node verify --config \(file)")
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
            if let images = source.plain as? DICOMAdapter, images.index != nil {
                _ = try await images.refreshIndex { console.progress("\(images.name): \($0.listed) seen, \($0.read) read") }
                console.endProgress()
                try console.tellIndex(of: images)
            }
            try await source.probe()
            console.tell("\(source.name): reached")
            console.report(try await source.loadIssues())
        }

        private func show(_ survey: OntologySurvey, _ sources: [any SourceAdapter], _ console: Console) async {
            for source in sources { await source.prepare() }
            let areas = survey.areas(of: survey.questions(), sources)
            var table = TextTable([
                ("what can be asked", .left), ("exact", .right), ("bounded", .right), ("not evaluable", .right),
                ("most often, because", .left),
            ])
            for area in areas {
                let reason = area.reasons.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key ?? ""
                table.add([area.name, "\(area.exact)", "\(area.bounded)", "\(area.notEvaluable)", String(reason.prefix(70))])
            }
            console.output("Of the hyperontology, in concepts:\n" + table.lines().joined(separator: "\n"))
        }

        private func showValues(
            of images: DICOMAdapter, _ hyperontology: Hyperontology, _ gate: DisclosureGate, _ console: Console
        ) async throws {
            let values = try await images.unmappedValues()
            guard !values.isEmpty else { return console.output("\nEvery coded value of \(images.name) is mapped.") }
            var table = TextTable([("property", .left), ("value that nobody mapped", .left), ("patients", .right)])
            for value in values {
                // A value of few patients could name one of them: it stands in no list.
                guard let shown = gate.protect(RawCount(patients: value.patients)).value else { continue }
                let property = hyperontology.seriesProperties.first { $0.iri == value.property }?.label ?? value.property
                table.add([property, value.value, "\(shown)"])
            }
            console.output(
                "\nRecorded values that read as unknown, of enough patients to be named:\n" + table.lines().joined(separator: "\n"))
        }
    }
}
