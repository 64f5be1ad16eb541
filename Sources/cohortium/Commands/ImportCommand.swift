import ArgumentParser
import AtlasImport
import Diagnostics
import Foundation

/// `cohortium import`: queries of other tools as CohortQL.
struct ImportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Turn a cohort definition of another tool into CohortQL.",
        discussion: "Example:\n  cohortium import atlas stroke.json > stroke.cohort", subcommands: [Atlas.self])

    /// `cohortium import atlas`
    struct Atlas: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Turn a cohort definition of OHDSI's ATLAS (Circe JSON) into CohortQL.",
            discussion: """
                Example:
                  cohortium import atlas stroke.json --out stroke.cohort

                What CohortQL cannot say is named with its place in the document, on standard error and in comments of the query.

                Exit status: 0 the query says all of it, 4 it does not, 1 the file is no cohort definition.
                """)

        @Argument(help: "A JSON file; - reads standard input.")
        var file: String

        @Option(help: "What the cohort is called where the document does not say; the file's name if not given.")
        var name: String?

        @Option(help: "The file that the query is written to, instead of standard output.")
        var out: String?

        @Flag(help: "Print the query and what it does not say as JSON.")
        var json = false

        private struct Report: Encodable {
            let query: String?
            let isWhole: Bool
            let diagnostics: [Diagnostic]
        }

        func run() async throws {
            let source = try QueryFile(file).source
            let usual = file == "-" ? "Imported" : URL(fileURLWithPath: file).deletingPathExtension().lastPathComponent
            let found = AtlasImporter.read(source, name: name ?? usual)
            let console = Console()
            if json {
                console.output(try Report(query: found.text, isWhole: found.isWhole, diagnostics: found.diagnostics).prettyJSON())
            } else {
                if let text = found.text { try write(text, console) }
                if !found.diagnostics.isEmpty { console.report(found.diagnostics) }
            }
            guard found.text != nil else { throw ExitCodes.badInput }
            if !found.isWhole { throw ExitCodes.incomplete }
        }

        private func write(_ text: String, _ console: Console) throws {
            guard let out else { return console.write(Data(text.utf8)) }
            do {
                try Data(text.utf8).write(to: URL(fileURLWithPath: out), options: .atomic)
            } catch {
                throw CommandFailure(
                    Diagnostic(
                        "U0004", "the file `\(out)` cannot be written", help: "check the rights on it; what was there is as it was",
                        notes: [error.localizedDescription]))
            }
        }
    }
}
