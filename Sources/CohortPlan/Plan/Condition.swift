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

/// What is counted of the patients who meet the condition.
public struct Report: Hashable, Codable, Sendable {
    public let measures: [Measure]
    /// Each makes one table over every measure.
    public let breakdowns: [Breakdown]

    public init(measures: [Measure], breakdowns: [Breakdown] = []) {
        self.measures = measures
        self.breakdowns = breakdowns
    }
}

/// What is counted. Whatever it is, disclosure control counts the patients behind it.
public enum Measure: Hashable, Codable, Sendable {
    case patients
    /// Distinct studies that the named imaging event finds for the counted patients.
    case studies(EventReference)
    /// Distinct series that it finds: of a study with `having series`, the series that match; else all of the study.
    case series(EventReference)

    /// The event whose images are counted.
    public var event: EventReference? {
        switch self {
        case .patients: nil
        case .studies(let event), .series(let event): event
        }
    }
}

/// How counted patients are split. Every stratum is listed, whether anybody is in it or not.
public indirect enum Breakdown: Hashable, Codable, Sendable {
    case sex
    /// Completed years at a day, in bands of a width: 0 up to the width, and so on.
    case age(AnchorPoint, bandWidth: Int)
    /// By several at once: a stratum for each combination of theirs, the last one varying fastest.
    case cross([Breakdown])

    /// The last band of ages starts at or below this and is open upwards.
    public static let lastBandStart = 90

    /// The names of the strata, in order; `unknown` is last.
    public var strata: [String] {
        switch self {
        case .sex: return Sex.allCases.map(\.rawValue) + ["unknown"]
        case .age(_, let width):
            let starts = Array(stride(from: 0, through: Breakdown.lastBandStart, by: max(1, width)))
            return starts.map { start in start == starts.last ? "\(start)+" : "\(start)-\(start + width - 1)" } + ["unknown"]
        case .cross(let axes):
            guard let first = axes.first else { return [] }
            return axes.dropFirst().reduce(first.strata) { names, axis in names.flatMap { name in axis.strata.map { "\(name), \($0)" } } }
        }
    }

    /// What it is made of: the axes of a cross table, else itself.
    public var axes: [Breakdown] {
        if case .cross(let axes) = self { return axes }
        return [self]
    }

    /// The index of the stratum of an age; nil below zero.
    public static func band(ofAge age: Int, width: Int) -> Int? {
        age < 0 ? nil : min(age, lastBandStart) / max(1, width)
    }
}
