import Diagnostics
import RDF
import SPARQL

/// One group of a query, flat: what its patterns and filters ask together.
struct Group {
    /// Its number within the query.
    let id: Int
    var elements: [PatternElement] = []
    /// Filters, the parts of a conjunction each by itself.
    var conditions: [Expression] = []
    var bindings: [Slot: Expression] = [:]
    var values: [(slots: [Slot], rows: [[Term?]])] = []
    var unions: [[Pattern]] = []
    var exclusions: [Pattern] = []
    var subqueries: [Selection] = []
    /// What the federation does not answer in it.
    var refusals: [Diagnostic] = []

    init(_ pattern: Pattern, id: Int) {
        self.id = id
        add(pattern)
    }

    private mutating func add(_ pattern: Pattern) {
        switch pattern {
        case .basic(let found): elements += found
        case .join(let left, let right):
            add(left)
            add(right)
        case .filter(let condition, let inner):
            add(inner)
            conditions += condition.conjuncts
        case .extend(let inner, let slot, let expression):
            add(inner)
            bindings[slot] = expression
        case .values(let slots, let rows): values.append((slots, rows))
        case .union(let branches): unions.append(branches)
        case .minus(let left, let right):
            add(left)
            exclusions.append(right)
        case .subquery(let selection): subqueries.append(selection)
        case .graph(.term(.iri(FederationVocabulary.graphName)), let inner): add(inner)
        case .graph(_, let inner):
            refuse("the federation's graph and another cannot be asked at once", inner, "ask the other graph by itself first")
        case .leftJoin(let left, let right, _):
            add(left)
            refuse(
                "`OPTIONAL` selects no patients, so it changes no count", right,
                "leave it out, or ask for it with `FILTER EXISTS { … }`")
        case .group(let inner, _), .service(let inner):
            refuse("this part cannot be asked of the federation", inner, Refusal.example)
        }
    }

    private mutating func refuse(_ message: String, _ pattern: Pattern, _ help: String) {
        refusals.append(Diagnostic(Refusal.pattern, message, at: pattern.firstSpan ?? SourceSpan(0, 0), help: help))
    }
}

extension Pattern {
    /// Its triples, those of patterns within it among them; those within expressions are not.
    var allElements: [PatternElement] {
        switch self {
        case .basic(let elements): elements
        case .join(let left, let right), .minus(let left, let right), .leftJoin(let left, let right, _):
            left.allElements + right.allElements
        case .filter(_, let inner), .extend(let inner, _, _), .group(let inner, _), .graph(_, let inner), .service(let inner):
            inner.allElements
        case .union(let branches): branches.flatMap(\.allElements)
        case .subquery(let selection): selection.pattern.allElements
        case .values: []
        }
    }

    /// The names of graphs that it asks.
    var graphNames: [String] {
        switch self {
        case .basic, .values: []
        case .join(let left, let right), .minus(let left, let right), .leftJoin(let left, let right, _):
            left.graphNames + right.graphNames
        case .graph(let name, let inner):
            (name.slot == nil ? [name].compactMap { if case .term(let term) = $0 { term.iri } else { nil } } : []) + inner.graphNames
        case .filter(_, let inner), .extend(let inner, _, _), .group(let inner, _), .service(let inner): inner.graphNames
        case .union(let branches): branches.flatMap(\.graphNames)
        case .subquery(let selection): selection.pattern.graphNames
        }
    }

    var firstSpan: SourceSpan? { allElements.lazy.compactMap(\.span).first }
}

extension Expression {
    /// The parts of a conjunction, in order.
    var conjuncts: [Expression] {
        if case .and(let left, let right) = bare { left.conjuncts + right.conjuncts } else { [self] }
    }

    /// The parts of a disjunction, in order.
    var disjuncts: [Expression] {
        if case .or(let left, let right) = bare { left.disjuncts + right.disjuncts } else { [self] }
    }

    /// The variable that it is.
    var variable: Slot? { if case .variable(let slot) = bare { slot } else { nil } }

    /// The term that it is.
    var constant: Term? { if case .term(let term) = bare { term } else { nil } }
}

extension Expression.Comparison {
    /// With its sides changed.
    var flipped: Expression.Comparison {
        switch self {
        case .less: .greater
        case .lessOrEqual: .greaterOrEqual
        case .greater: .less
        case .greaterOrEqual: .lessOrEqual
        case .equal, .unequal: self
        }
    }

    var isLower: Bool { self == .greater || self == .greaterOrEqual }
    var isInclusive: Bool { self == .greaterOrEqual || self == .lessOrEqual || self == .equal }
}

/// Foundation has a type of the same name.
typealias Expression = SPARQL.Expression
