import RDF

/// A place in a solution: the number of a variable. Blank nodes of a query and intermediate results have slots as well.
typealias Slot = Int

/// A variable or a term in a pattern.
enum PatternTerm: Sendable, Hashable {
    case variable(Slot)
    case term(Term)

    var slot: Slot? {
        if case .variable(let slot) = self { slot } else { nil }
    }
}

/// A property path (SPARQL 1.1, section 9); a plain predicate is the shortest.
indirect enum PropertyPath: Sendable, Hashable {
    case predicate(PatternTerm)
    case inverse(PropertyPath)
    case sequence(PropertyPath, PropertyPath)
    case alternative(PropertyPath, PropertyPath)
    case zeroOrMore(PropertyPath)
    case oneOrMore(PropertyPath)
    case zeroOrOne(PropertyPath)
    /// Any predicate but these, forwards and backwards.
    case negated(forward: [Term], backward: [Term]?)
}

/// A triple pattern, or a path between two ends.
struct PatternElement: Sendable, Hashable {
    let subject: PatternTerm
    let path: PropertyPath
    let object: PatternTerm

    /// The slots that a match fills.
    var slots: Set<Slot> {
        var slots = Set([subject.slot, object.slot].compactMap(\.self))
        if case .predicate(.variable(let slot)) = path { slots.insert(slot) }
        return slots
    }
}

/// The algebra of graph patterns (SPARQL 1.1, section 18.2).
indirect enum Pattern: Sendable {
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

    static var unit: Pattern { .basic([]) }

    var isUnit: Bool {
        if case .basic(let elements) = self { elements.isEmpty } else { false }
    }

    /// The join of both, which is the one when the other is the unit.
    func joined(_ other: Pattern) -> Pattern {
        if isUnit { return other }
        if other.isUnit { return self }
        return .join(self, other)
    }
}

/// `GROUP BY` and the aggregates over its groups (SPARQL 1.1, section 18.5.1).
struct Grouping: Sendable {
    /// The keys; none, though there are aggregates, makes one group of everything.
    let keys: [(slot: Slot, expression: Expression)]
    let aggregates: [(slot: Slot, aggregate: Aggregate)]
    /// The variables that make a solution of the group what it is, for `COUNT(DISTINCT *)`.
    let visible: [Slot]
}

/// One aggregate.
struct Aggregate: Sendable {
    enum Function: String, Sendable, CaseIterable {
        case count = "COUNT"
        case sum = "SUM"
        case minimum = "MIN"
        case maximum = "MAX"
        case average = "AVG"
        case sample = "SAMPLE"
        case groupConcat = "GROUP_CONCAT"
    }

    let function: Function
    let isDistinct: Bool
    /// What is aggregated; nil for `COUNT(*)`.
    let expression: Expression?
    /// For `GROUP_CONCAT`.
    let separator: String
}

/// A `SELECT`: pattern, solution modifiers and the columns of its answer.
struct Selection: Sendable {
    struct Column: Sendable {
        let name: String
        /// Where the column is found within the selection.
        let inner: Slot
        /// Where it goes outside of the selection; the same for the outermost.
        let slot: Slot
    }

    struct Order: Sendable {
        let expression: Expression
        let isDescending: Bool
    }

    let pattern: Pattern
    let columns: [Column]
    let isDistinct: Bool
    let order: [Order]
    let limit: Int?
    let offset: Int
}
