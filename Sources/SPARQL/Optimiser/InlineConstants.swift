import RDF

extension Optimiser {
    /// `FILTER(?x = <iri>)` over a basic graph pattern puts the IRI in the variable's place, so that the index answers with few triples.
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
    /// The pattern with a term in the place of a variable that it binds, which has that value afterwards; nil where it does not bind it.
    fileprivate func with(_ slot: Slot, _ term: Term) -> Pattern? {
        switch self {
        case .basic(let elements):
            guard elements.contains(where: { $0.slots.contains(slot) }), !elements.contains(where: { $0.changes(with: slot) }) else {
                return nil
            }
            let replaced = Pattern.basic(elements.map { $0.substituting { $0 == slot ? term : nil } })
            return .join(.values([slot], [[term]]), replaced)
        case .filter(let condition, let inner):
            return inner.with(slot, term).map { .filter(condition, $0) }
        default: return nil
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
