import RDF
import Testing

@Suite struct GraphTests {
    private static let names = (0..<6).map { Term.iri("http://e/\($0)") }

    /// Pseudo-random triples over a few terms, many of them duplicates.
    private static let triples: [Triple] = {
        var state: UInt64 = 42
        func next() -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % names.count
        }
        return (0..<150).map { _ in Triple(names[next()], names[next()], names[next()]) }
    }()

    private static var graph: Graph {
        var builder = GraphBuilder()
        for triple in triples { builder.add(triple) }
        return builder.build()
    }

    @Test func matchesAsAScanDoes() {
        let graph = Self.graph
        let choices: [Term?] = [nil] + Self.names
        for subject in choices {
            for predicate in choices {
                for object in choices {
                    let expected = Set(Self.triples).filter {
                        (subject == nil || $0.subject == subject) && (predicate == nil || $0.predicate == predicate)
                            && (object == nil || $0.object == object)
                    }
                    let found = graph.triples(subject: subject, predicate: predicate, object: object)
                    #expect(Set(found) == expected)
                    #expect(found.count == expected.count)
                }
            }
        }
    }

    @Test func countsEveryTripleOnce() {
        #expect(Self.graph.count == Set(Self.triples).count)
        #expect(Graph.empty.count == 0)
        #expect(Graph.empty.triples().isEmpty)
    }

    @Test func findsNothingForATermItDoesNotHave() {
        #expect(Self.graph.triples(subject: .iri("http://elsewhere/")).isEmpty)
        #expect(Self.graph.id(of: .string("x")) == nil)
    }

    @Test func keepsBlankNodesOfDocumentsApart() {
        var builder = GraphBuilder()
        for value in ["1", "2"] { builder.add(document: [Triple(.blank("x"), .iri("http://e/p"), .string(value))]) }
        #expect(Set(builder.build().triples().map(\.subject)).count == 2)
    }

    @Test func givesUpOnEndlessLists() {
        var builder = GraphBuilder()
        let node = Term.iri("http://e/list")
        builder.add(Triple(node, .iri(RDFVocabulary.first), .string("x")))
        builder.add(Triple(node, .iri(RDFVocabulary.rest), node))
        let graph = builder.build()
        #expect(graph.list(at: node) == nil)
        #expect(graph.list(at: .iri(RDFVocabulary.nil)) == [])
    }

    @Test func writesWhatItReads() throws {
        let triples = [
            Triple(.iri("http://e/a"), .iri("http://e/p"), .string("line\n\"quoted\" \\ tab\t\u{7}é")),
            Triple(.iri("http://e/a"), .iri("http://e/p"), .literal(Literal("chat", language: "fr"))),
            Triple(.iri("http://e/a"), .iri("http://e/q"), .literal(Literal("5", datatype: XSD.integer))),
        ]
        let text = NTriplesWriter.text(of: triples)
        #expect(try RDFParser().parse(Array(text.utf8), syntax: .ntriples, base: "http://e/") == triples)
        #expect(text.split(separator: "\n").count == 3)
    }
}
