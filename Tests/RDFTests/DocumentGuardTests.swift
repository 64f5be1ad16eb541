import Foundation
import RDF
import Testing

/// What must not reach the C parser.
@Suite struct DocumentGuardTests {
    private func refusal(_ bytes: [UInt8], _ syntax: RDFSyntax, limits: RDFParser.Limits = .init()) -> RDFSyntaxError? {
        do throws(RDFSyntaxErrors) {
            _ = try RDFParser(limits: limits).parse(bytes, syntax: syntax, base: "http://e/")
            return nil
        } catch {
            return error.errors.first
        }
    }

    private static let open = "<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\" xmlns:e=\"http://e/\">"

    @Test func refusesParameterEntities() throws {
        let secret = FileManager.default.temporaryDirectory.appendingPathComponent("secret-\(UUID().uuidString)")
        try Data("<!ENTITY leaked 'secret'>".utf8).write(to: secret)
        defer { try? FileManager.default.removeItem(at: secret) }
        let document = """
            <!DOCTYPE rdf:RDF [ <!ENTITY % file SYSTEM "\(secret.absoluteString)"> %file; ]>
            \(Self.open)<rdf:Description rdf:about="http://e/a"><e:p>&leaked;</e:p></rdf:Description></rdf:RDF>
            """
        #expect(refusal(Array(document.utf8), .rdfxml)?.code == .refused)
    }

    @Test(arguments: ["<!DOCTYPE x>", "<!doctype x>", "\n<!--c--><?pi?><!DOCTYPE x [ <!ENTITY a \"b\"> ]>"])
    func refusesEveryDoctype(head: String) {
        let found = refusal(Array((head + Self.open + "</rdf:RDF>").utf8), .rdfxml)
        #expect(found?.code == .refused)
        #expect(found?.line != nil)
    }

    @Test func refusesOtherEncodings() throws {
        let text = "<?xml version='1.0' encoding='UTF-16'?>" + Self.open + "</rdf:RDF>"
        #expect(refusal(Array(text.utf8), .rdfxml)?.code == .refused)
        let wide = try #require(text.data(using: .utf16))
        #expect(refusal([UInt8](wide), .rdfxml)?.code == .refused)
        #expect(refusal(Array("<?xml version='1.0' encoding='IBM037'?>".utf8), .rdfxml)?.code == .refused)
    }

    @Test func refusesDeepNesting() {
        var limits = RDFParser.Limits()
        limits.maximumDepth = 10
        let deep = Self.open + String(repeating: "<e:a>", count: 20) + String(repeating: "</e:a>", count: 20) + "</rdf:RDF>"
        #expect(refusal(Array(deep.utf8), .rdfxml, limits: limits)?.message == "elements are nested more than 10 deep")
        let flat = Self.open + String(repeating: "<rdf:Description e:p=\"a/&gt;\"/>", count: 20) + "</rdf:RDF>"
        #expect(refusal(Array(flat.utf8), .rdfxml, limits: limits) == nil)
    }

    @Test func refusesWhatIsTooLarge() {
        var limits = RDFParser.Limits()
        limits.maximumBytes = 10
        #expect(refusal(Array("<a> <b> <c> .".utf8), .turtle, limits: limits)?.code == .refused)
        limits.maximumBytes = 1000
        limits.maximumTriples = 2
        #expect(refusal(Array("<a> <b> <c>, <d>, <e>, <f> .".utf8), .turtle, limits: limits)?.code == .refused)
    }

    @Test func refusesWhatIsNoText() {
        #expect(refusal([0x3C, 0x61, 0x00], .turtle)?.column == 3)
        let broken = refusal(Array("<a> <b> \"".utf8) + [0xC3, 0x28] + Array("\" .".utf8), .turtle)
        #expect(broken?.message == "the document is not UTF-8")
        #expect(broken?.column == 10)
    }

    @Test(arguments: [#"\u0000"#, #"\U00000000"#, #"\uD800"#, #"\uDFFF"#, #"\U0000D800"#, #"\U00110000"#])
    func refusesEscapesThatStandForNothing(escape: String) {
        #expect(refusal(Array("<a> <b> \"x\(escape)y\" .".utf8), .turtle)?.code == .syntax)
    }

    @Test func keepsEscapedBackslashes() throws {
        let triples = try RDFParser().parse(Array(#"<a> <b> "\\u0000 \u0041" ."#.utf8), syntax: .turtle, base: "http://e/")
        #expect(triples.first?.object == .string(#"\u0000 A"#))
    }
}
