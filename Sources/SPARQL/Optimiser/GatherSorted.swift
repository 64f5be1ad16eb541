extension Optimiser {
    /// Patterns of a join one after the other that have one open variable, the same, and otherwise constants, are put together, so that they are
    /// joined by walking along their lists of the index, which are sorted by it.
    static let gatherSorted = Rule(name: "gather sorted") { pattern, _ in
        pattern.rewritten { part in
            guard case .join(let left, .basic(let second)) = part, let slot = second.first?.sortedSlot else { return part }
            func isOfSlot(_ elements: [PatternElement]) -> Bool { elements.allSatisfy { $0.sortedSlot == slot } }
            guard isOfSlot(second) else { return part }
            switch left {
            case .basic(let first) where isOfSlot(first): return .basic(first + second)
            case .join(let before, .basic(let first)) where !first.isEmpty && isOfSlot(first): return .join(before, .basic(first + second))
            default: return part
            }
        }
    }
}

extension PatternElement {
    /// The only variable of a pattern whose terms the index keeps sorted; nil for other patterns.
    var sortedSlot: Slot? {
        guard case .predicate(.term) = path else { return nil }
        switch (subject, object) {
        case (.variable(let slot), .term), (.term, .variable(let slot)): return slot
        default: return nil
        }
    }
}
