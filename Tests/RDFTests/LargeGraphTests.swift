import Foundation
import Testing

@testable import RDF

/// A document of many triples: 300,000, or as many as `COHORTIUM_TRIPLES` says; ten million take some minutes without optimisation.
@Suite(.serialized) struct LargeGraphTests {
    private static let triples = ProcessInfo.processInfo.environment["COHORTIUM_TRIPLES"].flatMap(Int.init) ?? 300_000
    /// Triples of a concept: its type, two labels, a notation, and one concept above it.
    private static let perConcept = 5
    private static let concepts = triples / perConcept

    /// Writes a vocabulary in which concept n stands below concept n / 2, piece by piece; a line a concept, after two of prefixes.
    private func withVocabulary(_ body: (String) async throws -> Void) async throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("large-\(UUID().uuidString).ttl").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        try Data().write(to: URL(fileURLWithPath: path))
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        var text = "@prefix e: <http://example.org/> .\n@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n"
        for number in 0..<Self.concepts {
            text +=
                "e:\(number) a skos:Concept ; skos:prefLabel \"finding \(number)\"@en, \"Befund \(number)\"@de ; skos:notation \"\(number)\" ; skos:broader e:\(number / 2) .\n"
            if text.utf8.count > 1 << 20 {
                try file.write(contentsOf: Data(text.utf8))
                text = ""
            }
        }
        try file.write(contentsOf: Data(text.utf8))
        try file.close()
        try await body(path)
    }

    private func concept(_ number: Int) -> Term { .iri("http://example.org/\(number)") }

    @Test func readsIndexesKeepsAndAnswers() async throws {
        try await withVocabulary { path in
            var builder = GraphBuilder()
            try builder.read(file: path)
            let graph = builder.build()
            #expect(graph.count == Self.concepts * Self.perConcept)
            // Every concept, its two labels and its notation; four properties and the class; the types of three kinds of literals.
            #expect(graph.terms.count == Self.concepts * 4 + 8)
            let broader = try #require(graph.id(of: .iri("http://www.w3.org/2004/02/skos/core#broader")))
            #expect(graph.count(predicate: broader) == Self.concepts)
            for number in stride(from: 1, to: Self.concepts, by: max(Self.concepts / 1000, 1)) {
                let id = try #require(graph.id(of: concept(number)))
                #expect(graph.count(subject: id) == Self.perConcept)
                // Twice the number and the next; of the first concept itself as well.
                let below = [2 * number, 2 * number + 1].count { $0 < Self.concepts }
                #expect(graph.count(predicate: broader, object: id) == below)
            }
            // The paths upwards have the length of the number's binary logarithm.
            let hierarchy = Hierarchy(graph, upward: ["http://www.w3.org/2004/02/skos/core#broader"])
            let last = try #require(graph.id(of: concept(Self.concepts - 1)))
            let height = Int.bitWidth - (Self.concepts - 1).leadingZeroBitCount
            #expect(hierarchy.ancestors(of: last).filter { $0 != last }.count == height)
            // "Hundreds of megabytes for millions of triples."
            #expect(graph.byteCount / graph.count < 100)

            let saved = path + ".graph"
            defer { try? FileManager.default.removeItem(atPath: saved) }
            try graph.write(to: saved)
            let mapped = try Graph(mapping: saved)
            #expect(mapped.count == graph.count && mapped.terms.count == graph.terms.count)
            #expect(mapped.count(subject: mapped.id(of: concept(7))) == Self.perConcept)
        }
    }

    /// One triple too many is refused with the line at which it stands, and nothing of the document is kept.
    @Test(arguments: [0, 1]) func refusesWhatIsTooManyAtItsPlace(tooFew: Int) async throws {
        try await withVocabulary { path in
            var limits = RDFParser.Limits()
            limits.maximumTriples = Self.concepts * Self.perConcept - tooFew
            var builder = GraphBuilder()
            do throws(RDFSyntaxErrors) {
                try builder.read(file: path, with: RDFParser(limits: limits))
                #expect(tooFew == 0)
                #expect(builder.build().count == limits.maximumTriples)
            } catch {
                #expect(tooFew == 1)
                #expect(error.errors.map(\.code) == [.refused])
                #expect(error.errors.first?.message == "the document has more than the limit of \(limits.maximumTriples) triples")
                #expect(error.errors.first?.line == Self.concepts + 2)
                #expect(builder.build().count == 0)
            }
        }
    }

    @Test(arguments: [
        (RDFSyntax.ntriples, "<http://e/a> <http://e/p> <http://e/b> .\n<http://e/a> <http://e/p> <http://e/c> .\n", 2),
        (.turtle, "<http://e/a>\n<http://e/p>\n<http://e/b> ,\n<http://e/c> .\n", 4),
        (
            .rdfxml,
            "<r:RDF xmlns:r=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\" xmlns:e=\"http://e/\">\n<r:Description r:about=\"http://e/a\">\n<e:p>b</e:p>\n<e:p>c</e:p>\n</r:Description></r:RDF>\n",
            4
        ),
    ]) func saysWhereTheLimitWasMet(syntax: RDFSyntax, text: String, line: Int) {
        var limits = RDFParser.Limits()
        limits.maximumTriples = 1
        do throws(RDFSyntaxErrors) {
            _ = try RDFParser(limits: limits).parse(Array(text.utf8), syntax: syntax, base: "http://e/")
            Issue.record("read")
        } catch {
            #expect(error.errors.first?.line == line, "\(error.errors)")
        }
    }
}
