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
        case .exists(let pattern): return try exists(pattern, solution)
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

    /// Whether the pattern, with the solution's values put in for its variables, has a solution (section 18.6).
    private func exists(_ pattern: Pattern, _ solution: Solution) throws(DiagnosticList) -> Bool {
        let substituted = pattern.substituting { slot in
            slot < solution.count && solution[slot] != unbound ? self.terms[solution[slot]] : nil
        }
        for found in try solutions(of: substituted) where merged(found, solution) != nil { return true }
        return false
    }
}

extension Pattern {
    /// The pattern with terms in the place of some variables.
    func substituting(_ term: (Slot) -> Term?) -> Pattern {
        switch self {
        case .basic(let elements): .basic(elements.map { $0.substituting(term) })
        case .join(let left, let right): .join(left.substituting(term), right.substituting(term))
        case .leftJoin(let left, let right, let condition):
            .leftJoin(left.substituting(term), right.substituting(term), condition?.substituting(term))
        case .filter(let condition, let inner): .filter(condition.substituting(term), inner.substituting(term))
        case .union(let branches): .union(branches.map { $0.substituting(term) })
        case .minus(let left, let right): .minus(left.substituting(term), right.substituting(term))
        case .extend(let inner, let slot, let expression): .extend(inner.substituting(term), slot, expression.substituting(term))
        // Rows and subqueries bind their variables themselves; the result is joined with the solution afterwards.
        case .values, .group, .subquery: self
        }
    }
}

extension PatternElement {
    func substituting(_ term: (Slot) -> Term?) -> PatternElement {
        func substituted(_ part: PatternTerm) -> PatternTerm {
            part.slot.flatMap(term).map(PatternTerm.term) ?? part
        }
        let path: PropertyPath = if case .predicate(let predicate) = path { .predicate(substituted(predicate)) } else { path }
        return PatternElement(subject: substituted(subject), path: path, object: substituted(object))
    }
}

extension Expression {
    func substituting(_ term: (Slot) -> Term?) -> Expression {
        switch self {
        case .variable(let slot): term(slot).map(Expression.term) ?? self
        case .bound(let slot): term(slot).map { _ in .term(Evaluator.boolean(true)) } ?? self
        case .term: self
        case .or(let left, let right): .or(left.substituting(term), right.substituting(term))
        case .and(let left, let right): .and(left.substituting(term), right.substituting(term))
        case .not(let inner): .not(inner.substituting(term))
        case .comparison(let comparison, let left, let right): .comparison(comparison, left.substituting(term), right.substituting(term))
        case .arithmetic(let operation, let left, let right): .arithmetic(operation, left.substituting(term), right.substituting(term))
        case .negative(let inner): .negative(inner.substituting(term))
        case .membership(let member, let list): .membership(member.substituting(term), list.map { $0.substituting(term) })
        case .conditional(let condition, let yes, let no):
            .conditional(condition.substituting(term), yes.substituting(term), no.substituting(term))
        case .coalesce(let list): .coalesce(list.map { $0.substituting(term) })
        case .call(let function, let list): .call(function, list.map { $0.substituting(term) })
        case .cast(let datatype, let inner): .cast(datatype, inner.substituting(term))
        case .exists(let pattern): .exists(pattern.substituting(term))
        }
    }
}
