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

    /// Whether the completed months from a birth date to this day lie in a range.
    func months(since birth: DateRange, isIn range: CountRange) -> Truth {
        range.contains(from: earliest.completedMonths(since: birth.latest), to: latest.completedMonths(since: birth.earliest))
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
    private let side: Window.Side

    init(_ window: Window, around anchor: DateRange) {
        lower = window.lower.map { (anchor.advanced(by: $0.distance), $0.isInclusive) }
        upper = window.upper.map { (anchor.advanced(by: $0.distance), $0.isInclusive) }
        side = window.side
    }

    /// Whether an event lies in the window with the end that is meant; one that is not recorded is unknown.
    func contains(_ event: EventRow) -> Truth {
        guard let day = side == .start ? event.start : event.end else { return .unknown }
        let after = lower.map { $0.isInclusive ? day.isOnOrAfter($0.day) : day.isAfter($0.day) } ?? .yes
        let before = upper.map { $0.isInclusive ? $0.day.isOnOrAfter(day) : $0.day.isAfter(day) } ?? .yes
        return after && before
    }
}
