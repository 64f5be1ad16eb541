import Foundation
import HTTPClient
import RDF
import SPARQL
import Testing

@testable import Hub

/// What is malformed, huge or expensive is bounded, answered with a diagnostic, and keeps nobody else waiting.
@Suite struct BadInputTests {
    private func limits() -> SPARQLQuery.Limits {
        var limits = SPARQLQuery.Limits()
        limits.maximumSteps = 2_000_000
        limits.maximumRows = 100_000
        limits.maximumBytes = 32 << 20
        limits.maximumDuration = .seconds(3)
        return limits
    }

    private func cyclic() throws -> Dataset {
        Dataset(
            try graph(
                (0..<500).map {
                    "e:n\($0) e:p e:n\(($0 + 1) % 500) , e:n\(($0 * 7) % 500) ; e:t \"\(String(repeating: "a", count: 40))!\" ."
                }
                .joined(separator: "\n")))
    }

    private static let prefix = "PREFIX e: <http://e/> "

    /// Each with the statuses that it may be answered with.
    private static let queries: [(String, [Int])] = [
        ("SELECT (COUNT(*) AS ?n) { ?a e:p ?b . ?c e:p ?d . ?f e:p ?g . ?h e:p ?i }", [503]),
        ("SELECT * { ?a e:p ?b . ?c e:p ?d . ?f e:p ?g } ORDER BY ?a", [503]),
        ("SELECT (COUNT(*) AS ?n) { ?a e:t ?t FILTER(REGEX(?t, \"^(a|aa)+$\")) }", [200]),
        ("SELECT (COUNT(*) AS ?n) { ?a e:t ?t FILTER(REGEX(?t, \"(a*)*(a*)*\\\\1b\")) }", [200, 503]),
        ("SELECT (COUNT(*) AS ?n) { ?a (e:p|^e:p)* ?b }", [200, 503]),
        ("SELECT (COUNT(*) AS ?n) { ?a ((e:p*)*)* ?b . ?b (e:p/e:p)+ ?c }", [503]),
        ("SELECT (COUNT(*) AS ?n) { ?a e:p/e:p/e:p/e:p/e:p/e:p/e:p/e:p/e:p/e:p/e:p/e:p ?b }", [200, 503]),
        ("SELECT ?x { \(String(repeating: "{ ", count: 3_000))?x e:p ?y\(String(repeating: " }", count: 3_001))", [400]),
        ("SELECT ?x { ?x e:p ?y FILTER(\(String(repeating: "(", count: 9_000))", [400]),
        ("SELECT ?x { ?x e:p ?y FILTER(?x = <http://e/a> .\u{0}> <x>) }", [400]),
        ("SELECT ?x { ?x <http://e/> . DROP ALL ; <p> ?y }", [400]),
        ("SELECT (IRI(\"http://e/a> <http://e/b> \\\"\") AS ?x) {}", [200]),
        (
            "SELECT (CONCAT(\(Array(repeating: "\"\(String(repeating: "x", count: 100))\"", count: 500).joined(separator: ","))) AS ?x) {}",
            [200]
        ),
        (
            "SELECT (REPLACE(\"\(String(repeating: "a", count: 10_000))\", \"a\", \"\(String(repeating: "b", count: 10_000))\") AS ?x) {}",
            [200, 503]
        ),
        (
            "SELECT (STRLEN(?h) AS ?x) { BIND(\"\(String(repeating: "a", count: 1_000))\" AS ?a) BIND(REPLACE(?a, \"a\", ?a) AS ?b) BIND(CONCAT(?b, ?b, ?b, ?b, ?b, ?b, ?b, ?b, ?b, ?b, ?b, ?b, ?b, ?b, ?b, ?b, ?b, ?b, ?b, ?b, ?b, ?b, ?b, ?b, ?b, ?b, ?b, ?b, ?b, ?b, ?b, ?b, ?b) AS ?h) }",
            [503]
        ),
        ("SELECT ?x { VALUES ?x { \(String(repeating: "1 ", count: 60_000)) } }", [200, 400, 503]),
        ("SELECT * { { SELECT * { ?a ?b ?c } } { SELECT * { ?d ?f ?g } } { SELECT * { ?h ?i ?j } } }", [503]),
        ("SELECT * { ?a e:p ?b OPTIONAL { ?c e:p ?d OPTIONAL { ?f e:p ?g OPTIONAL { ?h e:p ?i } } } }", [200, 503]),
        ("CONSTRUCT { ?a ?b ?f } { ?a ?b ?c . ?d ?f ?g . ?h ?i ?j }", [200, 503]),
        ("DESCRIBE * { ?a ?b ?c . ?d ?f ?g . ?h ?i ?j }", [200, 503]),
        ("SELECT ?x { SERVICE <http://127.0.0.1:9/> { ?x ?y ?z } }", [400]),
        ("SELECT ?x FROM <file:///etc/passwd> { ?x ?y ?z }", [200]),
    ]

    @Test func isBoundedWhileOthersAreServed() async throws {
        let endpoint = try await TestEndpoint.start(try cyclic(), limits: limits())
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (query, statuses) in Self.queries {
                group.addTask {
                    let body = Array((Self.prefix + query).utf8)
                    let start = ContinuousClock.now
                    // An answer that was begun and cannot be ended is broken off.
                    let answer = try? await endpoint.send(
                        .post, "/sparql", body: body, headers: ["Content-Type": "application/sparql-query", "Accept": "*/*"],
                        timeout: .seconds(60))
                    guard let answer else { return #expect(statuses.contains(503), "\(query.prefix(80))") }
                    #expect(statuses.contains(answer.status), "\(answer.status): \(query.prefix(80))")
                    if answer.status != 200 {
                        #expect(String(decoding: answer.body, as: UTF8.self).contains("\"code\":"), "\(query.prefix(80))")
                    }
                    #expect(ContinuousClock.now - start < .seconds(45), "\(query.prefix(80))")
                }
            }
            for _ in 0..<20 {
                group.addTask {
                    let answer = try await endpoint.send(.get, "/sparql", headers: ["Accept": "text/turtle"], timeout: .seconds(60))
                    #expect(answer.status == 200)
                }
            }
            try await group.waitForAll()
        }
        #expect(try await endpoint.ask("ASK {}").status == 200)
    }

    /// Requests of random parts: each gets an answer that says what is wrong, and none is a failure of the hub's own.
    @Test func everyRequestGetsAnAnswer() async throws {
        let endpoint = try await TestEndpoint.start(try cyclic(), limits: limits())
        let seconds = ProcessInfo.processInfo.environment["COHORTIUM_FUZZ_SECONDS"].flatMap(Double.init) ?? 2
        let end = ContinuousClock.now + .seconds(seconds)
        let types = [
            "application/sparql-query", "application/x-www-form-urlencoded", "application/sparql-update", "text/plain", "",
            "a/b;charset=latin1",
            "application/sparql-query; charset=\"utf-8\"", "application/vnd.cohortium.cohortql", "multipart/form-data; boundary=x",
        ]
        let accepts = [
            "*/*", "", "text/csv;q=0.1, application/json", "image/png", "text/*;q=x", String(repeating: "a/b,", count: 2_000), ";;;",
        ]
        let bodies: [[UInt8]] = [
            Array("ASK {}".utf8), [], [0xFF, 0xFE, 0x00], Array("query=ASK%20%7B%7D".utf8), Array("query=%ZZ&query=ASK%7B%7D".utf8),
            Array("query=SELECT%20*%20%7B%3Fa%20%3Fb%20%3Fc%7D%20LIMIT%202&default-graph-uri=%3E%3C".utf8), Array("update=CLEAR".utf8),
            Array(repeating: UInt8(ascii: "{"), count: 300_000), Array("cohort A { patients where sex is male }".utf8),
        ]
        let paths = [
            "/sparql", "/sparql?query=", "/sparql?query=ASK%20%7B%7D", "/sparql?query=%00%FF",
            "/sparql?default-graph-uri=x&query=ASK%7B%7D",
            "/sparql?timeout=soon", "/sparql?named-graph-uri=%0A", "/sparql?&&==&",
        ]
        var statuses: Set<Int> = []
        while ContinuousClock.now < end {
            let method = Bool.random() ? ClientMethod.post : .get
            var headers: ClientHeaders = [:]
            headers.append("Accept", accepts.randomElement() ?? "")
            headers.append("Accept-Encoding", Bool.random() ? "gzip" : "gzip;q=0")
            if method == .post { headers.append("Content-Type", types.randomElement() ?? "") }
            let answer = try await endpoint.send(
                method, paths.randomElement() ?? "", body: method == .post ? bodies.randomElement() ?? [] : [], headers: headers)
            statuses.insert(answer.status)
            #expect(answer.status < 500 || answer.status == 501)
            #expect(answer.headers["Access-Control-Allow-Origin"] == "*")
            if answer.status >= 400 { #expect(answer.headers["Content-Type"] == "application/problem+json") }
        }
        #expect(statuses.isSuperset(of: [200, 400, 406, 415]))
    }
}
