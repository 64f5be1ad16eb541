import Foundation
import Glibc
import RDF
import Testing

/// Documents that want what none may have: files, the network, memory and time without bound.
@Suite struct HostileDocumentTests {
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

    @Test(arguments: ["<!DOCTYPE x SYSTEM 'y'>", "<!doctype x>", "\n<!--c--><?pi?><!DOCTYPE x [ <!ENTITY a SYSTEM \"b\"> ]>"])
    func refusesDoctypesThatNameMore(head: String) {
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
        #expect(refusal([0x3C, 0x61, 0x00], .rdfxml)?.column == 3)
        let broken = refusal(Array("<a> <b> \"".utf8) + [0xC3, 0x28] + Array("\" .".utf8), .turtle)
        #expect(broken?.message == "the document is not UTF-8")
        #expect(broken?.column == 10)
    }

    @Test(arguments: [#"\uD800"#, #"\uDFFF"#, #"\U0000D800"#, #"\U00110000"#])
    func refusesEscapesThatStandForNothing(escape: String) {
        #expect(refusal(Array("<a> <b> \"x\(escape)y\" .".utf8), .turtle)?.code == .syntax)
    }

    @Test func keepsEveryCharacterOfALiteral() throws {
        let triples = try RDFParser().parse(Array(#"<a> <b> "x\u0000y\uFFFEz" ."#.utf8), syntax: .turtle, base: "http://e/")
        #expect(triples.first?.object == .string("x\u{0}y\u{FFFE}z"))
    }

    @Test func keepsEscapedBackslashes() throws {
        let triples = try RDFParser().parse(Array(#"<a> <b> "\\u0000 \u0041" ."#.utf8), syntax: .turtle, base: "http://e/")
        #expect(triples.first?.object == .string(#"\u0000 A"#))
    }

    @Test(arguments: [
        "<!DOCTYPE r [ <!ENTITY % p \"aaaaaaaaaa\"> <!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;\"> ]>",
        "<!DOCTYPE r SYSTEM \"http://127.0.0.1:9/outside.dtd\">", "<!DOCTYPE r [ <!ENTITY x SYSTEM \"file:///etc/hostname\"> ]>",
        "<!ENTITY a \"b\">", "<!x",
    ]) func refusesEntitiesWhateverTheyName(head: String) {
        let document = head + Self.open + "<rdf:Description rdf:about=\"http://e/a\"><e:p>&b;&x;</e:p></rdf:Description></rdf:RDF>"
        #expect(refusal(Array(document.utf8), .rdfxml)?.code == .refused)
    }

    @Test func refusesADoctypeInEveryPiece() throws {
        let document = "<?xml version=\"1.0\"?>\n<!-- <!DOCTYPE --><!DOCTYPE x SYSTEM 'y'>" + Self.open + "</rdf:RDF>"
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("doctype-\(UUID().uuidString).rdf")
        try Data(document.utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        for size in 1...40 {
            let error = #expect(throws: RDFSyntaxErrors.self) { try RDFParser(limits: .inPieces(of: size)).parse(file: file.path) }
            #expect(error?.errors.first?.code == .refused)
            #expect(error?.errors.first?.line == 2)
            #expect(error?.errors.first?.column == 19)
        }
    }

    /// `owl:imports` is a statement like any other: nobody is asked for what it names.
    @Test(arguments: [RDFSyntax.turtle, .rdfxml]) func importsNothing(syntax: RDFSyntax) throws {
        let server = try #require(ListeningSocket())
        let target = "http://127.0.0.1:\(server.port)/outside.owl"
        let document =
            syntax == .turtle
            ? "<http://e/a> <http://www.w3.org/2002/07/owl#imports> <\(target)>, <file:///etc/hostname> ."
            : Self.open.dropLast()
                + " xmlns:owl=\"http://www.w3.org/2002/07/owl#\"><rdf:Description rdf:about=\"http://e/a\"><owl:imports rdf:resource=\"\(target)\"/>"
                + "<owl:imports rdf:resource=\"file:///etc/hostname\"/></rdf:Description></rdf:RDF>"
        let triples = try RDFParser().parse(Array(document.utf8), syntax: syntax, base: target)
        #expect(triples.map(\.object) == [.iri(target), .iri("file:///etc/hostname")])
        #expect(!server.wasAsked)
    }

    @Test(arguments: ["[ <p> ", "( "]) func refusesDeepNestingInTurtle(bracket: String) {
        let document = "<a> <b> " + String(repeating: bracket, count: 100_000)
        let found = refusal(Array(document.utf8), .turtle)
        #expect(found?.code == .refused)
        #expect(found?.message == "nodes are nested more than 500 deep")
    }

    @Test func refusesDeepXMLQuickly() {
        let start = ContinuousClock.now
        let document = Self.open + String(repeating: "<e:a>", count: 100_000)
        #expect(refusal(Array(document.utf8), .rdfxml)?.code == .refused)
        #expect(.now - start < .seconds(10))
    }

    @Test func refusesWhatTakesTooLongOrTooMuch() {
        let text = Array((0..<20_000).map { "<http://e/\($0)> <http://e/p> \"\($0)\" .\n" }.joined().utf8)
        var limits = RDFParser.Limits()
        limits.maximumDuration = .zero
        #expect(refusal(text, .ntriples, limits: limits)?.message.contains("to read") == true)
        limits = RDFParser.Limits()
        limits.maximumMemory = 100_000
        #expect(refusal(text, .ntriples, limits: limits)?.message.contains("memory") == true)
    }

    @Test(arguments: [RDFSyntax.ntriples, .turtle, .rdfxml]) func endsWhenItsTaskIsCancelled(syntax: RDFSyntax) async throws {
        let triples = (0..<20_000).map { Triple(.iri("http://e/\($0)"), .iri("http://e/p"), .string("x")) }
        let text = syntax == .rdfxml ? try RDFXMLWriter().text(of: triples) : NTriplesWriter.text(of: triples)
        let task = Task {
            while !Task.isCancelled { await Task.yield() }
            return refusal(Array(text.utf8), syntax)?.code
        }
        task.cancel()
        #expect(await task.value == .cancelled)
    }
}

/// A port on which nobody answers, and which knows whether somebody asked.
private final class ListeningSocket {
    private let descriptor: Int32
    let port: UInt16

    init?() {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        self.descriptor = descriptor
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                unsafe bind(descriptor, generic, length) == 0 && listen(descriptor, 1) == 0
                    && getsockname(descriptor, generic, &length) == 0
            }
        }
        port = UInt16(bigEndian: address.sin_port)
        guard isBound else { return nil }
    }

    deinit { close(descriptor) }

    var wasAsked: Bool {
        var poll = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return unsafe Glibc.poll(&poll, 1, 100) > 0
    }
}
