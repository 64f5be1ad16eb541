import Diagnostics
import RDF

extension Evaluator {
    /// The value of an expression; nil is a type error or a variable without a value (SPARQL 1.1, section 17.2).
    func value(of expression: Expression, _ solution: Solution) throws(DiagnosticList) -> Term? {
        try budget.spend()
        switch expression {
        case .variable(let slot): return solution[slot] == unbound ? nil : terms[solution[slot]]
        case .term(let term): return term
        case .bound, .or, .and, .not, .comparison, .membership, .exists:
            return try truth(of: expression, solution).map(Self.boolean)
        case .arithmetic(let operation, let left, let right):
            guard let left = try number(left, solution), let right = try number(right, solution) else { return nil }
            return NumericValue.compute(operation, left, right).map { .literal($0.literal) }
        case .negative(let inner): return try number(inner, solution)?.negated.map { .literal($0.literal) }
        case .conditional(let condition, let yes, let no):
            guard let isTrue = try truth(of: condition, solution) else { return nil }
            return try value(of: isTrue ? yes : no, solution)
        case .coalesce(let list):
            for part in list {
                if let value = try value(of: part, solution) { return value }
            }
            return nil
        case .call(let function, let arguments): return try call(function, arguments, solution)
        case .freshBlank(let label, let slot): return try blank(label, solution[slot], solution)
        case .unknownFunction: return nil
        case .placed(let inner, _): return try value(of: inner, solution)
        case .cast(let datatype, let inner): return try value(of: inner, solution).flatMap { Casting.cast($0, to: datatype) }
        }
    }

    /// The effective boolean value of an expression; nil is a type error. `||` and `&&` know three values (section 17.2).
    func truth(of expression: Expression, _ solution: Solution) throws(DiagnosticList) -> Bool? {
        switch expression {
        case .bound(let slot): return solution[slot] != unbound
        case .or(let left, let right):
            let first = try truth(of: left, solution)
            if first == true { return true }
            let second = try truth(of: right, solution)
            return second == true ? true : first == nil || second == nil ? nil : false
        case .and(let left, let right):
            let first = try truth(of: left, solution)
            if first == false { return false }
            let second = try truth(of: right, solution)
            return second == false ? false : first == nil || second == nil ? nil : true
        case .not(let inner): return try truth(of: inner, solution).map { !$0 }
        case .comparison(let comparison, let left, let right): return try compare(comparison, left, right, solution)
        case .membership(let member, let list): return try isMember(member, list, solution)
        case .exists(let number, _): return existing[number]?[solution.row]
        case .placed(let inner, _): return try truth(of: inner, solution)
        default: return try value(of: expression, solution).flatMap(TermComparison.effectiveBoolean)
        }
    }

    static func boolean(_ value: Bool) -> Term { .literal(Literal(value ? "true" : "false", datatype: XSD.boolean)) }

    private func number(_ expression: Expression, _ solution: Solution) throws(DiagnosticList) -> NumericValue? {
        try value(of: expression, solution)?.literal.flatMap(NumericValue.init)
    }

    private func compare(
        _ comparison: Expression.Comparison, _ left: Expression, _ right: Expression, _ solution: Solution
    ) throws(DiagnosticList) -> Bool? {
        if let answer = compareNodes(comparison, left, right, solution) { return answer }
        guard let left = try value(of: left, solution), let right = try value(of: right, solution) else { return nil }
        switch comparison {
        case .equal: return TermComparison.areEqual(left, right)
        case .unequal: return TermComparison.areEqual(left, right).map { !$0 }
        default: break
        }
        guard let first = left.literal, let second = right.literal else { return nil }
        guard let order = TermComparison.order(first, second) else {
            // A comparison with NaN is false; that of what cannot be compared is an error.
            return NumericValue(first) != nil && NumericValue(second) != nil ? false : nil
        }
        switch comparison {
        case .less: return order < 0
        case .lessOrEqual: return order <= 0
        case .greater: return order > 0
        case .greaterOrEqual, .equal, .unequal: return order >= 0
        }
    }

    /// `=` and `!=` of two variables whose terms are IRIs or blank nodes, by their numbers; nil elsewhere.
    private func compareNodes(
        _ comparison: Expression.Comparison, _ left: Expression, _ right: Expression, _ solution: Solution
    ) -> Bool? {
        guard comparison == .equal || comparison == .unequal, case .variable(let first) = left, case .variable(let second) = right,
            solution[first] != unbound, solution[second] != unbound, !terms.isLiteral(solution[first])
        else { return nil }
        return (solution[first] == solution[second]) == (comparison == .equal)
    }

    /// `IN`: true when one is equal, an error when none is and one could not be compared (section 17.4.1.9).
    private func isMember(_ member: Expression, _ list: [Expression], _ solution: Solution) throws(DiagnosticList) -> Bool? {
        guard let member = try value(of: member, solution) else { return list.isEmpty ? false : nil }
        var hasError = false
        for part in list {
            let isEqual = try value(of: part, solution).flatMap { TermComparison.areEqual(member, $0) }
            if isEqual == true { return true }
            if isEqual == nil { hasError = true }
        }
        return hasError ? nil : false
    }

    /// A blank node: one for each label within a solution (section 17.4.2.9).
    private func blank(_ label: Expression?, _ number: TermID, _ solution: Solution) throws(DiagnosticList) -> Term? {
        guard let label else { return freshBlank() }
        guard let text = try value(of: label, solution).flatMap(StringFunctions.simple) else { return nil }
        if let known = expressions.blanks[number]?[text] { return known }
        let node = freshBlank()
        expressions.blanks[number, default: [:]][text] = node
        try budget.hold(rows: 0, bytes: 128)
        return node
    }
}
