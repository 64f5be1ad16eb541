import Diagnostics
import Foundation
import RDF
import SPARQL

extension QuestionReader {
    /// `?late >= 2 * ?early` and `?late / ?early >= 2`, of the numbers of two single observations: `late is at least 2 times early`. Nil for
    /// what compares no two values.
    mutating func ratio(_ condition: Expression) throws(Diagnostic) -> Part? {
        guard case .comparison(let written, let left, let right) = condition.bare else { return nil }
        guard let (comparison, first, second, factor) = compared(written, left, right) else { return nil }
        let word: String
        switch comparison {
        case .greaterOrEqual: word = "at least"
        case .lessOrEqual: word = "at most"
        default:
            throw refusal(
                Refusal.value, "two values are compared by how many times the one is the other, the number itself included",
                at: condition.span, help: "write `?late >= 2 * ?early` or `?late <= 0.5 * ?early`")
        }
        let (upper, lower) = (
            try single(first, for: "a comparison of numbers", at: condition.span),
            try single(second, for: "a comparison of numbers", at: condition.span)
        )
        return .condition(
            MappedText("\(cohortName(of: upper.slot)) is \(word) \(factor) times \(cohortName(of: lower.slot))", from: condition.span))
    }

    /// The events whose values are compared, and by what factor.
    private func compared(_ comparison: Expression.Comparison, _ left: Expression, _ right: Expression)
        -> (Expression.Comparison, first: Slot, second: Slot, factor: Decimal)?
    {
        if case .arithmetic(.divide, let first, let second) = left.bare, let factor = right.number,
            let first = valueOwner(first), let second = valueOwner(second)
        {
            return (comparison, first, second, factor)
        }
        if case .arithmetic(.divide, _, _) = right.bare { return compared(comparison.flipped, right, left) }
        if let first = valueOwner(left), let (second, factor) = multiple(right) { return (comparison, first, second, factor) }
        if let second = valueOwner(right), let (first, factor) = multiple(left) { return (comparison.flipped, second, first, factor) }
        return nil
    }

    /// `2 * ?value`, `?value`
    private func multiple(_ expression: Expression) -> (Slot, Decimal)? {
        if let owner = valueOwner(expression) { return (owner, 1) }
        guard case .arithmetic(.multiply, let left, let right) = expression.bare else { return nil }
        if let factor = left.number, let owner = valueOwner(right) { return (owner, factor) }
        if let factor = right.number, let owner = valueOwner(left) { return (owner, factor) }
        return nil
    }

    private func valueOwner(_ expression: Expression) -> Slot? {
        guard let slot = expression.variable, case .value(let event)? = roles[slot] else { return nil }
        return event
    }
}
