import Federation
import Foundation
import HTTPTypes
import Hummingbird
import Hyperontology
import SPARQL

/// The hub's graphs and the federation by the SPARQL 1.1 Protocol (W3C Recommendation, section 2). The graphs are public: no token is asked
/// for, and pages of other sites may ask as well. Who counts patients shows a token.
struct SPARQLRoutes: Sendable {
    let endpoint: SPARQLEndpoint

    init(core: HubCore, queries: QueryService, nodes: NodeService) {
        let graphs = HubGraphs(core: core, nodes: nodes)
        endpoint = SPARQLEndpoint(
            graphs: { try await graphs.current() }, federation: FederationService(core: core, queries: queries),
            tlsPorts: Set(core.configuration.listeners.filter { $0.tls != nil }.map(\.port)))
    }

    init(endpoint: SPARQLEndpoint) { self.endpoint = endpoint }

    func add(to router: Router<BasicRequestContext>) {
        router.get("/sparql") { request, _ in
            try await readable(request) { try await endpoint.answer(try SPARQLRequest(getting: request.uri.query ?? ""), request) }
        }
        router.post("/sparql") { request, _ in
            try await readable(request) {
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
            headers[.accessControlAllowHeaders] = "Accept, Authorization, Content-Type, If-None-Match"
            headers[.accessControlMaxAge] = "86400"
            return Response(status: .noContent, headers: headers)
        }
    }

    /// What a page of another site needs to read an answer.
    static let openHeaders: HTTPFields = [
        .accessControlAllowOrigin: "*", .accessControlExposeHeaders: (["ETag", "Link"] + FederationHeaders.names).joined(separator: ", "),
    ]

    /// A page may read what went wrong as well.
    private func readable(_ request: Request, _ answer: () async throws -> Response) async throws -> Response {
        var response: Response
        do {
            response = try await answer()
        } catch let problem as SPARQLProblem {
            response = problem.response
        } catch let problem as Problem {
            response = Response(problem)
        }
        for field in Self.openHeaders { response.headers[field.name] = field.value }
        return response.compressed(for: request)
    }
}
