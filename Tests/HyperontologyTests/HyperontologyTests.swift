import Diagnostics
import Foundation
import Hyperontology
import RDF
import Testing

@Suite struct HyperontologyTests {
    private let small: SmallOntology
    private let ontology: Hyperontology

    init() throws {
        small = try SmallOntology.complete(adding: [
            "mappings/units-omop.tsv":
                "# units\nomop_concept_id\tucum_code\tlabel\tmapping_source\n8842\tng/mL\tnanogram per milliliter\ttest\n"
        ])
        ontology = try small.load()
    }

    @Test func readsConcepts() throws {
        let cancer = try #require(ontology.concept(c("Cancer")))
        #expect(cancer.prefLabel == "Cancer")
        #expect(cancer.prefLabels.map(\.language) == ["de", "en"])
        #expect(cancer.synonyms.map(\.text) == ["Malignant neoplasm", "malignancy"])
        #expect(cancer.usedFor == ["Diagnosis"])
        let psa = try #require(ontology.concept(c("PSA")))
        #expect(psa.valueKind == .quantity)
        #expect(psa.unit == "ng/mL")
        #expect(ontology.concept(c("ER"))?.answers == [c("Positive")])
        #expect(ontology.concept(c("Nothing")) == nil)
        #expect(ontology.statistics.concepts == 7)
        #expect(ontology.statistics.vocabularies == ["snomed": 2, "icdo3": 1, "omop": 1, "loinc": 3])
    }

    @Test(arguments: ["breast cancer", "  BREAST\t Cancer "]) func resolvesNames(name: String) {
        #expect(ontology.resolve(label: name).map(\.iri) == [c("BreastCancer")])
    }

    @Test func resolvesNamesOfEveryLanguageAndSynonyms() {
        #expect(ontology.resolve(label: "krebs").map(\.iri) == [c("Cancer")])
        #expect(ontology.resolve(label: "malignant neoplasm").map(\.iri) == [c("Cancer")])
        #expect(ontology.resolve(label: "malignant").isEmpty)
    }

    @Test(
        arguments: zip(
            ["c:Cancer", "snomed:254837009", "SNOMED:254837009", "icdo3:8500/3", "omop:4112853", "snomed:1", "x:y", "plain"],
            [["Cancer"], ["BreastCancer"], ["BreastCancer"], ["DuctalCarcinoma"], ["DuctalCarcinoma"], [], [], []]))
    func resolvesCURIEs(curie: String, expected: [String]) {
        #expect(ontology.resolve(curie: curie).map(\.iri) == expected.map(c))
    }

    @Test func searchRanksNamesByHowTheyFit() {
        #expect(ontology.search("cancer", limit: 10).map(\.iri) == [c("Cancer"), c("BreastCancer")])
        #expect(ontology.search("carc", limit: 10).map(\.iri) == [c("Carcinoma"), c("DuctalCarcinoma")])
        #expect(ontology.search("carc", limit: 1).count == 1)
        #expect(ontology.search(" ", limit: 10).isEmpty)
    }

    @Test func closesTheHierarchy() {
        #expect(ontology.descendants(of: c("Cancer")) == ["BreastCancer", "Cancer", "Carcinoma", "DuctalCarcinoma"].map(c))
        #expect(ontology.ancestors(of: c("DuctalCarcinoma")) == ["BreastCancer", "Cancer", "Carcinoma", "DuctalCarcinoma"].map(c))
        #expect(ontology.isSubclass(c("DuctalCarcinoma"), of: c("Cancer")))
        #expect(!ontology.isSubclass(c("Cancer"), of: c("DuctalCarcinoma")))
        #expect(ontology.descendants(of: c("Nothing")).isEmpty)
    }

    @Test func readsMappings() throws {
        let breast = try #require(ontology.mappings(of: c("BreastCancer")).first)
        #expect(breast.system == "snomed")
        #expect(breast.code == "254837009")
        #expect(breast.match == .exact)
        #expect(breast.label == "Malignant neoplasm of breast")
        #expect(breast.source == "test")
        #expect(breast.confidence == 0.9)
        #expect(breast.file == "mappings/a.tsv")
        #expect(breast.line == 5)
        #expect(ontology.mappings(of: c("DuctalCarcinoma")).map(\.match) == [.exact, .broader])
        #expect(ontology.mappings(of: c("DuctalCarcinoma")).map(\.code) == ["8500/3", "4112853"])
        #expect(ontology.omopUnits == ["8842": "ng/mL"])
    }

    @Test func knowsCodeSystemsByTheirIRIs() {
        #expect(ontology.codeSystem(forURI: "http://snomed.info/sct")?.shortName == "snomed")
        #expect(ontology.codeSystem(forURI: "http://snomed.info/sct/")?.shortName == "snomed")
        #expect(ontology.codeSystem(forURI: "urn:oid:2.16.840.1.113883.6.96")?.shortName == "snomed")
        #expect(ontology.codeSystem(forURI: "http://example.org") == nil)
    }

    @Test func saysMappingsAsTriples() {
        let code = Term.iri("http://terminology.hl7.org/CodeSystem/icd-o-3/8500%2F3")
        #expect(ontology.graph.objects(of: .iri(c("DuctalCarcinoma")), SKOS.exactMatch) == [code])
        #expect(ontology.graph.objects(of: code, SKOS.notation) == [.string("8500/3")])
        #expect(ontology.graph.objects(of: code, RDFS.label) == [.string("Infiltrating duct carcinoma")])
        #expect(
            ontology.graph.objects(of: .iri(c("DuctalCarcinoma")), SKOS.broadMatch) == [.iri("https://athena.ohdsi.org/concept#4112853")])
    }

    @Test func readsTheCore() {
        #expect(ontology.eventClasses.map(\.planKind) == ["diagnosis", "observation"])
        #expect(ontology.eventClasses.first?.localName == "Diagnosis")
        #expect(ontology.seriesProperties.map(\.label) == ["modality", "slice thickness"])
        #expect(ontology.seriesProperties.map(\.valuesFrom) == ["ModalityValue", nil])
        #expect(ontology.seriesProperties.map(\.unit) == [nil, "mm"])
    }

    @Test func findsNothingWrongInAGoodOntology() {
        #expect(ontology.lint() == [])
    }
}
