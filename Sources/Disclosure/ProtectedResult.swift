public import CohortPlan

/// What a node says of a plan: nothing but protected numbers, and the reasons where there is none.
public struct ProtectedResult: Hashable, Codable, Sendable {
    /// In the order of the report's measures.
    public let measures: [ProtectedValue]
    /// In the order of the report's breakdowns.
    public let breakdowns: [ProtectedBreakdown]
    /// The patients for whom the condition is unknown.
    public let unknown: ProtectedValue

    public init(measures: [ProtectedValue], breakdowns: [ProtectedBreakdown], unknown: ProtectedValue) {
        self.measures = measures
        self.breakdowns = breakdowns
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
