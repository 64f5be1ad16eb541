import Foundation
import HTTPClient
import RDF
import SPARQL
import Testing

@testable import Hub

@Suite struct EndpointTests {
    private func small() throws -> Dataset {
        Dataset(
            try graph("e:a e:p 1 . e:b e:p \"x\"@en ."), named: [Dataset.NamedGraph(name: "http://e/g", graph: try graph("e:c e:p 2 ."))])
    }

    private static let query = "SELECT ?s { ?s <http://e/p> ?o } ORDER BY ?s"

    @Test func answersInEveryWayOfAsking() async throws {
        let endpoint = try await TestEndpoint.start(try small())
        let form = Array("query=\(TestEndpoint.encoded(Self.query))&format=json&results=json&output=json".utf8)
        let answers = [
            try await endpoint.ask(Self.query, accept: "text/csv"),
            try await endpoint.send(
                .post, "/sparql", body: form, headers: ["Content-Type": "application/x-www-form-urlencoded", "Accept": "text/csv"]),
            try await endpoint.send(
                .post, "/sparql", body: Array(Self.query.utf8),
                headers: ["Content-Type": "application/sparql-query; charset=UTF-8", "Accept": "text/csv"]),
        ]
        for answer in answers {
            #expect(answer.status == 200)
            #expect(answer.text == "s\r\nhttp://e/a\r\nhttp://e/b\r\n")
            #expect(answer.headers["Content-Type"] == "text/csv; charset=utf-8")
            #expect(answer.headers["Access-Control-Allow-Origin"] == "*")
            #expect(answer.headers["Vary"] == "Accept, Accept-Encoding")
        }
    }

    /// rdflib asks for XML alone whatever the query; browsers for pages first.
    @Test(
        arguments: zip(
            [
                ("SELECT * { ?s ?p ?o }", "application/sparql-results+xml, application/rdf+xml"),
                ("CONSTRUCT WHERE { ?s ?p ?o }", "application/sparql-results+xml, application/rdf+xml"),
                ("ASK { }", "application/sparql-results+json;q=0.1, text/html"),
                ("SELECT * { ?s ?p ?o }", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"),
                ("DESCRIBE <http://e/a>", "text/turtle"), ("DESCRIBE <http://e/a>", "application/n-triples"),
                ("SELECT * { ?s ?p ?o }", "text/tab-separated-values"), ("SELECT * { ?s ?p ?o }", "image/png"),
                ("CONSTRUCT WHERE { ?s ?p ?o }", "text/csv"),
            ],
            [
                "application/sparql-results+xml", "application/rdf+xml", "application/sparql-results+json",
                "application/sparql-results+xml",
                "text/turtle", "application/n-triples", "text/tab-separated-values", "F0623", "F0623",
            ]))
    func negotiates(asked: (query: String, accept: String), expected: String) async throws {
        let endpoint = try await TestEndpoint.start(try small())
        let answer = try await endpoint.ask(asked.query, accept: asked.accept)
        if expected.hasPrefix("F") {
            #expect(answer.status == 406)
            #expect(answer.text.contains(expected))
        } else {
            #expect(answer.status == 200)
            #expect(answer.mediaType == expected)
        }
    }

    @Test func choosesGraphs() async throws {
        let endpoint = try await TestEndpoint.start(try small())
        func rows(_ query: String, _ others: String) async throws -> String {
            try await endpoint.ask(query, accept: "text/csv", others: others).text
        }
        #expect(try await rows(Self.query, "&default-graph-uri=http%3A%2F%2Fe%2Fg") == "s\r\nhttp://e/c\r\n")
        #expect(try await rows("SELECT ?g { GRAPH ?g { } }", "&named-graph-uri=http%3A%2F%2Fe%2Fg") == "g\r\nhttp://e/g\r\n")
        // The request's choice goes before the query's.
        #expect(
            try await rows("SELECT ?s FROM <http://e/none> { ?s ?p ?o }", "&default-graph-uri=http%3A%2F%2Fe%2Fg") == "s\r\nhttp://e/c\r\n")
    }

    @Test func saysWhereAQueryIsWrong() async throws {
        let endpoint = try await TestEndpoint.start(try small())
        let answer = try await endpoint.ask("SELECT ?s {\n  ?s skos:label ?o }")
        #expect(answer.status == 400)
        #expect(answer.mediaType == "application/problem+json")
        #expect(answer.headers["Access-Control-Allow-Origin"] == "*")
        let problem = try #require(try JSONSerialization.jsonObject(with: Data(answer.body)) as? [String: Any])
        #expect(problem["line"] as? Int == 2)
        #expect(problem["column"] as? Int == 6)
        #expect(problem["code"] as? String == "S0102")
        #expect(problem["detail"] as? String == "the prefix `skos:` is not declared")
    }

    @Test(
        arguments: zip(
            [
                "/sparql?query=ASK%20%7B%7D&query=ASK%20%7B%7D", "/sparql?update=CLEAR%20ALL", "/sparql?query=CLEAR%20ALL",
                "/sparql?query=SELECT%20%2A%20%7B%20SERVICE%20%3Chttp%3A%2F%2Fe%2F%3E%20%7B%7D%20%7D",
            ], ["F0622", "F0621", "S0105", "S0105"]))
    func refuses(path: String, code: String) async throws {
        let endpoint = try await TestEndpoint.start(try small())
        let answer = try await endpoint.send(.get, path)
        #expect(answer.status == 400)
        #expect(answer.text.contains("\"\(code)\""))
    }

    @Test(
        arguments: zip(
            [
                ("text/plain", Array("ASK {}".utf8)), ("application/sparql-query; charset=UTF-16", Array("ASK {}".utf8)),
                ("application/sparql-query", [0x41, 0xFF, 0xFE]), ("application/sparql-update", Array("CLEAR ALL".utf8)),
                ("application/sparql-query", [UInt8](repeating: 0x20, count: 600_000)),
            ], [415, 415, 400, 400, 413]))
    func refusesBodies(body: (type: String, bytes: [UInt8]), status: Int) async throws {
        let endpoint = try await TestEndpoint.start(try small())
        let answer = try await endpoint.send(.post, "/sparql", body: body.bytes, headers: ["Content-Type": body.type])
        #expect(answer.status == status)
    }

    /// Nothing is evaluated for who has the answer already; another question, another form or another graph has another tag.
    @Test func knowsWhatTheClientHas() async throws {
        let endpoint = try await TestEndpoint.start(try small())
        let first = try await endpoint.ask(Self.query, accept: "text/csv")
        let tag = try #require(first.headers["ETag"])
        let again = try await endpoint.ask(Self.query, accept: "text/csv", headers: ["If-None-Match": "\"x\", \(tag)"])
        #expect(again.status == 304)
        #expect(again.body.isEmpty)
        #expect(again.headers["ETag"] == tag)
        #expect(try await endpoint.ask(Self.query, accept: "text/csv", headers: ["If-None-Match": "\"x\""]).status == 200)
        let others = [
            try await endpoint.ask(Self.query), try await endpoint.ask(Self.query + " LIMIT 1", accept: "text/csv"),
            try await endpoint.ask(Self.query, accept: "text/csv", others: "&default-graph-uri=http%3A%2F%2Fe%2Fg"),
        ]
        #expect(Set(others.compactMap { $0.headers["ETag"] } + [tag]).count == 4)
        #expect(try await endpoint.ask("SELECT (RAND() AS ?r) { }").headers["ETag"] == nil)
    }

    @Test func describesItself() async throws {
        let endpoint = try await TestEndpoint.start(try small())
        for syntax in [RDFSyntax.turtle, .rdfxml, .ntriples] {
            let answer = try await endpoint.send(.get, "/sparql", headers: ["Accept": syntax.mediaType])
            #expect(answer.status == 200 && answer.mediaType == syntax.mediaType)
            var builder = GraphBuilder()
            builder.add(document: try RDFParser().parse(answer.body, syntax: syntax, base: "http://e/"))
            let sd = "PREFIX sd: <http://www.w3.org/ns/sparql-service-description#> PREFIX void: <http://rdfs.org/ns/void#> "
            // What the W3C's suite of service descriptions asks for: RDF, the endpoint's own address, and the schema's classes.
            let query = try SPARQLQuery.parse(
                sd + """
                    ASK {
                      ?s a sd:Service ; sd:endpoint <\(endpoint.url)/sparql> ; sd:supportedLanguage sd:SPARQL11Query ; sd:defaultDataset ?d .
                      ?d a sd:Dataset ; sd:defaultGraph [ a sd:Graph ; void:triples 2 ; void:properties 1 ] ;
                        sd:namedGraph [ a sd:NamedGraph ; sd:name <http://e/g> ; sd:graph [ a sd:Graph ; void:triples 1 ] ] .
                    }
                    """)
            #expect(try query.evaluate(on: builder.build()) == .boolean(true))
        }
    }

    /// By the port that was asked, for a hub may listen for plain HTTP on its own machine besides.
    @Test func namesItselfByTheSchemeOfItsPort() async throws {
        let plain = try await TestEndpoint.start(try small(), tlsPorts: [443])
        #expect(try await plain.send(.get, "/sparql").text.contains("<\(plain.url)/sparql>"))
        let secure = try await TestEndpoint.start(try small(), tlsPorts: Set(1...65_535))
        let address = secure.url.replacing("http:", with: "https:")
        #expect(try await secure.send(.get, "/sparql").text.contains("<\(address)/sparql>"))
    }

    @Test func letsPagesOfOtherSitesAsk() async throws {
        let endpoint = try await TestEndpoint.start(try small())
        let answer = try await endpoint.send(
            "OPTIONS", "/sparql", headers: ["Origin": "https://elsewhere", "Access-Control-Request-Method": "POST"])
        #expect(answer.status == 204)
        #expect(answer.headers["Access-Control-Allow-Methods"]?.contains("POST") == true)
        #expect(answer.headers["Access-Control-Allow-Headers"]?.contains("Content-Type") == true)
    }

    @Test func takesLongAddresses() async throws {
        let endpoint = try await TestEndpoint.start(try small())
        let query = "# " + String(repeating: "a", count: 12_000) + "\n" + Self.query
        #expect(try await endpoint.ask(query).status == 200)
    }
}

@Suite struct EndpointLimitTests {
    private func large() throws -> Dataset {
        var builder = GraphBuilder()
        for number in 0..<400 { builder.add(Triple(.iri("http://e/\(number)"), .iri("http://e/p"), .string("value \(number)"))) }
        return Dataset(builder.build())
    }

    @Test func streamsWhatIsLarge() async throws {
        let endpoint = try await TestEndpoint.start(try large())
        let answer = try await endpoint.ask("SELECT ?a ?b ?c { ?a ?b ?c . ?d ?e ?f }", accept: "text/tab-separated-values")
        #expect(answer.status == 200)
        #expect(answer.text.split(separator: "\n").count == 160_001)
    }

    /// The beginning comes late, after it was looked whether the client is there; the rest comes all the same.
    @Test func streamsWhatBeginsLate() async throws {
        let endpoint = try await TestEndpoint.start(try large())
        let answer = try await endpoint.ask(
            "SELECT ?a ?b ?c ?d { ?a ?b ?c . ?d ?e ?f } ORDER BY DESC(STRLEN(?c)) ?c", accept: "text/tab-separated-values")
        #expect(answer.status == 200)
        #expect(answer.body.count > 8 << 20)
        #expect(answer.text.split(separator: "\n").count == 160_001)
    }

    @Test func endsWhatTakesTooLong() async throws {
        var limits = SPARQLQuery.Limits()
        limits.maximumDuration = .milliseconds(700)
        let endpoint = try await TestEndpoint.start(try large(), limits: limits)
        let answer = try await endpoint.ask("SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }")
        #expect(answer.status == 503)
        #expect(answer.text.contains("\"S0302\""))
        // The others are served as before.
        #expect(try await endpoint.ask("ASK { }").status == 200)
    }

    /// A client that goes away takes its question with it: were it not so, the four threads would be taken for half a minute.
    @Test func forgetsWhoGoesAway() async throws {
        var limits = SPARQLQuery.Limits()
        limits.maximumSteps = .max
        limits.maximumDuration = .seconds(40)
        let endpoint = try await TestEndpoint.start(try large(), limits: limits)
        let query = TestEndpoint.encoded("SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?n ?o }")
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask { _ = try? await endpoint.send(.get, "/sparql?query=\(query)", timeout: .seconds(1)) }
            }
        }
        let start = ContinuousClock.now
        #expect(try await endpoint.ask("ASK { }").status == 200)
        #expect(ContinuousClock.now - start < .seconds(10))
    }

    /// Whoever asks for much and does not read it keeps no thread from the others: eight of them, where four are computed for at a time.
    @Test func slowReadersKeepNobodyWaiting() async throws {
        var limits = SPARQLQuery.Limits()
        limits.maximumSteps = .max
        limits.maximumDuration = .seconds(30)
        // Few rows are more than what waits unread, so that they are made soon.
        var builder = GraphBuilder()
        for number in 0..<40 {
            builder.add(
                Triple(.iri("http://e/\(number)"), .iri("http://e/p"), .string(String(repeating: "\(number % 10)", count: 100_000))))
        }
        let endpoint = try await TestEndpoint.start(Dataset(builder.build()), limits: limits)
        let query = TestEndpoint.encoded("SELECT ?c ?f ?i { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }")
        let readers = try (0..<8).map { _ in try SlowReader(endpoint.url, "/sparql?query=\(query)") }
        try await Task.sleep(for: .seconds(2))
        let start = ContinuousClock.now
        for _ in 0..<5 { #expect(try await endpoint.ask("ASK { }").status == 200) }
        // Were they kept waiting, it would be until the half minute that a query may take is over.
        #expect(ContinuousClock.now - start < .seconds(20))
        for reader in readers { reader.close() }
    }

    @Test func aBrokenAnswerIsNotTakenForAWholeOne() async throws {
        var limits = SPARQLQuery.Limits()
        // Enough for more than what waits unread.
        limits.maximumSteps = 800_000
        let endpoint = try await TestEndpoint.start(try large(), limits: limits)
        await #expect(throws: HTTPFailure.self) {
            try await endpoint.ask("SELECT ?a ?b ?c { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }", accept: "text/csv")
        }
    }
}

@Suite struct PieceChannelTests {
    @Test func waitsForTheReader() async throws {
        let channel = PieceChannel(capacity: 10, deadline: ContinuousClock.now + .seconds(20))
        let writing = Task.detached {
            for number in 0..<50 { try channel.send("piece \(number);") }
            channel.finish(.success(()))
        }
        var text = ""
        while let piece = try await channel.next() {
            #expect(piece.utf8.count < 30)
            text += piece
        }
        try await writing.value
        #expect(text == (0..<50).map { "piece \($0);" }.joined())
        #expect(channel.ending != nil)
    }

    @Test func givesUpOnWhoDoesNotRead() throws {
        let slow = PieceChannel(capacity: 1, deadline: ContinuousClock.now + .milliseconds(300))
        try slow.send("x")
        #expect(throws: (any Error).self) { try slow.send("y") }
        let abandoned = PieceChannel(capacity: 1, deadline: ContinuousClock.now + .seconds(60))
        abandoned.abandon()
        #expect(throws: (any Error).self) { try abandoned.send("y") }
    }
}
