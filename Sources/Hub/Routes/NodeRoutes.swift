import Diagnostics
import Federation
import Hummingbird

/// The nodes' side. Every request is signed with the node's key.
struct NodeRoutes: Sendable {
    let nodes: NodeService

    func add(to router: Router<BasicRequestContext>) {
        router.post("/v1/node/enrol") { request, _ in
            let (body, signature) = try await signed(request, atMost: NodeService.Limits.message)
            let enrolment = try CanonicalJSON.decode(EnrolmentRequest.self, from: body)
            return try Response(
                json: try await nodes.enrol(
                    enrolment, signature, method: request.method.rawValue, path: request.uri.path, body: body))
        }
        router.post("/v1/node/heartbeat") { request, _ in
            let (node, body) = try await authenticated(request)
            return try await nodes.noting(node) {
                try Response(json: try await nodes.heartbeat(try CanonicalJSON.decode(Heartbeat.self, from: body), from: node))
            }
        }
        router.post("/v1/node/lease") { request, _ in
            let (node, body) = try await authenticated(request)
            return try await nodes.noting(node) {
                let wanted = try CanonicalJSON.decode(LeaseRequest.self, from: body)
                guard let lease = try await nodes.lease(wanted, for: node) else { return Response(status: .noContent) }
                return try Response(json: lease)
            }
        }
        router.post("/v1/node/coverage") { request, _ in
            let (node, body) = try await authenticated(request, atMost: NodeService.Limits.coverage)
            return try await nodes.noting(node) {
                try Response(json: try await nodes.accept(try CanonicalJSON.decode(CoverageReport.self, from: body), from: node))
            }
        }
        router.post("/v1/node/datasets") { request, _ in
            let (node, body) = try await authenticated(request, atMost: NodeService.Limits.datasets)
            return try await nodes.noting(node) {
                try Response(json: try await nodes.accept(try CanonicalJSON.decode(DatasetReport.self, from: body), from: node))
            }
        }
        router.post("/v1/node/answers") { request, _ in
            let (node, body) = try await authenticated(request, atMost: NodeService.Limits.body)
            return try await nodes.noting(node) {
                try Response(json: try await nodes.accept(try CanonicalJSON.decode(SignedEnvelope.self, from: body), from: node))
            }
        }
    }

    private func signed(_ request: Request, atMost limit: Int) async throws -> ([UInt8], RequestSignature) {
        let signature: RequestSignature
        do {
            signature = try RequestSignature { request.header($0) }
        } catch {
            throw Problem(status: 401, title: "Not known", error)
        }
        return (try await request.bytes(atMost: limit), signature)
    }

    private func authenticated(_ request: Request, atMost limit: Int = NodeService.Limits.message) async throws -> (StoredNode, [UInt8]) {
        let (body, signature) = try await signed(request, atMost: limit)
        let node = try await nodes.authenticate(signature, method: request.method.rawValue, path: request.uri.path, body: body)
        return (node, body)
    }
}
