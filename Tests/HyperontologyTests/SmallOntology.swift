import Foundation
import Hyperontology

/// An ontologies' directory that a test writes and that is removed with it.
final class SmallOntology {
    let directory: String

    /// - Parameter files: by path below the directory, the text.
    init(_ files: [String: String]) throws {
        let root = FileManager.default.temporaryDirectory.appendingPathComponent("ontologies-\(UUID().uuidString)")
        for (name, text) in files {
            let url = root.appendingPathComponent(name)
            try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: url)
        }
        directory = root.path
    }

    deinit { try? FileManager.default.removeItem(atPath: directory) }

    static let prefixes = """
        @prefix co: <https://w3id.org/cohortium/core#> .
        @prefix c: <https://w3id.org/cohortium/concept/> .
        @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
        @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
        @prefix owl: <http://www.w3.org/2002/07/owl#> .

        """

    static let core =
        prefixes + """
            co:Diagnosis a owl:Class ; rdfs:label "diagnosis"@en ; rdfs:comment "A disease."@en ; co:planKind "diagnosis" .
            co:Observation a owl:Class ; rdfs:label "observation"@en ; co:planKind "observation" .
            co:Value a owl:Class ; rdfs:label "value"@en .
            co:sliceThickness a co:SeriesProperty ; rdfs:label "slice thickness"@en ; co:valueKind co:QuantityValue ; co:unit "mm" .
            co:modality a co:SeriesProperty ; rdfs:label "modality"@en ; co:valueKind co:CodedValue ; co:valuesFrom co:ModalityValue .
            """

    static let vocabularies =
        prefixes + """
            co:snomed a co:CodeSystem ; co:shortName "snomed" ; co:uri "http://snomed.info/sct", "urn:oid:2.16.840.1.113883.6.96" ; rdfs:label "SNOMED CT" .
            co:icdo3 a co:CodeSystem ; co:shortName "icdo3" ; co:uri "http://terminology.hl7.org/CodeSystem/icd-o-3" ; rdfs:label "ICD-O-3" .
            co:loinc a co:CodeSystem ; co:shortName "loinc" ; co:uri "http://loinc.org" ; rdfs:label "LOINC" .
            co:omop a co:CodeSystem ; co:shortName "omop" ; co:uri "https://athena.ohdsi.org/concept#" ; rdfs:label "OMOP" .
            """

    static let concepts =
        prefixes + """
            c:Cancer a co:Concept ; skos:prefLabel "Cancer"@en, "Krebs"@de ; skos:altLabel "Malignant neoplasm"@en, "malignancy"@en ;
                skos:definition "A disease of cells that grow and spread without restraint."@en ; co:usedFor co:Diagnosis .
            c:BreastCancer a co:Concept ; skos:prefLabel "Breast cancer"@en ; skos:definition "Cancer of the breast."@en ;
                skos:broader c:Cancer ; co:usedFor co:Diagnosis .
            c:DuctalCarcinoma a co:Concept ; skos:prefLabel "Ductal Carcinoma"@en ; skos:definition "Cancer of ducts."@en ;
                skos:broader c:BreastCancer, c:Carcinoma ; co:usedFor co:Diagnosis .
            c:Carcinoma a co:Concept ; skos:prefLabel "Carcinoma"@en ; skos:definition "Cancer of epithelium."@en ;
                skos:broader c:Cancer ; co:usedFor co:Diagnosis .
            c:PSA a co:Concept ; skos:prefLabel "PSA"@en ; skos:definition "A protein in blood."@en ; co:usedFor co:Observation ;
                co:valueKind co:QuantityValue ; co:unit "ng/mL" .
            c:ER a co:Concept ; skos:prefLabel "Estrogen receptor"@en ; skos:definition "A receptor."@en ; co:usedFor co:Observation ;
                co:valueKind co:CodedValue ; co:answer c:Positive .
            c:Positive a co:Concept ; skos:prefLabel "Positive"@en ; skos:definition "Present."@en ; co:usedFor co:Value .
            """

    static let mappings = """
        #mapping_set_id: https://example.org/test
        #curie_map:
        #  sct: http://snomed.info/sct/
        subject_id\tpredicate_id\tobject_id\tobject_label\tmapping_justification\tmapping_source\tconfidence
        c:BreastCancer\tskos:exactMatch\tsct:254837009\tMalignant neoplasm of breast\tsemapv:ManualMappingCuration\ttest\t0.9
        c:Cancer\tskos:exactMatch\tsnomed:363346000\t\tsemapv:ManualMappingCuration\ttest\t
        c:DuctalCarcinoma\tskos:exactMatch\ticdo3:8500%2F3\tInfiltrating duct carcinoma\t\ttest\t
        c:DuctalCarcinoma\tskos:broadMatch\tomop:4112853\t\t\ttest\t
        c:PSA\tskos:exactMatch\tloinc:2857-1\t\t\ttest\t
        c:ER\tskos:exactMatch\tloinc:85337-4\t\t\ttest\t
        c:Positive\tskos:exactMatch\tloinc:LA6576-8\t\t\ttest\t
        """

    static func complete(adding files: [String: String] = [:]) throws -> SmallOntology {
        let all = ["core.ttl": core, "vocabularies.ttl": vocabularies, "concepts/a.ttl": concepts, "mappings/a.tsv": mappings]
        return try SmallOntology(all.merging(files) { _, new in new })
    }

    func load() throws -> Hyperontology { try Hyperontology(directory: directory) }
}

/// A concept's IRI.
func c(_ name: String) -> String { "https://w3id.org/cohortium/concept/" + name }
