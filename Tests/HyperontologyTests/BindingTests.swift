import Diagnostics
import Foundation
import Hyperontology
import Testing

/// The bindings of the repository's own ontologies.
@Suite struct BindingTests {
    private let ontology: Hyperontology

    init() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        ontology = try Hyperontology(directory: root.appendingPathComponent("Ontologies").path)
    }

    @Test func bindsThreeModels() {
        #expect(ontology.models == ["dicom", "fhir", "omop"])
        #expect(ontology.bindings(for: "other").patient == nil)
        #expect(ontology.bindings(for: "other").events.isEmpty)
    }

    @Test func readsWhatAbsenceMeans() {
        let omop = ontology.bindings(for: "omop")
        #expect(omop.absenceMeansNo(of: "diagnosis") && !omop.absenceMeansNo(of: "observationPeriod"))
    }

    @Test func readsPatients() {
        #expect(ontology.bindings(for: "omop").patient?.field("birthYearField") == "year_of_birth")
        #expect(ontology.bindings(for: "fhir").patient?.container == "Patient")
        #expect(ontology.bindings(for: "omop").sexCodes == ["8532": "female", "8507": "male"])
        #expect(ontology.bindings(for: "dicom").sexCodes["O"] == "other")
    }

    @Test func keepsTheOrderOfLists() throws {
        let diagnosis = try #require(ontology.bindings(for: "fhir").events["diagnosis"])
        #expect(diagnosis.dateMeaning == "the onset, else the day of recording")
        let place = try #require(diagnosis.places.first)
        #expect(place.fields["startField"] == ["onset[x]", "recordedDate"])
        #expect(place.fields["excludedStatus"] == ["verificationStatus=entered-in-error", "verificationStatus=refuted"])
        #expect(place.codeSystems == ["icd10", "icd10cm", "icdo3", "snomed"])
        #expect(place.fields["container"] == nil)
    }

    @Test func findsEveryPlaceOfAClass() {
        let omop = ontology.bindings(for: "omop")
        #expect(omop.events["observation"]?.places.map(\.container) == ["measurement", "observation"])
        #expect(omop.events["radiotherapy"] == omop.events["procedure"])
        #expect(omop.events["imagingSeries"]?.places.map(\.container) == ["image_occurrence"])
        #expect(
            Set(omop.events.keys) == [
                "diagnosis", "procedure", "radiotherapy", "medication", "observation", "death", "imagingStudy", "imagingSeries",
                "visit", "specimen", "observationPeriod",
            ])
        #expect(Set(ontology.bindings(for: "dicom").events.keys) == ["imagingStudy", "imagingSeries"])
    }

    @Test func putsStandardConceptsBeforeKeptCodes() {
        let modality = ontology.bindings(for: "omop").properties[CoreVocabulary.modality]
        #expect(modality?.fields.map(\.name) == ["modality_concept_id", "modality_source_value"])
        #expect(modality?.fields.map(\.codeSystem) == ["omop", "dicom-modality"])
    }

    @Test func readsPropertiesOfImages() {
        let dicom = ontology.bindings(for: "dicom")
        #expect(dicom.properties[CoreVocabulary.contrast]?.fields == [PropertyField(name: "00180010", level: "instance", isPresence: true)])
        #expect(dicom.properties[CoreVocabulary.sliceThickness]?.fields == [PropertyField(name: "00180050", level: "instance", unit: "mm")])
        #expect(dicom.properties[CoreVocabulary.bodyPart]?.fields.first?.level == "series")
    }

    @Test func hasAWordForEveryKindOfEvent() {
        #expect(ontology.eventClasses.map(\.label).contains("imaging study"))
        #expect(
            ontology.seriesProperties.map(\.label) == [
                "body part", "contrast", "field strength", "image type", "laterality", "manufacturer", "modality", "segmented structure",
                "sequence type",
                "series description", "slice thickness", "tube voltage",
            ])
    }

    /// Every class and property of the language, in every model: a place, or the reason why there is none.
    @Test func coversEveryClassAndProperty() {
        #expect(ontology.models.count == 3 && ontology.eventClasses.count >= 11 && ontology.seriesProperties.count >= 7)
        #expect(ontology.lint().filter { $0.diagnostic.code == "O0121" }.isEmpty)
        for event in ontology.eventClasses {
            #expect(
                ontology.models.contains { ontology.bindings(for: $0).events[event.planKind] != nil }, "\(event.label) is bound nowhere")
        }
    }

    @Test func hasNoErrors() {
        let errors = ontology.lint().filter { $0.diagnostic.severity == .error }
        #expect(errors.isEmpty, "\(errors.map { "\($0.file):\($0.line ?? 0) \($0.diagnostic.message)" }.joined(separator: "\n"))")
    }
}
