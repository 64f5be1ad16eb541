/// What is known of a date: the first and the last day that it can be.
///
/// A full date is a range of one day; a year alone is a range of a year (FHIR R4 `dateTime`, partial dates).
public struct DateRange: Hashable, Sendable, Codable {
    public let earliest: CalendarDate
    public let latest: CalendarDate

    public init(_ date: CalendarDate) {
        self.earliest = date
        self.latest = date
    }

    /// The range between two days; the later bound never lies before the earlier one.
    public init(_ earliest: CalendarDate, _ latest: CalendarDate) {
        self.earliest = earliest
        self.latest = max(earliest, latest)
    }

    /// A year, a year and month, a date, or a date with a time: `2019`, `2019-04`, `2019-04-30`, `2019-04-30T10:00:00Z`.
    /// The date is taken as written, in the zone that was written. Nil for anything else.
    public init?(partial text: String) {
        let day = text.split(separator: "T", maxSplits: 1).first.map(String.init) ?? text
        let parts = day.split(separator: "-", omittingEmptySubsequences: false)
        guard let first = parts.first, first.utf8.count == 4, let year = Int(first) else { return nil }
        switch parts.count {
        case 1:
            guard let start = CalendarDate(year: year, month: 1, day: 1), let end = CalendarDate(year: year, month: 12, day: 31) else {
                return nil
            }
            self.init(start, end)
        case 2:
            guard parts[1].utf8.count == 2, let month = Int(parts[1]), let start = CalendarDate(year: year, month: month, day: 1) else {
                return nil
            }
            self.init(start, start.advanced(by: CalendarDistance(1, .month)).advanced(by: CalendarDistance(-1, .day)))
        default:
            guard let date = CalendarDate(day) else { return nil }
            self.init(date)
        }
    }

    /// Whether the date is known to the day.
    public var isExact: Bool { earliest == latest }
}
