import Diagnostics
import RDF

/// Finds out for each row of a batch whether the pattern of an `EXISTS` has a solution (SPARQL 1.1, section 18.6).
final class ExistsTest {
    private enum Way {
        /// The pattern takes the rows as they are, all at once.
        case atOnce(Operator, Marks)
        /// The values are put in for the variables, row by row.
        case substituting(Pattern)
    }

    private let number: Int
    private let way: Way
    private let source: TripleSource
    private let evaluator: Evaluator

    /// - Parameter scope: what is known of the rows that are asked about.
    init(_ number: Int, _ pattern: Pattern, _ builder: PlanBuilder, _ source: TripleSource, _ scope: Scope) {
        self.number = number
        self.source = source
        evaluator = builder.evaluator
        let inner = Scope(substituted: scope.allCertain, perhapsSubstituted: scope.all)
        if pattern.isTransparent(inner) {
            let marks = Marks(slot: builder.evaluator.hiddenSlot())
            let end = MarkOperator(marks, next: nil)
            way = .atOnce(builder.operators(for: pattern, on: source, inner, into: end), marks)
        } else {
            way = .substituting(pattern)
        }
    }

    /// Leaves the answers with the evaluator.
    func run(_ rows: Rows) throws(DiagnosticList) {
        switch way {
        case .atOnce(let head, let marks):
            try head.receive(marks.numbered(rows))
            evaluator.existing[number] = marks.isMarked
        case .substituting(let pattern):
            var found: [Bool] = []
            for row in 0..<rows.count { found.append(try exists(pattern, rows, row)) }
            evaluator.existing[number] = found
        }
    }

    private func exists(_ pattern: Pattern, _ rows: Rows, _ row: Int) throws(DiagnosticList) -> Bool {
        let slotCount = evaluator.slotCount
        let substituted = pattern.substituting { slot in
            slot < slotCount && rows[row, slot] != unbound ? evaluator.terms[rows[row, slot]] : nil
        }
        let inner = Evaluator(within: evaluator)
        let found = Compatible(rows, row, slots: Array(0..<slotCount))
        let head = PlanBuilder(inner).operators(for: substituted, on: source, .unit, into: found)
        try head.receive(.unit(width: inner.width))
        try head.finish()
        return found.isFound
    }

    /// Looks for a row that contradicts another in nothing.
    private final class Compatible: Operator {
        private let rows: Rows
        private let row: Int
        private let slots: [Slot]
        private(set) var isFound = false

        init(_ rows: Rows, _ row: Int, slots: [Slot]) {
            self.rows = rows
            self.row = row
            self.slots = slots
            super.init(next: nil)
        }

        override var isSatisfied: Bool { isFound }

        override func receive(_ others: Rows) throws(DiagnosticList) {
            for other in 0..<others.count where !isFound {
                isFound = slots.allSatisfy { slot in
                    let (left, right) = (rows[row, slot], others[other, slot])
                    return left == unbound || right == unbound || left == right
                }
            }
        }

        override func finish() throws(DiagnosticList) {}
    }
}

/// An expression and what must be found out before it has values.
struct PreparedExpression {
    let expression: Expression
    private let tests: [ExistsTest]

    init(_ expression: Expression, _ builder: PlanBuilder, _ source: TripleSource, _ scope: Scope) {
        self.expression = expression
        tests = expression.existsPatterns.map { ExistsTest($0.number, $0.pattern, builder, source, scope) }
    }

    /// To be called for each batch, before values are asked for.
    func prepare(_ rows: Rows) throws(DiagnosticList) {
        for test in tests { try test.run(rows) }
    }
}
