import RDF

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
        case .graph(let name, let inner): .graph(name.slot.flatMap(term).map(PatternTerm.term) ?? name, inner.substituting(term))
        // Rows and subqueries bind their variables themselves; the result is joined with the solution afterwards.
        case .values, .group, .subquery, .service: self
        }
    }
}

extension PatternElement {
    func substituting(_ term: (Slot) -> Term?) -> PatternElement {
        func substituted(_ part: PatternTerm) -> PatternTerm {
            part.slot.flatMap(term).map(PatternTerm.term) ?? part
        }
        let path: PropertyPath = if case .predicate(let predicate) = path { .predicate(substituted(predicate)) } else { path }
        return PatternElement(subject: substituted(subject), path: path, object: substituted(object), span: span)
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
        case .exists(let number, let pattern): .exists(number, pattern.substituting(term))
        case .freshBlank(let label, let slot): .freshBlank(label?.substituting(term), slot)
        case .unknownFunction(let name, let list): .unknownFunction(name, list.map { $0.substituting(term) })
        case .placed(let inner, let span): .placed(inner.substituting(term), span)
        }
    }
}
