import Foundation
import RDF
import Testing

@Suite struct RDFParserTests {
    private func parse(_ text: String, _ syntax: RDFSyntax = .turtle, limits: RDFParser.Limits = .init()) throws(RDFSyntaxErrors)
        -> [Triple]
    {
        try RDFParser(limits: limits).parse(Array(text.utf8), syntax: syntax, base: "http://example.org/base", name: "test")
    }

    private func errors(_ text: String, _ syntax: RDFSyntax = .turtle, limits: RDFParser.Limits = .init()) -> [RDFSyntaxError] {
        do throws(RDFSyntaxErrors) {
            _ = try parse(text, syntax, limits: limits)
            return []
        } catch {
            return error.errors
        }
    }

    @Test func readsTermsOfEveryKind() throws {
        let triples = try parse(
            """
            @prefix e: <http://e/> .
            e:a e:p "x"@en-GB, 5, "d"^^e:t, true, <rel>, _:n .
            """)
        #expect(Set(triples.map(\.subject)) == [.iri("http://e/a")])
        #expect(
            triples.map(\.object) == [
                .literal(Literal("x", language: "en-GB")), .literal(Literal("5", datatype: XSD.integer)),
                .literal(Literal("d", datatype: "http://e/t")), .literal(Literal("true", datatype: XSD.boolean)),
                .iri("http://example.org/rel"), .blank("un"),
            ])
    }

    @Test func readsListsInOrder() throws {
        var builder = GraphBuilder()
        builder.add(document: try parse("<s> <p> (\"a\" \"b\" \"c\") ."))
        let graph = builder.build()
        let head = try #require(graph.objects(of: .iri("http://example.org/s"), "http://example.org/p").first)
        #expect(graph.list(at: head) == [.string("a"), .string("b"), .string("c")])
    }

    @Test func keepsWrittenAndMadeLabelsApart() throws {
        let triples = try parse("_:g0 <p> [ <q> 1 ] . _:g1 <p> [ <q> 2 ] .")
        #expect(Set(triples.map(\.subject)).count == 4)
    }

    @Test func readsRDFXML() throws {
        let triples = try parse(
            """
            <?xml version="1.0" encoding="UTF-8"?>
            <!-- a > comment with <!DOCTYPE in it -->
            <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="http://e/">
              <rdf:Description rdf:about="http://e/a"><e:p>x &lt; y<![CDATA[ <!DOCTYPE ]]></e:p></rdf:Description>
            </rdf:RDF>
            """, .rdfxml)
        #expect(triples == [Triple(.iri("http://e/a"), .iri("http://e/p"), .string("x < y <!DOCTYPE "))])
    }

    @Test func saysWhereTheSyntaxIsWrong() {
        let found = errors("@prefix e: <http://e/> .\ne:a e:b e:c .\ne:a e:b ] .\n")
        #expect(found.first?.code == .syntax)
        #expect(found.first?.line == 3)
        #expect(found.first?.file == "test")
    }

    @Test func reportsUndeclaredPrefixes() {
        #expect(errors("x:a x:b x:c .").first?.code == .syntax)
    }

    @Test func givesNoTriplesOfABrokenDocument() {
        #expect(throws: RDFSyntaxErrors.self) { try parse("<a> <b> <c> . <a> <b> .") }
    }

    @Test func collectsNotMoreErrorsThanAsked() {
        var limits = RDFParser.Limits()
        limits.maximumErrors = 3
        let text = (0..<50).map { "<a> <b> \"\($0)\n" }.joined()
        let found = errors(text, .ntriples, limits: limits)
        #expect((1...3).contains(found.count))
    }

    @Test(arguments: ["a.ttl", "a.nt", "a.owl", "a.RDF"]) func namesPromiseASyntax(name: String) {
        #expect(RDFSyntax(fileName: name) != nil)
    }

    @Test func missesAFile() {
        let error = #expect(throws: RDFSyntaxErrors.self) { try RDFParser().parse(file: "/nowhere/at/all.ttl") }
        #expect(error?.errors.map(\.code) == [.unreadable])
        let unnamed = #expect(throws: RDFSyntaxErrors.self) { try RDFParser().parse(file: "/nowhere/at/all") }
        #expect(unnamed?.errors.map(\.code) == [.unreadable])
    }

    @Test func parsesInParallel() async throws {
        let counts = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<16 {
                group.addTask {
                    try RDFParser().parse(Array("<a> <b> <c>, <d> .".utf8), syntax: .turtle, base: "http://e/").count
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(counts == [Int](repeating: 2, count: 16))
    }
}
