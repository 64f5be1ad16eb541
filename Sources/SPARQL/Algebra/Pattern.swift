package import Diagnostics
package import RDF

/// A place in a solution: the number of a variable. Blank nodes of a query and intermediate results have slots as well.
package typealias Slot = Int

/// A variable or a term in a pattern.
package enum PatternTerm: Sendable, Hashable {
    case variable(Slot)
    case term(Term)

    package var slot: Slot? {
        if case .variable(let slot) = self { slot } else { nil }
    }
}

/// A property path (SPARQL 1.1, section 9); a plain predicate is the shortest.
package indirect enum PropertyPath: Sendable, Hashable {
    case predicate(PatternTerm)
    case inverse(PropertyPath)
    case sequence(PropertyPath, PropertyPath)
    case alternative(PropertyPath, PropertyPath)
    case zeroOrMore(PropertyPath)
    case oneOrMore(PropertyPath)
    case zeroOrOne(PropertyPath)
    /// Any predicate but these, forwards and backwards.
    case negated(forward: [Term], backward: [Term]?)
    /// What one or more steps along a predicate reach, and the start itself where asked for; the optimiser's word for `p+` and `p*`.
    case closure(of: Term, includesStart: Bool)
}

/// A triple pattern, or a path between two ends.
package struct PatternElement: Sendable, Hashable {
    package let subject: PatternTerm
    package let path: PropertyPath
    package let object: PatternTerm
    /// Where it stands in the query.
    package let span: SourceSpan?

    init(subject: PatternTerm, path: PropertyPath, object: PatternTerm, span: SourceSpan? = nil) {
        self.subject = subject
        self.path = path
        self.object = object
        self.span = span
    }

    /// The slots that a match fills.
    package var slots: Set<Slot> {
        var slots = Set([subject.slot, object.slot].compactMap(\.self))
        if case .predicate(.variable(let slot)) = path { slots.insert(slot) }
        return slots
    }
}

/// The algebra of graph patterns (SPARQL 1.1, section 18.2).
package indirect enum Pattern: Sendable {
    /// A basic graph pattern; the empty one has one solution without bindings.
    case basic([PatternElement])
    case join(Pattern, Pattern)
    case leftJoin(Pattern, Pattern, Expression?)
    case filter(Expression, Pattern)
    case union([Pattern])
    case minus(Pattern, Pattern)
    case extend(Pattern, Slot, Expression)
    case values([Slot], [[Term?]])
    case group(Pattern, Grouping)
    case subquery(Selection)
    /// `GRAPH`: the pattern within one named graph, or within each.
    case graph(PatternTerm, Pattern)
    /// `SERVICE`, which is read and not evaluated.
    case service(Pattern)

    package static var unit: Pattern { .basic([]) }

    package var isUnit: Bool {
        if case .basic(let elements) = self { elements.isEmpty } else { false }
    }

    /// The join of both, which is the one when the other is the unit.
    package func joined(_ other: Pattern) -> Pattern {
        if isUnit { return other }
        if other.isUnit { return self }
        return .join(self, other)
    }
}

/// `GROUP BY` and the aggregates over its groups (SPARQL 1.1, section 18.5.1).
package struct Grouping: Sendable {
    /// The keys; none, though there are aggregates, makes one group of everything.
    package let keys: [(slot: Slot, expression: Expression)]
    package let aggregates: [(slot: Slot, aggregate: Aggregate)]
    /// The variables that make a solution of the group what it is, for `COUNT(DISTINCT *)`.
    package let visible: [Slot]
}

/// One aggregate.
package struct Aggregate: Sendable {
    package enum Function: String, Sendable, CaseIterable {
        case count = "COUNT"
        case sum = "SUM"
        case minimum = "MIN"
        case maximum = "MAX"
        case average = "AVG"
        case sample = "SAMPLE"
        case groupConcat = "GROUP_CONCAT"
    }

    package let function: Function
    package let isDistinct: Bool
    /// What is aggregated; nil for `COUNT(*)`.
    package let expression: Expression?
    /// For `GROUP_CONCAT`.
    package let separator: String
}

/// A `SELECT`: pattern, solution modifiers and the columns of its answer.
package struct Selection: Sendable {
    package struct Column: Sendable {
        package let name: String
        /// Where the column is found within the selection.
        package let inner: Slot
        /// Where it goes outside of the selection; the same for the outermost.
        package let slot: Slot
    }

    package struct Order: Sendable {
        package let expression: Expression
        package let isDescending: Bool
    }

    package let pattern: Pattern
    package let columns: [Column]
    package let isDistinct: Bool
    package let order: [Order]
    package let limit: Int?
    package let offset: Int
}
