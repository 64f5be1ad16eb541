import Diagnostics
import Foundation
import Hyperontology
import Testing

/// The repository's own ontologies as a whole.
@Suite struct RealOntologyTests {
    private let ontology: Hyperontology

    init() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        ontology = try Hyperontology(directory: root.appendingPathComponent("Ontologies").path)
    }

    @Test func holdsWhatTheDesignLists() {
        let statistics = ontology.statistics
        #expect(statistics.concepts >= 1500)
        for system in ["snomed", "icd10", "icdo3", "loinc", "dicom-modality", "omop"] {
            #expect(statistics.vocabularies[system, default: 0] > 0, "no mapping to \(system)")
        }
        #expect(!ontology.omopUnits.isEmpty)
    }

    @Test func everyCodeOfTheBindingsHasASystem() {
        for model in ontology.models {
            let bindings = ontology.bindings(for: model)
            let systems =
                bindings.events.values.flatMap(\.places).flatMap(\.codeSystems)
                + bindings.properties.values.flatMap(\.fields).compactMap(\.codeSystem)
            for system in Set(systems) { #expect(ontology.codeSystem(system) != nil, "\(model) has codes of the unknown system \(system)") }
        }
    }

    @Test func everyConceptIsFoundByItsNamesAndIRI() {
        for concept in ontology.concepts {
            #expect(ontology.resolve(curie: "c:" + concept.localName).map(\.iri) == [concept.iri])
            for name in concept.names { #expect(ontology.resolve(label: name).contains(concept)) }
        }
    }

    @Test func theClosureIsThatOfTheParents() {
        for concept in ontology.concepts {
            for parent in concept.parents {
                #expect(ontology.isSubclass(concept.iri, of: parent))
                #expect(ontology.descendants(of: parent).contains(concept.iri))
            }
        }
    }

    @Test func isCleanOfEveryFinding() {
        let findings = ontology.lint()
        #expect(
            findings.isEmpty,
            "\(findings.map { "\($0.file):\($0.line ?? 0) \($0.diagnostic.code.rawValue) \($0.diagnostic.message)" }.joined(separator: "\n"))"
        )
    }

    /// The most used 200 have names in seven languages beside English.
    @Test func namesTheMostUsedInEightLanguages() {
        let languages: Set<String> = ["de", "en", "es", "fr", "it", "nl", "pl", "pt"]
        let named = ontology.concepts.filter { languages.isSubset(of: $0.prefLabels.compactMap(\.language)) }
        #expect(named.count >= 200)
        let lung = ontology.concept(CoreVocabulary.concept + "Lung")
        #expect(lung?.prefLabel == "Lung")
        #expect(lung?.prefLabels.first { $0.language == "pl" }?.text == "Płuco")
    }

    @Test(
        arguments: zip(
            [
                "eucaim:IMG1000042", "eucaim:COM1001370", "eucaim:CLIN1000060", "eucaim:IMG1000044", "eucaim:IMG1005457",
                "eucaim:IMG1005459",
            ],
            ["ComputedTomography", "Female", "BreastCarcinoma", "Siemens", "PIRADS", "BIRADS"]))
    func knowsTheIdentifiersOfEUCAIM(curie: String, concept: String) {
        #expect(ontology.resolve(curie: curie).map(\.localName) == [concept])
    }

    /// Parents that a wrong count would come from, were they otherwise.
    @Test(
        arguments: [
            ("CarcinomaInSitu", "MalignantNeoplasm", false), ("BreastCarcinoma", "MalignantNeoplasm", true),
            ("BenignBreastNeoplasm", "MalignantNeoplasm", false), ("NeoplasmOfProstate", "ProstateCarcinoma", false),
            ("ColonMetastasis", "ColonCarcinoma", false), ("AscendingColonCarcinoma", "ColorectalCarcinoma", true),
            ("AcuteMyeloidLeukemia", "MalignantNeoplasm", true), ("cT2a", "T2", true), ("pT2a", "cT2", false),
            ("ClinicalStageIIA", "StageII", true), ("Breast", "Chest", false), ("LeftBreast", "Breast", true),
            ("LungAdenocarcinoma", "Adenocarcinoma", true), ("LungLymphoma", "LungCarcinoma", false),
            ("GastrointestinalStromalTumor", "GastricCarcinoma", false), ("Osimertinib", "AntineoplasticAgent", true),
            ("Dexamethasone", "AntineoplasticAgent", false), ("PETCT", "PositronEmissionTomography", true),
            ("PETCT", "ComputedTomography", false), ("VertebraL3", "LumbarSpine", true),
        ])
    func placesConceptsWhereTheyBelong(concept: String, ancestor: String, isBelow: Bool) {
        #expect(ontology.concept(CoreVocabulary.concept + concept) != nil)
        #expect(ontology.concept(CoreVocabulary.concept + ancestor) != nil)
        #expect(ontology.isSubclass(CoreVocabulary.concept + concept, of: CoreVocabulary.concept + ancestor) == isBelow)
    }
}
