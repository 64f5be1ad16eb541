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
    /// The authority whose Patient IDs the node's identifiers are; nil where a Patient ID is taken as it is, whoever issued it.
    let issuer: String?

    /// Issuer of Patient ID (PS3.3, C.2.2).
    static let issuerTag = "00100021"

    /// - Throws: when the bindings leave something out that no image can be placed without.
    init(_ bindings: ModelBindings, issuer: String? = nil) throws(LoweringGap) {
        let places = [EventKind.imagingSeries, .imagingStudy].flatMap { bindings.events[$0.rawValue]?.places ?? [] }
        guard let place = places.first, let study = place.field("studyField"), let series = place.field("seriesField"),
            let patient = place.field("patientField") ?? bindings.patient?.field("patientField")
        else { throw LoweringGap("no place is bound for imaging series in DICOM") }
        self.patient = patient
        self.issuer = issuer
        self.study = study
        self.series = series
        start = place.field("startField")
        sex = bindings.patient?.field("sexField")
        birthDate = bindings.patient?.field("birthDateField")
    }

    var tags: [String] { [patient, sex, birthDate, study, series, start].compactMap(\.self) + issuerTags }

    /// What a search tells only when it is asked for.
    var issuerTags: [String] { issuer == nil ? [] : [ArchiveFields.issuerTag] }

    /// Who a Patient ID means: the same one from another authority is somebody else's, and is written as HL7 version 2 does
    /// (2.A.14, CX: identifier, two empty components, authority). One without an authority is the archive's own.
    func patient(_ id: String?, issuedBy authority: String?) -> String? {
        guard let id, let issuer, let authority, authority != issuer else { return id }
        return "\(id)^^^\(authority)"
    }
}

/// Why something cannot be asked of an archive: one sentence, free of any count.
struct LoweringGap: Error, Hashable, Sendable {
    let reason: String

    init(_ reason: String) { self.reason = reason }
}
