import ArgumentParser
import Diagnostics
import Foundation
import Hyperontology

extension OntologyCommand {
    struct Import: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Add what a published terminology says: codes below ours, and codes of other systems that mean the same.",
            discussion: """
                Forms: snomed (RF2 folder), omop (Athena folder), obo, owl (RDF/XML, Turtle, …), sssom (TSV or JSON),
                loinc (folder or Loinc.csv), rxnorm (RRF folder), eucaim (the hyper-ontology as published). RDF is read by
                cohortium-rdf-reader, a process of its own with bounds on memory and time, which lies beside this program.

                Writes one file, imports/NAME.tsv, which is loaded with the mappings; importing again replaces it, removing it
                undoes the import. Nothing that a curator wrote is changed.

                Examples:
                  cohortium ontology import omop ~/athena
                  cohortium ontology import owl ncit.owl --system ncit
                """)

        @Argument(help: "The form: \(TerminologyImporter.Format.allCases.map(\.rawValue).joined(separator: ", ")).")
        var format: String

        @Argument(help: "The file, or the folder of a release.")
        var path: String

        @Option(help: "The code system's short name, for forms that hold any: obo, owl, sssom.")
        var system: String?

        @Option(help: "The name of the import; the form's name if not given.")
        var name: String?

        @Option(help: ArgumentHelp("Where `imports` lies; the folder of the hyperontology if not given.", valueName: "folder"))
        var into: String?

        @Flag(help: "Print the report as JSON.")
        var json = false

        @OptionGroup var ontology: OntologyOptions

        func run() async throws {
            guard let format = TerminologyImporter.Format(rawValue: format.lowercased()) else {
                let known = TerminologyImporter.Format.allCases.map(\.rawValue)
                let help = nearest(to: format, among: known).map { "did you mean `\($0)`?" } ?? "one of \(known.joined(separator: ", "))"
                throw CommandFailure(Diagnostic("U0008", "`\(format)` is no form that can be imported", help: help))
            }
            let name = name ?? system ?? format.rawValue
            guard !name.isEmpty, name.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") }) else {
                throw CommandFailure(Diagnostic("U0009", "`\(name)` is no name for an import", help: "use letters, digits and hyphens"))
            }
            let console = Console()
            let hyperontology = try ontology.load()
            let directory = try into ?? Hyperontology.locate(explicit: ontology.ontologies)
            let importer = TerminologyImporter(hyperontology: hyperontology) { file, share in
                console.progress("reading \(file) … \(Int(share * 100)) %")
            }
            let (terminology, read) = try await importer.read(format, path: path, system: system)
            var report = read
            console.progress("comparing \(terminology.terms.count) terms with \(hyperontology.concepts.count) concepts …")
            let file = try ImportedMappings(hyperontology: hyperontology, terminology: terminology, name: name)
                .write(below: directory, &report)
            console.endProgress()
            if json { return console.output(try report.prettyJSON()) }
            tell(report, file, console)
        }

        private static let shownMissing = 50

        private func tell(_ report: ImportReport, _ file: String, _ console: Console) {
            console.output("\(report.records) records read: \(report.terms) terms, \(report.links) correspondences with other systems")
            console.output("\(report.mappings) codes for our concepts, in \(file)" + (report.isUnchanged ? ", which is as it was" : ""))
            let unread = report.files.filter { $0.records == nil }
            console.output("\(report.files.count - unread.count) files read" + (unread.isEmpty ? "" : ", \(unread.count) not:"))
            for (reason, files) in Dictionary(grouping: unread, by: { $0.unreadBecause ?? "" }).sorted(by: { $0.key < $1.key }) {
                let names = files.prefix(3).map { $0.path.split(separator: "/").last.map(String.init) ?? $0.path }
                console.output("  \(reason): \(names.joined(separator: ", "))" + (files.count > 3 ? " and \(files.count - 3) more" : ""))
            }
            for missing in report.missing.prefix(Self.shownMissing) { OntologyCommand.tell(missing.finding, console) }
            if report.missing.count > Self.shownMissing {
                console.tell("… and \(report.missing.count - Self.shownMissing) more codes that the source does not have; `--json` has all")
            }
            guard !report.skipped.isEmpty else { return }
            var table = TextTable([("skipped", .right), ("why", .left), ("for example", .left)])
            for skipped in report.skipped { table.add(["\(skipped.count)", skipped.reason, skipped.examples.first ?? ""]) }
            console.output("\n" + table.lines().joined(separator: "\n"))
        }
    }
}
