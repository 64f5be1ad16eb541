import Foundation
import Testing

@testable import Hyperontology

/// An import that is done again leaves the same file, in each form that is read as RDF or text; ``ReleaseTests`` does so for releases.
@Suite struct RepeatedImportTests {
    struct Source: Sendable, CustomTestStringConvertible {
        let format: TerminologyImporter.Format
        let file: String
        let system: String?
        let text: String
        /// What our concept gains.
        let gained: String
        var testDescription: String { file }
    }

    private static let turtle = """
        @prefix owl: <http://www.w3.org/2002/07/owl#> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
        @prefix n: <http://purl.obolibrary.org/obo/NCIT_> .
        n:C4872 a owl:Class ; rdfs:label "Breast Carcinoma" .
        n:C9245 a owl:Class ; rdfs:label "Invasive Breast Carcinoma" ; rdfs:subClassOf n:C4872 .
        """

    private static func xml(_ base: String, _ upper: String, _ lower: String) -> String {
        """
        <?xml version="1.0"?>
        <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:owl="http://www.w3.org/2002/07/owl#"
          xmlns:rdfs="http://www.w3.org/2000/01/rdf-schema#">
          <owl:Class rdf:about="\(base)\(upper)"><rdfs:label>Breast Carcinoma</rdfs:label></owl:Class>
          <owl:Class rdf:about="\(base)\(lower)"><rdfs:label>Invasive Breast Carcinoma</rdfs:label>
            <rdfs:subClassOf rdf:resource="\(base)\(upper)"/></owl:Class>
        </rdf:RDF>
        """
    }

    static let sources = [
        Source(
            format: .obo, file: "n.obo", system: "ncit",
            text: "[Term]\nid: NCIT:C4872\nname: Breast Carcinoma\n\n[Term]\nid: NCIT:C9245\nname: Invasive\nis_a: NCIT:C4872\n",
            gained: "ncit:C9245"),
        Source(format: .owl, file: "n.ttl", system: "ncit", text: turtle, gained: "ncit:C9245"),
        Source(
            format: .owl, file: "n.owl", system: "ncit", text: xml("http://purl.obolibrary.org/obo/NCIT_", "C4872", "C9245"),
            gained: "ncit:C9245"),
        Source(
            format: .eucaim, file: "e.owl", system: nil,
            text: xml("https://cancerimage.eu/ontology/EUCAIM#", "CLIN1000001", "CLIN1000002"), gained: "eucaim:CLIN1000002"),
        Source(
            format: .sssom, file: "m.tsv", system: "ncit",
            text: "subject_id\tpredicate_id\tobject_id\nicdo3:8520/3\tskos:broadMatch\tncit:C4872\n", gained: "icdo3:8520/3"),
        Source(
            format: .sssom, file: "m.json", system: "ncit",
            text:
                #"{"mappings": [{"subject_id": "icdo3:8520/3", "predicate_id": "skos:broadMatch", "object_id": "ncit:C4872"}]}"#,
            gained: "icdo3:8520/3"),
    ]

    @Test(arguments: sources) func changesNothing(_ source: Source) async throws {
        let systems = """
            co:ncit a co:CodeSystem ; co:shortName "ncit" ; co:uri "http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl" ; rdfs:label "NCIt" .
            co:eucaim a co:CodeSystem ; co:shortName "eucaim" ; co:uri "https://cancerimage.eu/ontology/EUCAIM#" ; rdfs:label "EUCAIM" .
            """
        let table = """
            subject_id\tpredicate_id\tobject_id\tmapping_source
            c:BreastCancer\tskos:exactMatch\tncit:C4872\ttest
            c:BreastCancer\tskos:exactMatch\teucaim:CLIN1000001\ttest
            """
        let small = try SmallOntology.complete(adding: [
            "vocabularies.ttl": SmallOntology.vocabularies + systems, "mappings/b.tsv": table,
        ])
        let release = try SmallOntology([source.file: source.text])
        defer { withExtendedLifetime((small, release)) {} }
        var texts: [String] = []
        var reports: [ImportReport] = []
        for _ in 0..<3 {
            let ontology = try small.load()
            let (terminology, read) = try await TerminologyImporter(hyperontology: ontology)
                .read(source.format, path: release.directory + "/" + source.file, system: source.system)
            var report = read
            let path = try ImportedMappings(hyperontology: ontology, terminology: terminology, name: "t")
                .write(below: small.directory, &report)
            texts.append(try String(contentsOfFile: path, encoding: .utf8))
            reports.append(report)
        }
        #expect(texts[0].contains("\t\(source.gained)\t"), "\(texts[0])")
        #expect(Set(texts).count == 1)
        #expect(reports.map(\.isUnchanged) == [false, true, true])
        #expect(Set(reports.map(\.mappings)).count == 1)
    }
}
