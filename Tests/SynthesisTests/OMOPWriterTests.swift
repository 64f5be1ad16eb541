import CohortPlan
import Diagnostics
import Foundation
import GRDB
import Hyperontology
import Testing

@testable import Synthesis

@Suite("The OMOP writer")
struct OMOPWriterTests {
    private func withDatabase(_ patients: [PatientRecord], _ body: (Database, WriterReport) throws -> Void) async throws {
        try await Fixture.inFolder { folder in
            let file = folder.appending(path: "omop/omop.sqlite")
            let report = try OMOPWriter(hyperontology: Fixture.hyperontology.get()).write(patients, to: file)
            var configuration = Configuration()
            configuration.readonly = true
            let queue = try DatabaseQueue(path: file.path, configuration: configuration)
            try queue.inDatabase { try body($0, report) }
        }
    }

    @Test("has every table of CDM 5.4 that the standard names for clinical data, vocabulary and images")
    func tables() async throws {
        try await withDatabase([]) { database, _ in
            let wanted = """
                person observation_period visit_occurrence visit_detail condition_occurrence drug_exposure procedure_occurrence device_exposure \
                measurement observation death note specimen fact_relationship episode episode_event location care_site provider cdm_source \
                condition_era drug_era dose_era metadata concept vocabulary domain concept_class relationship concept_relationship \
                concept_synonym concept_ancestor source_to_concept_map drug_strength image_occurrence image_feature
                """
            let found = try String.fetchSet(database, sql: "SELECT name FROM sqlite_master WHERE type = 'table'")
            #expect(found.isSuperset(of: wanted.split(separator: " ").map(String.init)))
        }
    }

    @Test("leaves no reference without its row")
    func references() async throws {
        try await withDatabase(Fixture.patients(400)) { database, _ in
            let broken = try Row.fetchAll(database, sql: "PRAGMA foreign_key_check")
            #expect(broken.isEmpty, "\(broken.prefix(3))")
            #expect(try String.fetchOne(database, sql: "PRAGMA integrity_check") == "ok")
        }
    }

    @Test("has a row for each event, under its key")
    func rows() async throws {
        let patients = try Fixture.patients(400)
        try await withDatabase(patients) { database, report in
            let tables: [(String, [EventKind])] = [
                ("condition_occurrence", [.diagnosis]), ("drug_exposure", [.medication]),
                ("procedure_occurrence", [.procedure, .radiotherapy]),
                ("measurement", [.observation]),
            ]
            for (table, kinds) in tables {
                let keys = patients.flatMap(\.events).filter { kinds.contains($0.kind) }.map(\.key).sorted()
                let found = try String.fetchAll(database, sql: "SELECT \(table)_id FROM \(table) ORDER BY 1")
                #expect(found == keys)
                #expect(report.counts[table] == keys.count)
            }
            #expect(try Int.fetchOne(database, sql: "SELECT count(*) FROM person") == patients.count)
            #expect(try Int.fetchOne(database, sql: "SELECT count(*) FROM death") == patients.filter { !$0.events(.death).isEmpty }.count)
            let uids = patients.flatMap(\.events).flatMap(\.series).map(\.uid).sorted()
            #expect(try String.fetchAll(database, sql: "SELECT image_series_uid FROM image_occurrence ORDER BY 1") == uids)
        }
    }

    @Test("says of each measurement what the record says")
    func measurements() async throws {
        let patients = try Fixture.patients(300)
        let hyperontology = try Fixture.hyperontology.get()
        let coder = ConceptCoder(hyperontology)
        try await withDatabase(patients) { database, _ in
            for patient in patients {
                for event in patient.events(.observation) {
                    let row = try #require(
                        try Row.fetchOne(database, sql: "SELECT * FROM measurement WHERE measurement_id = ?", arguments: [event.key]))
                    #expect(row["person_id"] == Int(patient.id))
                    #expect(row["measurement_date"] == event.start?.earliest.description)
                    let number: Double? = row["value_as_number"]
                    #expect(number.flatMap { ExactDecimal($0) } == event.quantity?.value)
                    #expect(row["unit_source_value"] == event.quantity?.unit)
                    if let unit: Int = row["unit_concept_id"] { #expect(hyperontology.omopUnits[String(unit)] == event.quantity?.unit) }
                    #expect((row["operator_concept_id"] as Int?) == event.comparator.flatMap { OMOPRows.Standard.operators[$0] })
                    if let coded = event.coded, let code = coder.exactCode(for: coded, in: "omop") {
                        #expect(row["value_as_concept_id"] == Int(code))
                    }
                    if event.coded == nil { #expect(row["value_as_concept_id"] as Int? == nil) }
                }
            }
        }
    }

    @Test("says of each person what the record says")
    func people() async throws {
        let patients = try Fixture.patients(600)
        try await withDatabase(patients) { database, _ in
            for patient in patients {
                let row = try #require(try Row.fetchOne(database, sql: "SELECT * FROM person WHERE person_id = ?", arguments: [patient.id]))
                #expect(row["person_source_value"] == patient.id)
                #expect(row["gender_concept_id"] == (patient.sex == .female ? 8532 : patient.sex == .male ? 8507 : 0))
                let birth = try #require(patient.birthDate)
                #expect(row["year_of_birth"] == birth.earliest.components.year)
                #expect(row["day_of_birth"] == (birth.isExact ? birth.earliest.components.day : nil))
                #expect(row["month_of_birth"] == (birth.isExact ? birth.earliest.components.month : nil))
            }
        }
    }

    @Test("leaves the body part open where the record does")
    func bodyParts() async throws {
        let patients = try Fixture.patients(400)
        try await withDatabase(patients) { database, _ in
            for series in patients.flatMap(\.events).flatMap(\.series) {
                let site = try Int.fetchOne(
                    database, sql: "SELECT anatomic_site_concept_id FROM image_occurrence WHERE image_series_uid = ?",
                    arguments: [series.uid])
                #expect((site == 0) == (series.values[ConceptIRI(CoreVocabulary.bodyPart)] == nil))
            }
            let modalities = try String.fetchSet(database, sql: "SELECT DISTINCT modality_source_value FROM image_occurrence")
            #expect(modalities == ["MR", "CT", "MG", "US", "PT"])
        }
    }

    @Test("closes the hierarchy over the concepts that it uses")
    func hierarchy() async throws {
        let hyperontology = try Fixture.hyperontology.get()
        let coder = ConceptCoder(hyperontology)
        try await withDatabase(Fixture.patients(300)) { database, _ in
            let (malignant, invasive) = (try Fixture.concept(.malignantNeoplasm), try Fixture.concept(.invasiveDuctalBreastCarcinoma))
            let top = try #require(coder.exactCode(for: malignant, in: "omop"))
            let breast = try #require(coder.exactCode(for: invasive, in: "omop"))
            let levels = try Int.fetchOne(
                database,
                sql: "SELECT min_levels_of_separation FROM concept_ancestor WHERE ancestor_concept_id = ? AND descendant_concept_id = ?",
                arguments: [top, breast])
            #expect((levels ?? 0) > 0)
            let used = "SELECT DISTINCT condition_concept_id FROM condition_occurrence WHERE condition_concept_id <> 0"
            let unclosed = try Int.fetchAll(
                database,
                sql: "\(used) EXCEPT SELECT descendant_concept_id FROM concept_ancestor WHERE ancestor_concept_id = descendant_concept_id")
            #expect(unclosed.isEmpty)
        }
    }

    @Test("names the concepts that it could not say exactly")
    func report() async throws {
        let hyperontology = try Fixture.hyperontology.get()
        let coder = ConceptCoder(hyperontology)
        try await withDatabase(Fixture.patients(400)) { _, report in
            for substitution in report.substitutions {
                #expect(
                    coder.exactCode(for: substitution.concept, in: "omop") == nil
                        || coder.exactCode(for: substitution.concept, in: "dicom-modality") == nil)
                #expect(hyperontology.isSubclass(substitution.concept.rawValue, of: substitution.writtenAs.rawValue))
            }
            #expect(report.omissions.isEmpty)
        }
    }

    @Test("leaves out what OMOP has no place for, and says so")
    func omissions() async throws {
        let concept = try Fixture.concept(.prostateCarcinoma)
        let birth = DateRange(partial: "1950-03")
        let patient = PatientRecord(
            id: "7", sex: .male, birthDate: birth,
            events: [
                RecordedEvent(key: "1", kind: .diagnosis, concept: concept, start: DateRange(partial: "2019")),
                RecordedEvent(key: "2", kind: .diagnosis, concept: concept, start: nil),
                RecordedEvent(key: "3", kind: .diagnosis, concept: concept, start: DateRange(partial: "2020-02-29")),
            ])
        try await withDatabase([patient]) { database, report in
            let written = try Int.fetchAll(database, sql: "SELECT condition_occurrence_id FROM condition_occurrence")
            #expect(written == [3])
            #expect(try Int.fetchOne(database, sql: "SELECT month_of_birth FROM person") == 3)
            #expect(report.omissions.values.reduce(0, +) == 2)
        }
    }

    @Test("refuses keys that are no numbers")
    func keys() async throws {
        let patient = PatientRecord(id: "A7", sex: .male, birthDate: DateRange(partial: "1950"), events: [])
        let error = await #expect(throws: Diagnostic.self) { try await withDatabase([patient]) { _, _ in } }
        #expect(error?.code == "U0305")
    }
}
