import RDF

/// Rewrites patterns so that they are answered faster and mean the same.
struct Optimiser: Sendable {
    /// One rewrite of a whole pattern.
    struct Rule: Sendable {
        let name: String
        let apply: @Sendable (Pattern, Statistics) -> Pattern
    }

    let rules: [Rule]

    /// Every rule, in the order in which they are applied.
    static let standard = Optimiser(rules: [
        splitConjunctions, inlineConstants, hoistFilters, hoistOptionals, answerFromClosure, orderJoins, gatherSorted, pushFilters,
    ])
    /// Patterns are evaluated as they are written.
    static let none = Optimiser(rules: [])

    func optimised(_ pattern: Pattern, for dataset: Dataset) -> Pattern {
        let statistics = Statistics(dataset)
        return rules.reduce(pattern) { $1.apply($0, statistics) }
    }
}

extension Pattern {
    /// Applies a rewrite to each part, the innermost first; patterns within expressions are rewritten as well.
    func rewritten(_ rewrite: (Pattern) -> Pattern) -> Pattern {
        let inner = mapChildren { $0.rewritten(rewrite) }
        switch inner {
        case .filter(let condition, let part):
            return rewrite(.filter(condition.mapPatterns { $0.rewritten(rewrite) }, part))
        case .leftJoin(let left, let right, let condition?):
            return rewrite(.leftJoin(left, right, condition.mapPatterns { $0.rewritten(rewrite) }))
        default: return rewrite(inner)
        }
    }
}

extension Expression {
    /// The expression with the patterns of its `EXISTS` replaced; only at the places of conditions, where they mostly stand.
    func mapPatterns(_ transform: (Pattern) -> Pattern) -> Expression {
        switch self {
        case .exists(let number, let pattern): .exists(number, transform(pattern))
        case .not(let inner): .not(inner.mapPatterns(transform))
        case .and(let left, let right): .and(left.mapPatterns(transform), right.mapPatterns(transform))
        case .or(let left, let right): .or(left.mapPatterns(transform), right.mapPatterns(transform))
        default: self
        }
    }
}
