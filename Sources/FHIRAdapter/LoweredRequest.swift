import CohortPlan
import Execution

/// A request in the words of the store: what is asked of it, and how well that finds what is meant.
struct LoweredRequest: Sendable {
    /// One for each place that can be searched.
    let queries: [LoweredQuery]
    let assessment: Assessment

    /// - Parameter places: each place's query and how well it fits, or why it cannot be searched.
    init(_ places: [Result<AssessedQuery, LoweringGap>]) {
        let found = places.compactMap { try? $0.get() }
        let gaps = places.compactMap { place in
            if case .failure(let gap) = place { gap.reason } else { nil }
        }
        queries = found.map(\.query)
        let whole = ([Assessment(gaps.isEmpty ? .exact : .narrower, reasons: gaps)] + found.map(\.assessment)).combined
        assessment = found.isEmpty ? Assessment(.notEvaluable, reasons: whole.reasons) : whole
    }

    /// A request that cannot be asked at all.
    init(_ gap: LoweringGap) { self.init([.failure(gap)]) }
}

/// One place's query and how well it fits.
struct AssessedQuery: Sendable {
    let query: LoweredQuery
    let assessment: Assessment
}

/// One statement and how its rows are read.
struct LoweredQuery: Sendable {
    let statement: StoreStatement
    let rows: Rows

    enum Rows: Sendable {
        /// Each row is an event.
        case records(RecordReader)
        /// Each row is a series, or a study that has none.
        case images(ImageReader)
    }
}

/// Why something cannot be asked of an export: one sentence, free of any count.
struct LoweringGap: Error, Hashable, Sendable {
    let reason: String

    init(_ reason: String) { self.reason = reason }
}

extension [Assessment] {
    /// The assessment of a whole whose parts have these.
    var combined: Assessment {
        reduce(.exact) { whole, part in
            Assessment(
                whole.coverage.combined(with: part.coverage), reasons: whole.reasons + part.reasons.filter { !whole.reasons.contains($0) })
        }
    }
}
