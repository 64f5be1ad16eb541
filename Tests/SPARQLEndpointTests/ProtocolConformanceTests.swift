import Foundation
import HTTPClient
import RDF
import SPARQL
import Testing

/// The W3C's tests of the SPARQL 1.1 Protocol where they are beside the package.
@Suite struct ProtocolConformanceTests {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("shared/conformance/w3c/sparql11/protocol").path

    private static var isPresent: Bool {
        let isPresent = FileManager.default.fileExists(atPath: folder + "/manifest.ttl")
        if !isPresent { print("skipped: the W3C tests of the SPARQL protocol are not beside the package") }
        return isPresent
    }

    /// Tests that are about what the endpoint does not do.
    private static let exclusions = Dictionary(
        uniqueKeysWithValues: [
            "update_dataset_default_graph", "update_dataset_default_graphs", "update_dataset_named_graphs", "update_dataset_full",
            "update_post_form", "update_post_direct", "update_base_uri",
        ].map { ($0, "the graph is the hub's own; updates are refused") })

    @Test(.enabled(if: isPresent)) func passes() async throws {
        let tests = try ProtocolManifest(folder: Self.folder).tests()
        #expect(tests.count == 34)
        let names = (1...3).map { "http://kasei.us/2009/09/sparql/data/data\($0).rdf" }
        let dataset = Dataset(
            .empty,
            named: try names.enumerated().map { number, name in
                var builder = GraphBuilder()
                builder.add(document: try RDFParser().parse(file: Self.folder + "/data\(number + 1).nt"))
                return Dataset.NamedGraph(name: name, graph: builder.build())
            })
        let endpoint = try await TestEndpoint.start(dataset)
        var passed = 0
        for test in tests {
            if Self.exclusions[test.name] != nil {
                // Refused, and by a status that says so.
                let status = try await test.requests.first?.send(to: endpoint).status ?? 0
                #expect((400..<500).contains(status), "\(test.name)")
                continue
            }
            for request in test.requests {
                let response = try await request.send(to: endpoint)
                #expect(request.accepts(response), "\(test.name): \(response.status) \(response.text.prefix(200))")
            }
            passed += 1
        }
        print("protocol: \(passed) of \(tests.count) passed, \(Self.exclusions.count) excluded")
    }
}

private struct ProtocolManifest {
    let folder: String

    struct Test {
        let name: String
        let requests: [Request]
    }

    struct Request {
        let method: String
        let path: String
        let headers: [(String, String)]
        let body: [UInt8]
        /// The first digits of the statuses that will do.
        let statuses: Set<Int>
        let boolean: Bool?
        let format: String?

        func send(to endpoint: TestEndpoint) async throws -> ClientResponse {
            try await endpoint.send(
                ClientMethod(rawValue: method), path, body: body, headers: ClientHeaders(headers.map { (name: $0.0, value: $0.1) }))
        }

        func accepts(_ response: ClientResponse) -> Bool {
            guard statuses.contains(response.status / 100) else { return false }
            if let boolean, !response.text.contains("\"boolean\":\(boolean)") { return false }
            switch format {
            case "boolean", "tabular": return response.mediaType == "application/sparql-results+json"
            case "RDF": return response.mediaType == "text/turtle"
            default: return true
            }
        }
    }

    func tests() throws -> [Test] {
        var builder = GraphBuilder()
        builder.add(document: try RDFParser().parse(file: folder + "/manifest.ttl", base: "http://test/manifest"))
        let graph = builder.build()
        let mf = "http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#"
        return graph.subjects(with: RDFVocabulary.type, .iri(mf + "ProtocolTest")).map { test in
            let name = test.iri?.split(separator: "#").last.map(String.init) ?? ""
            let connection = graph.objects(of: test, mf + "action").first
            let list = connection.flatMap { graph.objects(of: $0, Self.ht + "requests").first }
            return Test(name: name, requests: list.flatMap(graph.list)?.map { request($0, graph) } ?? [])
        }
    }

    private static let ht = "http://www.w3.org/2011/http#"

    private func request(_ node: Term, _ graph: Graph) -> Request {
        let cnt = "http://www.w3.org/2011/content#"
        let mf = "http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#"
        func text(_ node: Term, _ property: String) -> String? { graph.objects(of: node, property).first?.literal?.lexicalForm }
        let response = graph.objects(of: node, Self.ht + "resp").first ?? node
        let content = graph.objects(of: node, Self.ht + "body").first
        let chars = content.flatMap { text($0, cnt + "chars") } ?? ""
        let isWide = content.flatMap { text($0, cnt + "characterEncoding") } == "UTF-16"
        let headers = graph.objects(of: node, Self.ht + "headers").first.flatMap(graph.list) ?? []
        let statuses = graph.objects(of: response, mf + "expectedStatus").compactMap { $0.iri?.dropLast(2).last?.wholeNumberValue }
        return Request(
            method: text(node, Self.ht + "methodName") ?? "GET", path: text(node, Self.ht + "absolutePath") ?? "",
            headers: headers.map { (text($0, Self.ht + "fieldName") ?? "", text($0, Self.ht + "fieldValue") ?? "") },
            body: isWide ? Array(chars.data(using: .utf16) ?? Data()) : Array(chars.utf8), statuses: Set(statuses),
            boolean: text(response, mf + "expectedBoolean").map { $0 == "true" }, format: text(response, mf + "expectedFormat"))
    }
}
