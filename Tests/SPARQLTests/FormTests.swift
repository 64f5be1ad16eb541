import RDF
import SPARQL
import Testing

@Suite struct FormTests {
    private let people: Graph

    init() throws {
        people = try graph(
            """
            e:ann e:name "Ann" ; e:knows e:bob ; e:home [ e:city "Graz" ; e:in [ e:country "AT" ] ] .
            e:bob e:name "Bob" .
            """)
    }

    @Test func constructsTriples() throws {
        #expect(try rows("CONSTRUCT { ?y e:knownBy ?x } { ?x e:knows ?y }", on: people) == ["bob knownBy ann"])
        #expect(try rows("CONSTRUCT { e:all e:is ?t } { ?x e:name ?n BIND(e:person AS ?t) }", on: people) == ["all is person"])
        #expect(try rows("CONSTRUCT WHERE { ?x e:knows ?y . ?y e:name ?n }", on: people) == ["ann knows bob", "bob name Bob"])
        #expect(try rows("CONSTRUCT { } { ?x e:knows ?y }", on: people) == [])
    }

    /// Literals as subjects, unbound variables and the like leave a triple out, not the row.
    @Test func leavesOutWhatIsNoTriple() throws {
        #expect(
            try rows("CONSTRUCT { ?n e:of ?x . ?x e:a ?none . ?x ?n 1 . ?x e:ok true }  { ?x e:name ?n } ORDER BY ?n LIMIT 1", on: people)
                == [
                    "ann ok true"
                ])
    }

    @Test func makesNewBlankNodesForEachSolution() throws {
        let query = "CONSTRUCT { ?x e:has _:n . _:n e:name ?n } { ?x e:name ?n }"
        guard case .graph(let triples) = try SPARQLQuery.parse("PREFIX e: <http://e/> " + query).evaluate(on: people) else {
            Issue.record("no graph")
            return
        }
        #expect(triples.count == 4)
        #expect(Set(triples.map(\.subject).filter(\.isBlank)).count == 2)
    }

    @Test func describesWithBlankNodes() throws {
        #expect(
            try rows("DESCRIBE e:ann", on: people) == [
                "_ city Graz", "_ country AT", "_ in _", "ann home _", "ann knows bob", "ann name Ann",
            ])
        #expect(try rows("DESCRIBE ?y { ?x e:knows ?y }", on: people) == ["bob name Bob"])
        #expect(try rows("DESCRIBE e:nobody", on: people) == [])
        #expect(try rows("DESCRIBE * { ?y e:name \"Bob\" }", on: people) == ["bob name Bob"])
    }
}

@Suite struct DatasetTests {
    private let dataset: Dataset

    init() throws {
        dataset = Dataset(
            try graph("e:d e:p 1 . _:x e:q 5 ."),
            named: [
                Dataset.NamedGraph(name: "http://e/g1", graph: try graph("e:a e:p 1 . e:a e:q e:b . _:x e:q 1 .")),
                Dataset.NamedGraph(name: "http://e/g2", graph: try graph("e:a e:p 2 . e:b e:p 1 . _:x e:q 1 .")),
            ])
    }

    @Test(
        arguments: zip(
            [
                "SELECT ?s { ?s e:p ?o } ORDER BY ?s", "SELECT ?g ?s { GRAPH ?g { ?s e:p 1 } } ORDER BY ?g",
                "SELECT ?s { GRAPH e:g2 { ?s e:p ?o } } ORDER BY ?s",
                "SELECT ?s { GRAPH e:none { ?s e:p ?o } }", "SELECT ?g { GRAPH ?g { } } ORDER BY ?g",
                "SELECT ?o { GRAPH e:g1 { ?x e:q ?y } GRAPH e:g2 { ?y e:p ?o } }",
                "SELECT ?g ?o { VALUES ?g { e:g2 } GRAPH ?g { e:a e:p ?o } }",
                "SELECT ?s FROM e:g1 { ?s e:p ?o }", "SELECT ?s ?o FROM e:g1 FROM e:g2 { ?s e:p ?o } ORDER BY ?s ?o",
                "SELECT ?s FROM NAMED e:g1 { ?s e:p ?o }", "SELECT ?g FROM NAMED e:g1 { GRAPH ?g { ?s e:p ?o } }",
                "SELECT ?s ?g FROM e:g2 FROM NAMED e:g1 { ?s e:p 1 GRAPH ?g { e:a e:p 1 } }", "SELECT ?s FROM e:none { ?s ?p ?o }",
                "SELECT ?g { GRAPH ?g { ?s e:p ?o FILTER(?o = 2) } }", "SELECT ?s { ?s e:p ?o FILTER EXISTS { GRAPH e:g1 { ?x e:p ?o } } }",
                "SELECT ?g ?t { GRAPH ?g { e:a e:p ?o } OPTIONAL { GRAPH ?g { ?t e:p 1 } } } ORDER BY ?g",
                "SELECT ?g { GRAPH ?g { e:a e:q* e:b } }", "ASK FROM e:g1 { e:a e:q e:b }",
                "SELECT ?o { GRAPH ?g { ?g e:p ?o } }",
            ],
            [
                ["d"], ["g1 a", "g2 b"], ["a", "b"], [], ["g1", "g2"], ["1"], ["g2 2"], ["a"], ["a 1", "a 2", "b 1"], [], ["g1"],
                ["b g1"], [], ["g2"], ["d"], ["g1 a", "g2 b"], ["g1"], ["true"], [],
            ] as [[String]]))
    func asksNamedGraphs(query: String, expected: [String]) throws {
        #expect(try rows(query, on: dataset) == expected)
    }

    /// The same label in two graphs is not the same node.
    @Test func keepsBlankNodesApart() throws {
        #expect(try rows("SELECT ?x { ?x e:q 5 GRAPH ?g { ?x e:q ?o } }", on: dataset) == [])
        #expect(try rows("SELECT (COUNT(DISTINCT ?x) AS ?n) FROM e:g1 FROM e:g2 { ?x e:q 1 }", on: dataset) == ["2"])
    }

    @Test func oneGraphMayBeBoth() throws {
        let both = Dataset(try graph("e:a e:p 1 ."), alsoNamed: "http://e/g")
        #expect(try rows("SELECT ?s ?g { ?s e:p 1 GRAPH ?g { ?s e:p ?o } }", on: both) == ["a g"])
        #expect(both.tripleCount(of: "http://e/g") == 1)
    }

    /// What two graphs both say is said once by their merge.
    @Test func mergesGraphs() throws {
        let twice = Dataset(
            .empty,
            named: try ["1", "2"].map { Dataset.NamedGraph(name: "http://e/g\($0)", graph: try graph("e:a e:p 1 . e:a e:p \($0) .")) })
        #expect(try rows("SELECT ?o FROM e:g1 FROM e:g2 { e:a e:p ?o } ORDER BY ?o", on: twice) == ["1", "2"])
        #expect(try rows("SELECT ?o { e:a e:p ?o } ORDER BY ?o", on: twice.withUnionAsDefault()) == ["1", "2"])
        #expect(try rows("SELECT ?o { e:a e:p ?o }", on: twice) == [])
    }
}
