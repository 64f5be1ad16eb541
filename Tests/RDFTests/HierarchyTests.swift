import RDF
import Testing

@Suite struct HierarchyTests {
    /// A random hierarchy, cycles and equivalences among it, and what a reasoner makes of the same.
    @Test(arguments: 0..<60) func findsWhatTheReasonerInfers(seed: Int) throws {
        var random = SeededGenerator(seed: seed)
        var builder = GraphBuilder()
        func name() -> Term { .iri("http://e/\(Int.random(in: 0..<12, using: &random))") }
        for _ in 0..<Int.random(in: 1...20, using: &random) { builder.add(Triple(name(), .iri(RDFS.subClassOf), name())) }
        for _ in 0..<Int.random(in: 0...2, using: &random) { builder.add(Triple(name(), .iri(OWL.equivalentClass), name())) }
        let graph = builder.build()
        var reasoner = Reasoner()
        reasoner.add(graph)
        let hierarchy = Hierarchy(graph, upward: [RDFS.subClassOf, OWL.equivalentClass], downward: [OWL.equivalentClass])
        let terms = graph.terms.indices.map { Graph.TermID($0) }
        var closure: [Graph.TermID: [Graph.TermID]] = [:]
        hierarchy.forEachClosure { closure[$0] = Array($1) }
        for lower in terms {
            let ancestors = hierarchy.ancestors(of: lower)
            #expect(ancestors.count == Set(ancestors).count)
            #expect(closure[lower] ?? [] == ancestors)
            for upper in terms {
                let holds = reasoner.holds(Triple(graph[lower], .iri(RDFS.subClassOf), graph[upper]))
                #expect(ancestors.contains(upper) == holds)
                #expect(hierarchy.descendants(of: upper).contains(lower) == holds)
                let steps = hierarchy.steps(from: lower, to: upper)
                #expect((steps != nil) == holds)
                guard let steps else { continue }
                #expect(steps.first?.lower == lower && steps.last?.upper == upper)
                #expect(zip(steps, steps.dropFirst()).allSatisfy { $0.upper == $1.lower })
                #expect(
                    steps.allSatisfy {
                        graph.contains($0.reason) && Set([$0.reason.subject, $0.reason.object]) == Set([$0.lower, $0.upper])
                    })
            }
        }
    }

    @Test func explainsAMemberOfACycleByTheWholeCycle() throws {
        var builder = GraphBuilder()
        for (lower, upper) in [("a", "b"), ("b", "c"), ("c", "a")] {
            builder.add(Triple(.iri("http://e/" + lower), .iri(SKOS.broader), .iri("http://e/" + upper)))
        }
        let graph = builder.build()
        let start = try #require(graph.id(of: .iri("http://e/a")))
        #expect(Hierarchy(graph, upward: [SKOS.broader]).steps(from: start, to: start)?.count == 3)
    }
}
