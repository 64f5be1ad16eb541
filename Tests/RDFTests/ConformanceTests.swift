import Foundation
import RDF
import Testing

/// The W3C's RDF test suites, where they are beside the package.
@Suite struct ConformanceTests {
    private static let suites = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("shared/conformance/w3c").path

    private static var isPresent: Bool {
        let isPresent = FileManager.default.fileExists(atPath: suites + "/rdf-turtle/manifest.ttl")
        if !isPresent { print("skipped: the W3C RDF test suites are not beside the package") }
        return isPresent
    }

    /// What libraptor2 2.0.15 is known to do wrong, with the reason.
    private static let exclusions: [String: String] = [
        "nt-syntax-bad-bnode-01": "a colon in a blank node's label is read",
        "nt-syntax-bad-bnode-02": "a colon in a blank node's label is read",
        "IRI-resolution-08": "a base with empty path segments is resolved wrongly",
        "LITERAL1_all_controls": Self.nul, "LITERAL1_ascii_boundaries": Self.nul, "LITERAL2_ascii_boundaries": Self.nul,
        "LITERAL_LONG1_ascii_boundaries": Self.nul, "LITERAL_LONG2_ascii_boundaries": Self.nul, "literal_all_controls": Self.nul,
        "literal_ascii_boundaries": Self.nul,
        "rdfms-abouteach-error001": "rdf:aboutEach is read", "rdfms-abouteach-error002": "rdf:aboutEachPrefix is read",
        "rdfms-syntax-incomplete-error001": "a nodeID that is no NCName is read",
        "rdfms-xmllang-test006": "xml:lang is lost on a property attribute",
    ]

    private static let nul = "U+0000 is refused before the parser, which would cut the literal there"

    @Test(.enabled(if: isPresent), arguments: zip(["rdf-turtle", "rdf-n-triples", "rdf-xml"], [RDFSyntax.turtle, .ntriples, .rdfxml]))
    func passes(suite: String, syntax: RDFSyntax) throws {
        let directory = Self.suites + "/" + suite
        var builder = GraphBuilder()
        builder.add(document: try RDFParser().parse(file: directory + "/manifest.ttl", base: "http://test/" + suite + "/manifest.ttl"))
        let manifest = builder.build()
        var failures: [String] = []
        var count = 0
        var excluded = 0
        for triple in manifest.triples(predicate: .iri(RDFVocabulary.type)) {
            guard let type = triple.object.iri, type.hasPrefix("http://www.w3.org/ns/rdftest#Test"),
                let test = Test(triple.subject, type, manifest, directory, suite)
            else { continue }
            count += 1
            let isExcluded = Self.exclusions[test.name] != nil
            if isExcluded { excluded += 1 }
            // An excluded test that passes is no exclusion any more.
            if test.passes(syntax) == isExcluded { failures.append(test.name) }
        }
        #expect(failures.isEmpty, "\(failures.sorted())")
        #expect(count > 60)
        print("\(suite): \(count - failures.count - excluded) of \(count) passed, \(excluded) known faults of the library")
    }

    private struct Test {
        let name: String
        private let isNegative: Bool
        private let action: String
        private let base: String
        private let result: String?

        init?(_ subject: Term, _ type: String, _ manifest: Graph, _ directory: String, _ suite: String) {
            let vocabulary = "http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#"
            let root = "http://test/" + suite + "/"
            guard let action = manifest.objects(of: subject, vocabulary + "action").first?.iri, action.hasPrefix(root) else { return nil }
            let assumed = manifest.triples(predicate: .iri(vocabulary + "assumedTestBase")).first?.object.iri ?? root
            name = subject.iri?.split(separator: "#").last.map(String.init) ?? ""
            isNegative = type.contains("Negative")
            self.action = directory + "/" + action.dropFirst(root.count)
            base = assumed + action.dropFirst(root.count)
            result = manifest.objects(of: subject, vocabulary + "result").first?.iri.map { directory + "/" + $0.dropFirst(root.count) }
        }

        /// Language tags do not differ by their case (RDF 1.1 Concepts, section 3.3).
        private static func normalised(_ triple: Triple) -> Triple {
            guard let literal = triple.object.literal, let language = literal.language else { return triple }
            return Triple(triple.subject, triple.predicate, .literal(Literal(literal.lexicalForm, language: language.lowercased())))
        }

        func passes(_ syntax: RDFSyntax) -> Bool {
            let found = try? RDFParser().parse(file: action, syntax: syntax, base: base)
            if isNegative { return found == nil }
            guard let found else { return false }
            guard let result else { return true }
            guard let expected = try? RDFParser().parse(file: result, syntax: .ntriples, base: base) else { return false }
            return areIsomorphic(Set(found.map(Self.normalised)), Set(expected.map(Self.normalised)))
        }
    }
}
