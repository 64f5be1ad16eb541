public import CohortPlan

/// The hub's gate on merged numbers: the sum of what nodes published, held to a threshold and rounded once more.
///
/// The hub has no raw number. What a node held back adds nothing, and the sum then says that it is a lower bound.
public struct MergeGate: Sendable {
    private let threshold: Int
    private let roundingBase: Int

    /// - Parameters:
    ///   - threshold: the hub's, or the query's where that is stricter.
    public init(threshold: Int = DisclosurePolicy.defaultThreshold, roundingBase: Int = DisclosurePolicy.defaultRoundingBase) {
        self.threshold = max(threshold, DisclosurePolicy.lowestThreshold)
        self.roundingBase = max(1, roundingBase)
    }

    /// Adds up the results of nodes.
    /// - Parameters:
    ///   - report: what was asked, which fixes the form of the answer whatever the nodes sent.
    ///   - expected: how many nodes were asked; those that have not answered leave the sum incomplete.
    public func merge(_ results: [ProtectedResult], report: Report, expected: Int) -> MergedResult {
        let missing = expected - results.count
        let measures = report.measures.indices.map { index in
            sum(results.map { $0.measures.indices.contains(index) ? $0.measures[index].count : nil }, missing: missing)
        }
        let breakdowns = report.breakdowns.enumerated().map { index, breakdown in
            MergedBreakdown(
                breakdown: breakdown, strata: merge(results, breakdown, at: index, measures: report.measures.count, missing: missing))
        }
        return MergedResult(
            measures: measures, breakdowns: breakdowns, summaries: mergeSummaries(results, report, expected: expected),
            funnel: mergeFunnel(results, report, missing), overlap: mergeOverlap(results, report, missing),
            unknown: sum(results.map(\.unknown.count), missing: missing))
    }

    private func merge(_ results: [ProtectedResult], _ breakdown: Breakdown, at index: Int, measures: Int, missing: Int) -> [MergedStratum]
    {
        breakdown.strata.enumerated().map { row, name in
            let values = (0..<measures).map { column in
                let parts = results.map { result -> ProtectedCount? in
                    guard result.breakdowns.indices.contains(index), case .strata(let strata) = result.breakdowns[index].content,
                        strata.indices.contains(row), strata[row].name == name, strata[row].values.indices.contains(column)
                    else { return nil }
                    return strata[row].values[column].count
                }
                return sum(parts, missing: missing)
            }
            return MergedStratum(name: name, values: values)
        }
    }

    /// Adds parts up; a nil is a node that answered but could not or would not give this one.
    func sum(_ parts: [ProtectedCount?], missing: Int) -> MergedCount {
        var total = 0
        var suppressed = 0
        var absent = missing
        for part in parts {
            switch part {
            case .published(let value):
                total += min(value, ProtectedCount.largest)
            case .suppressed: suppressed += 1
            case nil: absent += 1
            }
        }
        let count: ProtectedCount =
            total >= threshold
            ? .published(Rounding(base: roundingBase, floor: threshold).round(total)) : .suppressed(threshold: threshold)
        return MergedCount(count: count, nodesSuppressed: suppressed, nodesAbsent: absent)
    }
}

/// A sum over nodes, and what is missing from it.
public struct MergedCount: Hashable, Codable, Sendable {
    public let count: ProtectedCount
    /// How many nodes held their part back.
    public let nodesSuppressed: Int
    /// How many nodes gave no part: away, refused, failed, or unable to evaluate it.
    public let nodesAbsent: Int

    public init(count: ProtectedCount, nodesSuppressed: Int, nodesAbsent: Int) {
        self.count = count
        self.nodesSuppressed = nodesSuppressed
        self.nodesAbsent = nodesAbsent
    }

    /// Whether the true total may be larger than the number.
    public var isLowerBound: Bool { nodesSuppressed + nodesAbsent > 0 }
}

/// The merged answer to a question.
public struct MergedResult: Hashable, Sendable {
    /// In the order of the report's measures.
    public let measures: [MergedCount]
    public let breakdowns: [MergedBreakdown]
    /// In the order of the report's summaries. Medians of nodes have no sum, so that there are none here.
    public let summaries: [MergedStatistics]
    /// By step of the report's funnel.
    public let funnel: [MergedCount]
    /// Nil where the report asks for none.
    public let overlap: MergedOverlap?
    public let unknown: MergedCount
}

/// What is not asked for is not written.
extension MergedResult: Codable {
    private enum Key: String, CodingKey { case measures, breakdowns, summaries, funnel, overlap, unknown }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        measures = try container.decode([MergedCount].self, forKey: .measures)
        breakdowns = try container.decode([MergedBreakdown].self, forKey: .breakdowns)
        summaries = try container.decodeIfPresent([MergedStatistics].self, forKey: .summaries) ?? []
        funnel = try container.decodeIfPresent([MergedCount].self, forKey: .funnel) ?? []
        overlap = try container.decodeIfPresent(MergedOverlap.self, forKey: .overlap)
        unknown = try container.decode(MergedCount.self, forKey: .unknown)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(measures, forKey: .measures)
        try container.encode(breakdowns, forKey: .breakdowns)
        if !summaries.isEmpty { try container.encode(summaries, forKey: .summaries) }
        if !funnel.isEmpty { try container.encode(funnel, forKey: .funnel) }
        try container.encodeIfPresent(overlap, forKey: .overlap)
        try container.encode(unknown, forKey: .unknown)
    }
}

/// One merged table.
public struct MergedBreakdown: Hashable, Codable, Sendable {
    public let breakdown: Breakdown
    public let strata: [MergedStratum]
}

/// One row of a merged table.
public struct MergedStratum: Hashable, Codable, Sendable {
    public let name: String
    /// In the order of the report's measures.
    public let values: [MergedCount]
}
