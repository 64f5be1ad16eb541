/// What is counted of the patients who meet the condition.
public struct Report: Hashable, Sendable {
    public let measures: [Measure]
    /// Each makes one table over every measure.
    public let breakdowns: [Breakdown]
    /// Numbers of which it is told how they are distributed.
    public let summaries: [Summary]
    /// The parts of the condition, one after the other: how many patients meet the first, the first two, and so on. Empty for no funnel.
    public let funnel: [Condition]
    /// The conditions of other cohorts: how many patients are in each combination of these and the counted one. Empty for none.
    public let overlap: [Condition]

    public init(
        measures: [Measure], breakdowns: [Breakdown] = [], summaries: [Summary] = [], funnel: [Condition] = [], overlap: [Condition] = []
    ) {
        self.measures = measures
        self.breakdowns = breakdowns
        self.summaries = summaries
        self.funnel = funnel
        self.overlap = overlap
    }

    /// Every axis of every table.
    public var axes: [Breakdown] { breakdowns.flatMap(\.axes) }

    /// The cohorts that an overlap tells apart, as sets of bits: the counted one is the lowest. Each stands for those who are in
    /// exactly these.
    public var overlapCells: [Int] { overlap.isEmpty ? [] : Array(1..<(1 << (overlap.count + 1))) }
}

extension Report: Codable {
    private enum Key: String, CodingKey { case measures, breakdowns, summaries, funnel, overlap }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        measures = try container.decode([Measure].self, forKey: .measures)
        breakdowns = try container.decode([Breakdown].self, forKey: .breakdowns)
        summaries = try container.decodeIfPresent([Summary].self, forKey: .summaries) ?? []
        funnel = try container.decodeIfPresent([Condition].self, forKey: .funnel) ?? []
        overlap = try container.decodeIfPresent([Condition].self, forKey: .overlap) ?? []
    }

    /// What is not asked for is not written, so that plans without it keep their form and hash.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(measures, forKey: .measures)
        try container.encode(breakdowns, forKey: .breakdowns)
        if !summaries.isEmpty { try container.encode(summaries, forKey: .summaries) }
        if !funnel.isEmpty { try container.encode(funnel, forKey: .funnel) }
        if !overlap.isEmpty { try container.encode(overlap, forKey: .overlap) }
    }
}

/// What is counted. Whatever it is, disclosure control counts the patients behind it.
public enum Measure: Hashable, Codable, Sendable {
    case patients
    /// Distinct studies that the named imaging event finds for the counted patients.
    case studies(EventReference)
    /// Distinct series that it finds: of a study with `having series`, the series that match; else all of the study.
    case series(EventReference)
    /// The events that a name stands for.
    case events(EventReference)

    /// The event that is counted.
    public var event: EventReference? {
        switch self {
        case .patients: nil
        case .studies(let event), .series(let event), .events(let event): event
        }
    }

    /// Whether images are counted.
    public var isOfImages: Bool {
        switch self {
        case .patients, .events: false
        case .studies, .series: true
        }
    }
}

/// A number of each counted patient, of which it is told how it is distributed: the mean, how far it spreads, and the quartiles.
///
/// Each patient weighs the same: of one with several numbers it is their mean. Who has none is left out.
public enum Summary: Hashable, Codable, Sendable {
    /// Completed years on a day.
    case age(AnchorPoint)
    /// The numbers of a named observation that is tested for its number, in a unit. A bound alone is no number.
    case number(EventReference, unit: String)
    /// The days from one day to another, below zero where the other is earlier. Both must be known to the day.
    case days(from: AnchorPoint, to: AnchorPoint)

    /// The days that it is measured from.
    public var points: [AnchorPoint] {
        switch self {
        case .age(let point): [point]
        case .number(let event, _): [.start(event)]
        case .days(let first, let last): [first, last]
        }
    }
}
