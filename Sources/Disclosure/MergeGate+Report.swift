import CohortPlan

/// How many patients are in which of several cohorts, over all nodes.
public struct MergedOverlap: Hashable, Codable, Sendable {
    /// By ``CohortPlan/Report/overlapCells``.
    public let cells: [MergedCount]
    /// By other cohort, who is in it.
    public let cohorts: [MergedCount]
    /// By other cohort, for whom that is unknown.
    public let unknown: [MergedCount]
}

extension MergeGate {
    /// What nodes that gave none leave out counts as missing.
    func mergeSummaries(_ results: [ProtectedResult], _ report: Report, expected: Int) -> [MergedStatistics] {
        report.summaries.indices.map { index in
            merge(results.compactMap { $0.summaries.indices.contains(index) ? $0.summaries[index].content : nil }, expected: expected)
        }
    }

    func mergeFunnel(_ results: [ProtectedResult], _ report: Report, _ missing: Int) -> [MergedCount] {
        let parts = results.map { $0.funnel?.content }
        return sums(report.funnel.count, parts, missing)
    }

    func mergeOverlap(_ results: [ProtectedResult], _ report: Report, _ missing: Int) -> MergedOverlap? {
        guard !report.overlap.isEmpty else { return nil }
        let parts = results.map { $0.overlap?.content }
        return MergedOverlap(
            cells: sums(report.overlapCells.count, parts.map { $0?.cells }, missing),
            cohorts: sums(report.overlap.count, parts.map { $0?.cohorts }, missing),
            unknown: sums(report.overlap.count, parts.map { $0?.unknown }, missing))
    }

    /// Adds lists up, number by number.
    private func sums(_ count: Int, _ parts: [[ProtectedCount]?], _ missing: Int) -> [MergedCount] {
        (0..<count).map { index in
            sum(parts.map { part in part.flatMap { $0.indices.contains(index) ? $0[index] : nil } }, missing: missing)
        }
    }
}
