extension Optimiser {
    /// A filter is moved down to the smallest part of the pattern that binds everything it reads.
    static let pushFilters = Rule(name: "push filters") { pattern, _ in
        pattern.rewritten { part in
            guard case .filter(let condition, let inner) = part else { return part }
            return inner.filtered(by: condition)
        }
    }
}

extension Pattern {
    /// The pattern with a filter as deep in it as it can be.
    fileprivate func filtered(by condition: Expression) -> Pattern {
        let slots = condition.slots
        // A volatile function gives each row another value; where it stands then matters.
        guard condition.isStable else { return .filter(condition, self) }
        switch self {
        case .join(let left, let right):
            if left.settles(slots, beside: right) { return .join(left.filtered(by: condition), right) }
            if right.settles(slots, beside: left) { return .join(left, right.filtered(by: condition)) }
        case .leftJoin(let left, let right, let optional):
            if left.settles(slots, beside: right) { return .leftJoin(left.filtered(by: condition), right, optional) }
        case .minus(let left, let right):
            return .minus(left.filtered(by: condition), right)
        case .filter(let other, let inner):
            let pushed = inner.filtered(by: condition)
            if case .filter = pushed { return .filter(condition, self) }
            return .filter(other, pushed)
        case .union(let branches): return .union(branches.map { $0.filtered(by: condition) })
        case .extend(let inner, let slot, let expression):
            if !slots.contains(slot) { return .extend(inner.filtered(by: condition), slot, expression) }
        default: break
        }
        return .filter(condition, self)
    }

    /// Whether slots have in this part the values that they have when it is joined with another.
    private func settles(_ slots: Set<Slot>, beside other: Pattern) -> Bool {
        slots.intersection(other.possibleSlots).isSubset(of: certainSlots) && !slots.isDisjoint(with: possibleSlots)
    }
}
