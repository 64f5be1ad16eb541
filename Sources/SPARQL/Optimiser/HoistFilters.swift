extension Optimiser {
    /// A filter within one side of a join is moved above it where the other side cannot change what it sees, so that the sides can be
    /// ordered together.
    static let hoistFilters = Rule(name: "hoist filters") { pattern, _ in
        pattern.rewritten { part in
            guard case .join(let left, let right) = part else { return part }
            var filters: [Expression] = []
            let joined = left.withoutFilters(beside: right, &filters).joined(right.withoutFilters(beside: left, &filters))
            return filters.reversed().reduce(joined) { .filter($1, $0) }
        }
    }
}

extension Pattern {
    /// The pattern below those of its filters that see the same when it is joined with another.
    fileprivate func withoutFilters(beside other: Pattern, _ filters: inout [Expression]) -> Pattern {
        guard case .filter(let condition, let inner) = self, condition.isStable,
            condition.slots.intersection(other.possibleSlots).isSubset(of: inner.certainSlots)
        else { return self }
        filters.append(condition)
        return inner.withoutFilters(beside: other, &filters)
    }
}
