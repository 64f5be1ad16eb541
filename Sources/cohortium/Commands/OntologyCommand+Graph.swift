import ArgumentParser
import Diagnostics
import Foundation
import Hyperontology
import RDF

extension OntologyCommand {
    struct Why: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show why one concept or code stands below another, or means the same, step by step.",
            discussion: "Example:\n  cohortium ontology why snomed:408643008 \"Breast Carcinoma\"")

        @Argument(help: "A name, or a code as c:BreastCarcinoma or snomed:254837009.")
        var first: String

        @Argument(help: "Another.")
        var second: String

        @OptionGroup var ontology: OntologyOptions

        func run() async throws {
            let hyperontology = try ontology.load()
            let (from, to) = (try iri(first, in: hyperontology), try iri(second, in: hyperontology))
            guard let reasons = hyperontology.reasons(between: from, and: to) else {
                throw CommandFailure(
                    Diagnostic(
                        "U0017", "neither of `\(first)` and `\(second)` stands below the other or means the same",
                        help: "compare both with `cohortium ontology show`"))
            }
            let console = Console()
            let names = ConceptNamesInText(hyperontology)
            // What SKOS and SSSOM say of their own properties goes without saying.
            let steps = reasons.steps.filter { $0.rule != nil || hyperontology.place(of: $0.conclusion) != nil }
            for (number, step) in steps.enumerated() {
                let line = "\(number + 1). " + names.text(of: step.conclusion)
                if let place = step.rule == nil ? hyperontology.place(of: step.conclusion) : nil {
                    console.output(line + "  (\(place.file)\(place.line.map { ":\($0)" } ?? ""))")
                } else {
                    let premises = step.premises.compactMap { premise in steps.firstIndex { $0.conclusion == premise }.map { $0 + 1 } }
                    let from = premises.sorted().map { "\($0)" }.joined(separator: ", ")
                    console.output(line + "  (from \(from)" + (step.rule.map { " by \($0.rawValue)" } ?? "") + ")")
                }
            }
        }

        private func iri(_ name: String, in hyperontology: Hyperontology) throws -> String {
            if let iri = hyperontology.iri(named: name) { return iri }
            let near = hyperontology.find(name, limit: 1).first.map { "did you mean \"\($0.concept.prefLabel)\"?" }
            throw CommandFailure(
                Diagnostic("U0007", "no concept is called `\(name)`", help: near ?? "look for it with `cohortium ontology find`"))
        }
    }

    struct Export: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Write the hyperontology, mappings included, as one RDF graph.",
            discussion: "Example:\n  cohortium ontology export --format turtle > hyperontology.ttl")

        enum Format: String, ExpressibleByArgument, CaseIterable { case turtle, ntriples, rdfxml }

        @Option(help: "turtle, ntriples or rdfxml.")
        var format = Format.turtle

        @OptionGroup var ontology: OntologyOptions

        func run() async throws {
            let graph = try ontology.load().graph
            var prefixes = PrefixMap.common
            prefixes["co"] = CoreVocabulary.core
            prefixes["c"] = CoreVocabulary.concept
            let text: String
            do throws(RDFWritingError) {
                switch format {
                case .turtle: text = try TurtleWriter(prefixes: prefixes).text(of: graph)
                case .ntriples: text = NTriplesWriter.text(of: graph)
                case .rdfxml: text = try RDFXMLWriter(prefixes: prefixes).text(of: graph)
                }
            } catch {
                throw CommandFailure(
                    Diagnostic("U0016", "the hyperontology cannot be written as \(format.rawValue): \(error)", help: "write it as ntriples")
                )
            }
            Console().write(Data(text.utf8))
        }
    }
}

/// Statements in a reader's words: concepts by their names, codes as CURIEs, properties without their namespaces.
private struct ConceptNamesInText {
    private let hyperontology: Hyperontology

    init(_ hyperontology: Hyperontology) { self.hyperontology = hyperontology }

    func text(of triple: Triple) -> String { [triple.subject, triple.predicate, triple.object].map(text).joined(separator: "  ") }

    private func text(of term: Term) -> String {
        guard let iri = term.iri else { return term.literal?.lexicalForm ?? "…" }
        if let concept = hyperontology.concept(iri) { return "\"\(concept.prefLabel)\"" }
        for system in hyperontology.codeSystems {
            let base = system.iri(ofCode: "")
            if iri.hasPrefix(base), iri.count > base.count, let code = String(iri.dropFirst(base.count)).removingPercentEncoding {
                return "\(system.shortName):\(code)"
            }
        }
        return iri.split { $0 == "#" || $0 == "/" }.last.map(String.init) ?? iri
    }
}
