import RDF

extension Optimiser {
    /// `FILTER(?x = <iri>)` over joined triple patterns puts the IRI in the variable's place, so that the index answers with few triples.
    ///
    /// Only for IRIs: literals that are equal need not be the same term.
    static let inlineConstants = Rule(name: "inline constants") { pattern, _ in
        pattern.rewritten { part in
            guard case .filter(let condition, let inner) = part, let (slot, term) = condition.equality,
                let replaced = inner.with(slot, term)
            else { return part }
            return replaced
        }
    }
}

extension Expression {
    /// The variable and the IRI that the condition demands to be the same.
    fileprivate var equality: (Slot, Term)? {
        switch self {
        case .comparison(.equal, let left, let right): Self.equality(left, right)
        case .call(.sameTerm, let arguments): Self.equality(arguments[0], arguments[1])
        default: nil
        }
    }

    private static func equality(_ left: Expression, _ right: Expression) -> (Slot, Term)? {
        switch (left, right) {
        case (.variable(let slot), .term(let term)), (.term(let term), .variable(let slot)): term.iri == nil ? nil : (slot, term)
        default: nil
        }
    }
}

extension Pattern {
    /// The pattern with a term in the place of a variable that it binds, which has that value afterwards; nil where it does not always
    /// bind it, or where the variable stands in a part that binds its variables itself.
    fileprivate func with(_ slot: Slot, _ term: Term) -> Pattern? {
        guard certainSlots.contains(slot), let replaced = replacing(slot, term) else { return nil }
        return .join(.values([slot], [[term]]), replaced)
    }

    private func replacing(_ slot: Slot, _ term: Term) -> Pattern? {
        switch self {
        case .basic(let elements):
            if elements.contains(where: { $0.changes(with: slot) }) { return nil }
            return .basic(elements.map { $0.substituting { $0 == slot ? term : nil } })
        case .join(let left, let right):
            guard let left = left.replacing(slot, term), let right = right.replacing(slot, term) else { return nil }
            return .join(left, right)
        case .filter(let condition, let inner):
            // A filter of a part that does not bind the variable sees none; with the term in its place it would.
            guard inner.certainSlots.contains(slot) || !condition.slots.contains(slot) else { return nil }
            // A subquery within an `EXISTS` is joined with the row, which has the variable's value no longer.
            if condition.existsPatterns.contains(where: { $0.pattern.mentionedSlots.contains(slot) }) { return nil }
            return inner.replacing(slot, term).map { .filter(condition.substituting { $0 == slot ? term : nil }, $0) }
        default: return mentionedSlots.contains(slot) ? nil : self
        }
    }
}

extension PatternElement {
    /// Whether the element would mean something else with a term in the variable's place: an empty path connects a term that is written
    /// with itself, and of the variable's values only nodes of the graph.
    fileprivate func changes(with slot: Slot) -> Bool {
        if case .predicate = path { return false }
        return subject.slot == slot || object.slot == slot
    }
}
