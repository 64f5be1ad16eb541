import Diagnostics
import RDF

/// `ORDER BY`: all rows in order; with a limit, no more are kept than it lets through.
final class OrderOperator: Operator {
    private let evaluator: Evaluator
    private let keys: [PreparedExpression]
    private let isDescending: [Bool]
    private let limit: Int
    private var rows: Rows?
    private var entries: [Entry] = []
    private var seen = 0
    /// By term, its place in the order: terms by which rows are ordered mostly come again.
    private var orders: [TermID: TermOrder] = [:]

    /// A row's keys and where it stands.
    private struct Entry {
        let keys: [TermOrder]
        let row: Int
        /// Where it came, so that equal rows keep their order.
        let place: Int
    }

    /// - Parameter limit: how many rows of the ordered ones are wanted at most.
    init(_ evaluator: Evaluator, _ keys: [PreparedExpression], isDescending: [Bool], limit: Int?, next: Operator) {
        self.evaluator = evaluator
        self.keys = keys
        self.isDescending = isDescending
        self.limit = limit ?? .max
        super.init(next: next)
    }

    override var isSatisfied: Bool { super.isSatisfied }

    override func receive(_ batch: Rows) throws(DiagnosticList) {
        for key in keys { try key.prepare(batch) }
        var kept = rows ?? Rows(width: batch.width)
        for row in 0..<batch.count {
            var values: [TermOrder] = []
            for key in keys { values.append(try order(of: key.expression, batch, row)) }
            entries.append(Entry(keys: values, row: kept.count, place: seen))
            kept.append(batch, row)
            seen += 1
        }
        rows = kept
        if limit < 100_000, entries.count >= 2 * limit + 1_024 { try cut() } else if limit >= 100_000 { try evaluator.hold(batch) }
    }

    private func order(of key: Expression, _ batch: Rows, _ row: Int) throws(DiagnosticList) -> TermOrder {
        guard case .variable(let slot) = key.bare, batch[row, slot] != unbound else {
            return TermOrder(try evaluator.value(of: key, Solution(rows: batch, row: row)))
        }
        let id = batch[row, slot]
        if let known = orders[id] { return known }
        let order = TermOrder(evaluator.terms[id])
        if orders.count < 10_000 { orders[id] = order }
        return order
    }

    /// Keeps the best rows alone.
    private func cut() throws(DiagnosticList) {
        guard let all = rows else { return }
        sort()
        entries.removeLast(entries.count - limit)
        var kept = Rows(width: all.width)
        for index in entries.indices {
            let entry = entries[index]
            entries[index] = Entry(keys: entry.keys, row: kept.count, place: entry.place)
            kept.append(all, entry.row)
        }
        rows = kept
        try evaluator.budget.spend(kept.count)
    }

    private func sort() {
        entries.sort { left, right in
            for index in isDescending.indices {
                let order = TermOrder.compare(left.keys[index], right.keys[index])
                if order != 0 { return (order < 0) != isDescending[index] }
            }
            return left.place < right.place
        }
    }

    override func finish() throws(DiagnosticList) {
        sort()
        try evaluator.budget.spend(entries.count)
        if let rows {
            var batch = Rows(width: rows.width)
            for entry in entries {
                batch.append(rows, entry.row)
                if batch.count == 1_024 {
                    try pass(batch)
                    batch.removeAll()
                    if isSatisfied { break }
                }
            }
            try pass(batch)
        }
        try super.finish()
    }
}
