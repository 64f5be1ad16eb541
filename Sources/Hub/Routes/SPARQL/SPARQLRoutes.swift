import Federation
import Foundation
import HTTPTypes
import Hummingbird
import Hyperontology
import SPARQL
import Synchronization

/// The hyperontology's graph by the SPARQL 1.1 Protocol (W3C Recommendation, section 2). It is public: no token is asked for, and pages of
/// other sites may ask as well.
struct SPARQLRoutes: Sendable {
    private let current: @Sendable () -> SPARQLEndpoint
    private var endpoint: SPARQLEndpoint { current() }

    init(core: HubCore) {
        let ports = Set(core.configuration.listeners.filter { $0.tls != nil }.map(\.port))
        let made = Mutex<(version: String, endpoint: SPARQLEndpoint)?>(nil)
        // One for each version of the hyperontology, made when it is first asked.
        current = {
            let hyperontology = core.hyperontology
            return made.withLock { known in
                if let known, known.version == hyperontology.version { return known.endpoint }
                let dataset = Dataset(hyperontology.graph, alsoNamed: SPARQLEndpoint.hyperontologyName)
                let endpoint = SPARQLEndpoint(dataset: dataset, tlsPorts: ports)
                known = (hyperontology.version, endpoint)
                return endpoint
            }
        }
    }

    init(endpoint: SPARQLEndpoint) { current = { endpoint } }

    func add(to router: Router<BasicRequestContext>) {
        router.get("/sparql") { request, _ in
            try await readable { try await endpoint.answer(try SPARQLRequest(getting: request.uri.query ?? ""), request) }
        }
        router.post("/sparql") { request, _ in
            try await readable {
                let body = try await request.bytes(atMost: 2 * SPARQLQuery.maximumLength)
                let asked = try SPARQLRequest(
                    posting: body, contentType: request.headers[.contentType], query: request.uri.query ?? "")
                return try await endpoint.answer(asked, request)
            }
        }
        router.on("/sparql", method: .options) { _, _ in
            var headers = Self.openHeaders
            headers[.allow] = "GET, POST, OPTIONS"
            headers[.accessControlAllowMethods] = "GET, POST, OPTIONS"
            headers[.accessControlAllowHeaders] = "Accept, Content-Type, If-None-Match"
            headers[.accessControlMaxAge] = "86400"
            return Response(status: .noContent, headers: headers)
        }
    }

    /// What a page of another site needs to read an answer.
    static let openHeaders: HTTPFields = [.accessControlAllowOrigin: "*", .accessControlExposeHeaders: "ETag"]

    /// A page may read what went wrong as well.
    private func readable(_ answer: () async throws -> Response) async throws -> Response {
        var response: Response
        do {
            response = try await answer()
        } catch let problem as SPARQLProblem {
            response = problem.response
        } catch let problem as Problem {
            response = Response(problem)
        }
        for field in Self.openHeaders { response.headers[field.name] = field.value }
        return response
    }
}
