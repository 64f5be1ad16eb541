import RDF
import Testing

@Suite struct RDFParserTests {
    private func turtle(_ text: String) throws -> [Triple] {
        try RDFParser().parse(Array(text.utf8), syntax: .turtle, base: "http://example.org/base")
    }

    @Test func readsTurtleInOrder() throws {
        let triples = try turtle(
            """
            @prefix e: <http://e/> .
            e:a e:p "x"@en-GB, 5, "d"^^e:t ; e:q [ e:r ( 1 2 ) ], <rel> .
            """)
        #expect(triples.count == 9)
        #expect(triples[0] == Triple(.iri("http://e/a"), .iri("http://e/p"), .literal(Literal("x", language: "en-GB"))))
        #expect(triples[1].object == .literal(Literal("5", datatype: XSD.integer)))
        #expect(triples[2].object == .literal(Literal("d", datatype: "http://e/t")))
        #expect(triples.contains { $0.object == .iri("http://example.org/rel") })
    }
}
