import ArgumentParser
import CohortPlan
import Diagnostics
import Execution
import Federation
import Foundation
import Hyperontology
import Node

extension OntologyCommand {
    struct Find: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Find concepts by name, synonym or code; typing errors and accents do not matter.",
            discussion: "Examples:\n  cohortium ontology find \"brest carc\"\n  cohortium ontology find poumon --language fr\n"
                + "  cohortium ontology find snomed:254837009")

        @Argument(help: "A part of a name in any language, or a code.")
        var text: String

        @Option(help: "Names in this language alone, as de.")
        var language: String?

        @Option(name: .customLong("for"), help: "Concepts for this class of the core alone, as Diagnosis or BodyPartValue.")
        var use: String?

        @Option(help: "How many at most.")
        var limit = 20

        @Flag(help: "Print JSON.")
        var json = false

        @OptionGroup var ontology: OntologyOptions

        func run() async throws {
            let hyperontology = try ontology.load()
            let found = hyperontology.find(text, language: language, usedFor: use, limit: limit)
            let console = Console()
            if json { return console.output(try found.map { ConceptSummary($0) }.prettyJSON()) }
            guard !found.isEmpty else {
                throw CommandFailure(Diagnostic("U0006", "no concept fits `\(text)`", help: "try a shorter part of its name"))
            }
            var table = TextTable([("concept", .left), ("name", .left), ("found by", .left), ("stands for", .left)])
            for hit in found {
                let name = hit.name.text == hit.concept.prefLabel ? "" : hit.name.text + (hit.name.language.map { " (\($0))" } ?? "")
                table.add(["c:\(hit.concept.localName)", hit.concept.prefLabel, name, hit.concept.usedFor.sorted().joined(separator: ", ")])
            }
            console.output(table.lines().joined(separator: "\n"))
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show a concept: definition, names, place in the hierarchy, codes, how well they fit and where they were looked up.",
            discussion: """
                Examples:
                  cohortium ontology show "Breast Carcinoma"
                  cohortium ontology show PSA --coverage
                  cohortium ontology show PSA --config node.yaml
                """)

        @Argument(help: "A name, or a code as c:BreastCarcinoma or snomed:254837009.")
        var name: String

        @Flag(help: "Ask the hub what each node covers of it.")
        var coverage = false

        @Option(help: ArgumentHelp("A node's configuration: show what its sources cover.", valueName: "file"))
        var config: String?

        @Flag(help: "Print JSON.")
        var json = false

        @OptionGroup var hub: HubOptions
        @OptionGroup var ontology: OntologyOptions

        func run() async throws {
            let hyperontology = try ontology.load()
            guard let concept = hyperontology.resolve(label: name).first ?? hyperontology.resolve(curie: name).first else {
                let near = hyperontology.find(name, limit: 1).first.map { "did you mean \"\($0.concept.prefLabel)\"?" }
                throw CommandFailure(
                    Diagnostic("U0007", "no concept is called `\(name)`", help: near ?? "look for it with `cohortium ontology find`"))
            }
            let console = Console()
            let covered = try await covered(concept, in: hyperontology)
            if json { return console.output(try ConceptSummary(concept, in: hyperontology, coverage: covered).prettyJSON()) }
            console.output(console.bold(concept.prefLabel) + "  \(concept.iri)")
            if let definition = concept.definition { console.output(definition) }
            let others = (concept.prefLabels + concept.synonyms).filter { $0.text != concept.prefLabel }
            if !others.isEmpty { console.output("also: " + others.map(described).joined(separator: ", ")) }
            if let kind = concept.valueKind {
                console.output("answer: \(kind.rawValue)" + (concept.unit.map { " in \($0)" } ?? ""))
            }
            console.output("")
            console.output(tree(of: concept, in: hyperontology).joined(separator: "\n") + "\n")
            console.output(codes(of: concept, in: hyperontology).joined(separator: "\n"))
            if let covered { console.output("\n" + lines(of: covered).joined(separator: "\n")) }
        }

        /// What the hub's nodes cover, or one node of which the configuration is there; nil when nobody asked.
        private func covered(_ concept: Concept, in hyperontology: Hyperontology) async throws -> [NodeCoverage]? {
            if let config {
                let configuration = try NodeConfiguration.read(config)
                let sources = try NodeSources.open(configuration, hyperontology: hyperontology)
                for source in sources { await source.prepare() }
                let uses = CoverageSurvey(hyperontology: hyperontology, sources: sources).coverage(of: concept)
                return [NodeCoverage(node: configuration.name, reportedAt: Date(), isOfThisVersion: true, uses: uses)]
            }
            guard coverage || hub.hub != nil else { return nil }
            do {
                return try await hub.connect().coverage(of: concept.localName)
            } catch let failure as HubFailure {
                throw CommandFailure(failure)
            }
        }

        private func lines(of coverage: [NodeCoverage]) -> [String] {
            var table = TextTable([("node", .left), ("as", .left), ("coverage", .left), ("because", .left)])
            for node in coverage {
                for use in node.uses {
                    let doubt = node.isOfThisVersion ? [] : ["the node has another hyperontology"]
                    table.add([
                        node.node, use.kind.rawValue, use.coverage.rawValue, (use.reasons + doubt).joined(separator: "; "),
                    ])
                }
                if node.uses.isEmpty {
                    let why = node.reportedAt == nil ? "it has not said what it covers" : "it knows no such concept, or only as an answer"
                    table.add([node.node, "", "unknown", why])
                }
            }
            return table.lines()
        }

        private func described(_ name: Concept.Name) -> String {
            guard let language = name.language, language != "en" else { return name.text }
            return "\(name.text) (\(language))"
        }

        /// What is above, the concept, and what is directly below, indented by depth.
        private func tree(of concept: Concept, in hyperontology: Hyperontology) -> [String] {
            var lines: [String] = []
            func climb(_ iri: String, _ seen: Set<String>) -> Int {
                guard let concept = hyperontology.concept(iri), !seen.contains(iri) else { return 0 }
                let depths = concept.parents.map { climb($0, seen.union([iri])) }
                let depth = depths.max() ?? 0
                let line = String(repeating: "  ", count: depth) + concept.prefLabel
                if !lines.contains(line) { lines.append(line) }
                return depth + 1
            }
            let depth = climb(concept.iri, [])
            let children = hyperontology.children(of: concept.iri)
            lines += children.prefix(40).map { String(repeating: "  ", count: depth) + $0.prefLabel }
            if children.count > 40 { lines.append(String(repeating: "  ", count: depth) + "… and \(children.count - 40) more") }
            return lines
        }

        private func codes(of concept: Concept, in hyperontology: Hyperontology) -> [String] {
            var table = TextTable([("code", .left), ("predicate", .left), ("name there", .left), ("why", .left), ("looked up in", .left)])
            for mapping in hyperontology.mappings(of: concept.iri) {
                let predicate = mapping.match.predicate.split { $0 == "#" || $0 == "/" }.last.map { "skos:\($0)" } ?? ""
                table.add([
                    "\(mapping.system):\(mapping.code)", predicate, mapping.label ?? "", mapping.justification ?? "", mapping.source ?? "",
                ])
            }
            return table.lines()
        }
    }
}

/// A concept as programs read it.
struct ConceptSummary: Encodable {
    struct Code: Encodable {
        let system: String
        let code: String
        let match: String
        let predicate: String
        let label: String?
        let justification: String?
        let source: String?
        let confidence: Double?
    }

    struct Name: Encodable {
        let text: String
        let language: String?
    }

    let iri: String
    let label: String
    let synonyms: [String]
    let names: [Name]
    let definition: String?
    let usedFor: [String]
    let parents: [String]
    let children: [String]?
    let ancestors: [String]?
    let mappings: [Code]?
    let coverage: [NodeCoverage]?
    /// The name by which it was found, and how that fits.
    let foundBy: String?
    let fit: String?

    init(_ hit: SearchHit) { self.init(hit.concept, hit: hit, hyperontology: nil, coverage: nil) }

    init(_ concept: Concept, in hyperontology: Hyperontology, coverage: [NodeCoverage]?) {
        self.init(concept, hit: nil, hyperontology: hyperontology, coverage: coverage)
    }

    private init(_ concept: Concept, hit: SearchHit?, hyperontology: Hyperontology?, coverage: [NodeCoverage]?) {
        self.coverage = coverage
        iri = concept.iri
        label = concept.prefLabel
        synonyms = Array(concept.names.dropFirst())
        names = (concept.prefLabels + concept.synonyms).map { Name(text: $0.text, language: $0.language) }
        definition = concept.definition
        usedFor = concept.usedFor.sorted()
        parents = concept.parents
        children = hyperontology?.children(of: concept.iri).map(\.iri)
        ancestors = hyperontology?.ancestors(of: concept.iri).filter { $0 != concept.iri }
        mappings = hyperontology?.mappings(of: concept.iri).map {
            Code(
                system: $0.system, code: $0.code, match: $0.match.rawValue, predicate: $0.match.predicate, label: $0.label,
                justification: $0.justification, source: $0.source, confidence: $0.confidence)
        }
        foundBy = hit?.name.text
        fit = hit.map { "\($0.kind)" }
    }
}
