import Diagnostics
import Foundation
import RDF
import SPARQL

/// A manifest of the W3C's tests.
struct ConformanceManifest {
    let directory: String

    func tests() throws -> [ConformanceTest] {
        var builder = GraphBuilder()
        builder.add(document: try RDFParser().parse(file: directory + "/manifest.ttl", base: "http://test/manifest.ttl"))
        let graph = builder.build()
        return graph.triples(predicate: .iri(RDFVocabulary.type)).compactMap { ConformanceTest($0.subject, $0.object, graph, directory) }
    }
}

/// One test: evaluate a query, or see whether it parses.
struct ConformanceTest {
    enum Outcome {
        case passed
        case failed(String)
    }

    let name: String
    private let kind: String
    private let query: String
    private let data: [String]
    private let namedData: [String]
    private let result: String?

    init?(_ subject: Term, _ type: Term, _ manifest: Graph, _ directory: String) {
        let mf = "http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#"
        let qt = "http://www.w3.org/2001/sw/DataAccess/tests/test-query#"
        guard let kind = type.iri?.split(separator: "#").last.map(String.init), kind.hasSuffix("Test") || kind.hasSuffix("Test11"),
            let action = manifest.objects(of: subject, mf + "action").first
        else { return nil }
        func path(_ term: Term) -> String? { term.iri.map { directory + "/" + $0.replacing("http://test/", with: "") } }
        guard let query = path(manifest.objects(of: action, qt + "query").first ?? action) else { return nil }
        name = subject.iri?.split(separator: "#").last.map(String.init) ?? ""
        self.kind = kind
        self.query = query
        data = manifest.objects(of: action, qt + "data").compactMap(path)
        namedData = manifest.objects(of: action, qt + "graphData").compactMap(path)
        result = manifest.objects(of: subject, mf + "result").first.flatMap(path)
    }

    func run() -> Outcome {
        guard let text = try? String(contentsOfFile: query, encoding: .utf8) else { return .failed("no query") }
        let parsed = Result { () throws(DiagnosticList) in try SPARQLQuery.parse(text, base: "http://test/query.rq") }
        if kind.hasPrefix("Negative") {
            if case .success = parsed { return .failed("accepted") }
            return .passed
        }
        switch parsed {
        case .failure(let error): return .failed(error.diagnostics.map(\.message).joined())
        case .success(let query): return kind.hasPrefix("Positive") ? .passed : evaluate(query)
        }
    }

    private func evaluate(_ query: SPARQLQuery) -> Outcome {
        do {
            var builder = GraphBuilder()
            for file in data { builder.add(document: try Self.triples(file)) }
            let named = try namedData.map { file in
                var builder = GraphBuilder()
                builder.add(document: try Self.triples(file))
                return Dataset.NamedGraph(name: Self.name(of: file), graph: builder.build())
            }
            let found = try query.evaluate(on: Dataset(builder.build(), named: named))
            guard let result else { return .failed("no result") }
            if result.hasSuffix(".csv") || result.hasSuffix(".tsv") { return try compareText(found, result) }
            let expected = try ExpectedResults.read(result)
            return ExpectedResults.areEquivalent(found, expected)
                ? .passed : .failed("found \(Self.text(found)), expected \(Self.text(expected))")
        } catch let error as DiagnosticList {
            return .failed(error.diagnostics.map(\.message).joined())
        } catch {
            return .failed("\(error)")
        }
    }

    private static func name(of file: String) -> String { "http://test/" + (file.split(separator: "/").last ?? "") }

    private static func triples(_ file: String) throws -> [Triple] { try RDFParser().parse(file: file, base: name(of: file)) }

    private static func text(_ results: SPARQLResults) -> String {
        (try? results.serialise(as: .tsv).replacing("\n", with: " ~ ")) ?? "what cannot be written"
    }

    /// Lines in any order, blank nodes' labels and the ends of lines left out.
    private func compareText(_ found: SPARQLResults, _ file: String) throws -> Outcome {
        let format = SPARQLResultFormat(rawValue: String(file.suffix(3))) ?? .csv
        let expected = (try? String(contentsOfFile: file, encoding: .utf8)) ?? ""
        func lines(_ text: String) -> [String] {
            text.split(whereSeparator: \.isNewline).map { String($0).replacing(/_:\w+/, with: "_:") }.sorted()
        }
        let text = try found.serialise(as: format)
        return lines(text) == lines(expected) ? .passed : .failed("found \(lines(text)), expected \(lines(expected))")
    }
}
