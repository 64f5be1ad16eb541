import CohortPlan

/// What a store keeps of one record.
struct FHIREvent: Sendable {
    /// The name of its place.
    let container: String
    let key: String
    let patient: String
    let start: DateRange?
    let end: DateRange?
    var number: ExactDecimal?
    var unit: String?
    /// `<`, `<=`, `>` or `>=`; nil for the number itself.
    var comparator: String?
    var concepts: [FHIRCoding] = []
    var values: [FHIRCoding] = []
    /// The Medication resource that says what it is of.
    var medication: String?
    /// For images: the study's UID.
    var study: String?
    var series: [FHIRSeries] = []
    /// The logical id of the encounter in which it was recorded.
    var visit: String?
    /// The logical id of the specimen that was looked at.
    var specimen: String?

    /// A key in which ids that end in a number sort as the number does.
    ///
    /// Other models of the same records have whole numbers for keys, and the smallest key breaks a tie of dates.
    static func key(_ container: String, id: String) -> String {
        let digits = id.split(separator: "-", omittingEmptySubsequences: false).last ?? ""
        let isNumber =
            !digits.isEmpty && digits.utf8.count <= 19 && digits.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        guard isNumber else { return "\(container)/\(id)" }
        let padded = String(repeating: "0", count: 19 - digits.utf8.count) + digits
        return digits.utf8.count == id.utf8.count ? "\(container)/\(padded)" : "\(container)/\(padded)/\(id)"
    }
}

/// A series of an imaging study.
struct FHIRSeries: Sendable {
    /// Nil for series that the study has but does not list.
    let uid: String?
    /// By the element's name in the bindings.
    let codings: [String: [FHIRCoding]]
}

/// What a store keeps of a patient.
struct FHIRPatient: Sendable {
    let id: String
    let sex: String?
    let birthDate: DateRange?
}
