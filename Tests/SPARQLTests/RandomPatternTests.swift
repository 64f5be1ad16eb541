import Diagnostics
import RDF
import Testing

@testable import SPARQL

/// The evaluator, with its index, seeds and hashed joins, and every rule of the optimiser, against the definitions of the algebra
/// written out.
@Suite struct RandomPatternTests {
    private struct Sample {
        let pattern: Pattern
        let dataset: Dataset
        let definition: AlgebraDefinition

        init(seed: Int) {
            var random = RandomPatterns(seed: UInt64(seed))
            let graph = random.graph()
            let named = RandomPatterns.names.map { ($0, random.graph(triples: 5)) }
            pattern = random.pattern(depth: 3)
            func closures(_ graph: Graph) -> [ClosureTable] { [ClosureTable(graph, predicate: "http://e/p0")].compactMap(\.self) }
            dataset = Dataset(
                graph, named: named.map { Dataset.NamedGraph(name: $0.0.iri ?? "", graph: $0.1, closures: closures($0.1)) },
                closures: closures(graph))
            definition = AlgebraDefinition(graph: graph, named: named, slots: RandomPatterns.allSlots)
        }

        func found(by optimiser: Optimiser) throws -> [String] {
            let evaluator = Evaluator(dataset: dataset, slotCount: RandomPatterns.allSlots, budget: Budget(SPARQLQuery.Limits()))
            let collector = Collector(evaluator)
            let optimised = optimiser.optimised(pattern, for: dataset)
            let head = PlanBuilder(evaluator).operators(for: optimised, on: dataset.defaultSource, .unit, into: collector)
            try head.receive(.unit(width: evaluator.width))
            try head.finish()
            guard let rows = collector.rows else { return [] }
            return (0..<rows.count).map { row in
                Self.text((0..<RandomPatterns.allSlots).map { rows[row, $0] == unbound ? nil : evaluator.terms[rows[row, $0]] })
            }.sorted()
        }

        var expected: [String] { definition.solutions(of: pattern).map(Self.text).sorted() }

        private static func text(_ row: [Term?]) -> String {
            row.map { $0.map { $0.iri?.replacing("http://e/", with: "") ?? $0.literal?.lexicalForm ?? "_" } ?? "-" }.joined(separator: " ")
        }
    }

    @Test(arguments: 0..<60) func agreesWithTheDefinition(block: Int) throws {
        var answered = 0
        for seed in block * 75..<(block + 1) * 75 {
            let sample = Sample(seed: seed)
            let expected = sample.expected
            if expected.count > 20_000 { continue }
            if !expected.isEmpty { answered += 1 }
            #expect(try sample.found(by: .none) == expected, "seed \(seed), as written: \(sample.pattern)")
            #expect(try sample.found(by: .standard) == expected, "seed \(seed), optimised: \(sample.pattern)")
        }
        // Patterns that never match would agree about nothing.
        #expect(answered > 10)
    }

    /// A wrong rule is found by itself as well.
    @Test(arguments: Optimiser.standard.rules.map(\.name)) func aRuleAloneChangesNothing(name: String) throws {
        let rule = try #require(Optimiser.standard.rules.first { $0.name == name })
        var changed = 0
        for seed in 5_000..<6_200 {
            let sample = Sample(seed: seed)
            let expected = try sample.found(by: .none)
            if expected.count > 20_000 { continue }
            #expect(try sample.found(by: Optimiser(rules: [rule])) == expected, "seed \(seed): \(sample.pattern)")
            if "\(rule.apply(sample.pattern, Statistics(sample.dataset)))" != "\(sample.pattern)" { changed += 1 }
        }
        #expect(changed > 3, "the rule was hardly ever applied")
    }
}
