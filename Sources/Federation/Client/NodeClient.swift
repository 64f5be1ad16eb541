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
    public func heartbeat(models: [SourceModel], working: [String]) async throws(HubFailure) -> HeartbeatReply {
        try await post("/v1/node/heartbeat", Heartbeat(models: models, working: working), as: HeartbeatReply.self)
    }

    /// Waits for a task.
    /// - Returns: nil when none came in time.
    public func lease(waitSeconds: Int = 25) async throws(HubFailure) -> Lease? {
        let body = try hub.encode(LeaseRequest(waitSeconds: waitSeconds))
        let response = try await send("/v1/node/lease", body, timeout: .seconds(waitSeconds + 15))
        return response.status == 204 ? nil : try hub.decode(response.body, as: Lease.self)
    }

    /// Signs an answer and hands it in. Handing it in again changes nothing.
    public func post(_ answer: NodeAnswer) async throws(HubFailure) -> AnswerReceipt {
        try await post(try seal(answer))
    }

    /// Hands in a signed answer, again and again while the hub is away, until it is taken or `deadline` has passed.
    public func deliver(_ answer: SignedEnvelope, until deadline: ContinuousClock.Instant) async throws(HubFailure) -> AnswerReceipt {
        var backoff = Backoff()
        while true {
            do {
                return try await post(answer)
            } catch {
                let pause = backoff.next()
                guard error.isTemporary, ContinuousClock.now + pause < deadline else { throw error }
                do { try await Task.sleep(for: pause) } catch let cancelled { throw HubFailure(cancelled) }
            }
        }
    }

    /// The answer as it is sent, for keeping it on disk until it is taken.
    public func seal(_ answer: NodeAnswer) throws(HubFailure) -> SignedEnvelope {
        do {
            return try SignedEnvelope.seal(answer, as: .answer, with: key)
        } catch {
            throw HubFailure(.refused, error)
        }
    }

    private func post(_ answer: SignedEnvelope) async throws(HubFailure) -> AnswerReceipt {
        try await post("/v1/node/answers", answer, as: AnswerReceipt.self)
    }

    private func post<Reply: Decodable>(_ path: String, _ message: some Encodable, as type: Reply.Type) async throws(HubFailure) -> Reply {
        try hub.decode(try await send(path, try hub.encode(message), timeout: .seconds(30)).body, as: type)
    }

    private func send(_ path: String, _ body: [UInt8], timeout: Duration) async throws(HubFailure) -> HTTPResponse {
        let signature: RequestSignature
        do {
            signature = try RequestSignature.make(method: "POST", path: path, body: body, node: name, key: key, now: Date())
        } catch {
            throw HubFailure(.refused, error)
        }
        return try await hub.send(.post, path, body: body, headers: HTTPHeaders(signature.headers), timeout: timeout)
    }
}
