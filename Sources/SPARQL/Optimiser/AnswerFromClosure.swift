import RDF

extension Optimiser {
    /// `p*` and `p+` along a predicate whose closure is known are read from it instead of being walked. Which graph is asked is known only
    /// when it is: one that gained triples of the predicate from elsewhere, or has no closure, is walked after all.
    static let answerFromClosure = Rule(name: "answer from closure") { pattern, statistics in
        guard statistics.hasClosures else { return pattern }
        return pattern.rewritten { part in
            guard case .basic(let elements) = part else { return part }
            return .basic(
                elements.map { element in
                    PatternElement(
                        subject: element.subject, path: element.path.answered(statistics.hasClosure), object: element.object,
                        span: element.span)
                })
        }
    }
}

extension PropertyPath {
    /// The path with each repetition of a known hierarchy's step replaced.
    fileprivate func answered(_ isKnown: (Term) -> Bool) -> PropertyPath {
        switch self {
        case .predicate, .negated, .closure: return self
        case .inverse(let inner): return .inverse(inner.answered(isKnown))
        case .sequence(let first, let second): return .sequence(first.answered(isKnown), second.answered(isKnown))
        case .alternative(let first, let second): return .alternative(first.answered(isKnown), second.answered(isKnown))
        case .zeroOrOne(let inner): return .zeroOrOne(inner.answered(isKnown))
        case .zeroOrMore(let inner):
            return inner.closure(isKnown, includesStart: true) ?? .zeroOrMore(inner.answered(isKnown))
        case .oneOrMore(let inner):
            return inner.closure(isKnown, includesStart: false) ?? .oneOrMore(inner.answered(isKnown))
        }
    }

    /// What repeating this one step comes to; nil where it is no step of a known hierarchy.
    private func closure(_ isKnown: (Term) -> Bool, includesStart: Bool) -> PropertyPath? {
        switch self {
        case .predicate(.term(let predicate)): isKnown(predicate) ? .closure(of: predicate, includesStart: includesStart) : nil
        case .inverse(let inner): inner.closure(isKnown, includesStart: includesStart).map { .inverse($0) }
        // Repeating what is repeated already adds nothing but the start.
        case .oneOrMore(let inner), .zeroOrMore(let inner):
            inner.closure(isKnown, includesStart: includesStart || mayBeEmpty)
        default: nil
        }
    }

    private var mayBeEmpty: Bool { if case .zeroOrMore = self { true } else { false } }
}
