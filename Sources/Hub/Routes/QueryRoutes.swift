import Diagnostics
import Federation
import Foundation
import Hummingbird

/// The researchers' side: questions, jobs, nodes. Every request shows a token.
struct QueryRoutes: Sendable {
    let core: HubCore
    let queries: QueryService
    let nodes: NodeService

    func add(to router: Router<BasicRequestContext>) {
        router.post("/v1/queries") { request, _ in
            let owner = try await owner(of: request)
            let submission = try CanonicalJSON.decode(QuerySubmission.self, from: try await request.bytes(atMost: 1 << 20))
            return try Response(json: try await queries.submit(submission, owner: owner), status: .accepted)
        }
        router.post("/v1/jobs") { request, _ in
            let owner = try await owner(of: request)
            let submission = try CanonicalJSON.decode(JobSubmission.self, from: try await request.bytes(atMost: 1 << 20))
            return try Response(json: try await queries.submit(submission, owner: owner), status: .accepted)
        }
        for (path, isJob) in [("queries", false), ("jobs", true)] {
            router.get("/v1/\(path)/:id") { request, context in
                try Response(json: try await queries.status(of: try await query(request, context, isJob)))
            }
            router.get("/v1/\(path)/:id/result") { request, context in
                try Response(json: try await queries.result(of: try await query(request, context, isJob)))
            }
            router.get("/v1/\(path)/:id/events") { request, context in
                try await events(of: try await query(request, context, isJob))
            }
            router.get("/v1/\(path)/:id/explain") { request, context in
                try Response(json: QueryExplanation(try await query(request, context, isJob)))
            }
        }
        router.get("/v1/nodes") { request, _ in
            _ = try await owner(of: request)
            return try Response(json: try await nodes.listing())
        }
    }

    private func owner(of request: Request) async throws -> String { try await core.researcher(asking: request) }

    private func query(_ request: Request, _ context: BasicRequestContext, _ isJob: Bool) async throws -> StoredQuery {
        let owner = try await owner(of: request)
        return try await queries.query(try context.parameters.require("id"), owner: owner, isJob: isJob)
    }

    /// A stream of states, as server-sent events: one now, one for every change, the last one when the question is closed.
    private func events(of query: StoredQuery) async throws -> Response {
        let body = ResponseBody { writer in
            var last: QueryStatus?
            while true {
                let rings = await core.bell.rings
                let status = try await queries.status(of: query)
                if status != last {
                    let data = String(decoding: try CanonicalJSON.encode(status), as: UTF8.self)
                    try await writer.write(ByteBuffer(string: "event: \(status.state.rawValue)\ndata: \(data)\n\n"))
                }
                last = status
                if status.state == .closed { break }
                guard await !core.bell.isSilenced else { break }
                let left = Duration.seconds(max(0.05, query.deadline.timeIntervalSinceNow))
                await core.bell.wait(for: HubCore.Topic.query(query.id), after: rings, atMost: min(left, .seconds(15)))
                // A comment keeps proxies from closing a stream on which nothing happens.
                try await writer.write(ByteBuffer(string: ":\n\n"))
            }
            try await writer.finish(nil)
        }
        return Response(status: .ok, headers: [.contentType: "text/event-stream", .cacheControl: "no-store"], body: body)
    }
}

extension HubCore {
    /// The researcher whose token the request shows.
    func researcher(asking request: Request) async throws -> String {
        let scheme = "Bearer "
        guard let header = request.headers[.authorization], header.hasPrefix(scheme) else {
            throw Problem.unauthorised("the request shows no token", help: "send `Authorization: Bearer TOKEN`")
        }
        guard let name = try await store.researcher(tokenHash: Digest.name(of: String(header.dropFirst(scheme.count)))) else {
            throw Problem.unauthorised("the token is not known here", help: "ask the hub's operator for one")
        }
        return name
    }
}
