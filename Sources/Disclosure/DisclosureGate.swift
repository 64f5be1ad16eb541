import CohortPlan
public import Execution

/// The one way by which a number leaves a node.
///
/// - Zero and fewer than the threshold of patients are held back alike.
/// - What is counted in studies or series is judged by the patients behind it.
/// - Published numbers are rounded to a base, and never below the threshold.
/// - Every stratum is listed. Where one cell of a table is held back, the smallest of the others is too, so that the
///   table's sum does not give it away.
///
/// Rounding and a bare threshold do not stop a patient attacker who may ask often (`disclosure.md`: stored answers,
/// noise and a budget do); those controls belong here too, behind the same type.
public struct DisclosureGate: Sendable {
    let policy: DisclosurePolicy

    public init(_ policy: DisclosurePolicy) { self.policy = policy }

    /// What may be said of a node's counts.
    public func protect(_ counted: CountedResult) -> ProtectedResult {
        ProtectedResult(
            measures: counted.measures.map { protect($0.value) }, breakdowns: counted.breakdowns.map { protect($0) },
            summaries: counted.summaries.map { protect($0) }, funnel: protect(funnel: counted.funnel),
            overlap: counted.overlap.map { protect($0) }, unknown: .count(protect(counted.unknown)))
    }

    /// What may be said of one count.
    public func protect(_ count: RawCount) -> ProtectedCount {
        guard count.patients >= policy.threshold else { return .suppressed(threshold: policy.threshold) }
        return .published(Rounding(base: policy.roundingBase, floor: policy.threshold).round(count.units))
    }

    private func protect(_ value: RawValue) -> ProtectedValue {
        switch value {
        case .count(let count): .count(protect(count))
        case .notEvaluable(let reasons): .notEvaluable(reasons: reasons)
        }
    }

    private func protect(_ counted: CountedBreakdown) -> ProtectedBreakdown {
        if let reason = policy.refusal(of: counted.breakdown) { return ProtectedBreakdown(counted.breakdown, .refused(reason: reason)) }
        switch counted.content {
        case .notEvaluable(let reasons): return ProtectedBreakdown(counted.breakdown, .notEvaluable(reasons: reasons))
        case .strata(let strata):
            var columns =
                strata.first.map { first in first.values.indices.map { column in strata.map { protect($0.values[column]) } } } ?? []
            let axes = counted.breakdown.axes.map(\.strata.count)
            let shape = axes.reduce(1, *) == strata.count ? axes : [strata.count]
            columns = columns.map { hideSecondCells($0, in: shape) }
            let rows = strata.enumerated().map { row, stratum in
                ProtectedStratum(name: stratum.name, values: columns.map { $0[row] })
            }
            return ProtectedBreakdown(counted.breakdown, .strata(rows))
        }
    }

    /// In every line of a table, along every axis of it, no cell is held back alone: the line's sum, which another table of the report
    /// may show, less the others would bound it. What is hidden for one line may stand alone in another, so it is done until none does.
    private func hideSecondCells(_ column: [ProtectedValue], in shape: [Int]) -> [ProtectedValue] {
        hideSecondCells(column, along: DisclosureGate.lines(of: shape))
    }

    /// - Parameter lines: places of cells whose sum is known.
    func hideSecondCells(_ column: [ProtectedValue], along lines: [[Int]]) -> [ProtectedValue] {
        var cells = column
        var hasChanged = true
        while hasChanged {
            hasChanged = false
            for line in lines {
                let before = line.map { cells[$0] }
                let after = hideASecondCell(before)
                guard after != before else { continue }
                for (place, value) in zip(line, after) { cells[place] = value }
                hasChanged = true
            }
        }
        return cells
    }

    /// The places of the cells of every line of a table along every axis, the last axis varying fastest.
    static func lines(of shape: [Int]) -> [[Int]] {
        let count = shape.reduce(1, *)
        return shape.indices.flatMap { axis -> [[Int]] in
            let stride = shape[(axis + 1)...].reduce(1, *)
            let starts = (0..<count).filter { ($0 / stride) % shape[axis] == 0 }
            return starts.map { start in (0..<shape[axis]).map { start + $0 * stride } }
        }
    }

    /// With a single cell held back, the margin less the others would bound it.
    private func hideASecondCell(_ column: [ProtectedValue]) -> [ProtectedValue] {
        guard column.count(where: { $0.count?.isSuppressed == true }) == 1,
            let smallest = column.indices.filter({ column[$0].count?.value != nil }).min(by: {
                (column[$0].count?.value ?? 0) < (column[$1].count?.value ?? 0)
            })
        else { return column }
        var hidden = column
        hidden[smallest] = .count(.suppressed(threshold: policy.threshold))
        return hidden
    }
}

/// Rounding to a base, half up, never below the smallest multiple of the base that reaches the floor.
public struct Rounding: Sendable {
    let base: Int
    let floor: Int

    /// - Parameters:
    ///   - base: numbers become multiples of it.
    ///   - floor: the smallest number that is let out; none becomes smaller.
    public init(base: Int, floor: Int) {
        self.base = base
        self.floor = floor
    }

    /// The multiple of the base that is nearest, and not under the floor.
    public func round(_ number: Int) -> Int {
        let lowest = (floor + base - 1) / base * base
        let (whole, rest) = number.quotientAndRemainder(dividingBy: base)
        return max(whole * base + (2 * rest >= base ? base : 0), lowest)
    }
}
