import Diagnostics
import RDF
import SPARQL
import Testing

/// What is said of queries that are wrong, not supported or too expensive.
@Suite struct DiagnosticTests {
    private func diagnostic(_ query: String) -> Diagnostic? {
        do throws(DiagnosticList) {
            _ = try SPARQLQuery.parse(query)
            return nil
        } catch {
            return error.diagnostics.first
        }
    }

    @Test(
        arguments: zip(
            [
                "SELECT ?x WHERE { ?x ?y }", "SELECT ?x { ?x ?y ?z", "SELECT { ?x ?y ?z }", "SELECT ?x { ?x x:y ?z }",
                "SELECT ?x { ?x <rel> ?z }", "SELECT ?x { ?x ?y \"open }",
                "SELECT ?x { ?x ?y ?z FILTER(STARTSWITH(?z, \"a\")) }", "SELECT (?x AS ?x) { ?x ?y ?z }",
                "SELECT ?x (COUNT(?y) AS ?n) { ?x ?y ?z }",
                "SELECT ?x { ?x ?y ?z BIND(1 AS ?x) }", "SELECT ?x { _:a ?y ?z OPTIONAL { ?x ?y ?z } _:a ?y ?x }",
                "SELECT ?x { ?x ?y ?z } LIMIT -1", "SELECT ?x { ?x ?y ~ }",
                "SELECT ?x { ?x ?y ?z } extra", "", "SELECT * { ?x ?y ?z } GROUP BY ?x", "SELECT ?x { ?x ?y \"\\q\" }",
                "SELECT ?x { ?x ?y ?z FILTER(COUNT(?x) > 1) }",
            ],
            [
                "S0101", "S0101", "S0101", "S0102", "S0108", "S0002", "S0107", "S0103", "S0103", "S0103", "S0104", "S0101", "S0001",
                "S0101", "S0101", "S0103", "S0003", "S0103",
            ]))
    func namesWhatIsWrong(query: String, code: String) {
        #expect(diagnostic(query)?.code.rawValue == code)
    }

    /// Every mistake of a query is told, in order; reading goes on behind each.
    @Test(
        arguments: zip(
            [
                "SELECT ?x { ?x ?y . ?x x:y ?z . FILTER(?z > ) OPTIONAL { ?x y:z 1 } ?x ?y ?z }",
                "SELECT (FOO(?x) AS ?y) (BAR(1) AS ?z) { ?x a:b ?c BIND(1 AS ?c) }",
                "SELECT ?x { { ?x ?y } UNION { ?x ?y ?z FILTER() } ?a ?b }",
                "SELECT ?x ?y (COUNT(?z) AS ?n) { ?x ?y ?z . ?z }",
                "SELECT ?x { ?x ?y ?z { SELECT ?z { ?z ?z } GROUP BY ?z } ?x ?x }",
            ],
            [
                ["S0101", "S0102", "S0101", "S0102"], ["S0107", "S0107", "S0102", "S0103"], ["S0101", "S0101", "S0101"],
                ["S0103", "S0103", "S0101"], ["S0101", "S0101"],
            ]))
    func tellsEveryMistake(query: String, codes: [String]) {
        var found: [Diagnostic] = []
        do throws(DiagnosticList) { _ = try SPARQLQuery.parse(query) } catch { found = error.diagnostics }
        #expect(found.map(\.code.rawValue) == codes)
        #expect(found.compactMap(\.span?.lowerBound) == found.compactMap(\.span?.lowerBound).sorted())
    }

    /// No more are told than somebody reads, and none costs more than the text is long.
    @Test func tellsOnlySoMany() {
        let query = "SELECT ?x { " + String(repeating: "?x ?y . ", count: 2_000) + "}"
        do throws(DiagnosticList) { _ = try SPARQLQuery.parse(query) } catch { #expect(error.diagnostics.count <= 21) }
    }

    @Test(arguments: ["INSERT DATA { <http://e/a> <http://e/b> 1 }", "delete where { ?x ?y ?z }", "CLEAR ALL", "LOAD <http://e/>"])
    func refusesUpdates(update: String) throws {
        let found = try #require(diagnostic(update))
        #expect(found.code == "S0105")
        #expect(found.message.hasSuffix("would change the graph, and this endpoint only answers questions"))
    }

    /// Well-formed, and not answered: with the place, and before anything is computed.
    @Test(
        arguments: zip(
            [
                "SELECT ?x { SERVICE <http://e/> { ?x ?y ?z } }", "SELECT ?x { SERVICE SILENT ?s { ?x ?y ?z } }",
                "SELECT (<http://e/f>(1) AS ?x) { }", "SELECT ?x { ?x ?y ?z FILTER <http://e/f>(DISTINCT ?x) }",
            ], [("S0105", "SERVICE"), ("S0105", "SERVICE"), ("S0107", "<http://e/f>"), ("S0107", "<http://e/f>")]))
    func refusesWhatOthersWouldAnswer(query: String, expected: (code: String, place: String)) throws {
        let parsed = try SPARQLQuery.parse(query)
        do throws(DiagnosticList) {
            _ = try parsed.evaluate(on: .empty)
            Issue.record("answered")
        } catch {
            let found = try #require(error.diagnostics.first)
            #expect(found.code.rawValue == expected.code)
            #expect(SourceText(name: "q", text: query)[try #require(found.span)] == expected.place)
        }
    }

    @Test func pointsAtThePlace() throws {
        let query = "PREFIX skos: <http://s/>\nSELECT ?x { ?x skso:label ?y }"
        let found = try #require(diagnostic(query))
        #expect(SourceText(name: "q", text: query)[try #require(found.span)] == "skso:label")
        #expect(found.message == "the prefix `skso:` is not declared")
        #expect(found.help == "did you mean `skos:`?")
    }

    @Test func boundsDepthAndSize() {
        let deep = "SELECT ?x { " + String(repeating: "{ ", count: 5_000) + "?x ?y ?z" + String(repeating: " }", count: 5_001)
        #expect(diagnostic(deep)?.code == "S0106")
        #expect(diagnostic("SELECT ?x { ?x ?y ?z FILTER(\(String(repeating: "(", count: 50_000))1") != nil)
        #expect(diagnostic("SELECT ?x { ?x ?y ?z FILTER(\(String(repeating: "!", count: 50_000))true) }")?.code == "S0106")
        let long = "SELECT ?x { ?x ?y ?z FILTER(1 = 1\(String(repeating: " || 1 = 2", count: 10_000))) }"
        #expect(diagnostic(long)?.code == "S0106")
        #expect(diagnostic(String(repeating: " ", count: SPARQLQuery.maximumLength + 1))?.code == "S0106")
    }

    @Test func endsWhatTakesTooLong() throws {
        let data = try graph((0..<60).map { "e:a\($0) e:p e:b\($0) ." }.joined())
        var limits = SPARQLQuery.Limits()
        limits.maximumSteps = 10_000
        let cross = "SELECT * { ?a e:p ?b . ?c e:p ?d . ?f e:p ?g }"
        #expect(code { _ = try rows(cross, on: data, limits: limits) } == "S0301")
        limits = SPARQLQuery.Limits()
        limits.maximumRows = 1_000
        #expect(code { _ = try rows(cross, on: data, limits: limits) } == "S0303")
        limits = SPARQLQuery.Limits()
        limits.maximumDuration = .zero
        #expect(code { _ = try rows(cross, on: data, limits: limits) } == "S0302")
    }

    @Test func endsWhenNobodyWaits() throws {
        let data = try graph((0..<60).map { "e:a\($0) e:p e:b\($0) ." }.joined())
        let cancellation = Cancellation()
        cancellation.cancel()
        let query = try SPARQLQuery.parse("SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }")
        #expect(code { _ = try query.evaluate(on: Dataset(data), cancellation: cancellation) } == "S0305")
    }

    @Test func boundsWhatIsHeld() throws {
        let data = try graph((0..<60).map { "e:a\($0) e:p e:b\($0) ." }.joined())
        var limits = SPARQLQuery.Limits()
        limits.maximumBytes = 20_000
        for query in [
            "SELECT * { ?a ?b ?c . ?d ?e ?f } ORDER BY ?a", "SELECT DISTINCT ?a ?d { ?a ?b ?c . ?d ?e ?f }",
            "SELECT (GROUP_CONCAT(?c) AS ?x) { ?a ?b ?c . ?d ?e ?f }", "SELECT (CONCAT(STR(?a), STR(?d)) AS ?x) { ?a ?b ?c . ?d ?e ?f }",
            "SELECT * { { SELECT ?a { ?a ?b ?c . ?d ?e ?f } } ?g ?h ?i }",
            "SELECT ?a ?d (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f } GROUP BY ?a ?d",
        ] {
            #expect(code { _ = try rows(query, on: data, limits: limits) } == "S0304", "\(query)")
        }
        // The same many rows, none of which is held.
        #expect(try rows("SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f }", on: data, limits: limits) == ["3600"])
    }

    private func code(_ body: () throws -> Void) -> DiagnosticCode? {
        do { try body() } catch { return (error as? DiagnosticList)?.diagnostics.first?.code }
        return nil
    }

    /// No text makes the parser fail otherwise than by a diagnostic.
    @Test func survivesBrokenQueries() {
        let query = Array(
            "PREFIX e: <http://e/> SELECT DISTINCT ?x (COUNT(*) AS ?n) { ?x e:p+ [ e:q \"a\\n\"@en , 1.5e3 ] ; ^e:r ( 1 ) . FILTER(?x IN (e:a) && !BOUND(?y)) } GROUP BY ?x LIMIT 1"
                .utf8)
        for cut in 0...query.count {
            _ = try? SPARQLQuery.parse(String(decoding: query[..<cut], as: UTF8.self))
            guard cut < query.count else { continue }
            for byte in Array("<>{}()\"'?\\@#.;^ \u{0}".utf8) {
                var broken = query
                broken[cut] = byte
                _ = try? SPARQLQuery.parse(String(decoding: broken, as: UTF8.self))
            }
        }
        #expect((try? SPARQLQuery.parse(String(decoding: query, as: UTF8.self))) != nil)
    }
}
