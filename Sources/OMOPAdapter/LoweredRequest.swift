import CohortPlan
import Execution

/// A request in the words of one database: what is asked of it, and how well that finds what is meant.
struct LoweredRequest: Sendable {
    /// One for each table that can be searched.
    let queries: [LoweredQuery]
    let assessment: Assessment

    /// - Parameter places: each table's query and how well it fits, or why it cannot be searched.
    init(_ places: [Result<AssessedQuery, LoweringGap>]) {
        let found = places.compactMap { try? $0.get() }
        let gaps = places.compactMap { place in if case .failure(let gap) = place { gap.reason } else { nil } }
        queries = found.map(\.query)
        var reasons: [String] = []
        for reason in gaps + found.flatMap(\.assessment.reasons) where !reasons.contains(reason) { reasons.append(reason) }
        guard !found.isEmpty else {
            assessment = Assessment(.notEvaluable, reasons: reasons.isEmpty ? ["nothing is bound for it in OMOP"] : reasons)
            return
        }
        let coverage = found.map(\.assessment.coverage).reduce(gaps.isEmpty ? Coverage.exact : .narrower) { $0.combined(with: $1) }
        assessment = Assessment(coverage, reasons: reasons)
    }
}

/// One table's query and how well it fits.
struct AssessedQuery: Sendable {
    let query: LoweredQuery
    let assessment: Assessment
}

/// One selection and how its rows are read.
struct LoweredQuery: Sendable {
    let select: SQLSelect
    let parameters: [String]
    let rows: Rows

    /// The selection as a statement of its own.
    var statement: OMOPStatement { OMOPStatement(text: select.text, parameters: parameters) }

    enum Rows: Sendable {
        /// Each row is an event.
        case records(RecordReader)
        /// Each row is a series; a study is the rows that share its UID.
        case images(ImageReader)
        /// Each row is a row of a table that was asked for by its name.
        case rows(RowReader)
    }
}

/// Why something cannot be asked of a database: one sentence, free of any count.
struct LoweringGap: Error, Hashable, Sendable {
    let reason: String
    /// Whether it is there and this node's account may not read it.
    let isForbidden: Bool

    init(_ reason: String, isForbidden: Bool = false) {
        self.reason = reason
        self.isForbidden = isForbidden
    }
}
