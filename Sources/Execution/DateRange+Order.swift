import CohortPlan

// Days that are known only to lie in a range are compared in three values.

extension DateRange {
    /// Whether this day is on or after another.
    func isOnOrAfter(_ other: DateRange) -> Truth {
        if earliest >= other.latest { return .yes }
        return latest < other.earliest ? .no : .unknown
    }

    /// Whether this day is after another.
    func isAfter(_ other: DateRange) -> Truth { !other.isOnOrAfter(self) }

    /// The day a distance away; what is not known of this day is not known of that one.
    func advanced(by distance: CalendarDistance) -> DateRange {
        DateRange(earliest.advanced(by: distance), latest.advanced(by: distance))
    }

    /// Whether the completed years from a birth date to this day lie in a range.
    func age(since birth: DateRange, isIn range: CountRange) -> Truth {
        range.contains(from: earliest.completedYears(since: birth.latest), to: latest.completedYears(since: birth.earliest))
    }

    /// The band of ages on this day; nil when the two dates leave more than one, or when it lies before birth.
    func ageBand(since birth: DateRange, width: Int) -> Int? {
        guard let youngest = Breakdown.band(ofAge: earliest.completedYears(since: birth.latest), width: width),
            let oldest = Breakdown.band(ofAge: latest.completedYears(since: birth.earliest), width: width), youngest == oldest
        else { return nil }
        return youngest
    }
}

/// A window laid around one patient's anchor.
struct PlacedWindow {
    private let lower: (day: DateRange, isInclusive: Bool)?
    private let upper: (day: DateRange, isInclusive: Bool)?

    init(_ window: Window, around anchor: DateRange) {
        lower = window.lower.map { (anchor.advanced(by: $0.distance), $0.isInclusive) }
        upper = window.upper.map { (anchor.advanced(by: $0.distance), $0.isInclusive) }
    }

    /// Whether an event that starts then lies in the window; a start that is not recorded is unknown.
    func contains(_ start: DateRange?) -> Truth {
        guard let start else { return .unknown }
        let after = lower.map { $0.isInclusive ? start.isOnOrAfter($0.day) : start.isAfter($0.day) } ?? .yes
        let before = upper.map { $0.isInclusive ? $0.day.isOnOrAfter(start) : $0.day.isAfter(start) } ?? .yes
        return after && before
    }
}
