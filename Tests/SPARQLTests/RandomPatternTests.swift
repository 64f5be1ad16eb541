import Diagnostics
import RDF
import Testing

@testable import SPARQL

/// The evaluator, with its index, seeds and hashed joins, against the definitions of the algebra written out.
@Suite struct RandomPatternTests {
    @Test(arguments: 0..<400) func agreesWithTheDefinition(seed: Int) throws {
        var random = RandomPatterns(seed: UInt64(seed))
        let graph = random.graph()
        let pattern = random.pattern(depth: 3)
        let evaluator = Evaluator(graph: graph, slotCount: RandomPatterns.slots, budget: Budget(SPARQLQuery.Limits()))
        let found = try evaluator.solutions(of: pattern).map { solution in solution.map { $0 == unbound ? nil : evaluator.terms[$0] } }
        let expected = Definition(graph: graph).solutions(of: pattern)
        #expect(found.map { "\($0)" }.sorted() == expected.map { "\($0)" }.sorted(), "\(pattern)")
    }
}

/// The algebra of SPARQL 1.1, section 18.5, without any cleverness.
private struct Definition {
    typealias Row = [Term?]
    let graph: Graph
    private let none = Row(repeating: nil, count: RandomPatterns.slots)

    init(graph: Graph) { self.graph = graph }

    func solutions(of pattern: Pattern) -> [Row] {
        switch pattern {
        case .basic(let elements): elements.reduce([none]) { join($0, matches(of: $1)) }
        case .join(let left, let right): join(solutions(of: left), solutions(of: right))
        case .leftJoin(let left, let right, let condition): leftJoin(solutions(of: left), solutions(of: right), condition)
        case .filter(let condition, let inner): solutions(of: inner).filter { truth(condition, $0) == true }
        case .union(let branches): branches.flatMap(solutions)
        case .minus(let left, let right):
            solutions(of: left).filter { row in
                !solutions(of: right).contains { other in merge(row, other) != nil && zip(row, other).contains { $0 != nil && $1 != nil } }
            }
        case .extend, .values, .group, .subquery: []
        }
    }

    private func join(_ left: [Row], _ right: [Row]) -> [Row] { left.flatMap { row in right.compactMap { merge(row, $0) } } }

    private func leftJoin(_ left: [Row], _ right: [Row], _ condition: Expression?) -> [Row] {
        left.flatMap { row in
            let joined = join([row], right).filter { candidate in condition.map { truth($0, candidate) == true } ?? true }
            return joined.isEmpty ? [row] : joined
        }
    }

    private func matches(of element: PatternElement) -> [Row] {
        guard case .predicate(let predicate) = element.path else { return [] }
        return graph.triples().compactMap { triple in
            var row = none
            for (part, term) in zip([element.subject, predicate, element.object], [triple.subject, triple.predicate, triple.object]) {
                switch part {
                case .term(let wanted): if wanted != term { return nil }
                case .variable(let slot):
                    if let known = row[slot], known != term { return nil }
                    row[slot] = term
                }
            }
            return row
        }
    }

    private func merge(_ left: Row, _ right: Row) -> Row? {
        var row = left
        for slot in right.indices {
            guard let term = right[slot] else { continue }
            if let known = row[slot], known != term { return nil }
            row[slot] = term
        }
        return row
    }

    private func truth(_ expression: Expression, _ row: Row) -> Bool? {
        switch expression {
        case .bound(let slot): return row[slot] != nil
        case .not(let inner): return truth(inner, row).map { !$0 }
        case .or(let left, let right):
            let values = [truth(left, row), truth(right, row)]
            return values.contains(true) ? true : values.contains(nil) ? nil : false
        case .comparison(.equal, .variable(let left), .variable(let right)):
            guard let left = row[left], let right = row[right] else { return nil }
            return left == right
        default: return nil
        }
    }
}

/// Small graphs and patterns over few terms, so that much matches.
private struct RandomPatterns {
    static let slots = 5
    private var state: UInt64

    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1 }

    private mutating func next(below bound: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int(state >> 33) % bound
    }

    private mutating func term() -> Term { .iri("http://e/\(next(below: 4))") }

    mutating func graph() -> Graph {
        var builder = GraphBuilder()
        for _ in 0..<8 { builder.add(Triple(term(), .iri("http://e/\(next(below: 2))"), term())) }
        return builder.build()
    }

    private mutating func part() -> PatternTerm { next(below: 4) == 0 ? .term(term()) : .variable(next(below: Self.slots)) }

    private mutating func basic() -> Pattern {
        .basic(
            (0..<1 + next(below: 2)).map { _ in
                PatternElement(
                    subject: part(), path: .predicate(next(below: 5) == 0 ? part() : .term(.iri("http://e/\(next(below: 2))"))),
                    object: part())
            })
    }

    mutating func pattern(depth: Int) -> Pattern {
        if depth == 0 { return basic() }
        switch next(below: 7) {
        case 0: return basic()
        case 1, 2: return .join(pattern(depth: depth - 1), pattern(depth: depth - 1))
        case 3: return .leftJoin(pattern(depth: depth - 1), pattern(depth: depth - 1), next(below: 2) == 0 ? condition() : nil)
        case 4: return .filter(condition(), pattern(depth: depth - 1))
        case 5: return .union([pattern(depth: depth - 1), pattern(depth: depth - 1)])
        default: return .minus(pattern(depth: depth - 1), pattern(depth: depth - 1))
        }
    }

    private mutating func condition() -> Expression {
        switch next(below: 4) {
        case 0: return .bound(next(below: Self.slots))
        case 1: return .not(condition())
        case 2: return .or(condition(), condition())
        default: return .comparison(.equal, .variable(next(below: Self.slots)), .variable(next(below: Self.slots)))
        }
    }
}
