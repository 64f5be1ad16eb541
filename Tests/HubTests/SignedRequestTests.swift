import CohortPlan
import Diagnostics
import Disclosure
import Execution
import Federation
import Foundation
import HTTPClient
import Hub
import TestFederation
import Testing

/// Every request of a node is signed by that node's key, once, now, over what it says.
@Suite struct SignedRequestTests {
    private let path = "/v1/node/heartbeat"
    private let signatureHeaders = [
        RequestSignature.Header.node, RequestSignature.Header.timestamp, RequestSignature.Header.nonce, RequestSignature.Header.signature,
    ]

    private func heartbeat() throws -> [UInt8] { try CanonicalJSON.encode(Heartbeat(models: [.omop], working: [])) }

    private func headers(_ node: TestNode, body: [UInt8], name: String? = nil, now: Date = Date()) throws -> HTTPHeaders {
        HTTPHeaders(
            try RequestSignature.make(method: "POST", path: path, body: body, node: name ?? node.name, key: node.key, now: now).headers)
    }

    private func expect(_ hub: TestHub, _ body: [UInt8], _ headers: HTTPHeaders, _ status: Int, _ code: DiagnosticCode?) async throws {
        let response = try await hub.send(.post, path, body: body, headers: headers)
        #expect(response.status == status)
        guard let code else { return }
        #expect(response.mediaType == Problem.mediaType)
        #expect(try CanonicalJSON.decode(Problem.self, from: response.body).code == code)
    }

    @Test func whatIsNotTheNodesOwnRequestIsRefused() async throws {
        let hub = try await TestHub.start()
        let (north, south) = (try await hub.node("north"), try await hub.node("south"))
        let body = try heartbeat()
        let once = try headers(north, body: body)
        try await expect(hub, body, once, 200, nil)
        try await expect(hub, body, once, 401, "F0612")
        try await expect(hub, body + [0x20], try headers(north, body: body), 401, "F0303")
        try await expect(hub, body, try headers(north, body: body, name: "south"), 401, "F0303")
        try await expect(hub, body, try headers(north, body: body, name: "North"), 401, "F0601")
        try await expect(hub, body, [:], 401, "F0301")
        // Signed for another path.
        var elsewhere = HTTPHeaders(
            try RequestSignature.make(method: "POST", path: "/v1/node/lease", body: body, node: "north", key: north.key, now: Date())
                .headers
        )
        try await expect(hub, body, elsewhere, 401, "F0303")
        elsewhere[RequestSignature.Header.signature] = "bm8="
        try await expect(hub, body, elsewhere, 401, "F0303")
        _ = try await south.client.heartbeat(models: [.omop], working: [])
        await hub.stop()
    }

    @Test func aClockThatIsOffIsThatNodesTroubleAndNamed() async throws {
        let hub = try await TestHub.start()
        let (north, south) = (try await hub.node("north"), try await hub.node("south"))
        let body = try heartbeat()
        for offset in [-400.0, 400] {
            try await expect(hub, body, try headers(north, body: body, now: Date(timeIntervalSinceNow: offset)), 401, "F0302")
        }
        var nodes = try await hub.administration.nodes()
        #expect(nodes.map(\.trouble?.code) == ["F0302", nil])
        // Nobody else can make it look so.
        let forged = try RequestSignature.make(
            method: "POST", path: path, body: body, node: "south", key: north.key, now: Date(timeIntervalSinceNow: -400))
        try await expect(hub, body, HTTPHeaders(forged.headers), 401, "F0303")
        _ = try await north.client.heartbeat(models: [.omop], working: [])
        nodes = try await hub.administration.nodes()
        #expect(nodes.map(\.trouble?.code) == [nil, nil])
        _ = try await south.client.heartbeat(models: [.omop], working: [])
        await hub.stop()
    }

    @Test func aRequestThatWasSentTwiceOnTheWayIsSignedAnew() async throws {
        // What a connection that breaks makes of a request: the hub gets it twice, and the node sees the second answer.
        let hub = try await TestHub.start()
        let node = try await hub.node("north")
        let doubling = try await ScriptedServer.start { [signatureHeaders] request in
            let headers = signatureHeaders.flatMap { name in request.values(of: name).map { (name: name, value: $0) } }
            func pass() async -> HTTPResponse? {
                try? await hub.send(.post, request.line[1], body: request.body, headers: HTTPHeaders(headers))
            }
            _ = await pass()
            guard let answer = await pass() else { return .cut([]) }
            return .answer("\(answer.status) Passed", ["Content-Type: \(answer.mediaType ?? "")"], body: answer.text)
        }
        let first = NodeClient(
            HubClient(HubClient.Address(url: "http://127.0.0.1:\(doubling.port)", proxy: ""), http: HTTPClient()), name: "north",
            key: node.key)
        let failure = await #expect(throws: HubFailure.self) { try await first.heartbeat(models: [.omop], working: []) }
        #expect(failure?.diagnostics.first?.code == RequestSignature.repetition)
        let requests = doubling.requests
        #expect(requests.count == 2, "the node has tried once more")
        #expect(Set(requests.flatMap { $0.values(of: RequestSignature.Header.nonce) }).count == 2, "with another signature")
        await doubling.stop()
        await hub.stop()
    }

    @Test func aBodyThatIsTooLargeIsNotRead() async throws {
        let hub = try await TestHub.start()
        let node = try await hub.node("north")
        let body = [UInt8](repeating: 0x20, count: 2 << 20)
        try await expect(hub, body, try headers(node, body: body), 413, "F0617")
        let garbage = Array("{\"models\": 3}".utf8)
        try await expect(hub, garbage, try headers(node, body: garbage), 422, "F0202")
        #expect(try await hub.administration.nodes().first?.trouble?.code == "F0202")
        await hub.stop()
    }
}
