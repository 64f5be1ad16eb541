import ArgumentParser
import Diagnostics
import Foundation
import Hyperontology

/// `cohortium ontology`: the hyperontology.
struct OntologyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ontology", abstract: "Look into the hyperontology, and hold it to its rules.",
        discussion: "Example:\n  cohortium ontology find psa", subcommands: [Lint.self, Stats.self, Find.self, Show.self])

    struct Lint: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Find what does not make sense, with file and line.",
            discussion: "Example:\n  cohortium ontology lint\n\nExit status: 0 without errors, 1 with.")

        @OptionGroup var ontology: OntologyOptions

        func run() async throws {
            let console = Console()
            let hyperontology = try ontology.load()
            let findings = hyperontology.lint()
            for finding in findings {
                let place = finding.line.map { "\(finding.file):\($0)" } ?? finding.file
                console.tell(
                    "\(place): "
                        + DiagnosticRenderer(colour: console.errorColour).render(finding.diagnostic).trimmingCharacters(in: .newlines))
            }
            let errors = findings.count { $0.diagnostic.severity == .error }
            let statistics = hyperontology.statistics
            console.tell(
                "\(statistics.concepts) concepts, \(statistics.mappings) mappings: \(errors) errors, \(findings.count - errors) warnings")
            if errors > 0 { throw ExitCodes.badInput }
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

    struct Find: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Find concepts by a part of a name, or by a code as snomed:254837009.",
            discussion: "Example:\n  cohortium ontology find \"breast carc\"")

        @Argument(help: "A part of a name, or a code.")
        var text: String

        @Option(help: "How many at most.")
        var limit = 20

        @Flag(help: "Print JSON.")
        var json = false

        @OptionGroup var ontology: OntologyOptions

        func run() async throws {
            let hyperontology = try ontology.load()
            let byCode = hyperontology.resolve(curie: text)
            let found = (byCode.isEmpty ? hyperontology.search(text, limit: limit) : byCode).prefix(limit)
            let console = Console()
            if json { return console.output(try found.map { ConceptSummary($0) }.prettyJSON()) }
            guard !found.isEmpty else {
                throw CommandFailure(Diagnostic("U0006", "no concept fits `\(text)`", help: "try a shorter part of its name"))
            }
            var table = TextTable([("concept", .left), ("name", .left), ("stands for", .left)])
            for concept in found {
                table.add(["c:\(concept.localName)", concept.prefLabel, concept.usedFor.sorted().joined(separator: ", ")])
            }
            console.output(table.lines().joined(separator: "\n"))
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show a concept: definition, place in the hierarchy, codes and where they were looked up.",
            discussion: "Example:\n  cohortium ontology show \"Breast Carcinoma\"")

        @Argument(help: "A name, or a code as c:BreastCarcinoma or snomed:254837009.")
        var name: String

        @Flag(help: "Print JSON.")
        var json = false

        @OptionGroup var ontology: OntologyOptions

        func run() async throws {
            let hyperontology = try ontology.load()
            let byLabel = hyperontology.resolve(label: name)
            guard let concept = byLabel.first ?? hyperontology.resolve(curie: name).first else {
                let help =
                    nearest(to: name, among: hyperontology.labels).map { "did you mean \"\($0)\"?" }
                    ?? "look for it with `cohortium ontology find`"
                throw CommandFailure(Diagnostic("U0007", "no concept is called `\(name)`", help: help))
            }
            let console = Console()
            let mappings = hyperontology.mappings(of: concept.iri)
            if json { return console.output(try ConceptSummary(concept, mappings: mappings).prettyJSON()) }
            func names(_ iris: [String]) -> String { iris.compactMap { hyperontology.concept($0)?.prefLabel }.joined(separator: ", ") }
            console.output(console.bold(concept.prefLabel) + "  \(concept.iri)")
            if let definition = concept.definition { console.output(definition) }
            console.output("also: \(concept.names.dropFirst().joined(separator: ", "))")
            console.output("above: \(names(concept.parents))")
            console.output("below: \(names(hyperontology.descendants(of: concept.iri).filter { $0 != concept.iri }))\n")
            var table = TextTable([("code", .left), ("match", .left), ("name there", .left), ("looked up in", .left)])
            for mapping in mappings {
                table.add(["\(mapping.system):\(mapping.code)", mapping.match.rawValue, mapping.label ?? "", mapping.source ?? ""])
            }
            console.output(table.lines().joined(separator: "\n"))
        }
    }
}

/// A concept as programs read it.
struct ConceptSummary: Encodable {
    struct Code: Encodable {
        let system: String
        let code: String
        let match: String
        let label: String?
        let justification: String?
        let source: String?
    }

    let iri: String
    let label: String
    let synonyms: [String]
    let definition: String?
    let usedFor: [String]
    let parents: [String]
    let mappings: [Code]?

    init(_ concept: Concept, mappings: [Mapping]? = nil) {
        iri = concept.iri
        label = concept.prefLabel
        synonyms = Array(concept.names.dropFirst())
        definition = concept.definition
        usedFor = concept.usedFor.sorted()
        parents = concept.parents
        self.mappings = mappings?.map {
            Code(
                system: $0.system, code: $0.code, match: $0.match.rawValue, label: $0.label, justification: $0.justification,
                source: $0.source)
        }
    }
}
