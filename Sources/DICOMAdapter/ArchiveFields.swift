import CohortPlan
import Hyperontology

/// The tags by which an archive says whose a series is, of which study, and when; from `bindings/dicom.ttl`.
struct ArchiveFields: Sendable, Hashable {
    let patient: String
    let sex: String?
    let birthDate: String?
    let study: String
    let series: String
    let start: String?

    /// - Throws: when the bindings leave something out that no image can be placed without.
    init(_ bindings: ModelBindings) throws(LoweringGap) {
        let places = [EventKind.imagingSeries, .imagingStudy].flatMap { bindings.events[$0.rawValue]?.places ?? [] }
        guard let place = places.first, let study = place.field("studyField"), let series = place.field("seriesField"),
            let patient = place.field("patientField") ?? bindings.patient?.field("patientField")
        else { throw LoweringGap("no place is bound for imaging series in DICOM") }
        self.patient = patient
        self.study = study
        self.series = series
        start = place.field("startField")
        sex = bindings.patient?.field("sexField")
        birthDate = bindings.patient?.field("birthDateField")
    }

    var tags: [String] { [patient, sex, birthDate, study, series, start].compactMap(\.self) }
}

/// Why something cannot be asked of an archive: one sentence, free of any count.
struct LoweringGap: Error, Hashable, Sendable {
    let reason: String

    init(_ reason: String) { self.reason = reason }
}
