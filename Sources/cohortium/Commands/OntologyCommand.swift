import ArgumentParser
import Diagnostics
import Foundation
import Hyperontology

/// `cohortium ontology`: the hyperontology.
struct OntologyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ontology", abstract: "Look into the hyperontology, hold it to its rules, add vocabularies to it.",
        discussion: "Example:\n  cohortium ontology find psa",
        subcommands: [Lint.self, Stats.self, Find.self, Show.self, Why.self, Import.self, Export.self])

    /// Prints a finding after its place.
    static func tell(_ finding: LintFinding, _ console: Console) {
        let place = finding.line.map { "\(finding.file):\($0)" } ?? finding.file
        let text = DiagnosticRenderer(colour: console.errorColour).render(finding.diagnostic).trimmingCharacters(in: .newlines)
        console.tell("\(place): \(text)")
    }

    struct Lint: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Find what does not make sense, with file and line.",
            discussion: "Example:\n  cohortium ontology lint\n\nExit status: 0 without errors, 1 with.")

        @Flag(help: "Print JSON.")
        var json = false

        @OptionGroup var ontology: OntologyOptions

        func run() async throws {
            let console = Console()
            let hyperontology = try ontology.load()
            let findings = hyperontology.lint()
            if json {
                console.output(try findings.map(Finding.init).prettyJSON())
            } else {
                for finding in findings { OntologyCommand.tell(finding, console) }
            }
            let errors = findings.count { $0.diagnostic.severity == .error }
            let statistics = hyperontology.statistics
            console.tell(
                "\(statistics.concepts) concepts, \(statistics.mappings) mappings: \(errors) errors, \(findings.count - errors) warnings")
            if errors > 0 { throw ExitCodes.badInput }
        }

        /// A finding as programs read it.
        struct Finding: Encodable {
            let code: String
            let severity: String
            let message: String
            let help: String?
            let file: String
            let line: Int?

            init(_ finding: LintFinding) {
                code = finding.diagnostic.code.rawValue
                severity = finding.diagnostic.severity.rawValue
                message = finding.diagnostic.message
                help = finding.diagnostic.help
                file = finding.file
                line = finding.line
            }
        }
    }

    struct Stats: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Count concepts, mappings, triples and codes.", discussion: "Example:\n  cohortium ontology stats --json")

        @Flag(help: "Print JSON.")
        var json = false

        @OptionGroup var ontology: OntologyOptions

        func run() async throws {
            let statistics = try ontology.load().statistics
            let console = Console()
            if json { return console.output(try statistics.prettyJSON()) }
            var table = TextTable([("vocabulary", .left), ("mappings", .right)])
            for (name, count) in statistics.vocabularies.sorted(by: { $0.key < $1.key }) { table.add([name, "\(count)"]) }
            console.output("\(statistics.concepts) concepts, \(statistics.mappings) mappings, \(statistics.triples) triples\n")
            console.output(table.lines().joined(separator: "\n"))
        }
    }
}
