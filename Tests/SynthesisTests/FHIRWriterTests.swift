import CohortPlan
import Foundation
import Hyperontology
import Testing

@testable import Synthesis

@Suite("The FHIR writer")
struct FHIRWriterTests {
    private typealias Resource = [String: Any]

    private func withResources(_ patients: [PatientRecord], _ body: ([String: [[String: Any]]], WriterReport) throws -> Void) async throws {
        try await Fixture.inFolder { folder in
            let report = try FHIRWriter(hyperontology: Fixture.hyperontology.get()).write(patients, to: folder)
            var resources: [String: [Resource]] = [:]
            for file in try FileManager.default.contentsOfDirectory(atPath: folder.path) {
                let data = try #require(FileManager.default.contents(atPath: folder.appending(path: file).path))
                resources[String(file.dropLast(".ndjson".count))] = try data.split(separator: UInt8(ascii: "\n")).map { line in
                    try #require(try JSONSerialization.jsonObject(with: line) as? Resource)
                }
            }
            try body(resources, report)
        }
    }

    @Test("writes each resource into the file of its type, under its key, and every reference resolves")
    func references() async throws {
        let patients = try Fixture.patients(400)
        try await withResources(patients) { resources, report in
            #expect(
                Set(resources.keys) == ["Patient", "Condition", "Observation", "MedicationAdministration", "Procedure", "ImagingStudy"])
            let identifiers = Set(resources["Patient"]?.compactMap { $0["id"] as? String } ?? [])
            #expect(identifiers == Set(patients.map(\.id)))
            for (type, list) in resources {
                #expect(report.counts[type] == list.count)
                let ids = list.compactMap { $0["id"] as? String }
                #expect(ids.count == list.count && Set(ids).count == ids.count)
                for resource in list {
                    #expect(resource["resourceType"] as? String == type)
                    if type == "Patient" { continue }
                    let subject = (resource["subject"] as? Resource)?["reference"] as? String
                    #expect(subject.map { $0.hasPrefix("Patient/") && identifiers.contains(String($0.dropFirst(8))) } == true)
                }
            }
            let diagnoses = patients.flatMap { $0.events(.diagnosis) }.map(\.key)
            #expect(Set(resources["Condition"]?.compactMap { $0["id"] as? String } ?? []) == Set(diagnoses))
        }
    }

    @Test("has what R4 requires, and codes with their systems")
    func required() async throws {
        let required: [String: [String]] = [
            "Patient": ["id"], "Condition": ["clinicalStatus", "code", "subject", "onsetDateTime"],
            "Observation": ["status", "code", "subject", "effectiveDateTime"],
            "MedicationAdministration": ["status", "medicationCodeableConcept", "subject", "effectivePeriod"],
            "Procedure": ["status", "code", "subject", "performedPeriod"],
            "ImagingStudy": ["status", "subject", "started", "series", "identifier"],
        ]
        try await withResources(Fixture.patients(300)) { resources, report in
            for (type, list) in resources {
                for resource in list {
                    for element in required[type] ?? [] { #expect(resource[element] != nil, "\(type) without \(element)") }
                    for element in ["code", "medicationCodeableConcept", "valueCodeableConcept"] {
                        guard let concept = resource[element] as? Resource else { continue }
                        for coding in concept["coding"] as? [Resource] ?? [] {
                            #expect((coding["system"] as? String)?.contains(":") == true && coding["code"] is String)
                        }
                        #expect(concept["coding"] != nil || !report.unmapped.isEmpty)
                    }
                }
            }
        }
    }

    @Test("says of each observation what the record says, or why there is no value")
    func observations() async throws {
        let patients = try Fixture.patients(300)
        try await withResources(patients) { resources, _ in
            let byKey = Dictionary(
                uniqueKeysWithValues: (resources["Observation"] ?? []).compactMap { value in (value["id"] as? String).map { ($0, value) } })
            for event in patients.flatMap({ $0.events(.observation) }) {
                let resource = try #require(byKey[event.key])
                let quantity = resource["valueQuantity"] as? Resource
                #expect((quantity?["value"] as? NSNumber).flatMap { ExactDecimal($0.doubleValue) } == event.quantity?.value)
                #expect(quantity?["code"] as? String == event.quantity?.unit)
                #expect(quantity?["comparator"] as? String == event.comparator)
                #expect((resource["valueCodeableConcept"] != nil) == (event.coded != nil))
                #expect((resource["dataAbsentReason"] != nil) == (event.coded == nil && event.quantity == nil))
                #expect(resource["effectiveDateTime"] as? String == event.start?.earliest.description)
            }
        }
    }

    @Test("says of each study and patient what the record says")
    func studies() async throws {
        let patients = try Fixture.patients(400)
        try await withResources(patients) { resources, _ in
            let studies = Dictionary(
                uniqueKeysWithValues: (resources["ImagingStudy"] ?? []).compactMap { value in (value["id"] as? String).map { ($0, value) } }
            )
            for event in patients.flatMap({ $0.events(.imagingStudy) }) {
                let study = try #require(studies[event.key])
                #expect((study["identifier"] as? [Resource])?.first?["value"] as? String == "urn:oid:\(event.key)")
                let series = try #require(study["series"] as? [Resource])
                #expect(series.compactMap { $0["uid"] as? String } == event.series.map(\.uid))
                for (written, recorded) in zip(series, event.series) {
                    #expect((written["bodySite"] == nil) == (recorded.values[ConceptIRI(CoreVocabulary.bodyPart)] == nil))
                    let code = (written["modality"] as? Resource)?["code"] as? String
                    #expect(["MR", "CT", "MG", "US", "PT"].contains(code ?? ""))
                }
            }
            let people = Dictionary(
                uniqueKeysWithValues: (resources["Patient"] ?? []).compactMap { value in (value["id"] as? String).map { ($0, value) } })
            for patient in patients {
                let resource = try #require(people[patient.id])
                #expect(resource["gender"] as? String == patient.sex?.rawValue)
                #expect((resource["birthDate"] as? String).flatMap { DateRange(partial: $0) } == patient.birthDate)
                #expect(resource["deceasedDateTime"] as? String == patient.events(.death).first?.start?.earliest.description)
            }
        }
    }

    @Test("writes text so that it reads back", arguments: ["plain", "\"quoted\" \\ back", "tab\tand\nline\u{1}", "größer ≥ 5 🩻"])
    func escapes(_ text: String) throws {
        var bytes: [UInt8] = []
        JSONText.object([("a", .text(text)), ("b", nil), ("c", .list([.number("1.50"), .flag(true)]))]).append(to: &bytes)
        let read = try #require(try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
        #expect(read["a"] as? String == text)
        #expect(read.count == 2)
    }
}
