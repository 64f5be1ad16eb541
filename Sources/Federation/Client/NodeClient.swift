import Diagnostics
public import Execution
import Foundation
import HTTPClient

/// A node's side of the conversation with its hub. Every request goes out from the node and is signed with its key.
public struct NodeClient: Sendable {
    private let hub: HubClient
    private let name: String
    private let key: SigningKey

    /// - Parameters:
    ///   - name: the node's name, exactly as it was invited.
    public init(_ hub: HubClient, name: String, key: SigningKey) {
        self.hub = hub
        self.name = name
        self.key = key
    }

    /// Makes the node known to the hub.
    /// - Parameter token: the one that the hub's operator gave; it serves once.
    public func enrol(token: String, models: [SourceModel]) async throws(HubFailure) -> Enrolment {
        let request = EnrolmentRequest(token: token, name: name, publicKey: key.verifyingKey, models: models)
        return try await post("/v1/node/enrol", request, as: Enrolment.self)
    }

    /// Says that the node is well.
    /// - Parameter working: the ids of the tasks it works on, whose leases this keeps.
    public func heartbeat(models: [SourceModel], working: [String], dataVersion: String? = nil) async throws(HubFailure) -> HeartbeatReply {
        try await post(
            "/v1/node/heartbeat", Heartbeat(models: models, working: working, dataVersion: dataVersion), as: HeartbeatReply.self)
    }

    /// Waits for a task.
    /// - Parameter held: what the node has of earlier leases, by ``SignedEnvelope/payloadHash``; anything else that was handed to it got lost
    ///   on the way and is handed out again at once.
    /// - Returns: nil when none came in time.
    public func lease(waitSeconds: Int = 25, held: Set<String> = []) async throws(HubFailure) -> Lease? {
        let body = try hub.encode(LeaseRequest(waitSeconds: waitSeconds, held: held.sorted()))
        let response = try await send("/v1/node/lease", body, timeout: .seconds(waitSeconds + 15))
        return response.status == 204 ? nil : try hub.decode(response.body, as: Lease.self)
    }

    /// Hands in a signed answer. Handing it in again changes nothing.
    public func handIn(_ answer: SignedEnvelope) async throws(HubFailure) -> AnswerReceipt {
        try await post("/v1/node/answers", answer, as: AnswerReceipt.self)
    }

    /// Says what the node's sources cover; the hub keeps the last that it was told.
    public func handIn(_ report: CoverageReport) async throws(HubFailure) -> CoverageReceipt {
        try await post("/v1/node/coverage", report, as: CoverageReceipt.self)
    }

    /// Says what may be published of the node's datasets; the hub keeps the last that it was told.
    public func handIn(_ report: DatasetReport) async throws(HubFailure) -> DatasetReceipt {
        try await post("/v1/node/datasets", report, as: DatasetReceipt.self)
    }

    /// The answer as it is sent, for keeping it on disk until it is taken.
    public func seal(_ answer: NodeAnswer) throws(HubFailure) -> SignedEnvelope {
        do {
            return try SignedEnvelope.seal(answer, as: .answer, with: key)
        } catch {
            throw HubFailure(.refused, error)
        }
    }

    private func post<Reply: Decodable>(_ path: String, _ message: some Encodable, as type: Reply.Type) async throws(HubFailure) -> Reply {
        try hub.decode(try await send(path, try hub.encode(message), timeout: .seconds(30)).body, as: type)
    }

    private func send(_ path: String, _ body: [UInt8], timeout: Duration) async throws(HubFailure) -> HTTPResponse {
        do {
            return try await sendOnce(path, body, timeout: timeout)
        } catch {
            // A connection that broke makes libcurl send the same bytes once more, and the hub takes a signature once. Every request of a
            // node may be made again, so it is signed anew.
            guard error.diagnostics.contains(where: { $0.code == RequestSignature.repetition }) else { throw error }
            return try await sendOnce(path, body, timeout: timeout)
        }
    }

    private func sendOnce(_ path: String, _ body: [UInt8], timeout: Duration) async throws(HubFailure) -> HTTPResponse {
        let signature: RequestSignature
        do {
            signature = try RequestSignature.make(method: "POST", path: path, body: body, node: name, key: key, now: Date())
        } catch {
            throw HubFailure(.refused, error)
        }
        return try await hub.send(.post, path, body: body, headers: HTTPHeaders(signature.headers), timeout: timeout)
    }
}
