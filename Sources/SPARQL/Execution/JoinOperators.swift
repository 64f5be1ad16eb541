import Diagnostics
import RDF

/// What a hash join knows of its right side.
struct JoinSide {
    let rows: Materialised
    /// The slots that both sides always bind.
    let keys: [Slot]
    /// The slots that the right side may bind.
    let slots: [Slot]

    /// The index that was made before, or a new one.
    func index(_ known: RowIndex?) throws(DiagnosticList) -> RowIndex {
        if let known { return known }
        return RowIndex(try rows.rows(), keys: keys)
    }
}

/// Joins each row with the compatible ones of the other side, found by hash (SPARQL 1.1, section 18.5).
final class HashJoinOperator: Operator {
    private let evaluator: Evaluator
    private let side: JoinSide
    private var index: RowIndex?
    private var size = BatchSize()

    init(_ evaluator: Evaluator, _ side: JoinSide, next: Operator) {
        self.evaluator = evaluator
        self.side = side
        super.init(next: next)
    }

    override func receive(_ rows: Rows) throws(DiagnosticList) {
        let index = try side.index(index)
        self.index = index
        var found = Rows(width: rows.width)
        for row in 0..<rows.count {
            var steps = 1
            for candidate in index.candidates(for: rows, row) {
                steps += 1
                found.append(rows, row)
                guard found.merge(index.rows, candidate, side.slots) else {
                    found.removeLast()
                    continue
                }
                if found.count >= size.current {
                    try evaluator.budget.spend(steps)
                    steps = 0
                    try pass(found)
                    if isSatisfied { return }
                    found.removeAll()
                    size.grow()
                }
            }
            try evaluator.budget.spend(steps)
        }
        try pass(found)
    }
}

/// Drops each row that is compatible with one of the other side and shares a variable with it (section 18.5, Minus).
final class MinusOperator: Operator {
    private let evaluator: Evaluator
    private let side: JoinSide
    private var index: RowIndex?

    init(_ evaluator: Evaluator, _ side: JoinSide, next: Operator) {
        self.evaluator = evaluator
        self.side = side
        super.init(next: next)
    }

    override func receive(_ rows: Rows) throws(DiagnosticList) {
        let index = try side.index(index)
        self.index = index
        var kept = Rows(width: rows.width)
        for row in 0..<rows.count {
            var steps = 1
            var isRemoved = false
            for candidate in index.candidates(for: rows, row) where !isRemoved {
                steps += 1
                isRemoved = removes(index.rows, candidate, rows, row)
            }
            try evaluator.budget.spend(steps)
            if !isRemoved { kept.append(rows, row) }
        }
        try pass(kept)
    }

    private func removes(_ others: Rows, _ candidate: Int, _ rows: Rows, _ row: Int) -> Bool {
        var sharesOne = false
        for slot in side.slots {
            let (left, right) = (rows[row, slot], others[candidate, slot])
            if left == unbound || right == unbound { continue }
            if left != right { return false }
            sharesOne = true
        }
        return sharesOne
    }
}

/// Which rows of a batch were extended by a part of the plan that was asked about all of them at once.
final class Marks {
    /// The slot in which the rows carry their place in the batch.
    let slot: Slot
    private(set) var isMarked: [Bool] = []

    init(slot: Slot) { self.slot = slot }

    /// Begins a batch: its rows with their places.
    func numbered(_ rows: Rows) -> Rows {
        isMarked = [Bool](repeating: false, count: rows.count)
        var rows = rows
        for row in 0..<rows.count { rows[row, slot] = TermID(row) }
        return rows
    }

    func mark(_ rows: Rows) {
        for row in 0..<rows.count { isMarked[Int(rows[row, slot])] = true }
    }
}

/// Notes which rows came through, and passes them on where something follows.
final class MarkOperator: Operator {
    private let marks: Marks

    init(_ marks: Marks, next: Operator?) {
        self.marks = marks
        super.init(next: next)
    }

    override func receive(_ rows: Rows) throws(DiagnosticList) {
        marks.mark(rows)
        try pass(rows)
    }

    override func finish() throws(DiagnosticList) {}
}

/// `OPTIONAL`: the rows that the optional part extends, extended, and the others as they are (section 18.5, LeftJoin).
final class OptionalOperator: Operator {
    private let marks: Marks
    private let optional: Operator

    /// - Parameter optional: the optional part, which ends in a ``MarkOperator`` with the same marks and the same next step.
    init(_ marks: Marks, optional: Operator, next: Operator) {
        self.marks = marks
        self.optional = optional
        super.init(next: next)
    }

    override func receive(_ rows: Rows) throws(DiagnosticList) {
        try optional.receive(marks.numbered(rows))
        if isSatisfied { return }
        var others = Rows(width: rows.width)
        for row in 0..<rows.count where !marks.isMarked[row] { others.append(rows, row) }
        try pass(others)
    }
}

/// `UNION`: the rows of all branches.
final class UnionOperator: Operator {
    private let branches: [Operator]

    /// - Parameter branches: each ends in a ``Junction`` before the same next step.
    init(_ branches: [Operator], next: Operator) {
        self.branches = branches
        super.init(next: next)
    }

    override func receive(_ rows: Rows) throws(DiagnosticList) {
        for branch in branches where !isSatisfied { try branch.receive(rows) }
    }

    override func finish() throws(DiagnosticList) {
        for branch in branches { try branch.finish() }
        try super.finish()
    }
}
