import Diagnostics
import Disclosure
import Foundation
import Hyperontology
import RDF

/// The datasets that the hub's operator describes, as HealthDCAT-AP with the fields of EUCAIM's template, ready to be published.
///
/// Files hold more than may be shown: only the properties of the template leave them, and numbers of individuals and studies are rounded,
/// or left out where they are small. A dataset that lacks what the template demands keeps the hub from starting, with all that it lacks.
enum DatasetCatalogue {
    private static let dcat = "http://www.w3.org/ns/dcat#"
    private static let dct = "http://purl.org/dc/terms/"
    private static let dcatap = "http://data.europa.eu/r5r/"
    private static let health = "http://healthdataportal.eu/ns/health#"
    private static let dpv = "https://w3id.org/dpv#"
    private static let foaf = "http://xmlns.com/foaf/0.1/"
    private static let vcard = "http://www.w3.org/2006/vcard/ns#"

    /// What every dataset says.
    static let mandatory = [
        dct + "title", dct + "description", dct + "publisher", dcat + "contactPoint", dct + "accessRights",
        dcatap + "applicableLegislation", health + "healthCategory", dct + "type",
    ]

    /// What a dataset may say besides.
    static let optional = [
        dcat + "version", dct + "identifier", dpv + "hasLegalBasis", dpv + "hasPurpose", dcat + "theme", dcat + "keyword",
        health + "healthTheme", dcat + "distribution", dct + "issued", dct + "modified", dct + "language", dct + "spatial",
        dct + "temporal", dct + "license", dcat + "landingPage", CoreVocabulary.core + "modality", CoreVocabulary.core + "bodyPart",
        CoreVocabulary.core + "interoperabilityTier", CoreVocabulary.core + "heldBy",
    ]

    /// What is counted, and so rounded.
    static let counted = [health + "numberOfUniqueIndividuals", CoreVocabulary.core + "numberOfStudies"]

    /// Of what a dataset names: its publisher, its contact, its distributions.
    private static let ofParts: Set<String> = [
        RDFVocabulary.type, foaf + "name", foaf + "homepage", vcard + "fn", vcard + "hasEmail", vcard + "hasURL", dct + "title",
        dct + "description", dct + "format", dcat + "mediaType", dcat + "accessURL", dcat + "accessService", dct + "license",
        dct + "rights", RDFS.label, dcatap + "applicableLegislation",
    ]

    /// The graph of a folder's `*.ttl` files; empty for none.
    /// - Throws: `F0522` for a file that cannot be read, `F0521` for a dataset that lacks something.
    static func read(folder: String?) throws(DiagnosticList) -> Graph {
        guard let folder else { return .empty }
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder) else {
            throw DiagnosticList([
                Diagnostic("F0522", "the folder of datasets `\(folder)` cannot be read", help: "check `datasets` in the configuration")
            ])
        }
        var builder = GraphBuilder()
        var problems: [Diagnostic] = []
        for name in names.filter({ $0.hasSuffix(".ttl") }).sorted() {
            do throws(RDFSyntaxErrors) {
                builder.add(document: try RDFParser().parse(file: folder + "/" + name))
            } catch {
                problems += error.errors.map {
                    Diagnostic(DiagnosticCode(rawValue: $0.code.rawValue), "`\(name)` line \($0.line ?? 0): \($0.message)")
                }
            }
        }
        let graph = builder.build()
        problems += lacks(graph)
        if !problems.isEmpty { throw DiagnosticList(problems) }
        return published(graph)
    }

    private static func datasets(_ graph: Graph) -> [Term] { graph.subjects(with: RDFVocabulary.type, .iri(dcat + "Dataset")) }

    private static func lacks(_ graph: Graph) -> [Diagnostic] {
        datasets(graph).flatMap { dataset -> [Diagnostic] in
            let name = dataset.iri ?? "a blank node"
            let missing = mandatory.filter { graph.objects(of: dataset, $0).isEmpty }
            var found = missing.map {
                Diagnostic("F0521", "the dataset <\(name)> says no <\($0)>", help: "HealthDCAT-AP wants it of every dataset; add it")
            }
            if dataset.iri == nil {
                found.append(Diagnostic("F0521", "a dataset has no IRI", help: "name it, so that others can refer to it"))
            }
            return found
        }
    }

    /// The part of a graph that is published.
    static func published(_ graph: Graph) -> Graph {
        var builder = GraphBuilder()
        for dataset in datasets(graph) {
            builder.add(Triple(dataset, .iri(RDFVocabulary.type), .iri(dcat + "Dataset")))
            for property in mandatory + optional {
                for object in graph.objects(of: dataset, property) {
                    builder.add(Triple(dataset, .iri(property), object))
                    if object.literal == nil { add(part: object, of: graph, to: &builder) }
                }
            }
            for property in counted {
                for number in graph.objects(of: dataset, property).compactMap({ $0.literal.flatMap { Int($0.lexicalForm) } }) {
                    guard let rounded = rounded(number) else { continue }
                    builder.add(Triple(dataset, .iri(property), .literal(Literal(String(rounded), datatype: XSD.integer))))
                }
            }
        }
        return builder.build()
    }

    private static func add(part: Term, of graph: Graph, to builder: inout GraphBuilder) {
        for triple in graph.triples(subject: part) {
            guard let property = triple.predicate.iri, ofParts.contains(property) else { continue }
            builder.add(triple)
        }
    }

    /// As a count of patients is rounded; nil for a small one.
    private static func rounded(_ number: Int) -> Int? {
        let threshold = DisclosurePolicy.defaultThreshold
        guard number >= threshold else { return nil }
        return Rounding(base: DisclosurePolicy.defaultRoundingBase, floor: threshold).round(number)
    }
}
