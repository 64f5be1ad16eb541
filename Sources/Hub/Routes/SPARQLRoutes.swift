import Diagnostics
import Federation
import Hummingbird
import Hyperontology
import RDF
import SPARQL

/// The hyperontology's graph by the SPARQL 1.1 Protocol (W3C Recommendation, section 2.1). It is public: no token is asked for.
///
/// Parameters that are not known are ignored, as stock clients send some of their own.
struct SPARQLRoutes: Sendable {
    let core: HubCore

    func add(to router: Router<BasicRequestContext>) {
        router.get("/sparql") { request, _ in
            try await answer(try query(in: FormParameters(request.uri.query ?? "")), request)
        }
        router.post("/sparql") { request, _ in
            let body = String(decoding: try await request.bytes(atMost: 2 * SPARQLQuery.maximumLength), as: UTF8.self)
            switch mediaType(request) {
            case "application/x-www-form-urlencoded": return try await answer(try query(in: FormParameters(body)), request)
            case "application/sparql-query": return try await answer(body, request)
            case let other:
                throw Problem(
                    status: 415, title: "Not a query",
                    Diagnostic(
                        "F0620", "a body of the type `\(other ?? "")` is not read here",
                        help: "send `application/sparql-query`, or `query` in a form"))
            }
        }
    }

    private func mediaType(_ request: Request) -> String? {
        request.headers[.contentType]?.split(separator: ";").first.map { $0.trimmingCharacters(of: " ").lowercased() }
    }

    private func query(in parameters: FormParameters) throws -> String {
        if parameters["update"] != nil {
            throw Problem.badRequest(Diagnostic("F0621", "the graph cannot be changed here", help: "ask with `query`"))
        }
        let found = parameters.values("query")
        guard found.count == 1, let text = found.first else {
            throw Problem.badRequest(Diagnostic("F0622", "\(found.count) queries were sent", help: "send one, as `query`"))
        }
        return text
    }

    private func answer(_ text: String, _ request: Request) async throws -> Response {
        guard let format = SPARQLResultFormat.negotiate(accept: request.headers[.accept]) else {
            throw Problem(
                status: 406, title: "No such format",
                Diagnostic(
                    "F0623", "none of the accepted formats can be written here",
                    help: "accept one of " + SPARQLResultFormat.allCases.map(\.mediaType).joined(separator: ", ")))
        }
        let graph = core.hyperontology.graph
        let body = try await core.workers.run { () throws -> String in
            let query: SPARQLQuery
            do throws(DiagnosticList) { query = try SPARQLQuery.parse(text) } catch { throw Problem.badRequest(error.diagnostics) }
            do throws(DiagnosticList) {
                return try query.evaluate(on: graph).serialise(as: format)
            } catch {
                throw Problem(status: 503, title: "Too much", error.diagnostics)
            }
        }
        // The graph is public, so pages of other sites may ask as well.
        let headers: HTTPFields = [.contentType: format.contentType, .accessControlAllowOrigin: "*", .vary: "Accept"]
        return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(string: body)))
    }
}

extension Problem {
    fileprivate static func badRequest(_ diagnostics: [Diagnostic]) -> Problem { Problem(status: 400, title: "Bad query", diagnostics) }
    fileprivate static func badRequest(_ diagnostic: Diagnostic) -> Problem { badRequest([diagnostic]) }
}

extension Substring {
    fileprivate func trimmingCharacters(of set: String) -> Substring {
        var text = self
        while let first = text.first, set.contains(first) { text.removeFirst() }
        while let last = text.last, set.contains(last) { text.removeLast() }
        return text
    }
}
