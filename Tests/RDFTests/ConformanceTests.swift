import Foundation
import RDF
import Testing

/// The W3C's RDF test suites, where they are beside the package. All tests pass; there are no exclusions.
@Suite struct ConformanceTests {
    struct Suite: Sendable, CustomTestStringConvertible {
        let name: String
        let syntax: RDFSyntax
        let count: Int
        var testDescription: String { name }
    }

    private static let suites = [
        Suite(name: "rdf-turtle", syntax: .turtle, count: 313), Suite(name: "rdf-trig", syntax: .trig, count: 356),
        Suite(name: "rdf-n-triples", syntax: .ntriples, count: 70), Suite(name: "rdf-n-quads", syntax: .nquads, count: 87),
        Suite(name: "rdf-xml", syntax: .rdfxml, count: 166),
    ]

    private static var isPresent: Bool {
        SharedFiles.isPresent(SharedFiles.w3c + "/rdf-turtle/manifest.ttl", "the W3C RDF test suites are")
    }

    @Test(.enabled(if: isPresent), arguments: suites) func passes(suite: Suite) throws {
        let tests = try Self.tests(suite)
        let failures = tests.compactMap { test in test.failure(suite.syntax).map { "\(test.name): \($0)" } }
        #expect(failures.isEmpty, "\(failures.sorted().joined(separator: "\n"))")
        #expect(tests.count == suite.count)
        print("\(suite.name): \(tests.count - failures.count) of \(tests.count) passed")
    }

    /// Whatever the pieces in which a file comes, it says the same.
    @Test(.enabled(if: isPresent), arguments: suites) func readsPieceByPiece(suite: Suite) throws {
        for test in try Self.tests(suite) {
            let whole = Result { () throws(RDFSyntaxErrors) in
                try RDFParser().document(file: test.action, syntax: suite.syntax, base: test.base)
            }
            for size in [1, 7] {
                let parser = RDFParser(limits: .inPieces(of: size))
                let pieces = Result { () throws(RDFSyntaxErrors) in
                    try parser.document(file: test.action, syntax: suite.syntax, base: test.base)
                }
                #expect((try? pieces.get()) == (try? whole.get()), "\(test.name)")
                guard case .failure(let expected) = whole, case .failure(let found) = pieces else { continue }
                // Messages of the C library depend on what it has seen by then.
                if suite.syntax != .rdfxml { #expect(found == expected, "\(test.name)") }
            }
        }
    }

    private static func tests(_ suite: Suite) throws -> [SyntaxTest] {
        let directory = SharedFiles.w3c + "/" + suite.name
        var builder = GraphBuilder()
        try builder.read(file: directory + "/manifest.ttl", base: "http://test/" + suite.name + "/manifest.ttl")
        let manifest = builder.build()
        // A manifest may describe more tests than it lists.
        let listed = Set(
            manifest.triples(predicate: .iri(SyntaxTest.vocabulary + "entries")).flatMap { manifest.list(at: $0.object) ?? [] })
        return manifest.triples(predicate: .iri(RDFVocabulary.type)).filter { listed.contains($0.subject) }.compactMap {
            SyntaxTest($0.subject, $0.object.iri ?? "", manifest, directory, suite.name)
        }
    }
}

private struct SyntaxTest {
    static let vocabulary = "http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#"

    let name: String
    let action: String
    let base: String
    private let isNegative: Bool
    private let result: String?

    init?(_ subject: Term, _ type: String, _ manifest: Graph, _ directory: String, _ suite: String) {
        let root = "http://test/" + suite + "/"
        guard type.hasPrefix("http://www.w3.org/ns/rdftest#Test"),
            let action = manifest.objects(of: subject, Self.vocabulary + "action").first?.iri, action.hasPrefix(root)
        else { return nil }
        let assumed = manifest.triples(predicate: .iri(Self.vocabulary + "assumedTestBase")).first?.object.iri ?? root
        name = subject.iri?.split(separator: "#").last.map(String.init) ?? ""
        isNegative = type.contains("Negative")
        self.action = directory + "/" + action.dropFirst(root.count)
        base = assumed + action.dropFirst(root.count)
        result = manifest.objects(of: subject, Self.vocabulary + "result").first?.iri.map { directory + "/" + $0.dropFirst(root.count) }
    }

    /// Language tags do not differ by their case (RDF 1.1 Concepts, section 3.3).
    private static func normalised(_ quad: Quad) -> Quad {
        guard let literal = quad.triple.object.literal, let language = literal.language else { return quad }
        let object = Term.literal(Literal(literal.lexicalForm, language: language.lowercased()))
        return Quad(Triple(quad.triple.subject, quad.triple.predicate, object), graph: quad.graph)
    }

    /// What is wrong; nil when nothing is.
    func failure(_ syntax: RDFSyntax) -> String? {
        let found: RDFDocument
        do throws(RDFSyntaxErrors) {
            found = try RDFParser().document(file: action, syntax: syntax, base: base)
        } catch {
            return isNegative ? (error.errors.allSatisfy { $0.line != nil } ? nil : "an error without its place") : "\(error.errors)"
        }
        if isNegative { return "is read" }
        guard let result else { return nil }
        guard let expected = try? RDFParser().document(file: result, base: base) else { return "the expected result cannot be read" }
        return areIsomorphic(Set(found.quads.map(Self.normalised)), Set(expected.quads.map(Self.normalised))) ? nil : "says something else"
    }
}
