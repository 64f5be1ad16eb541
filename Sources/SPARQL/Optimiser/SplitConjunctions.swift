extension Optimiser {
    /// `FILTER(a && b)` becomes two filters, each of which can be moved by itself. A row passes both when it passes the conjunction, for
    /// an error drops it either way.
    static let splitConjunctions = Rule(name: "split conjunctions") { pattern, _ in
        pattern.rewritten { part in
            guard case .filter(let condition, let inner) = part else { return part }
            return condition.conjuncts.reversed().reduce(inner) { .filter($1, $0) }
        }
    }
}

extension Expression {
    /// The parts of a conjunction, in order.
    var conjuncts: [Expression] {
        if case .and(let left, let right) = self { left.conjuncts + right.conjuncts } else { [self] }
    }
}
