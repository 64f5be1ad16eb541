import CohortPlan
import Compiler
import Diagnostics
import Disclosure
import Execution
import Federation
import Foundation
import HTTPClient
import Hub
import Hyperontology
import Node
import Synchronization
import TestFederation
import Testing

/// A node behind a connection that loses what the test says, and a node whose hub is not to be trusted.
@Suite struct OutboxTests {
    private static let women = "cohort Women { patients where sex is female }\nreport Women count patients"

    /// Passes a node's requests on to a hub, over TLS of its own.
    private struct Wire {
        let server: ScriptedServer
        let authority: String
        /// Whether what the hub says to answers gets lost.
        let losesReceipts: Flag
        var url: String { "https://127.0.0.1:\(server.port)" }

        init(to hub: TestHub, _ folder: TemporaryFolder) async throws {
            let authority = try CertificateAuthority(name: "wire")
            let path = folder.path("wire.pem")
            try authority.writeCertificate(to: path)
            let flag = Flag()
            losesReceipts = flag
            self.authority = path
            server = try await ScriptedServer.start(identity: try authority.serverIdentity(hosts: ["127.0.0.1"])) { request in
                let headers = request.lines.dropFirst().map { line in
                    let parts = line.split(separator: ":", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
                    return (name: parts[0], value: parts.count > 1 ? parts[1] : "")
                }.filter { $0.name.hasPrefix("Cohortium-") || $0.name == "Content-Type" }
                guard
                    let answer = try? await hub.send(.post, request.line[1], body: request.body, headers: HTTPHeaders(headers)),
                    !(flag.isSet && request.line[1] == "/v1/node/answers")
                else { return .cut([]) }
                return .answer("\(answer.status) Passed", ["Content-Type: \(answer.mediaType ?? "")"], body: answer.text)
            }
        }
    }

    private final class Flag: Sendable {
        private let value = Mutex(false)
        var isSet: Bool { value.withLock { $0 } }
        func set(_ new: Bool) { value.withLock { $0 = new } }
    }

    @Test func anAnswerWhoseReceiptGotLostIsHandedInAgainAndCountsOnce() async throws {
        let (hub, hospital) = (try await TestHub.start(), try await NodeHospital(patients: 60))
        try await hospital.enrol(hub)
        let wire = try await Wire(to: hub, hospital.folder)
        let researcher = try await hub.researcher()
        wire.losesReceipts.set(true)
        var node = WorkingNode(try hospital.agent(hub: wire.url, authority: wire.authority))
        let receipt = try await researcher.submit(QuerySubmission(text: OutboxTests.women))
        let status = try await researcher.follow(receipt.id) { _ in }
        #expect(status.nodes[0].state == .answered)
        await node.stop()
        #expect(hospital.outbox.count == 1, "as far as the node knows, the hub has not got it")
        let before = try await researcher.result(of: receipt.id)
        wire.losesReceipts.set(false)
        node = WorkingNode(try hospital.agent(hub: wire.url, authority: wire.authority))
        try await wait(for: "the outbox to be empty") { hospital.outbox.isEmpty }
        #expect(try CanonicalJSON.encode(try await researcher.result(of: receipt.id)) == CanonicalJSON.encode(before))
        let answers = wire.server.requests.filter { $0.line[1] == "/v1/node/answers" }
        #expect(answers.count >= 2 && Set(answers.map(\.body)).count == 1, "the same answer each time")
        // And it goes on working: what the older node had waited for on this wire is not lost either.
        let next = try await researcher.submit(QuerySubmission(text: OutboxTests.women))
        #expect(try await researcher.follow(next.id) { _ in }.nodes[0].state == .answered)
        await node.stop()
        await wire.server.stop()
        await hub.stop()
    }

    // MARK: A hub that is not to be trusted

    /// A hub that hands out what it is given, once each, and keeps what it is answered.
    private final class FalseHub: Sendable {
        let envelopes: Mutex<[SignedEnvelope]>
        let answers = Mutex<[NodeAnswer]>([])
        let key: SigningKey

        init(_ key: SigningKey, _ envelopes: [SignedEnvelope]) {
            self.key = key
            self.envelopes = Mutex(envelopes)
        }

        func reply(_ request: ScriptedServer.Request) throws -> ScriptedServer.Reply {
            func json(_ value: some Encodable) throws -> ScriptedServer.Reply {
                .answer(
                    "200 OK", ["Content-Type: application/json"], body: String(decoding: try CanonicalJSON.encode(value), as: UTF8.self))
            }
            switch request.line[1] {
            case "/v1/node/enrol": return try json(Enrolment(name: "north", hubKey: key.verifyingKey, heartbeatSeconds: 3_600))
            case "/v1/node/heartbeat": return try json(HeartbeatReply(time: Date()))
            case "/v1/node/lease":
                guard let next = envelopes.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) else { return .silence }
                return try json(Lease(task: next, leasedUntil: Date().addingTimeInterval(60)))
            case "/v1/node/answers":
                let sealed = try CanonicalJSON.decode(SignedEnvelope.self, from: request.body)
                let answer = try CanonicalJSON.decode(NodeAnswer.self, from: sealed.payload)
                answers.withLock { $0.append(answer) }
                return try json(AnswerReceipt(taskID: answer.taskID, isRepeated: false))
            default: return .answer("404 Not Found")
            }
        }
    }

    @Test func whatIsNotTheHubsTaskForThisNodeNowIsNotDone() async throws {
        let hospital = try await NodeHospital(patients: 60)
        let (key, stranger) = (try SigningKey(), try SigningKey())
        // A real task, made by a real hub, and its variations.
        let hub = try await TestHub.start()
        let model = try await hub.node("north")
        _ = try await hub.researcher().submit(QuerySubmission(text: OutboxTests.women))
        let (task, _) = try #require(try await model.task())
        await hub.stop()
        func sealed(_ id: String, node: String = "north", issued: TimeInterval = 0, expires: TimeInterval = 600, with key: SigningKey)
            throws
            -> SignedEnvelope
        {
            let changed = FederationTask(
                id: id, queryID: task.queryID, node: node, kind: task.kind, expanded: task.expanded, labels: task.labels,
                requester: task.requester, purpose: task.purpose, requestedThreshold: nil, issuedAt: Date().addingTimeInterval(issued),
                expiresAt: Date().addingTimeInterval(expires))
            return try SignedEnvelope.seal(changed, as: .task, with: key)
        }
        let good = try sealed("good", with: key)
        let last = good.payload.count - 1
        let altered = SignedEnvelope(payload: Array(good.payload[..<last]) + [0x20], signature: good.signature, keyID: good.keyID)
        let falseHub = FalseHub(
            key,
            [
                try sealed("forged", with: stranger), altered, try sealed("another's", node: "south", with: key),
                try sealed("expired", issued: -700, expires: -1, with: key), try sealed("future", issued: 3_600, expires: 7_200, with: key),
                good,
            ])
        let authority = try CertificateAuthority(name: "false")
        try authority.writeCertificate(to: hospital.folder.path("false.pem"))
        let server = try await ScriptedServer.start(identity: try authority.serverIdentity(hosts: ["127.0.0.1"])) { request in
            (try? falseHub.reply(request)) ?? .answer("500 Failed")
        }
        let url = "https://127.0.0.1:\(server.port)"
        let configuration = try hospital.configuration(hub: url, authority: hospital.folder.path("false.pem"))
        try await NodeAgent.enrol(configuration, token: "any")
        let node = WorkingNode(try hospital.agent(hub: url, authority: hospital.folder.path("false.pem")))
        try await wait(for: "three answers") { falseHub.answers.withLock { $0.count } == 3 }
        try await wait(for: "all tasks to be fetched") { falseHub.envelopes.withLock { $0.isEmpty } }
        await node.stop()
        let answers = falseHub.answers.withLock { $0 }
        // Nobody but the hub is owed an answer. To the hub, a task that is not begun is said to be so, and why.
        #expect(Set(answers.map(\.taskID)) == ["expired", "future", "good"])
        for (id, code) in [("expired", "F0206"), ("future", "F0207")] {
            guard case .failed(let diagnostic) = answers.first(where: { $0.taskID == id })?.outcome else {
                Issue.record("the task `\(id)` was done")
                continue
            }
            #expect(diagnostic.code.rawValue == code)
        }
        guard case .answered = answers.first(where: { $0.taskID == "good" })?.outcome else {
            Issue.record("\(answers)")
            return
        }
        // What was not taken is said to be held, so that it is not handed out again at once.
        let held = try server.requests.filter { $0.line[1] == "/v1/node/lease" }.last.map {
            try CanonicalJSON.decode(LeaseRequest.self, from: $0.body).held
        }
        #expect(held?.contains(altered.payloadHash) == true)
        await server.stop()
    }
}
