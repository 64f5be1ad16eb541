import RDF

extension Pattern {
    /// The slots that every solution binds.
    var certainSlots: Set<Slot> {
        switch self {
        case .basic(let elements): elements.reduce(into: []) { $0.formUnion($1.slots) }
        case .join(let left, let right): left.certainSlots.union(right.certainSlots)
        case .leftJoin(let left, _, _), .minus(let left, _): left.certainSlots
        case .filter(_, let inner): inner.certainSlots
        case .extend(let inner, let slot, let expression):
            if case .term = expression { inner.certainSlots.union([slot]) } else { inner.certainSlots }
        case .union(let branches):
            branches.dropFirst().reduce(branches.first?.certainSlots ?? []) { $0.intersection($1.certainSlots) }
        case .values(let slots, let rows):
            Set(slots.indices.filter { column in rows.allSatisfy { $0[column] != nil } }.map { slots[$0] })
        case .group(let inner, let grouping): grouping.certainSlots(over: inner)
        case .subquery(let selection):
            Set(selection.columns.filter { selection.pattern.certainSlots.contains($0.inner) }.map(\.slot))
        case .graph(let name, let inner): inner.certainSlots.union(name.slot.map { [$0] } ?? [])
        case .service: []
        }
    }

    /// The slots that some solution may bind.
    var possibleSlots: Set<Slot> {
        switch self {
        case .basic(let elements): elements.reduce(into: []) { $0.formUnion($1.slots) }
        case .join(let left, let right), .leftJoin(let left, let right, _): left.possibleSlots.union(right.possibleSlots)
        case .minus(let left, _): left.possibleSlots
        case .filter(_, let inner), .service(let inner): inner.possibleSlots
        case .extend(let inner, let slot, _): inner.possibleSlots.union([slot])
        case .union(let branches): branches.reduce(into: []) { $0.formUnion($1.possibleSlots) }
        case .values(let slots, _): Set(slots)
        case .group(_, let grouping): Set(grouping.keys.map(\.slot) + grouping.aggregates.map(\.slot))
        case .subquery(let selection): Set(selection.columns.map(\.slot))
        case .graph(let name, let inner): inner.possibleSlots.union(name.slot.map { [$0] } ?? [])
        }
    }

    /// The slots that stand anywhere in the pattern where a value from outside would be seen.
    var mentionedSlots: Set<Slot> {
        switch self {
        case .basic, .values, .group, .subquery: possibleSlots
        case .join(let left, let right), .minus(let left, let right): left.mentionedSlots.union(right.mentionedSlots)
        case .leftJoin(let left, let right, let condition):
            left.mentionedSlots.union(right.mentionedSlots).union(condition?.slots ?? [])
        case .filter(let condition, let inner): condition.slots.union(inner.mentionedSlots)
        case .union(let branches): branches.reduce(into: []) { $0.formUnion($1.mentionedSlots) }
        case .extend(let inner, let slot, let expression): inner.mentionedSlots.union(expression.slots).union([slot])
        case .graph(let name, let inner): inner.mentionedSlots.union(name.slot.map { [$0] } ?? [])
        case .service(let inner): inner.mentionedSlots
        }
    }

    /// The pattern with its direct parts replaced.
    func mapChildren(_ transform: (Pattern) -> Pattern) -> Pattern {
        switch self {
        case .basic, .values: self
        case .join(let left, let right): .join(transform(left), transform(right))
        case .leftJoin(let left, let right, let condition): .leftJoin(transform(left), transform(right), condition)
        case .filter(let condition, let inner): .filter(condition, transform(inner))
        case .union(let branches): .union(branches.map(transform))
        case .minus(let left, let right): .minus(transform(left), transform(right))
        case .extend(let inner, let slot, let expression): .extend(transform(inner), slot, expression)
        case .group(let inner, let grouping): .group(transform(inner), grouping)
        case .subquery(let selection): .subquery(selection.over(transform(selection.pattern)))
        case .graph(let name, let inner): .graph(name, transform(inner))
        case .service(let inner): .service(transform(inner))
        }
    }
}

extension Grouping {
    fileprivate func certainSlots(over inner: Pattern) -> Set<Slot> {
        let certain = inner.certainSlots
        var slots = Set(aggregates.filter { $0.aggregate.function == .count }.map(\.slot))
        for key in keys {
            if case .variable(let slot) = key.expression, certain.contains(slot) { slots.insert(key.slot) }
        }
        return slots
    }
}

extension Selection {
    /// The same selection over another pattern.
    func over(_ pattern: Pattern) -> Selection {
        Selection(pattern: pattern, columns: columns, isDistinct: isDistinct, order: order, limit: limit, offset: offset)
    }
}

/// What is known of the solutions that a pattern is asked to extend.
struct Scope {
    /// Bound in each of them.
    var certain: Set<Slot> = []
    /// Bound in some of them by patterns that are joined with this one.
    var possible: Set<Slot> = []
    /// Within `EXISTS`: put in for the variables everywhere, in each solution that is asked about.
    var substituted: Set<Slot> = []
    /// Within `EXISTS`: put in for the variables in some solutions.
    var perhapsSubstituted: Set<Slot> = []
    /// Whether there is one solution, which binds nothing.
    var isOrigin = false

    /// One solution, which binds nothing.
    static let unit = Scope(isOrigin: true)

    /// The scope of what comes after a pattern.
    func after(_ pattern: Pattern) -> Scope {
        var scope = self
        scope.isOrigin = isOrigin && pattern.isUnit
        scope.certain.formUnion(pattern.certainSlots)
        scope.possible.formUnion(pattern.possibleSlots)
        return scope
    }

    /// Everything that each solution binds.
    var allCertain: Set<Slot> { certain.union(substituted) }

    /// Everything that a solution may bind.
    var all: Set<Slot> { possible.union(perhapsSubstituted) }

    /// Whether slots that are read within a pattern have the same values with the outer bindings as without them.
    fileprivate func hides(_ read: Set<Slot>, certain inner: Set<Slot>) -> Bool {
        read.intersection(possible).isSubset(of: inner.union(substituted))
    }
}

extension Pattern {
    /// Whether the operator, evaluated on solutions from outside, gives what joining its own solutions with them would.
    func takesBindings(_ scope: Scope) -> Bool {
        switch self {
        case .basic, .join, .union, .graph: true
        case .filter(let condition, let inner): scope.hides(condition.slots, certain: inner.certainSlots)
        case .leftJoin(let left, let right, let condition):
            scope.hides(right.mentionedSlots.union(condition?.slots ?? []), certain: left.certainSlots)
        case .minus(let left, let right): scope.hides(right.possibleSlots, certain: left.certainSlots)
        case .extend(let inner, let slot, let expression):
            !scope.all.contains(slot) && scope.hides(expression.slots, certain: inner.certainSlots)
        case .values, .group, .subquery, .service: false
        }
    }

    /// Whether the pattern of an `EXISTS`, evaluated on the outer solutions, gives what putting their values in for the variables would
    /// (SPARQL 1.1, section 18.6).
    func isTransparent(_ scope: Scope) -> Bool {
        switch self {
        case .basic: true
        case .join(let left, let right): left.isTransparent(scope) && right.isTransparent(scope.after(left))
        case .union(let branches): branches.allSatisfy { $0.isTransparent(scope) }
        case .graph(let name, let inner):
            inner.isTransparent(scope) && name.slot.map { !inner.mentionedSlots.contains($0) } ?? true
        case .filter(_, let inner), .extend(let inner, _, _): takesBindings(scope) && inner.isTransparent(scope)
        case .leftJoin(let left, let right, _):
            takesBindings(scope) && left.isTransparent(scope) && right.isTransparent(scope.after(left))
        // Rows and subqueries bind their variables themselves; they are joined with the solution.
        case .values, .subquery, .group: true
        case .minus, .service: false
        }
    }
}
