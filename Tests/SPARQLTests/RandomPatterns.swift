import RDF

@testable import SPARQL

/// Small graphs and patterns over few terms, so that much matches.
struct RandomPatterns {
    static let slots = 6
    /// Slots that stand in groups and subqueries alone.
    static let allSlots = 9
    private var state: UInt64
    private var existsCount = 0

    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1 }

    mutating func next(below bound: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int(state >> 33) % bound
    }

    private mutating func chance(_ oneIn: Int) -> Bool { next(below: oneIn) == 0 }

    private mutating func term() -> Term { .iri("http://e/\(next(below: 4))") }
    private mutating func predicate() -> Term { .iri("http://e/p\(next(below: 2))") }
    private mutating func slot() -> Slot { next(below: Self.slots) }

    mutating func graph(triples: Int = 8) -> Graph {
        var builder = GraphBuilder()
        for _ in 0..<triples { builder.add(Triple(term(), predicate(), term())) }
        return builder.build()
    }

    static let names: [Term] = [.iri("http://e/0"), .iri("http://e/1")]

    private mutating func part() -> PatternTerm { chance(4) ? .term(chance(8) ? .iri("http://e/nowhere") : term()) : .variable(slot()) }

    private mutating func basic() -> Pattern {
        .basic(
            (0..<1 + next(below: 2)).map { _ in
                let path: PropertyPath
                switch next(below: 8) {
                case 0: path = .predicate(part())
                case 1: path = self.path(depth: 2)
                default: path = .predicate(.term(predicate()))
                }
                return PatternElement(subject: part(), path: path, object: part())
            })
    }

    private mutating func path(depth: Int) -> PropertyPath {
        if depth == 0 { return .predicate(.term(predicate())) }
        switch next(below: 8) {
        case 0: return .inverse(path(depth: depth - 1))
        case 1: return .sequence(path(depth: depth - 1), path(depth: depth - 1))
        case 2: return .alternative(path(depth: depth - 1), path(depth: depth - 1))
        case 3: return .zeroOrMore(path(depth: depth - 1))
        case 4: return .oneOrMore(path(depth: depth - 1))
        case 5: return .zeroOrOne(path(depth: depth - 1))
        case 6: return .negated(forward: [predicate()], backward: chance(2) ? [predicate()] : nil)
        default: return .predicate(.term(predicate()))
        }
    }

    mutating func pattern(depth: Int) -> Pattern {
        if depth == 0 { return basic() }
        switch next(below: 15) {
        case 0: return basic()
        case 1, 2, 3: return .join(pattern(depth: depth - 1), pattern(depth: depth - 1))
        case 4, 5: return .leftJoin(pattern(depth: depth - 1), pattern(depth: depth - 1), chance(2) ? condition(depth: depth - 1) : nil)
        case 6, 7: return .filter(condition(depth: depth - 1), pattern(depth: depth - 1))
        case 8: return .union([pattern(depth: depth - 1), pattern(depth: depth - 1)])
        case 9: return .minus(pattern(depth: depth - 1), pattern(depth: depth - 1))
        case 10: return extended(depth: depth - 1)
        case 11: return values()
        case 13: return star()
        case 12: return .graph(chance(2) ? .variable(slot()) : .term(Self.names[next(below: 2)]), pattern(depth: depth - 1))
        default: return chance(2) ? grouped(depth: depth - 1) : selected(depth: depth - 1)
        }
    }

    /// Patterns of one variable and constants, joined.
    private mutating func star() -> Pattern {
        let center = PatternTerm.variable(slot())
        return (0..<2 + next(below: 2)).reduce(.unit) { joined, _ in
            let path = PropertyPath.predicate(.term(predicate()))
            let other = PatternTerm.term(term())
            let isSubject = !chance(4)
            return joined.joined(
                .basic([PatternElement(subject: isSubject ? center : other, path: path, object: isSubject ? other : center)]))
        }
    }

    /// `BIND` gives a value to a variable that has none; the grammar sees to that.
    private mutating func extended(depth: Int) -> Pattern {
        let inner = pattern(depth: depth)
        let free = Set(0..<Self.slots).subtracting(inner.possibleSlots).sorted()
        guard !free.isEmpty else { return inner }
        return .extend(inner, free[next(below: free.count)], chance(2) ? .term(term()) : .coalesce([.variable(slot()), .variable(slot())]))
    }

    private mutating func values() -> Pattern {
        let slots = Array(Set([slot(), slot()])).sorted()
        return .values(slots, (0..<1 + next(below: 2)).map { _ in slots.map { _ in chance(4) ? nil : term() } })
    }

    private mutating func selected(depth: Int) -> Pattern {
        let inner = pattern(depth: depth)
        let columns = inner.possibleSlots.sorted().prefix(2).map { Selection.Column(name: "v\($0)", inner: $0, slot: $0) }
        return .subquery(Selection(pattern: inner, columns: columns, isDistinct: chance(2), order: [], limit: nil, offset: 0))
    }

    private mutating func grouped(depth: Int) -> Pattern {
        let inner = pattern(depth: depth)
        let key = slot()
        let aggregate = Aggregate(function: .count, isDistinct: chance(2), expression: .variable(slot()), separator: " ")
        return .group(
            inner, Grouping(keys: [(key, .variable(key))], aggregates: [(Self.slots + next(below: 3), aggregate)], visible: []))
    }

    private mutating func condition(depth: Int) -> Expression {
        switch next(below: 8) {
        case 0: return .bound(slot())
        case 1: return .not(condition(depth: depth))
        case 2: return .or(condition(depth: depth), condition(depth: depth))
        case 3: return .and(condition(depth: depth), condition(depth: depth))
        case 4: return .comparison(.equal, .variable(slot()), .term(term()))
        case 5 where depth > 0:
            existsCount += 1
            return .exists(existsCount, pattern(depth: depth - 1))
        default: return .comparison(.equal, .variable(slot()), .variable(slot()))
        }
    }
}
