import Diagnostics
import Foundation
import RDF

/// What the operators of one evaluation share: terms and their numbers, the budget, and the values of functions that stay the same.
final class Evaluator {
    let dataset: Dataset
    let budget: Budget
    let terms: TermTable
    let base: String?
    /// The number of slots that the query names.
    let slotCount: Int
    /// The width of a row: the query's slots and those in which operators number their input.
    private(set) var width: Int
    /// By number of an `EXISTS`, whether it holds for each row of what is filtered just now.
    var existing: [Int: [Bool]] = [:]
    let expressions: ExpressionState

    /// What expressions keep from one row to the next.
    final class ExpressionState {
        /// By flags and pattern; nil for a pattern that is none.
        var regularExpressions: [String: RegularExpression?] = [:]
        /// What was asked for last, which is mostly asked for next.
        var lastExpression: (pattern: Term, flags: Term?, expression: RegularExpression?)?
        var blankCount = 0
        var solutionCount: TermID = 0
        /// By solution and label.
        var blanks: [TermID: [String: Term]] = [:]
        /// `NOW`, the same throughout (SPARQL 1.1, section 17.4.5.1).
        let now = TemporalValue.text(of: Date())
    }

    init(dataset: Dataset, slotCount: Int, budget: Budget, base: String? = nil) {
        self.dataset = dataset
        self.slotCount = slotCount
        self.budget = budget
        self.base = base
        width = max(slotCount, 1)
        terms = TermTable(dataset.dictionary)
        expressions = ExpressionState()
    }

    /// An evaluation within another, with rows of its own width.
    init(within outer: Evaluator) {
        dataset = outer.dataset
        slotCount = outer.slotCount
        budget = outer.budget
        base = outer.base
        width = max(outer.slotCount, 1)
        terms = outer.terms
        expressions = outer.expressions
    }

    /// One more slot in every row. Operators are built before the first row is made.
    func hiddenSlot() -> Slot {
        width += 1
        return width - 1
    }

    /// A blank node that is nowhere else.
    func freshBlank() -> Term {
        var node: Term
        repeat {
            expressions.blankCount += 1
            node = .blank("n\(expressions.blankCount)")
        } while dataset.dictionary.id(of: node) != nil
        return node
    }

    /// Keeps rows until the evaluation ends.
    func hold(_ rows: Rows) throws(DiagnosticList) {
        try budget.hold(rows: rows.count, bytes: rows.count * rows.width * MemoryLayout<TermID>.size)
    }
}
