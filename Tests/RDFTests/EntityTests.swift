import Foundation
import RDF
import Testing

/// RDF/XML with a DOCTYPE: internal entities of plain text are read, and nothing else that a DOCTYPE can do.
@Suite struct EntityTests {
    private func parse(_ text: String) throws -> [Triple] {
        try RDFParser().parse(Array(text.utf8), syntax: .rdfxml, base: "http://e/", name: "test")
    }

    private func refusal(_ text: String) -> RDFSyntaxError? {
        do throws(RDFSyntaxErrors) {
            _ = try RDFParser().parse(Array(text.utf8), syntax: .rdfxml, base: "http://e/", name: "test")
            return nil
        } catch {
            return error.errors.first
        }
    }

    private func document(_ subset: String, _ body: String) -> String {
        """
        <?xml version="1.0"?>
        <!-- an export --><!DOCTYPE rdf:RDF [\(subset)]>
        <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="http://e/">
        \(body)
        </rdf:RDF>
        """
    }

    /// As Protégé wrote ontologies until its version 5.
    @Test func readsAnExportOfProtege() throws {
        let text = """
            <?xml version="1.0"?>


            <!DOCTYPE rdf:RDF [
                <!ENTITY owl "http://www.w3.org/2002/07/owl#" >
                <!ENTITY xsd "http://www.w3.org/2001/XMLSchema#" >
                <!ENTITY rdfs "http://www.w3.org/2000/01/rdf-schema#" >
                <!ENTITY rdf "http://www.w3.org/1999/02/22-rdf-syntax-ns#" >
            ]>
            <rdf:RDF xmlns="http://e/o#" xml:base="http://e/o" xmlns:rdfs="&rdfs;" xmlns:owl="&owl;" xmlns:rdf="&rdf;">
                <owl:Ontology rdf:about="http://e/o"/>
                <owl:Class rdf:about="http://e/o#A">
                    <rdfs:label rdf:datatype="&xsd;string">A &amp; B &#x41;</rdfs:label>
                    <rdfs:subClassOf rdf:resource="&owl;Thing"/>
                    <!-- &nothing; --><rdfs:comment><![CDATA[&xsd;]]></rdfs:comment>
                </owl:Class>
            </rdf:RDF>
            """
        let triples = Set(try parse(text))
        let a = Term.iri("http://e/o#A")
        #expect(triples.contains(Triple(a, .iri(RDFS.label), .string("A & B A"))))
        #expect(triples.contains(Triple(a, .iri(RDFS.subClassOf), .iri(OWL.thing))))
        #expect(triples.contains(Triple(a, .iri(RDFS.comment), .string("&xsd;"))))
        #expect(triples.contains(Triple(a, .iri(RDFVocabulary.type), .iri(OWL.class))))
        #expect(triples.count == 5)
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("entities-\(UUID().uuidString).owl")
        try Data(text.utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        for size in 1...60 {
            #expect(Set(try RDFParser(limits: .inPieces(of: size)).parse(file: file.path, base: "http://e/")) == triples, "\(size)")
        }
    }

    @Test func replacesWhatEntitiesHold() throws {
        let subset =
            #"<!ENTITY a "x&b;y"><!-- ]> --><!ENTITY b '"&#38;#60;&amp;&#233;'><!ENTITY b "second"><?pi ]>?><!ENTITY lt "&#38;#60;">"#
        let triples = try parse(document(subset, #"<rdf:Description rdf:about="http://e/&c;" e:p="&a;"/>"#.replacing("&c;", with: "n")))
        #expect(triples.map(\.object) == [.string("x\"<&éy")])
        let content = try parse(document(subset, #"<rdf:Description rdf:about="http://e/n"><e:p>&lt;&a;&gt;</e:p></rdf:Description>"#))
        #expect(content.map(\.object) == [.string("<x\"<&éy>")])
    }

    @Test(arguments: [
        (#"<!ENTITY x SYSTEM "file:///etc/hostname">"#, "external entity `x`"), (#"<!ENTITY x PUBLIC "p" "http://e/">"#, "external entity"),
        (#"<!ENTITY % x "y">"#, "a parameter entity is not read"), (#"<!ENTITY a "b"> %x;"#, "reference to a parameter entity"),
        ("<!ELEMENT a ANY>", "another declaration"), ("<!ATTLIST a b CDATA #IMPLIED>", "another declaration"),
        ("<!NOTATION a SYSTEM 'b'>", "another declaration"), (#"<!ENTITY a "<b/>">"#, "holds markup"),
        (#"<!ENTITY a "&#60;b/>">"#, "holds markup"), (#"<!ENTITY a "&b;"><!ENTITY b "&a;">"#, "holds itself"),
        (#"<!ENTITY a "&b;">"#, "`b` is declared nowhere"), (#"<!ENTITY a "%b;">"#, "percent sign"), (#"<!ENTITY 1 "b">"#, "no name"),
        (#"<!ENTITY a "b" NDATA c>"#, "not understood"), (#"<!ENTITY a "b & c">"#, "starts no reference"),
    ]) func refusesTheRest(subset: String, reason: String) {
        let found = refusal(document(subset, ""))
        #expect(found?.code == .refused)
        #expect(found?.message.contains(reason) == true, "\(found?.message ?? "is read")")
        #expect(found?.line == 2 && found?.column != nil)
    }

    @Test(arguments: ["<!DOCTYPE r SYSTEM \"x.dtd\">", "<!DOCTYPE r PUBLIC \"p\" \"x\" [ ]>"]) func refusesExternalSubsets(head: String) {
        let found = refusal(head + "<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\"/>")
        #expect(found?.code == .refused && found?.message.contains("external subset") == true)
    }

    @Test func refusesBombsQuickly() {
        let names = Array("abcdefghijklmnop").map(String.init)
        var subset = "<!ENTITY a \"aaaaaaaaaa\">"
        for (inner, outer) in zip(names, names.dropFirst()) {
            subset += "<!ENTITY \(outer) \"\(String(repeating: "&\(inner);", count: 10))\">"
        }
        let start = ContinuousClock.now
        let nested = refusal(document(subset, "<rdf:Description rdf:about=\"http://e/n\"><e:p>&p;</e:p></rdf:Description>"))
        #expect(nested?.code == .refused && nested?.message.contains("longer than") == true)
        // Many references to one long entity: quadratic, where nothing is nested.
        let long = "<!ENTITY a \"\(String(repeating: "a", count: 60_000))\">"
        let wide = refusal(
            document(
                long, "<rdf:Description rdf:about=\"http://e/n\"><e:p>\(String(repeating: "&a;", count: 5_000))</e:p></rdf:Description>"))
        #expect(wide?.code == .refused && wide?.message.contains("grow") == true)
        #expect(wide?.line == 4)
        let many = refusal(document((0..<2_000).map { "<!ENTITY a\($0) \"b\">" }.joined(), ""))
        #expect(many?.message.contains("more than 1000 entities") == true)
        #expect(.now - start < .seconds(10))
    }

    @Test func saysWhereAnEntityIsMissing() {
        let found = refusal(
            document("<!ENTITY a \"b\">", "<rdf:Description rdf:about=\"http://e/n\">\n<e:p>&a; &c;</e:p></rdf:Description>"))
        #expect(found?.code == .syntax)
        #expect(found?.message == "the entity `c` is declared nowhere")
        #expect(found?.line == 5 && found?.column == 10)
    }

    /// What comes behind the replaced text is on its own line still.
    @Test func keepsTheLinesOfErrors() {
        let found = refusal(document("<!ENTITY a \"b\">", "<rdf:Description rdf:about=\"http://e/&a;\">\n<e:p></e:q></rdf:Description>"))
        #expect(found?.code == .syntax)
        #expect(found?.line == 5)
        #expect(found?.column == nil)
    }

    /// Truncated, badly nested, with a reference that is none: the library knows no line of these, and they have one.
    @Test(arguments: [
        ("<e:p>\n</e:q>", 4), ("<e:p\n", 5), ("<e:p a=b>x</e:p>", 3), ("<e:p>&nothing;</e:p>", 3), ("</rdf:Description>\n\n<e:p/>", 6),
    ]) func knowsTheLineOfWhatIsNoXML(content: String, line: Int) {
        let head = "<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\" xmlns:e=\"http://e/\">\n"
        let found = refusal(head + "<rdf:Description rdf:about=\"http://e/a\">\n" + content + "\n</rdf:Description></rdf:RDF>")
        #expect(found?.code == .syntax)
        #expect(found?.line == line, "\(found?.message ?? "")")
    }

    @Test func refusesADoctypeThatComesLate() {
        let open = "<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">"
        #expect(refusal(open + "<!DOCTYPE x [ <!ENTITY a \"b\"> ]></rdf:RDF>")?.code == .refused)
        #expect(refusal("<!DOCTYPE x><!DOCTYPE y>" + open + "</rdf:RDF>")?.code == .refused)
        #expect(refusal("<!DOCTYPE x [ <!ENTITY a \"b\">")?.code != nil)
    }
}
