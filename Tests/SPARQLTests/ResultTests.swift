import Diagnostics
import Foundation
import RDF
import SPARQL
import Testing

@Suite struct ResultTests {
    private let results = SPARQLResults.bindings(
        variables: ["a", "b"],
        rows: [
            [.iri("http://e/x?a=1&b=2"), .literal(Literal("say \"hi\",\n<you>", language: "en"))],
            [.blank("n1"), .literal(Literal("5", datatype: XSD.integer))],
            [nil, .string("tab\there \u{1}")],
        ])

    @Test func writesJSON() throws {
        let object = try JSONSerialization.jsonObject(with: Data(results.serialise(as: .json).utf8)) as? [String: Any]
        #expect((object?["head"] as? [String: Any])?["vars"] as? [String] == ["a", "b"])
        let bindings = try #require((object?["results"] as? [String: Any])?["bindings"] as? [[String: [String: String]]])
        #expect(bindings.count == 3)
        #expect(bindings[0]["b"] == ["type": "literal", "value": "say \"hi\",\n<you>", "xml:lang": "en"])
        #expect(bindings[1]["a"] == ["type": "bnode", "value": "n1"])
        #expect(bindings[1]["b"]?["datatype"] == XSD.integer)
        #expect(bindings[2]["a"] == nil)
        #expect(try SPARQLResults.boolean(true).serialise(as: .json) == "{\"head\":{},\"boolean\":true}\n")
    }

    @Test func writesXML() throws {
        let text = try results.serialise(as: .xml)
        #expect(text.contains("<variable name=\"a\"/><variable name=\"b\"/>"))
        #expect(text.contains("<uri>http://e/x?a=1&amp;b=2</uri>"))
        #expect(text.contains("<literal xml:lang=\"en\">say &quot;hi&quot;,\n&lt;you&gt;</literal>"))
        #expect(text.contains("tab\there \u{FFFD}"))
        #expect(try SPARQLResults.boolean(false).serialise(as: .xml).contains("<boolean>false</boolean>"))
    }

    @Test func writesCSV() throws {
        #expect(
            try results.serialise(as: .csv)
                == "a,b\r\nhttp://e/x?a=1&b=2,\"say \"\"hi\"\",\n<you>\"\r\n_:n1,5\r\n,tab\there \u{1}\r\n")
    }

    @Test func writesTSV() throws {
        #expect(
            try results.serialise(as: .tsv)
                == "?a\t?b\n<http://e/x?a=1&b=2>\t\"say \\\"hi\\\",\\n<you>\"@en\n_:n1\t5\n\t\"tab\\there \\u0001\"\n")
    }

    @Test(
        arguments: zip(
            [
                nil, "", "*/*", "application/sparql-results+xml", "text/csv", "text/tab-separated-values;q=0.9, text/csv;q=0.8",
                "text/html, application/xml;q=0.9, */*;q=0.1",
                "application/json", "text/html", "text/*", "application/sparql-results+json;q=0, */*",
                "application/sparql-results+xml, application/rdf+xml",
                "application/sparql-results+xml;q=0.5,application/sparql-results+json;q=0.6", "TEXT/CSV ; Q=1",
            ],
            [
                .json, .json, .json, .xml, .csv, .tsv, .xml, .json, nil, .xml, .json, .xml, .json, .csv,
            ] as [SPARQLResultFormat?]))
    func negotiates(accept: String?, expected: SPARQLResultFormat?) {
        #expect(SPARQLResultFormat.negotiate(accept: accept) == expected)
    }

    @Test(
        arguments: zip(
            [
                nil, "application/sparql-results+xml, application/rdf+xml", "text/turtle;q=0.5, application/n-triples", "*/*",
                "application/json", "application/rdf+xml;q=0.9, text/turtle;q=0.8", "text/plain",
            ], [.turtle, .rdfxml, .ntriples, .turtle, nil, .rdfxml, .ntriples] as [RDFSyntax?]))
    func negotiatesGraphs(accept: String?, expected: RDFSyntax?) {
        #expect(RDFSyntax.negotiate(accept: accept) == expected)
    }

    @Test(arguments: [RDFSyntax.turtle, .ntriples, .rdfxml]) func writesGraphs(syntax: RDFSyntax) throws {
        let triples = [
            Triple(.iri("http://e/a"), .iri("http://e/p"), .literal(Literal("x < y", language: "en"))),
            Triple(.iri("http://e/a"), .iri("http://e/q"), .blank("n")),
        ]
        let text = try SPARQLResults.graph(triples).serialise(as: .json, syntax)
        let read = try RDFParser().parse(Array(text.utf8), syntax: syntax, base: "http://e/")
        #expect(read.count == 2)
        #expect(Set(read.map(\.predicate)) == Set(triples.map(\.predicate)))
        #expect(read.contains(triples[0]))
    }

    @Test func saysWhatASyntaxCannot() {
        let triples = [Triple(.iri("http://e/a"), .iri("http://e/1"), .string("x"))]
        #expect(throws: DiagnosticList.self) { try SPARQLResults.graph(triples).serialise(as: .json, .rdfxml) }
    }

    @Test func sendsPieces() throws {
        var pieces: [String] = []
        let writer = ResultWriter(table: .csv, graph: .turtle, pieceSize: 100) { (piece: String) throws(DiagnosticList) in
            pieces.append(piece)
        }
        try writer.begin(variables: ["x"])
        for number in 0..<100 { try writer.row([.string("row \(number)")]) }
        try writer.end()
        #expect(pieces.count > 5)
        #expect(pieces.allSatisfy { $0.utf8.count < 120 })
        #expect(pieces.joined() == "x\r\n" + (0..<100).map { "row \($0)\r\n" }.joined())
    }
}
