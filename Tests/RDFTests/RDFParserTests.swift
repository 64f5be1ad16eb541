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

    @Test func keepsTheLanguageOfPropertyAttributes() throws {
        let triples = try parse(
            """
            <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="http://e/" xml:lang="de">
              <rdf:Description rdf:about="http://e/a" xml:lang="fr" e:p="fr"/>
              <rdf:Description rdf:about="http://e/b" e:p="de"><e:q>de</e:q></rdf:Description>
              <rdf:Description rdf:about="http://e/c" xml:lang="" e:p="none"><e:q>none</e:q><e:q xml:lang="en" e:p="en"/></rdf:Description>
              <rdf:Description rdf:about="http://e/d" xml:lang="it"><e:q xml:lang="">none</e:q><e:q e:p="it"/></rdf:Description>
              <rdf:Description rdf:about="http://e/e"><e:q rdf:datatype="http://e/t">typed</e:q></rdf:Description>
            </rdf:RDF>
            <!-- behind -->
            """, .rdfxml)
        let literals = triples.compactMap(\.object.literal)
        #expect(literals.count == 9)
        for literal in literals where literal.lexicalForm != "typed" { #expect(literal.language ?? "none" == literal.lexicalForm) }
    }

    @Test(arguments: [
        ("<rdf:Description rdf:aboutEach=\"http://e/a\"/>", 2, 3), ("<rdf:Description rdf:nodeID=\"a b\"/>", 2, 3),
        ("<rdf:Description rdf:nodeID=\"a&#x20;b\"/>", 2, 3),
        ("<rdf:Description rdf:about=\"http://e/a\">\n <e:p rdf:ID=\"1\">x</e:p></rdf:Description>", 3, 2),
    ]) func findsWhatTheLibraryOverlooks(element: String, line: Int, column: Int) {
        let head = "<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\" xmlns:e=\"http://e/\">\n  "
        let found = errors(head + element + "</rdf:RDF>", .rdfxml)
        #expect(found.map(\.line) == [line])
        #expect(found.map(\.column) == [column])
    }

    @Test func leavesXMLLiteralsAlone() throws {
        let triples = try parse(
            """
            <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="http://e/"><rdf:Description rdf:about="http://e/a">
              <e:p rdf:parseType="Literal"><b rdf:aboutEach="x">y</b></e:p></rdf:Description></rdf:RDF>
            """, .rdfxml)
        #expect(triples.count == 1)
    }

    @Test(arguments: [
        ("<a> <b> <c>", 1, 12), ("<a> <b> \"x\ny\" .", 1, 11), ("@prefix e: <http://e/> .\ne:a e:b f:c .", 2, 9), ("<a> b <c> .", 1, 5),
        ("<a> <b> <c d> .", 1, 11), ("é <b> <c> .", 1, 1), ("<a> <b> \"é\" x", 1, 13), ("# one\n<a> <b> \"\"\"\n\n\"\"\" <c> .", 4, 5),
        ("<a> <b> 'x\\q' .", 1, 11),
    ]) func saysWhereTurtleIsWrong(text: String, line: Int, column: Int) {
        let found = errors(text)
        #expect(found.map(\.line) == [line], "\(found)")
        #expect(found.map(\.column) == [column], "\(found)")
    }

    @Test func findsAllErrorsOfNTriples() {
        let found = errors("<a> <b> <c> .\n<http://e/a> <http://e/b> 5 .\n<http://e/a> <http://e/b> <http://e/c> .\nx", .ntriples)
        #expect(found.map(\.line) == [1, 2, 4])
    }

    @Test func keepsPrefixesAndGraphs() throws {
        let document = try RDFParser().document(
            Array("PREFIX e: <http://e/>\n@prefix : <#> . e:a e:p 1 . GRAPH :g { e:b e:p 2 } _:g { e:c e:p 3 . }".utf8), syntax: .trig,
            base: "http://base/x")
        #expect(document.prefixes == ["e": "http://e/", "": "http://base/x#"])
        #expect(document.quads.map(\.graph) == [nil, .iri("http://base/x#g"), .blank("ug")])
        #expect(errors("<http://e/g> { <http://e/a> <http://e/b> <http://e/c> }", .trig).map(\.code) == [.refused])
    }

    @Test func handsOnStatementsInBatches() throws {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("batches-\(UUID().uuidString).nt")
        defer { try? FileManager.default.removeItem(at: file) }
        let lines = (0..<10_000).map { "<http://e/\($0)> <http://e/p> \"\($0)\" .\n" }
        try Data(lines.joined().utf8).write(to: file)
        var sizes: [Int] = []
        var last: Term?
        try RDFParser().read(file: file.path) { batch in
            sizes.append(batch.count)
            last = batch.last?.triple.object
        }
        #expect(sizes.reduce(0, +) == 10_000)
        #expect(sizes.count == 3)
        #expect(last == .string("9999"))
        struct Enough: Error {}
        var count = 0
        #expect(throws: Enough.self) {
            try RDFParser().read(file: file.path) { batch in
                count += batch.count
                throw Enough()
            }
        }
        #expect(count < 10_000)
    }

    @Test func addsWholeDocumentsOrNothing() throws {
        var builder = GraphBuilder()
        try builder.read(Array("_:a <p> [ <q> _:a ] .".utf8), syntax: .turtle, base: "http://e/")
        let before = builder.build()
        #expect(throws: RDFSyntaxErrors.self) {
            try builder.read(Array("<new> <p> <x> . _:a <p> <y> . <z".utf8), syntax: .turtle, base: "http://e/")
        }
        #expect(builder.build().triples() == before.triples())
        #expect(builder.build().id(of: .iri("http://e/new")) == nil)
        try builder.read(Array("_:a <p> <y> .".utf8), syntax: .turtle, base: "http://e/")
        let graph = builder.build()
        #expect(graph.count == 3)
        // Blank nodes of two documents are different, whatever their labels.
        #expect(Set(graph.triples().map(\.subject)).count == 3)
    }

    @Test(arguments: [
        ("http://a/b/c", "../d", "http://a/d"), ("http://a", "b", "http://a/b"), ("http://a/b?c#d", "", "http://a/b?c"),
        ("http://a/b", "//c/../d", "http://c/d"),
        ("urn:x:y", "#z", "urn:x:y#z"), ("http://a/b", "http://c/./d/../e", "http://c/./d/../e"), ("file:///a/b/", "c/..", "file:///a/b/"),
    ]) func resolvesReferences(base: String, reference: String, expected: String) throws {
        let triples = try RDFParser().parse(Array("<\(reference)> <http://e/p> 1 .".utf8), syntax: .turtle, base: base)
        #expect(triples.first?.subject == .iri(expected))
    }
}
