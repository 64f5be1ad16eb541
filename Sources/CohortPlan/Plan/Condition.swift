/// What must hold for a patient. Three-valued: see ``Truth``.
public indirect enum Condition: Hashable, Codable, Sendable {
    case all([Condition])
    case any([Condition])
    case not(Condition)
    /// How many of the patient's events a selection finds: `any` is at least 1, `no` is exactly 0.
    case count(EventSelection, CountRange)
    /// The named event has been found.
    case exists(EventReference)
    /// The named event's start lies in a window. No when there is no such event.
    case relation(EventReference, Window)
    case sex(Sex)
    /// Age in completed years on a day.
    case age(AnchorPoint, CountRange)
    /// Age in completed months on a day.
    case ageInMonths(AnchorPoint, CountRange)
    /// How many of the parts hold.
    case some(CountRange, [Condition])
    /// It is known whether the part holds: it is *yes* or *no*. Never unknown itself.
    case known(Condition)
    /// The part may hold: it is *yes* or *unknown*. Never unknown itself.
    case possible(Condition)
    /// The second where the first is *yes*; elsewhere unknown.
    case given(Condition, Condition)
    /// The number of the first named observation, divided by that of the second, lies in a range of pure numbers.
    ///
    /// Both are single events with a test of their number, and their units can be converted. No where one of the two is not there.
    case ratio(EventReference, to: EventReference, QuantityRange)
    /// How the number of the first named observation differs from that of the second, as ``ratio(_:to:_:)`` compares them.
    case change(from: EventReference, to: EventReference, Change)
    /// The patient is, at some time, in a cohort with the semantics of ATLAS.
    case atlas(AtlasCohort)
    /// There are events of a selection, one after the other, each of them a gap after the one before: at least so many.
    case chain(EventSelection, count: Int, Gap)
}

/// A closed range of whole numbers, open upwards when it has no upper end.
public struct CountRange: Hashable, Codable, Sendable {
    public let lower: Int
    public let upper: Int?

    public init(_ lower: Int, _ upper: Int?) {
        self.lower = lower
        self.upper = upper
    }

    public static let atLeastOne = CountRange(1, nil)
    public static let zero = CountRange(0, 0)

    /// Whether a number known to lie between two ends lies in the range.
    public func contains(from least: Int, to most: Int) -> Truth {
        let top = upper ?? .max
        if least >= lower, most <= top { return .yes }
        return most < lower || least > top ? .no : .unknown
    }
}

/// Administrative sex.
public enum Sex: String, Codable, Sendable, CaseIterable {
    case female, male, other
}
