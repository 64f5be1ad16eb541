public import CohortPlan

/// What a node says of a plan: nothing but protected numbers, and the reasons where there is none.
public struct ProtectedResult: Hashable, Sendable {
    /// In the order of the report's measures.
    public let measures: [ProtectedValue]
    /// In the order of the report's breakdowns.
    public let breakdowns: [ProtectedBreakdown]
    /// In the order of the report's summaries.
    public let summaries: [ProtectedPart<ProtectedStatistics>]
    /// By step of the report's funnel, who is left; nil where it asks for none.
    public let funnel: ProtectedPart<[ProtectedCount]>?
    /// Nil where the report asks for none.
    public let overlap: ProtectedPart<ProtectedOverlap>?
    /// The patients for whom the condition is unknown.
    public let unknown: ProtectedValue

    public init(
        measures: [ProtectedValue], breakdowns: [ProtectedBreakdown], summaries: [ProtectedPart<ProtectedStatistics>] = [],
        funnel: ProtectedPart<[ProtectedCount]>? = nil, overlap: ProtectedPart<ProtectedOverlap>? = nil, unknown: ProtectedValue
    ) {
        self.measures = measures
        self.breakdowns = breakdowns
        self.summaries = summaries
        self.funnel = funnel
        self.overlap = overlap
        self.unknown = unknown
    }
}

/// Parts that a report does not ask for are not written.
extension ProtectedResult: Codable {
    private enum Key: String, CodingKey { case measures, breakdowns, summaries, funnel, overlap, unknown }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        measures = try container.decode([ProtectedValue].self, forKey: .measures)
        breakdowns = try container.decode([ProtectedBreakdown].self, forKey: .breakdowns)
        summaries = try container.decodeIfPresent([ProtectedPart<ProtectedStatistics>].self, forKey: .summaries) ?? []
        funnel = try container.decodeIfPresent(ProtectedPart<[ProtectedCount]>.self, forKey: .funnel)
        overlap = try container.decodeIfPresent(ProtectedPart<ProtectedOverlap>.self, forKey: .overlap)
        unknown = try container.decode(ProtectedValue.self, forKey: .unknown)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(measures, forKey: .measures)
        try container.encode(breakdowns, forKey: .breakdowns)
        if !summaries.isEmpty { try container.encode(summaries, forKey: .summaries) }
        try container.encodeIfPresent(funnel, forKey: .funnel)
        try container.encodeIfPresent(overlap, forKey: .overlap)
        try container.encode(unknown, forKey: .unknown)
    }
}

/// A part of a report, or why there can be none.
public enum ProtectedPart<Content: Hashable & Codable & Sendable>: Hashable, Codable, Sendable {
    case content(Content)
    /// The node's sources cannot say.
    case notEvaluable(reasons: [String])
    /// The node's policy does not give it, whatever it is. Decided without looking at any patient.
    case refused(reason: String)

    /// What there is, when there is something.
    public var content: Content? {
        if case .content(let content) = self { return content }
        return nil
    }
}

/// How many patients are in which of several cohorts.
public struct ProtectedOverlap: Hashable, Codable, Sendable {
    /// By ``CohortPlan/Report/overlapCells``.
    public let cells: [ProtectedCount]
    /// By other cohort, who is in it.
    public let cohorts: [ProtectedCount]
    /// By other cohort, for whom that is unknown.
    public let unknown: [ProtectedCount]

    public init(cells: [ProtectedCount], cohorts: [ProtectedCount], unknown: [ProtectedCount]) {
        self.cells = cells
        self.cohorts = cohorts
        self.unknown = unknown
    }
}

/// A protected number, or why there can be none.
public enum ProtectedValue: Hashable, Codable, Sendable {
    case count(ProtectedCount)
    /// The node's sources cannot say.
    case notEvaluable(reasons: [String])
    /// The node's policy does not give it, whatever it is. Decided without looking at any patient.
    case refused(reason: String)

    /// The protected count, when there is one.
    public var count: ProtectedCount? {
        if case .count(let count) = self { return count }
        return nil
    }
}

/// One table.
public struct ProtectedBreakdown: Hashable, Codable, Sendable {
    public let breakdown: Breakdown
    public let content: Content

    public enum Content: Hashable, Codable, Sendable {
        /// Every stratum of the breakdown, in order, whether anybody is in it or not.
        case strata([ProtectedStratum])
        case notEvaluable(reasons: [String])
        case refused(reason: String)
    }

    public init(_ breakdown: Breakdown, _ content: Content) {
        self.breakdown = breakdown
        self.content = content
    }
}

/// One row of a table.
public struct ProtectedStratum: Hashable, Codable, Sendable {
    public let name: String
    /// In the order of the report's measures.
    public let values: [ProtectedValue]

    public init(name: String, values: [ProtectedValue]) {
        self.name = name
        self.values = values
    }
}
