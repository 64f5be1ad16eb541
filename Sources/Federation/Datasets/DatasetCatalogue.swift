public import Diagnostics
public import Disclosure
import Execution
import Foundation
import Hyperontology
public import RDF

/// Descriptions of datasets, as HealthDCAT-AP with the fields of EUCAIM's template, ready to be published.
///
/// Files hold more than may be shown: only the properties of the template leave them, and numbers of individuals, studies and records pass
/// the gate as counts do. Of studies and records it is the individuals who are judged: where these are not said, or few, neither is told.
///
/// The names of properties are those of the SHACL shapes of HealthDCAT-AP, release 5 (code.europa.eu, `healthdataeu/healthdcat-ap`), which has
/// what it does not say itself from DCAT-AP 3.0 (`dcat:`, `dct:`, `http://data.europa.eu/r5r/`) and from the Data Privacy Vocabulary 2
/// (`https://w3id.org/dpv#`). What EUCAIM's template has beside these is in `core.ttl`.
public enum DatasetCatalogue {
    private static let dcat = "http://www.w3.org/ns/dcat#"
    private static let dct = "http://purl.org/dc/terms/"
    private static let dcatap = "http://data.europa.eu/r5r/"
    private static let health = "http://healthdataportal.eu/ns/health#"
    private static let dpv = "https://w3id.org/dpv#"
    private static let foaf = "http://xmlns.com/foaf/0.1/"
    private static let vcard = "http://www.w3.org/2006/vcard/ns#"

    /// The node that a dataset is described by; the hub says it, and nobody else.
    public static let node = CoreVocabulary.core + "describedBy"

    /// What every dataset says.
    static let mandatory = [
        dct + "title", dct + "description", dct + "publisher", dcat + "contactPoint", dct + "accessRights",
        dcatap + "applicableLegislation", health + "healthCategory", dct + "type",
    ]

    /// What a dataset may say besides.
    static let optional = [
        dcat + "version", dct + "identifier", dct + "alternative", dpv + "hasLegalBasis", dpv + "hasPurpose", dpv + "hasPersonalData",
        dcat + "theme", dcat + "keyword", health + "healthTheme", health + "hdab", health + "hasCodingSystem",
        health + "populationCoverage",
        dcat + "distribution", dct + "provenance", dct + "issued", dct + "modified", dct + "language", dct + "spatial", dct + "temporal",
        dct + "license", dcat + "landingPage", CoreVocabulary.core + "modality", CoreVocabulary.core + "bodyPart",
        CoreVocabulary.core + "interoperabilityTier",
    ]

    private static let individuals = health + "numberOfUniqueIndividuals"
    /// What is counted beside individuals.
    private static let counted = [CoreVocabulary.core + "numberOfStudies", health + "numberOfRecords"]

    /// Of what a dataset names: its publisher, its contact, its distributions.
    private static let ofParts: Set<String> = [
        RDFVocabulary.type, foaf + "name", foaf + "homepage", vcard + "fn", vcard + "hasEmail", vcard + "hasURL", dct + "title",
        dct + "description", dct + "format", dcat + "mediaType", dcat + "accessURL", dcat + "accessService", dct + "license",
        dct + "rights", RDFS.label, dcatap + "applicableLegislation", dcat + "contactPoint", dcat + "startDate", dcat + "endDate",
    ]

    /// How far below a dataset its parts are followed: a publisher, and the publisher's contact.
    private static let deepestPart = 2

    /// What may be published of a Turtle file, or of the `*.ttl` files of a folder; empty for none.
    /// - Throws: `F0522` for what cannot be read, `F0521` for a dataset that lacks something, and what is wrong with a file as Turtle.
    public static func read(_ path: String?, through gate: DisclosureGate) throws(DiagnosticList) -> Graph {
        guard let path else { return .empty }
        var builder = GraphBuilder()
        var problems: [Diagnostic] = []
        for file in try files(at: path) {
            do throws(RDFSyntaxErrors) {
                builder.add(document: try RDFParser().parse(file: file))
            } catch {
                let name = URL(fileURLWithPath: file).lastPathComponent
                problems += error.errors.map {
                    Diagnostic(DiagnosticCode(rawValue: $0.code.rawValue), "`\(name)` line \($0.line ?? 0): \($0.message)")
                }
            }
        }
        let graph = builder.build()
        problems += lacks(graph)
        if !problems.isEmpty { throw DiagnosticList(problems) }
        return published(graph, through: gate)
    }

    private static func files(at path: String) throws(DiagnosticList) -> [String] {
        var isFolder: ObjCBool = false
        if unsafe FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) {
            if !isFolder.boolValue { return [path] }
            if let names = try? FileManager.default.contentsOfDirectory(atPath: path) {
                return names.filter { $0.hasSuffix(".ttl") }.sorted().map { path + "/" + $0 }
            }
        }
        throw DiagnosticList([
            Diagnostic("F0522", "the datasets `\(path)` cannot be read", help: "check `datasets` in the configuration")
        ])
    }

    /// The datasets that a graph describes.
    public static func datasets(_ graph: Graph) -> [Term] { graph.subjects(with: RDFVocabulary.type, .iri(dcat + "Dataset")) }

    /// What datasets lack that the profile demands: `F0521`.
    public static func lacks(_ graph: Graph) -> [Diagnostic] {
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
    public static func published(_ graph: Graph, through gate: DisclosureGate) -> Graph {
        var builder = GraphBuilder()
        for dataset in datasets(graph) {
            builder.add(Triple(dataset, .iri(RDFVocabulary.type), .iri(dcat + "Dataset")))
            for property in mandatory + optional {
                for object in graph.objects(of: dataset, property) {
                    builder.add(Triple(dataset, .iri(property), object))
                    add(part: object, of: graph, depth: 1, to: &builder)
                }
            }
            let patients = number(individuals, of: dataset, graph) ?? 0
            for property in [individuals] + counted {
                guard let units = number(property, of: dataset, graph),
                    // No more patients can be behind them than there are of them.
                    let told = gate.protect(RawCount(patients: min(patients, units), units: units)).value
                else { continue }
                builder.add(Triple(dataset, .iri(property), .literal(Literal(String(told), datatype: nonNegative))))
            }
        }
        return builder.build()
    }

    /// The shapes want no other type.
    private static let nonNegative = XSD.namespace + "nonNegativeInteger"

    /// One number; nil for none, and for several, of which nobody knows which is meant.
    private static func number(_ property: String, of dataset: Term, _ graph: Graph) -> Int? {
        let found = graph.objects(of: dataset, property).compactMap { $0.literal.flatMap { Int($0.lexicalForm) } }.filter { $0 >= 0 }
        return found.count == 1 ? found[0] : nil
    }

    private static func add(part: Term, of graph: Graph, depth: Int, to builder: inout GraphBuilder) {
        guard part.literal == nil else { return }
        for triple in graph.triples(subject: part) {
            guard let property = triple.predicate.iri, ofParts.contains(property) else { continue }
            builder.add(triple)
            if depth < deepestPart { add(part: triple.object, of: graph, depth: depth + 1, to: &builder) }
        }
    }
}
