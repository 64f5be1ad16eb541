import Diagnostics
import Foundation
import RDF
import SPARQL

// A condition on a patient can be unknown, where SPARQL knows errors: `COALESCE` puts something in its place, and `BIND` leaves the variable
// without a value. So the words for missing data are SPARQL's own.
extension QuestionReader {
    /// `COALESCE(EXISTS { … }, true)`: who may fit is counted as well; `BOUND(?x)` of `BIND(EXISTS { … } AS ?x)`: it is known. Nil for others.
    mutating func certainty(_ condition: Expression, in group: Int) throws(Diagnostic) -> Part? {
        switch condition.bare {
        case .coalesce(let list):
            guard list.count == 2, let fallback = list[1].constant?.flag,
                let text = conjunction(conditionParts(list[0].conjuncts, in: group))
            else {
                throw refusal(
                    Refusal.pattern, "it is not said what counts where the condition is unknown", at: condition.span,
                    help: "write `COALESCE(EXISTS { … }, true)` to count who may fit as well")
            }
            // What is unknown is not counted anyway.
            return .condition(fallback ? MappedText("(") + text + MappedText(" or unknown)") : text)
        case .bound(let slot):
            guard let text = try statement(bound: slot, in: group) else { return nil }
            return .condition(MappedText("(") + text + MappedText(") is known"))
        case .not(let inner):
            guard case .bound(let slot) = inner.bare, let text = try statement(bound: slot, in: group) else { return nil }
            return .condition(MappedText("(") + text + MappedText(") is unknown"))
        case .variable(let slot): return try statement(bound: slot, in: group).map { .condition($0) }
        default: return nil
        }
    }

    /// The condition that a variable was bound to.
    private mutating func statement(bound slot: Slot, in group: Int) throws(Diagnostic) -> MappedText? {
        guard let bound = bindings[slot], bound.isCondition else { return nil }
        return conjunction(conditionParts(bound.conjuncts, in: group))
    }

    /// `IF(EXISTS { … }, 1, 0) + IF(EXISTS { … }, 1, 0) >= 2`: how many of several conditions hold. Nil for others.
    mutating func some(_ condition: Expression, in group: Int) throws(Diagnostic) -> Part? {
        guard case .comparison(let written, let left, let right) = condition.bare else { return nil }
        let isFlipped = left.number != nil
        guard let number = (isFlipped ? left : right).number.flatMap({ Int("\($0)") }), number >= 0,
            let conditions = (isFlipped ? right : left).countedConditions
        else { return nil }
        let texts = conditions.compactMap { conjunction(conditionParts($0.conjuncts, in: group)) }
        guard texts.count == conditions.count else {
            throw refusal(
                Refusal.nothingSaid, "one of these says nothing of the patient", at: condition.span,
                help: "ask for an event: `?p co:diagnosis ?d`")
        }
        let quantifier =
            switch isFlipped ? written.flipped : written {
            case .greaterOrEqual: "at least \(number)"
            case .greater: "at least \(number + 1)"
            case .lessOrEqual: "at most \(number)"
            case .less where number > 0: "at most \(number - 1)"
            case .equal: "exactly \(number)"
            case .less, .unequal: ""
            }
        guard !quantifier.isEmpty else {
            throw refusal(Refusal.pattern, "this is no number of conditions", at: condition.span, help: "compare with `>=`, `<=` or `=`")
        }
        return .condition(MappedText("\(quantifier) of (") + MappedText.joined(texts, separator: ", ") + MappedText(")"))
    }
}

extension Expression {
    /// Whether it is true or false, and so can be a condition.
    var isCondition: Bool {
        switch bare {
        case .exists, .not, .and, .or, .comparison, .membership: true
        default: false
        }
    }

    /// The conditions that are added up, each as `IF(condition, 1, 0)` or `xsd:integer(condition)`; nil for another sum.
    fileprivate var countedConditions: [Expression]? {
        switch bare {
        case .arithmetic(.add, let left, let right):
            guard let first = left.countedConditions, let second = right.countedConditions else { return nil }
            return first + second
        case .conditional(let condition, let yes, let no): return yes.number == 1 && no.number == 0 ? [condition] : nil
        case .cast(.integer, let condition): return condition.isCondition ? [condition] : nil
        default: return nil
        }
    }
}
