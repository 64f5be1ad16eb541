import RDF
import SPARQL
import Testing

@Suite struct PatternTests {
    private let people: Graph

    init() throws {
        people = try graph(
            """
            e:ann a e:Person ; e:name "Ann" ; e:age 40 ; e:knows e:bob, e:cid .
            e:bob a e:Person ; e:name "Bob"@en ; e:age 30 ; e:mail "b@e" ; e:knows e:cid .
            e:cid a e:Person ; e:name "Cid" ; e:knows e:ann .
            e:dog a e:Animal ; e:name "Rex" ; e:age 7 .
            """)
    }

    @Test func joinsTriples() throws {
        #expect(
            try rows("SELECT ?x ?n { ?x e:knows ?y . ?y e:name ?n } ORDER BY ?x ?n", on: people) == [
                "ann Bob", "ann Cid", "bob Cid", "cid Ann",
            ])
    }

    @Test func repeatsAVariable() throws {
        let loops = try graph("e:a e:p e:a . e:a e:p e:b . e:b e:q e:b .")
        #expect(try rows("SELECT ?x { ?x e:p ?x }", on: loops) == ["a"])
        #expect(try rows("SELECT ?x ?p { ?x ?p ?x } ORDER BY ?x", on: loops) == ["a p", "b q"])
    }

    @Test func keepsWhatHasNoOption() throws {
        #expect(
            try rows("SELECT ?x ?m { ?x a e:Person OPTIONAL { ?x e:mail ?m } } ORDER BY ?x", on: people) == ["ann -", "bob b@e", "cid -"])
    }

    @Test func filtersWithinAnOptionSeeTheLeftSide() throws {
        let query = "SELECT ?x ?b { ?x e:age ?a OPTIONAL { ?y e:age ?b FILTER(?b > ?a) } } ORDER BY ?x ?b"
        #expect(try rows(query, on: people) == ["ann -", "bob 40", "dog 30", "dog 40"])
    }

    @Test func filtersOutsideOfAnOptionSeeNothing() throws {
        #expect(try rows("SELECT ?x { ?x a e:Person OPTIONAL { ?x e:age ?a } FILTER(!BOUND(?a)) }", on: people) == ["cid"])
    }

    @Test func aFilterDoesNotSeeVariablesOfAnotherGroup() throws {
        #expect(try rows("SELECT ?x { ?x e:age ?a { ?x a e:Person FILTER(?a > 0) } }", on: people) == [])
    }

    @Test func unites() throws {
        #expect(try rows("SELECT ?x { { ?x a e:Animal } UNION { ?x e:mail ?m } } ORDER BY ?x", on: people) == ["bob", "dog"])
    }

    @Test func subtracts() throws {
        #expect(try rows("SELECT ?x { ?x a e:Person MINUS { ?x e:mail ?m } } ORDER BY ?x", on: people) == ["ann", "cid"])
        #expect(try rows("SELECT ?x { ?x a e:Animal MINUS { ?y e:mail ?m } }", on: people) == ["dog"])
    }

    @Test func asksForExistence() throws {
        #expect(try rows("SELECT ?x { ?x a e:Person FILTER NOT EXISTS { ?x e:mail ?m } } ORDER BY ?x", on: people) == ["ann", "cid"])
        #expect(
            try rows("SELECT ?x { ?x e:age ?a FILTER EXISTS { ?y e:age ?b FILTER(?b < ?a) } } ORDER BY ?x", on: people) == ["ann", "bob"])
    }

    @Test func bindsAndTakesValues() throws {
        #expect(try rows("SELECT ?x ?d { ?x e:age ?a BIND(?a * 2 AS ?d) } ORDER BY ?d", on: people) == ["dog 14", "bob 60", "ann 80"])
        #expect(try rows("SELECT ?x ?a { VALUES ?x { e:ann e:dog e:nobody } ?x e:age ?a } ORDER BY ?a", on: people) == ["dog 7", "ann 40"])
        #expect(
            try rows("SELECT ?x ?n { ?x e:name ?n } VALUES (?x ?n) { (e:dog UNDEF) (UNDEF \"Ann\") }", on: people).sorted() == [
                "ann Ann", "dog Rex",
            ])
    }

    @Test func groups() throws {
        #expect(try rows("SELECT ?t (COUNT(?x) AS ?c) { ?x a ?t } GROUP BY ?t ORDER BY DESC(?c)", on: people) == ["Person 3", "Animal 1"])
        #expect(try rows("SELECT ?t { ?x a ?t } GROUP BY ?t HAVING (COUNT(*) > 1)", on: people) == ["Person"])
        #expect(try rows("SELECT (COUNT(*) AS ?c) { ?x e:none ?y }", on: people) == ["0"])
        #expect(
            try rows("SELECT (SUM(?a) AS ?s) (AVG(?a) AS ?v) (MIN(?a) AS ?l) (MAX(?a) AS ?h) { ?x e:age ?a }", on: people).first?.hasPrefix(
                "77 25.6") == true)
        #expect(try rows("SELECT (COUNT(DISTINCT ?t) AS ?c) { ?x a ?t }", on: people) == ["2"])
    }

    @Test func nestsSelections() throws {
        let query = "SELECT ?x ?n { ?x e:name ?n { SELECT ?x { ?x e:age ?a } ORDER BY DESC(?a) LIMIT 1 } }"
        #expect(try rows(query, on: people) == ["ann Ann"])
        // The inner ?n is another variable than the outer one, for it is not selected.
        #expect(try rows("SELECT ?n { ?x e:mail ?n { SELECT ?x { ?x e:name ?n } } }", on: people) == ["b@e"])
    }

    @Test func modifiesSolutions() throws {
        #expect(try rows("SELECT DISTINCT ?t { ?x a ?t } ORDER BY ?t", on: people) == ["Animal", "Person"])
        #expect(try rows("SELECT ?x { ?x e:age ?a } ORDER BY ?a LIMIT 1 OFFSET 1", on: people) == ["bob"])
        #expect(try rows("SELECT ?x { ?x e:age ?a } LIMIT 0", on: people) == [])
        #expect(try rows("SELECT ?x { ?x e:age ?a } ORDER BY ?a OFFSET 9", on: people) == [])
        #expect(try rows("SELECT * { ?x e:mail ?m }", on: people) == ["bob b@e"])
        #expect(try rows("SELECT (?a + 1 AS ?b) { e:bob e:age ?a }", on: people) == ["31"])
    }

    @Test func ordersKindsOfTerms() throws {
        let mixed = try graph("e:s e:p 2, 10, \"b\", \"a\", e:i, _:b, true .")
        #expect(try rows("SELECT ?o { e:s e:p ?o } ORDER BY ?o", on: mixed) == ["_", "i", "2", "10", "a", "b", "true"])
    }

    @Test func asks() throws {
        #expect(try rows("ASK { ?x e:age 7 }", on: people) == ["true"])
        #expect(try rows("ASK { ?x e:age 8 }", on: people) == ["false"])
    }

    @Test func readsNestedNodes() throws {
        let nested = try graph("e:s e:p [ e:q 1 ; e:r ( e:a e:b ) ] . e:t e:p [ e:q 2 ] .")
        #expect(try rows("SELECT ?s { ?s e:p [ e:q 1 ] }", on: nested) == ["s"])
        #expect(try rows("SELECT ?s ?x { ?s e:p [ e:r ( e:a ?x ) ] }", on: nested) == ["s b"])
        #expect(try rows("SELECT ?s { ?s e:p _:n . _:n e:q 2 }", on: nested) == ["t"])
    }
}

@Suite struct PathTests {
    private let tree: Graph

    init() throws {
        tree = try graph("e:a e:up e:b . e:b e:up e:c . e:c e:up e:d . e:d e:up e:b . e:a e:is e:x . e:b e:is e:y . e:a e:alt e:x .")
    }

    @Test(
        arguments: zip(
            [
                "e:a e:up/e:is ?o", "?o ^e:up e:c", "e:a e:up+ ?o", "e:a e:up* ?o", "e:a e:up? ?o", "e:a (e:is|e:alt) ?o", "?o e:up* e:c",
                "e:nowhere e:up* ?o", "e:a !e:up ?o", "e:a !(e:up|e:is) ?o", "e:b ^e:up/e:is ?o", "e:x !^e:is ?o", "e:a (e:up/e:up)* ?o",
            ],
            [
                ["y"], ["d"], ["b", "c", "d"], ["a", "b", "c", "d"], ["a", "b"], ["x", "x"], ["a", "b", "c", "d"], ["nowhere"], ["x", "x"],
                ["x"], ["x"],
                ["a"], ["a", "b", "c", "d"],
            ]))
    func follows(path: String, expected: [String]) throws {
        #expect(try rows("SELECT ?o { \(path) } ORDER BY ?o", on: tree) == expected)
    }

    /// Ways that only differ in how they come to the same node are not counted where nobody counts them.
    @Test func manyWaysToTheSameNodeAreOne() throws {
        let step = "(e:up|e:up|^e:none)"
        let path = Array(repeating: step, count: 31).joined(separator: "/")
        var limits = SPARQLQuery.Limits()
        limits.maximumSteps = 20_000
        #expect(try rows("SELECT ?o { e:a (\(path))+ ?o } ORDER BY ?o", on: tree, limits: limits) == ["b", "c", "d"])
        #expect(try rows("SELECT ?o { e:a (((e:up*)*)+)* ?o } ORDER BY ?o", on: tree, limits: limits) == ["a", "b", "c", "d"])
        // Elsewhere they are counted, as the specification has it.
        #expect(try rows("SELECT (COUNT(*) AS ?n) { e:a (e:up|e:up)/(e:up|e:up) ?o }", on: tree) == ["4"])
    }

    @Test func connectsAllWithAll() throws {
        #expect(try rows("SELECT (COUNT(*) AS ?n) { ?x e:up* ?y }", on: tree) == ["15"])
        #expect(try rows("ASK { e:a e:up+ e:d }", on: tree) == ["true"])
        #expect(try rows("ASK { e:d e:up+ e:a }", on: tree) == ["false"])
    }
}

@Suite struct ScopeTests {
    private let people: Graph

    init() throws {
        people = try graph("e:ann e:age 40 ; e:mail \"a\" . e:bob e:age 30 . e:cid e:mail \"c\" ; e:knows e:bob .")
    }

    /// Steps that wait for the last row stand at the beginning of a branch or an option as well.
    @Test(
        arguments: zip(
            [
                "SELECT ?n { { SELECT (COUNT(*) AS ?n) { ?x e:age ?a } } UNION { SELECT (MAX(?a) AS ?n) { ?x e:age ?a } } }",
                "SELECT ?n { OPTIONAL { SELECT (COUNT(*) AS ?n) { ?x e:age ?a } } }",
                "SELECT ?x ?n { ?x e:age ?a OPTIONAL { SELECT (COUNT(*) AS ?n) { ?y e:age ?b } } } ORDER BY ?x",
                "SELECT ?x { ?x e:age ?a { SELECT ?x { ?x e:age ?b } ORDER BY ?b LIMIT 1 } }",
                "SELECT ?x { { SELECT ?x { ?x e:age ?b } ORDER BY DESC(?b) LIMIT 1 } { SELECT ?x { ?x e:mail ?m } } }",
                "ASK { FILTER EXISTS { SELECT (COUNT(*) AS ?n) { ?x e:age ?a } HAVING (COUNT(*) = 2) } }",
                "SELECT ?x { ?x e:age ?a MINUS { SELECT ?x { ?x e:mail ?m } GROUP BY ?x } }",
            ], [["2", "40"], ["2"], ["ann 2", "bob 2"], ["bob"], ["ann"], ["true"], ["bob"]]))
    func asksSelectionsWithin(query: String, expected: [String]) throws {
        #expect(try rows(query, on: people) == expected)
    }

    /// The filters of an optional group see what it is added to, each of them; those of a group within it do not (section 18.2.2.6).
    @Test func filtersOfOptions() throws {
        let two = "SELECT ?x ?b { ?x e:age ?a OPTIONAL { ?y e:age ?b FILTER(?b != ?a) FILTER(?b < ?a) } } ORDER BY ?x"
        #expect(try rows(two, on: people) == ["ann 30", "bob -"])
        let nested = "SELECT ?x ?b { ?x e:age ?a OPTIONAL { { ?y e:age ?b FILTER(?b < ?a) } } } ORDER BY ?x"
        #expect(try rows(nested, on: people) == ["ann -", "bob -"])
    }

    /// A value from outside need not be a node of the graph; an empty path connects nodes alone, and what stands in the path itself.
    @Test func emptyPathsConnectNodes() throws {
        #expect(try rows("SELECT ?y { VALUES ?x { e:nowhere } ?x e:knows* ?y }", on: people) == [])
        #expect(try rows("SELECT ?y { e:nowhere e:knows* ?y }", on: people) == ["nowhere"])
        #expect(try rows("SELECT ?y { VALUES ?x { e:cid } ?x e:knows? ?y } ORDER BY ?y", on: people) == ["bob", "cid"])
    }

    @Test func readsCodePointEscapesAnywhere() throws {
        #expect(try rows("SELECT ?\\u0078 { ?x \\u0065:mail \"\\u0063\" }", on: people) == ["cid"])
        #expect(try rows("SELECT ?x { ?x <http://e/\\u006Dail> \"a\" }", on: people) == ["ann"])
        #expect(throws: (any Error).self) { try rows("SELECT ?x\\u0020?y { ?x ?y ?z }", on: people) }
    }
}

/// Lists that the index keeps sorted are joined by walking along them.
@Suite struct MergeTests {
    @Test func walksAlongSortedLists() throws {
        // Multiples of 2, of 3 and of 7, among many others.
        let text = (0..<600).flatMap { number in
            [2, 3, 7].filter { number % $0 == 0 }.map { "e:n\(number) e:of e:p\($0) ." } + [
                "e:n\(number) e:of e:all ; e:next e:n\(number + 1) ."
            ]
        }.joined(separator: "\n")
        let data = try graph(text)
        func count(_ query: String) throws -> [String] { try rows("SELECT (COUNT(*) AS ?n) { \(query) }", on: data) }
        #expect(try count("?x e:of e:p2 . ?x e:of e:p3 . ?x e:of e:p7") == ["\(600 / 42 + 1)"])
        #expect(
            try count("?x e:of e:all . ?x e:of e:p7 . ?x e:next ?y . ?y e:of e:p2") == ["\((0..<600).count { $0 % 7 == 0 && $0 % 2 == 1 })"]
        )
        #expect(try count("?x e:of e:p2 . ?x e:of e:nothing") == ["0"])
        #expect(try count("e:n6 e:of ?p . e:n9 e:of ?p") == ["2"])
        #expect(try count("VALUES ?x { e:n42 e:n43 e:nowhere } ?x e:of e:p2 . ?x e:of e:p3") == ["1"])
        #expect(try rows("ASK { ?x e:of e:p2 . ?x e:of e:p7 }", on: data) == ["true"])
        let query = try SPARQLQuery.parse("PREFIX e: <http://e/> SELECT ?x { ?x e:of e:p2 . ?x e:next ?y . ?x e:of e:p7 }")
        #expect(query.explanation(on: Dataset(data)).contains("gather sorted"))
    }
}
