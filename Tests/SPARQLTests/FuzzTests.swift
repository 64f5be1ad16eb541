import Diagnostics
import Foundation
import RDF
import SPARQL
import Testing

/// Queries that nobody would write: whatever they are, they are answered or refused, in time. `COHORTIUM_FUZZ_SECONDS` says for how long.
@Suite struct FuzzTests {
    private static var seconds: Double { ProcessInfo.processInfo.environment["COHORTIUM_FUZZ_SECONDS"].flatMap(Double.init) ?? 2 }
    private static var seed: UInt64 { ProcessInfo.processInfo.environment["COHORTIUM_SEED"].flatMap(UInt64.init) ?? 1 }

    /// SplitMix64.
    private struct Random: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }
    }

    private static let words = [
        "SELECT", "ASK", "CONSTRUCT", "DESCRIBE", "WHERE", "FILTER", "OPTIONAL", "UNION", "MINUS", "BIND", "AS", "VALUES", "GRAPH",
        "EXISTS",
        "NOT", "IN", "GROUP BY", "HAVING", "ORDER BY", "LIMIT", "OFFSET", "DISTINCT", "COUNT", "SUM", "IF", "COALESCE", "REGEX", "REPLACE",
        "STR", "SERVICE", "UNDEF", "a", "true", "{", "}", "(", ")", "[", "]", ".", ";", ",", "*", "+", "?", "|", "/", "^", "!", "=", "<",
        ">", "&&", "||", "-", "?x", "?y", "$z", "_:b", "e:p", "e:q", "<http://e/a>", "\"a\"", "\"a\"@en", "\"1\"^^xsd:integer", "1", "1.5",
        "1e3", "\"(a*)*b\"", "\"\\\\p{IsGreek}\"", "PREFIX e: <http://e/>", "BASE <http://b/>", "#c\n", "'''", "\\u0041", "\u{0}", "é",
    ]

    private static let seeds = [
        "SELECT ?x (COUNT(DISTINCT ?y) AS ?n) { ?x e:p+/^e:q* ?y OPTIONAL { ?y e:r ?z FILTER(?z > 1 || !BOUND(?x)) } } GROUP BY ?x HAVING (?n > 1)",
        "SELECT * { { ?x e:p ?y } UNION { GRAPH ?g { ?x ?p ?y MINUS { ?y e:q 1 } } } VALUES (?x ?z) { (e:a UNDEF) (UNDEF 2) } } ORDER BY DESC(?x) LIMIT 5",
        "CONSTRUCT { ?x e:p [ e:q ( 1 2 ) ] } WHERE { ?x !(e:p|^e:q) ?y BIND(CONCAT(STR(?y), \"a\") AS ?t) FILTER EXISTS { ?x e:p{ } } }",
        "SELECT ?x { ?x e:p ?y FILTER(REGEX(STR(?y), \"^(a|b)*\\\\1$\", \"i\") && ?y IN (1, 2.0, \"a\"@en)) { SELECT ?y { ?y e:q ?x } LIMIT 3 } }",
    ]

    @Test func isAnsweredOrRefused() throws {
        let data = try graph((0..<40).map { "e:n\($0) e:p e:n\(($0 * 7 + 1) % 40) ; e:q \($0 % 5) , \"t\($0)\" ." }.joined(separator: "\n"))
        var random = Random(state: Self.seed)
        var limits = SPARQLQuery.Limits()
        limits.maximumSteps = 200_000
        limits.maximumRows = 5_000
        limits.maximumBytes = 4 << 20
        limits.maximumDuration = .seconds(1)
        let end = ContinuousClock.now + .seconds(Self.seconds)
        var (tried, answered) = (0, 0)
        while ContinuousClock.now < end {
            let text = query(&random)
            tried += 1
            let start = ContinuousClock.now
            if let parsed = try? SPARQLQuery.parse(text, base: "http://b/"),
                (try? parsed.evaluate(on: Dataset(data), limits: limits)) != nil
            {
                answered += 1
            }
            let elapsed = ContinuousClock.now - start
            #expect(elapsed < .seconds(4), "seed \(Self.seed), \(elapsed): \(text)")
        }
        #expect(tried > 100 && answered > 5, "\(tried) tried, \(answered) answered")
    }

    /// Words at random, or a query that makes sense with a few words put in, taken out or doubled.
    private func query(_ random: inout Random) -> String {
        let prologue = "PREFIX e: <http://e/> PREFIX xsd: <http://www.w3.org/2001/XMLSchema#> "
        guard Int.random(in: 0..<4, using: &random) > 0, let seed = Self.seeds.randomElement(using: &random) else {
            return prologue
                + (0..<Int.random(in: 1..<40, using: &random)).compactMap { _ in Self.words.randomElement(using: &random) }
                .joined(separator: " ")
        }
        var words = seed.split(separator: " ").map(String.init)
        for _ in 0..<Int.random(in: 0..<4, using: &random) {
            let place = Int.random(in: 0..<words.count, using: &random)
            switch Int.random(in: 0..<3, using: &random) {
            case 0: words[place] = Self.words.randomElement(using: &random) ?? ""
            case 1: words.insert(Self.words.randomElement(using: &random) ?? "", at: place)
            default: words.remove(at: place)
            }
            if words.isEmpty { break }
        }
        return prologue + words.joined(separator: " ")
    }
}
