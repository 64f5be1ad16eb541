import Diagnostics
import RDF
import Testing

@testable import SPARQL

/// Paths along a hierarchy are read from its closure, and only where it is the closure of what is asked.
@Suite struct ClosureTests {
    private static let tree = "e:a e:up e:b . e:b e:up e:c , e:d . e:c e:up e:b . e:x e:up e:y ; e:side e:a ."
    private static let more = "e:c e:up e:top . e:top e:side e:z ."

    private func table(_ graph: Graph) throws -> ClosureTable { try #require(ClosureTable(graph, predicate: "http://e/up")) }

    @Test func aTableIsWhatTheSearchFinds() throws {
        var random = RandomPatterns(seed: 7)
        for _ in 0..<200 {
            let graph = random.graph(triples: 12)
            guard let table = ClosureTable(graph, predicate: "http://e/p0") else { continue }
            let search = Hierarchy(graph, upward: ["http://e/p0"])
            for term in Int32(0)..<Int32(graph.terms.count) {
                #expect(Array(table.above(term)) == search.ancestors(of: term).sorted())
                #expect(Array(table.below(term)) == search.descendants(of: term).sorted())
                for other in Int32(0)..<Int32(graph.terms.count) {
                    #expect(table.isAbove(other, term) == search.ancestors(of: term).contains(other))
                }
            }
        }
    }

    @Test func tooManyPairsMakeNoTable() throws {
        #expect(ClosureTable(try graph(Self.tree), predicate: "http://e/up", maximumPairs: 3) == nil)
        #expect(ClosureTable(try graph(Self.tree), predicate: "http://e/nothing") == nil)
    }

    /// What is asked, and how many steps it may take with the closure where walking takes more.
    private static let questions = [
        "SELECT ?x { e:a e:up* ?x } ORDER BY ?x", "SELECT ?x { e:a e:up+ ?x } ORDER BY ?x", "SELECT ?x { ?x e:up* e:d } ORDER BY ?x",
        "SELECT ?x { ?x e:up+ e:b } ORDER BY ?x", "SELECT ?x { e:b ^e:up* ?x } ORDER BY ?x", "SELECT ?x { e:b (^e:up)* ?x } ORDER BY ?x",
        "SELECT ?x ?y { ?x e:up+ ?y } ORDER BY ?x ?y", "SELECT ?x ?y { ?x (e:up+)* ?y } ORDER BY ?x ?y",
        "SELECT ?x { ?x e:side/e:up* ?y } ORDER BY ?x", "SELECT ?x { e:nowhere e:up* ?x }", "SELECT ?x { e:nowhere e:up+ ?x }",
        "ASK { e:a e:up+ e:d }", "ASK { e:a e:up+ e:y }", "ASK { e:d e:up* e:d }", "ASK { e:b e:up+ e:b }",
        "SELECT ?g ?x { GRAPH ?g { e:a e:up* ?x } } ORDER BY ?g ?x", "SELECT ?x { GRAPH e:g { ?x e:up+ e:top } } ORDER BY ?x",
    ]

    /// With a closure or without, whatever else the default graph holds, and with a closure of an earlier state.
    @Test(arguments: questions) func answersAreTheSame(question: String) throws {
        let (small, large) = (try graph(Self.tree), try graph(Self.tree + Self.more))
        let other = try graph(Self.more)
        let named = Dataset.NamedGraph(name: "http://e/g", graph: large)
        let namedWithClosure = Dataset.NamedGraph(name: "http://e/g", graph: large, closures: [try table(large)])
        func expect(_ known: Dataset, _ plain: Dataset, _ what: String) throws {
            #expect(try rows(question, on: known) == rows(question, on: plain), "\(what)")
        }
        try expect(
            Dataset(small, named: [namedWithClosure], closures: [try table(small)]), Dataset(small, named: [named]), "two graphs")
        // The default graph gains triples of the predicate from another.
        try expect(
            Dataset(named: [namedWithClosure, .init(name: "http://e/h", graph: other)], defaults: ["http://e/g", "http://e/h"]),
            Dataset(named: [named, .init(name: "http://e/h", graph: other)], defaults: ["http://e/g", "http://e/h"]), "a union")
        // The graph lost triples, or gained some, since the closure was made.
        try expect(Dataset(small, closures: [try table(large)]), Dataset(small), "fewer triples")
        try expect(Dataset(large, closures: [try table(small)]), Dataset(large), "more triples")
    }

    @Test func theClosureIsUsedWhereItMay() throws {
        let graph = try graph((0..<2_000).map { "e:n\($0) e:up e:n\($0 + 1) ." }.joined(separator: "\n"))
        let known = Dataset(graph, closures: [try table(graph)])
        var limits = SPARQLQuery.Limits()
        limits.maximumSteps = 200
        // Two thousand steps are walked, or one entry is read.
        #expect(try rows("ASK { e:n0 e:up+ e:n2000 }", on: known, limits: limits) == ["true"])
        #expect(throws: DiagnosticList.self) { try rows("ASK { e:n0 e:up+ e:n2000 }", on: Dataset(graph), limits: limits) }
    }

    @Test func explainSaysSo() throws {
        let graph = try graph(Self.tree)
        let query = try SPARQLQuery.parse("PREFIX e: <http://e/> SELECT ?x { ?x e:up* e:d ; e:side ?y FILTER(?y != e:z && ?x != e:q) }")
        let text = query.explanation(on: Dataset(graph, closures: [try table(graph)]))
        #expect(text.hasPrefix("as written\n"))
        #expect(text.contains("answer from closure\n"))
        #expect(text.contains("match ?x closure(<http://e/up>*) <http://e/d>"))
        #expect(!query.explanation(on: Dataset(graph)).contains("closure"))
    }
}
