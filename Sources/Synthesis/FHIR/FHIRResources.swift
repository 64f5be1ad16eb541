import CohortPlan
import Hyperontology

/// Makes FHIR R4 resources of records (https://hl7.org/fhir/R4/; profiles of mCODE, https://hl7.org/fhir/us/mcode/).
struct FHIRResources {
    private var codes: FHIRCodes
    private let profiles: FHIRProfiles
    var report = WriterReport(model: "fhir")

    init(_ hyperontology: Hyperontology) {
        codes = FHIRCodes(hyperontology)
        profiles = FHIRProfiles(hyperontology)
    }

    mutating func finish() -> WriterReport {
        codes.describe(in: &report)
        return report
    }

    // MARK: Patient

    mutating func patient(_ patient: PatientRecord) -> JSONText {
        report.count("Patient")
        let death = patient.events.first { $0.kind == .death }
        return resource(
            "Patient", id: patient.id, profile: "mcode-cancer-patient",
            [
                (
                    "identifier",
                    .list([.object([("system", .text("https://w3id.org/cohortium/synthetic-patient")), ("value", .text(patient.id))])])
                ),
                (
                    "name",
                    .list([.object([("use", .text("anonymous")), ("family", .text("Synthetic")), ("given", .list([.text(patient.id)]))])])
                ),
                ("gender", patient.sex.map { .text($0.rawValue) }),
                ("birthDate", date(patient.birthDate)),
                ("deceasedDateTime", date(death?.start)),
                ("deceasedBoolean", death != nil && death?.start == nil ? .flag(true) : nil),
            ])
    }

    // MARK: Events

    mutating func condition(_ event: RecordedEvent, of patient: String) -> JSONText {
        report.count("Condition")
        // R4 invariant con-4: who has an end is not active any more.
        let status = event.end == nil ? "active" : "resolved"
        return resource(
            "Condition", id: event.key, profile: profiles[event.concept],
            [
                ("clinicalStatus", FHIRCodes.terminology("condition-clinical", status)),
                ("verificationStatus", FHIRCodes.terminology("condition-ver-status", "confirmed")),
                ("category", .list([FHIRCodes.terminology("condition-category", "problem-list-item")])),
                ("code", codes.concept(event.concept, in: codes.conditionSystems)),
                ("subject", subject(patient)),
                ("encounter", reference("Encounter", event.visit)),
                ("onsetDateTime", date(event.start)),
                ("abatementDateTime", date(event.end)),
            ])
    }

    mutating func observation(_ event: RecordedEvent, of patient: String) -> JSONText {
        report.count("Observation")
        if event.quantity != nil, event.coded != nil { report.omit("coded values beside a number") }
        let answer = event.quantity == nil ? event.coded.map { codes.concept($0, in: codes.observationSystems) } : nil
        let isAbsent = event.quantity == nil && event.coded == nil
        return resource(
            "Observation", id: event.key, profile: profiles[event.concept],
            [
                ("status", .text("final")),
                ("category", .list([FHIRCodes.terminology("observation-category", "laboratory")])),
                ("code", codes.concept(event.concept, in: codes.observationSystems)),
                ("subject", subject(patient)),
                ("encounter", reference("Encounter", event.visit)),
                ("specimen", reference("Specimen", event.specimen)),
                ("effectiveDateTime", date(event.start)),
                ("valueQuantity", event.quantity.map { quantity($0, event.comparator) }),
                ("valueCodeableConcept", answer ?? nil),
                ("dataAbsentReason", isAbsent ? FHIRCodes.terminology("data-absent-reason", "unknown") : nil),
            ])
    }

    mutating func administration(_ event: RecordedEvent, of patient: String) -> JSONText {
        report.count("MedicationAdministration")
        return resource(
            "MedicationAdministration", id: event.key, profile: "mcode-cancer-related-medication-administration",
            [
                ("status", .text("completed")),
                ("medicationCodeableConcept", codes.concept(event.concept, in: codes.medicationSystems)),
                ("subject", subject(patient)),
                ("context", reference("Encounter", event.visit)),
                // Required; a period even for one day, because a date alone would leave the end open.
                ("effectivePeriod", period(event)),
            ])
    }

    mutating func procedure(_ event: RecordedEvent, of patient: String) -> JSONText {
        report.count("Procedure")
        return resource(
            "Procedure", id: event.key, profile: event.kind == .radiotherapy ? nil : "mcode-cancer-related-surgical-procedure",
            [
                ("status", .text("completed")),
                ("code", codes.concept(event.concept, in: codes.procedureSystems)),
                ("subject", subject(patient)),
                ("encounter", reference("Encounter", event.visit)),
                ("performedPeriod", period(event)),
            ])
    }

    mutating func imagingStudy(_ event: RecordedEvent, of patient: String) -> JSONText {
        report.count("ImagingStudy")
        let series = event.series.enumerated().map { imagingSeries($0.element, number: $0.offset + 1, of: event) }
        return resource(
            "ImagingStudy", id: event.key, profile: nil,
            [
                // R4, ImagingStudy.identifier: the Study Instance UID, as a URN.
                ("identifier", .list([.object([("system", .text("urn:dicom:uid")), ("value", .text("urn:oid:\(event.key)"))])])),
                ("status", .text("available")),
                ("subject", subject(patient)),
                ("encounter", reference("Encounter", event.visit)),
                ("started", date(event.start)),
                ("numberOfSeries", .number(String(series.count))),
                ("series", series.isEmpty ? nil : .list(series)),
            ])
    }

    private mutating func imagingSeries(_ series: RecordedSeries, number: Int, of study: RecordedEvent) -> JSONText {
        var modality: JSONText?
        var site: JSONText?
        if case .coded(let concept) = series.values[ConceptIRI(CoreVocabulary.modality)] {
            modality = codes.coding(concept, in: codes.modalitySystems)
        }
        if case .coded(let concept) = series.values[ConceptIRI(CoreVocabulary.bodyPart)] {
            site = codes.coding(concept, in: codes.bodySiteSystems)
        }
        return .object([
            ("uid", .text(series.uid)),
            ("number", .number(String(number))),
            // Required: where it is not known, that is said.
            ("modality", modality ?? FHIRCodes.absent),
            ("bodySite", site),
            ("started", date(study.start)),
        ])
    }

    // MARK: Elements

    private func resource(_ type: String, id: String, profile: String?, _ elements: [(name: String, value: JSONText?)]) -> JSONText {
        let meta = profile.map { name -> JSONText in
            .object([("profile", .list([.text("http://hl7.org/fhir/us/mcode/StructureDefinition/\(name)")]))])
        }
        return .object([("resourceType", .text(type)), ("id", .text(id)), ("meta", meta)] + elements)
    }

    private func subject(_ patient: String) -> JSONText { .object([("reference", .text("Patient/\(patient)"))]) }

    private func reference(_ type: String, _ id: String?) -> JSONText? {
        id.map { .object([("reference", .text("\(type)/\($0)"))]) }
    }

    private func quantity(_ quantity: Quantity, _ comparator: String?) -> JSONText {
        .object([
            ("value", .number(quantity.value.description)),
            ("comparator", comparator.map { .text($0) }),
            ("unit", quantity.unit.map { .text($0) }),
            ("system", quantity.unit.map { _ in .text("http://unitsofmeasure.org") }),
            ("code", quantity.unit.map { .text($0) }),
        ])
    }

    private mutating func period(_ event: RecordedEvent) -> JSONText? {
        guard event.start != nil || event.end != nil else { return nil }
        return .object([("start", date(event.start)), ("end", date(event.end))])
    }

    /// A date, a month or a year (R4 `date` and `dateTime`).
    private mutating func date(_ range: DateRange?) -> JSONText? {
        guard let range else { return nil }
        let day = range.earliest.description
        for length in [10, 7, 4] where DateRange(partial: String(day.prefix(length))) == range { return .text(String(day.prefix(length))) }
        report.omit("dates known to be neither a day, a month nor a year")
        return nil
    }
}
