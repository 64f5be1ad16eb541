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

    @Test func holdsTheSeed() {
        let statistics = ontology.statistics
        #expect(statistics.concepts >= 150)
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
}
