import Diagnostics
import RDF

/// The beginning of `GRAPH ?name` for one graph: the rows that do not already say that it is another.
final class GraphRestriction: Operator {
    private let slot: Slot
    private let id: TermID

    init(_ slot: Slot, _ id: TermID, next: Operator) {
        self.slot = slot
        self.id = id
        super.init(next: next)
    }

    override func receive(_ rows: Rows) throws(DiagnosticList) {
        var kept = Rows(width: rows.width)
        for row in 0..<rows.count where rows[row, slot] == unbound || rows[row, slot] == id { kept.append(rows, row) }
        try pass(kept)
    }
}

/// The end of `GRAPH ?name` for one graph: the rows with the graph's name, unless the pattern gave the variable another value.
final class GraphNaming: Operator {
    private let slot: Slot
    private let id: TermID

    init(_ slot: Slot, _ id: TermID, next: Operator) {
        self.slot = slot
        self.id = id
        super.init(next: next)
    }

    override func receive(_ rows: Rows) throws(DiagnosticList) {
        var kept = Rows(width: rows.width)
        for row in 0..<rows.count where rows[row, slot] == unbound || rows[row, slot] == id {
            kept.append(rows, row)
            kept[last: slot] = id
        }
        try pass(kept)
    }

    override func finish() throws(DiagnosticList) {}
}

/// A plan without solutions.
final class NothingOperator: Operator {
    override func receive(_ rows: Rows) throws(DiagnosticList) {}
}
