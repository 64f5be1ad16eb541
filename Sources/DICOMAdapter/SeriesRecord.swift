import CohortPlan
import Execution

/// A series as the archive's search tells it.
struct SeriesRecord: Sendable {
    /// Nil where no Patient ID is recorded: nobody knows whose it is.
    let patient: String?
    let sex: String?
    /// As recorded.
    let birthDate: String?
    let study: String
    let uid: String
    let start: DateRange?
    /// How many images it has; nil where the archive does not count them.
    let images: Int?
    let attributes: DICOMJSONObject

    /// Nil for an entry without the UIDs that every series has (PS3.3, C.7.2.1 and C.7.3.1).
    init?(_ object: DICOMJSONObject, _ fields: ArchiveFields) {
        guard let study = object[fields.study].first, let uid = object[fields.series].first else { return nil }
        patient = fields.patient(object[fields.patient].first, issuedBy: object[ArchiveFields.issuerTag].first)
        sex = fields.sex.flatMap { object[$0].first }
        birthDate = fields.birthDate.flatMap { object[$0].first }
        self.study = study
        self.uid = uid
        start = fields.start.flatMap { object[$0].first }.flatMap(DateRange.init(dicom:))
        images = object[SeriesRecord.imageCount].first.flatMap { Int($0) }
        attributes = object
    }

    /// Number of Series Related Instances (PS3.18, table 10.6.3-4).
    static let imageCount = "00201209"

    /// Where the archive serves it.
    var path: String { "/studies/\(study.percentEncoded)/series/\(uid.percentEncoded)" }
}

extension DateRange {
    /// A value of DA: `20210126`, or `2021.01.26` as before version 3 (PS3.5 section 6.2). Nil for anything else.
    ///
    /// DICOM has no partial dates, but archives hold some, taken over from HL7 version 2 (DTM: `1960`, `196006`) or padded with zeros
    /// (`19600000`, `19600600`): these are the year or the month that they say.
    init?(dicom text: String) {
        let digits = text.utf8.count == 10 && text.split(separator: ".").map(\.count) == [4, 2, 2] ? text.filter { $0 != "." } : text
        guard [4, 6, 8].contains(digits.utf8.count), digits.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            let year = Int(digits.prefix(4)), year > 0
        else { return nil }
        let month = Int(digits.dropFirst(4).prefix(2)) ?? 0
        let day = Int(digits.dropFirst(6)) ?? 0
        switch (month, day) {
        case (0, 0): self.init(partial: String(digits.prefix(4)))
        case (_, 0): self.init(partial: "\(digits.prefix(4))-\(digits.dropFirst(4).prefix(2))")
        default:
            guard let date = CalendarDate(year: year, month: month, day: day) else { return nil }
            self.init(date)
        }
    }

    /// What all of some dates leave open; nil when they contradict each other, or there is none.
    static func intersection(_ ranges: [DateRange]) -> DateRange? {
        guard let earliest = ranges.map(\.earliest).max(), let latest = ranges.map(\.latest).min(), earliest <= latest else { return nil }
        return DateRange(earliest, latest)
    }
}

extension String {
    /// Everything but the unreserved characters of RFC 3986, section 2.3, as `%XX`: a UID that an archive made up cannot be a path.
    var percentEncoded: String {
        utf8.map { byte in
            let isPlain =
                byte < 0x80
                && (Character(Unicode.Scalar(byte)).isLetter || Character(Unicode.Scalar(byte)).isNumber || "-._~".utf8.contains(byte))
            let hex = String(byte, radix: 16, uppercase: true)
            return isPlain ? String(Unicode.Scalar(byte)) : "%" + (hex.utf8.count == 1 ? "0" : "") + hex
        }.joined()
    }
}
