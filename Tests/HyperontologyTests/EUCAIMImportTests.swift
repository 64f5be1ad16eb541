import Foundation
import Testing

@testable import Hyperontology

/// The EUCAIM hyper-ontology, written out in the form in which it is published, with its untidiness, and read back.
@Suite(.enabled(if: PublishedNames.areThere, "needs ../shared")) struct EUCAIMImportTests {
    private let ontology: Hyperontology
    private let labels: [String: String]
    private let mappings: [[String: String]]

    init() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        ontology = try Hyperontology(directory: root.appendingPathComponent("Ontologies").path)
        labels = Dictionary(
            try PublishedNames.table("data/eucaim-hyperontology-codes.tsv").map { ($0["code"] ?? "", $0["label"] ?? "") },
            uniquingKeysWith: { first, _ in first })
        mappings = try PublishedNames.table("data/eucaim-hyperontology-mappings.tsv")
    }

    private let base = "https://cancerimage.eu/ontology/EUCAIM#"

    private func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;").replacing("\"", with: "&quot;")
    }

    /// RDF/XML: restrictions beside named parents, the same property as string and as integer, matches as strings, labels with and
    /// without language.
    private func published() -> String {
        var byCode: [String: [String: String]] = [:]
        for row in mappings { byCode[row["code"] ?? ""] = row }
        var text = """
            <?xml version="1.0"?>
            <rdf:RDF xmlns="\(base)" xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:owl="http://www.w3.org/2002/07/owl#"
              xmlns:rdfs="http://www.w3.org/2000/01/rdf-schema#" xmlns:skos="http://www.w3.org/2004/02/skos/core#">
            <owl:Ontology rdf:about="https://cancerimage.eu/ontology/EUCAIM"/>
            <owl:Class rdf:about="http://example.org/upper#Thing"><rdfs:label>an upper class</rdfs:label></owl:Class>

            """
        for (number, code) in labels.keys.sorted().enumerated() {
            text += "<owl:Class rdf:about=\"\(base)\(code)\">"
            text += number % 2 == 0 ? "<rdfs:label>" : "<rdfs:label xml:lang=\"en\">"
            text += escaped(labels[code] ?? "") + "</rdfs:label>"
            let row = byCode[code] ?? [:]
            for parent in (row["parents"] ?? "").split(separator: ",") { text += "<rdfs:subClassOf rdf:resource=\"\(base)\(parent)\"/>" }
            for restriction in (row["restrictions"] ?? "").split(separator: ",") {
                let parts = restriction.split(separator: ":")
                guard parts.count == 2 else { continue }
                text += "<rdfs:subClassOf><owl:Restriction><owl:onProperty rdf:resource=\"\(base)\(parts[0])\"/>"
                text += "<owl:someValuesFrom rdf:resource=\"\(base)\(parts[1])\"/></owl:Restriction></rdfs:subClassOf>"
            }
            let integer = " rdf:datatype=\"http://www.w3.org/2001/XMLSchema#integer\""
            for column in ["SNOMEDCT", "LOINC", "ICD10", "ICDO3", "NCIT", "OMOP_Concept_ID"] {
                guard let value = row[column], !value.isEmpty else { continue }
                let isNumber = value.allSatisfy(\.isNumber)
                text += "<\(column)\(isNumber && number % 3 == 0 ? integer : "")>\(escaped(value))</\(column)>"
            }
            if let value = row["RadLex"], !value.isEmpty {
                text += number % 2 == 0 ? "<RadLex>\(value)</RadLex>" : "<skos:exactMatch>RadLex:\(value)</skos:exactMatch>"
            }
            if number % 500 == 0 {
                text += "<skos:exactMatch>birnlex_3066</skos:exactMatch><skos:exactMatch>UMLS:C5548414</skos:exactMatch>"
            }
            text += "</owl:Class>\n"
        }
        return text + "</rdf:RDF>\n"
    }

    @Test func readsThePublishedForm() async throws {
        let file = try SmallOntology(["eucaim.owl": published()])
        let (terminology, report) = try await TerminologyImporter(hyperontology: ontology).read(
            .eucaim, path: file.directory + "/eucaim.owl")
        #expect(terminology.terms.count == labels.count)
        for (code, label) in labels {
            let plain = label.split(whereSeparator: \.isWhitespace).joined(separator: " ")
            #expect(terminology.terms[code]?.label == plain, "\(code)")
        }
        var missing: [String] = []
        for row in mappings {
            guard let code = row["code"], let term = terminology.terms[code] else { continue }
            let parents = Set((row["parents"] ?? "").split(separator: ",").map(String.init)).intersection(labels.keys).subtracting([code])
            #expect(term.parents == parents, "\(code)")
            for (column, system) in [("SNOMEDCT", "snomed"), ("RadLex", "radlex"), ("NCIT", "ncit"), ("OMOP_Concept_ID", "omop")] {
                for target in (row[column] ?? "").split(whereSeparator: { ",;| ".contains($0) }).map(String.init)
                where !terminology.links.contains(where: { $0.code == code && $0.system == system && $0.target == target }) {
                    missing.append("\(code) \(column) \(target)")
                }
            }
        }
        // What is missing was refused with its reason, for its form.
        let refused = report.skipped.filter { $0.reason.hasPrefix("a code that does not have the form") }.reduce(0) { $0 + $1.count }
        #expect(missing.count <= refused, "\(missing.prefix(10))")
        #expect(report.skipped.contains { $0.reason == "a class of another ontology" })
        #expect(
            report.skipped.contains {
                $0.reason == "a match of a system that is not known" && $0.examples.contains { $0.contains("birnlex_3066") }
            })
    }

    /// Codes that are called as a concept of ours, and mean more or something else.
    private let otherwise: Set<String> = [
        "CLIN1004599",  // Lobectomy, of any organ
        "CLIN1009407",  // Metastasis, as a measurement: whether there is one
        "COM1001099",  // Surgery, as an answer
        "CLIN1003316",  // Malignant neoplasm of uterus, that of its cervix among them
    ]

    /// "Our concepts carry exact matches to the EUCAIM codes they equal."
    @Test func everyCodeThatIsCalledAsAConceptIsMapped() {
        let tag = /\ \((?:procedure|finding|disorder|body structure|qualifier value|observable entity|substance|morphologic abnormality)\)$/
        let mapped = Set(ontology.mappings.filter { $0.system == "eucaim" }.map(\.code)).union(otherwise)
        var names: [String: String] = [:]
        for concept in ontology.concepts { for name in concept.names { names[name.lowercased()] = concept.localName } }
        let forgotten = labels.compactMap { code, label in
            let plain = label.split(whereSeparator: \.isWhitespace).joined(separator: " ").lowercased().replacing(tag, with: "")
            return mapped.contains(code) ? nil : names[plain].map { "\(code) \(label): \($0)" }
        }
        #expect(forgotten.isEmpty, "\(forgotten.sorted().joined(separator: "\n"))")
    }

    @Test func everyCodeOfOursIsThereAndWidens() async throws {
        let file = try SmallOntology(["eucaim.owl": published()])
        var (terminology, report) = try await TerminologyImporter(hyperontology: ontology).read(
            .eucaim, path: file.directory + "/eucaim.owl")
        let rows = ImportedMappings(hyperontology: ontology, terminology: terminology, name: "eucaim").rows(&report)
        #expect(!report.skipped.contains { $0.reason == "a code of ours that the source does not have" })
        #expect(rows.contains { $0.system == "eucaim" && $0.match == .narrower })
        #expect(rows.allSatisfy { ontology.concept($0.concept) != nil })
        terminology.links = []
        let below = ImportedMappings(hyperontology: ontology, terminology: terminology, name: "eucaim").rows(&report)
        #expect(below.allSatisfy { $0.system == "eucaim" })
    }
}
