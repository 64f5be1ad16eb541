import Diagnostics
import RDF

/// `FILTER`: the rows for which the condition is true.
final class FilterOperator: Operator {
    private let evaluator: Evaluator
    private let condition: PreparedExpression
    /// Where the condition is whether a variable's text matches an expression that is written down.
    private let match: (slot: Slot, needle: Needle)?

    init(_ evaluator: Evaluator, _ condition: PreparedExpression, next: Operator) {
        self.evaluator = evaluator
        self.condition = condition
        match = condition.expression.match
        super.init(next: next)
    }

    override func receive(_ rows: Rows) throws(DiagnosticList) {
        try condition.prepare(rows)
        var kept = Rows(width: rows.width)
        for row in 0..<rows.count where try isTrue(rows, row) { kept.append(rows, row) }
        try pass(kept)
    }

    private func isTrue(_ rows: Rows, _ row: Int) throws(DiagnosticList) -> Bool {
        if let match, rows[row, match.slot] != unbound {
            try evaluator.budget.spend()
            // Most texts are told by a look at their bytes, without a term being made of them.
            switch unsafe evaluator.terms.withText(of: rows[row, match.slot], { unsafe match.needle.look(in: $0) }) {
            case .absent?: return false
            case .enough?: return true
            case .unclear?, nil: break
            }
        }
        return try evaluator.truth(of: condition.expression, Solution(rows: rows, row: row)) == true
    }
}

extension Expression {
    /// The variable and the needle of `REGEX(?text, "…", "…")`; nil for other conditions.
    fileprivate var match: (slot: Slot, needle: Needle)? {
        guard case .call(.regex, let arguments) = bare, case .variable(let slot) = arguments[0].bare,
            case .term(let pattern) = arguments[1].bare, let text = StringFunctions.simple(pattern)
        else { return nil }
        var flags = ""
        if arguments.count > 2 {
            guard case .term(let term) = arguments[2].bare, let found = StringFunctions.simple(term) else { return nil }
            flags = found
        }
        return (try? RegularExpression(text, flags: flags))?.needle.map { (slot, $0) }
    }
}

/// `BIND` and the expressions of `SELECT`: one more value a row, or none where there is an error.
final class ExtendOperator: Operator {
    private let evaluator: Evaluator
    private let slot: Slot
    private let expression: PreparedExpression
    /// Where the solutions are numbered for `BNODE`.
    private let numbering: [Slot]

    init(_ evaluator: Evaluator, _ slot: Slot, _ expression: PreparedExpression, next: Operator) {
        self.evaluator = evaluator
        self.slot = slot
        self.expression = expression
        numbering = Array(expression.expression.solutionSlots)
        super.init(next: next)
    }

    override func receive(_ rows: Rows) throws(DiagnosticList) {
        var rows = rows
        for slot in numbering {
            for row in 0..<rows.count where rows[row, slot] == unbound {
                rows[row, slot] = evaluator.expressions.solutionCount
                evaluator.expressions.solutionCount += 1
            }
        }
        try expression.prepare(rows)
        let computedBefore = evaluator.terms.computedBytes
        for row in 0..<rows.count {
            guard let value = try evaluator.value(of: expression.expression, Solution(rows: rows, row: row)) else { continue }
            rows[row, slot] = evaluator.terms.id(of: value)
        }
        try evaluator.budget.hold(rows: 0, bytes: evaluator.terms.computedBytes - computedBefore)
        try pass(rows)
    }
}

extension Expression {
    /// The slots in which `BNODE` wants the solutions numbered.
    fileprivate var solutionSlots: Set<Slot> {
        let inner = children.reduce(into: Set<Slot>()) { $0.formUnion($1.solutionSlots) }
        if case .freshBlank(_, let slot) = self { return inner.union([slot]) }
        return inner
    }
}

/// The answer of a subquery, in the slots of the query around it.
final class ProjectOperator: Operator {
    private let columns: [Selection.Column]

    init(_ columns: [Selection.Column], next: Operator) {
        self.columns = columns
        super.init(next: next)
    }

    override func receive(_ rows: Rows) throws(DiagnosticList) {
        var projected = Rows(width: rows.width)
        for row in 0..<rows.count {
            projected.appendUnbound()
            for column in columns { projected[last: column.slot] = rows[row, column.inner] }
        }
        try pass(projected)
    }
}

/// `DISTINCT`: each combination of some slots once.
final class DistinctOperator: Operator {
    private let evaluator: Evaluator
    private let slots: [Slot]
    private var seen: RowSet

    init(_ evaluator: Evaluator, _ slots: [Slot], next: Operator) {
        self.evaluator = evaluator
        self.slots = slots
        seen = RowSet(slots)
        super.init(next: next)
    }

    override func receive(_ rows: Rows) throws(DiagnosticList) {
        var kept = Rows(width: rows.width)
        for row in 0..<rows.count where seen.insert(rows, row) { kept.append(rows, row) }
        try evaluator.budget.spend(rows.count)
        try evaluator.budget.hold(rows: kept.count, bytes: kept.count * (slots.count * 4 + 16))
        try pass(kept)
    }
}

/// Combinations of values that were seen.
struct RowSet {
    private let slots: [Slot]
    private var small: Set<UInt64> = []
    private var large: Set<[TermID]> = []

    init(_ slots: [Slot]) { self.slots = slots }

    var count: Int { small.count + large.count }

    /// Whether the combination is new.
    mutating func insert(_ rows: Rows, _ row: Int) -> Bool {
        guard slots.count <= 2 else { return large.insert(slots.map { rows[row, $0] }).inserted }
        var key: UInt64 = 0
        for slot in slots { key = key << 32 | UInt64(UInt32(bitPattern: rows[row, slot])) }
        return small.insert(key).inserted
    }
}

/// `OFFSET` and `LIMIT`.
final class SliceOperator: Operator {
    private var skip: Int
    private var rest: Int

    init(offset: Int, limit: Int?, next: Operator) {
        skip = offset
        rest = limit ?? .max
        super.init(next: next)
    }

    override var isSatisfied: Bool { rest == 0 || super.isSatisfied }

    override func receive(_ rows: Rows) throws(DiagnosticList) {
        let first = min(skip, rows.count)
        let last = min(rows.count, first + min(rest, rows.count))
        skip -= first
        rest -= last - first
        try pass(first == 0 && last == rows.count ? rows : rows.part(first..<last))
    }
}

/// Rows that stand in the query.
final class ValuesOperator: Operator {
    private let evaluator: Evaluator
    private let slots: [Slot]
    private let values: [[TermID]]

    init(_ evaluator: Evaluator, _ slots: [Slot], _ values: [[Term?]], next: Operator) {
        self.evaluator = evaluator
        self.slots = slots
        self.values = values.map { row in row.map { $0.map { evaluator.terms.id(of: $0) } ?? unbound } }
        super.init(next: next)
    }

    /// What comes in binds nothing.
    override func receive(_ rows: Rows) throws(DiagnosticList) {
        for row in 0..<rows.count {
            var found = Rows(width: rows.width)
            for value in values {
                found.append(rows, row)
                for (slot, id) in zip(slots, value) { found[last: slot] = id }
            }
            try evaluator.budget.spend(values.count)
            try pass(found)
        }
    }
}
