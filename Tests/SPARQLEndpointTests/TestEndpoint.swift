import Foundation
import HTTPClient
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import RDF
import SPARQL

@testable import Hub

/// The SPARQL routes alone, in the test's own process on a free port of the loopback address.
final class TestEndpoint: Sendable {
    let url: String
    private let http = HTTPClient()
    private let running: Task<Void, any Error>

    static func start(
        _ dataset: Dataset, limits: SPARQLQuery.Limits = .init(), tlsPorts: Set<Int> = []
    ) async throws -> TestEndpoint {
        try await TestEndpoint(SPARQLEndpoint(dataset: dataset, limits: limits, tlsPorts: tlsPorts))
    }

    private init(_ endpoint: SPARQLEndpoint) async throws {
        let router = Router()
        router.add(middleware: ProblemMiddleware(logger: Logger(label: "test")))
        SPARQLRoutes(endpoint: endpoint).add(to: router)
        let (ports, continuation) = AsyncStream<Int>.makeStream()
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let application = Application(
            router: router, configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { channel in
                continuation.yield(channel.localAddress?.port ?? 0)
                continuation.finish()
            }, logger: logger)
        running = Task {
            defer { continuation.finish() }
            try await application.run()
        }
        var port = 0
        for await found in ports { port = found }
        url = "http://127.0.0.1:\(port)"
    }

    deinit { running.cancel() }

    func send(
        _ method: ClientMethod, _ path: String, body: [UInt8] = [], headers: ClientHeaders = [:], timeout: Duration = .seconds(30)
    ) async throws -> ClientResponse {
        try await http.send(ClientRequest(method: method, url: url + path, headers: headers, body: body, timeout: timeout, proxy: ""))
    }

    /// A query by GET.
    func ask(_ query: String, accept: String? = nil, others: String = "", headers: ClientHeaders = [:]) async throws -> ClientResponse {
        var headers = headers
        if let accept { headers.append("Accept", accept) }
        return try await send(.get, "/sparql?query=\(Self.encoded(query))\(others)", headers: headers)
    }

    static func encoded(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
    }
}

/// A graph of Turtle text with the prefix `e:`.
func graph(_ turtle: String) throws -> Graph {
    var builder = GraphBuilder()
    builder.add(
        document: try RDFParser().parse(Array(("@prefix e: <http://e/> .\n" + turtle).utf8), syntax: .turtle, base: "http://e/"))
    return builder.build()
}
