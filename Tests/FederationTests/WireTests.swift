import CohortPlan
import Diagnostics
import Disclosure
import Execution
import Federation
import Foundation
import Testing

@Suite struct WireTests {
    private let key: SigningKey
    private let now = Date(timeIntervalSince1970: 1_800_000_000)

    init() throws { key = try SigningKey() }

    private func task(
        node: String = "north", kind: FederationTask.Kind = .count, issued: TimeInterval = 0, expires: TimeInterval = 60
    ) throws -> FederationTask {
        let images = EventSelection(EventRequest(kind: .imagingSeries))
        let plan = try CohortPlan(anchors: [images], condition: .sex(.female), report: Report(measures: [.patients]))
        return FederationTask(
            id: "t1", queryID: "q1", node: node, kind: kind, expanded: ExpandedPlan(plan: plan, expansions: []), labels: [:],
            requester: "ada", purpose: "research", requestedThreshold: nil, issuedAt: now.addingTimeInterval(issued),
            expiresAt: now.addingTimeInterval(expires))
    }

    private func code(_ task: FederationTask, node: String = "north", hub: SigningKey? = nil) throws -> DiagnosticCode? {
        let envelope = try SignedEnvelope.seal(task, as: .task, with: key)
        do {
            _ = try TaskVerifier(hubKey: (hub ?? key).verifyingKey, node: node).verify(envelope, now: now)
            return nil
        } catch {
            return error.code
        }
    }

    @Test func aTaskSurvivesTheWire() throws {
        let order = DispatchOrder(toolName: "intensity", toolDigest: "sha256:00", event: EventReference(0))
        let sent = try task(kind: .dispatch(order))
        let envelope = try SignedEnvelope.seal(sent, as: .task, with: key)
        let received = try CanonicalJSON.decode(SignedEnvelope.self, from: try CanonicalJSON.encode(envelope))
        #expect(received == envelope)
        #expect(try TaskVerifier(hubKey: key.verifyingKey, node: "north").verify(received, now: now) == sent)
    }

    @Test(arguments: ["North", "north ", "nort", "northeast", "no\u{0072}\u{0301}th"])
    func namesMatchExactly(_ name: String) throws { #expect(try code(try task(node: name)) == "F0205") }

    @Test func aTaskIsTheHubsAndInTime() throws {
        #expect(try code(try task()) == nil)
        #expect(try code(try task(), hub: try SigningKey()) == "F0204")
        #expect(try code(try task(expires: 0)) == "F0206")
        #expect(try code(try task(issued: 301, expires: 600)) == "F0207")
        let nowhere = DispatchOrder(toolName: "intensity", toolDigest: "sha256:00", event: EventReference(7))
        #expect(try code(try task(kind: .dispatch(nowhere))) == "F0208")
    }

    @Test func aChangedByteIsSeen() throws {
        let envelope = try SignedEnvelope.seal(try task(), as: .task, with: key)
        let verifier = TaskVerifier(hubKey: key.verifyingKey, node: "north")
        for index in stride(from: 0, to: envelope.payload.count, by: 7) {
            var payload = envelope.payload
            payload[index] ^= 1
            let forged = SignedEnvelope(payload: payload, signature: envelope.signature, keyID: envelope.keyID)
            let error = #expect(throws: Diagnostic.self) { try verifier.verify(forged, now: now) }
            #expect(error?.code == "F0204")
        }
    }

    @Test func aSignatureForOneThingIsNoneForAnother() throws {
        let envelope = try SignedEnvelope.seal(try task(), as: .answer, with: key)
        let error = #expect(throws: Diagnostic.self) {
            try envelope.open(FederationTask.self, as: .task, with: key.verifyingKey, limit: 1 << 20)
        }
        #expect(error?.code == "F0204")
    }

    @Test func aMessageOverTheLimitIsNotRead() throws {
        let envelope = try SignedEnvelope.seal(try task(), as: .task, with: key)
        let error = #expect(throws: Diagnostic.self) {
            try envelope.open(FederationTask.self, as: .task, with: key.verifyingKey, limit: envelope.payload.count - 1)
        }
        #expect(error?.code == "F0203")
    }

    @Test func timesAreCoarse() {
        let pairs: [(Int, Int)] = [(0, 250), (1, 250), (250, 250), (251, 500), (900, 1000), (1001, 2000), (61_000, 64_000)]
        for (exact, coarse) in pairs { #expect(NodeAnswer.coarse(.milliseconds(exact)) == coarse) }
    }

    @Test func answersOfNoneAndOfFewAreTheSameBytes() throws {
        func payload(_ patients: Int, _ elapsed: Duration) throws -> [UInt8] {
            let gate = DisclosureGate(DisclosurePolicy())
            let result = gate.protect(
                CountedResult(
                    population: RawCount(patients: 500), unknown: RawCount(patients: patients),
                    measures: [CountedMeasure(.patients, .count(RawCount(patients: patients)))], breakdowns: [],
                    selection: PatientSelection(patients: [])))
            return try CanonicalJSON.encode(
                NodeAnswer(
                    taskID: "t1", taskHash: "sha256:00", node: "north", outcome: .answered(result, overall: .exact), criteria: [],
                    elapsed: elapsed))
        }
        let none = try payload(0, .milliseconds(3))
        for patients in 1..<11 { #expect(try payload(patients, .milliseconds(3 + patients)) == none) }
        #expect(try payload(11, .milliseconds(3)) != none)
    }
}

@Suite struct RequestSignatureTests {
    private let now = Date(timeIntervalSince1970: 1_800_000_000)
    private let body = Array("{}".utf8)

    private func code(_ change: (inout (method: String, path: String, body: [UInt8], key: SigningKey, now: Date)) throws -> Void) throws
        -> DiagnosticCode?
    {
        let key = try SigningKey()
        let made = try RequestSignature.make(method: "POST", path: "/v1/node/lease", body: body, node: "north", key: key, now: now)
        let headers = Dictionary(uniqueKeysWithValues: made.headers.map { ($0.name, $0.value) })
        let read = try RequestSignature { headers[$0] }
        #expect(read == made)
        var seen = (method: "POST", path: "/v1/node/lease", body: body, key: key, now: now)
        try change(&seen)
        do {
            try read.verify(method: seen.method, path: seen.path, body: seen.body, key: seen.key.verifyingKey, now: seen.now)
            return nil
        } catch {
            return error.code
        }
    }

    @Test func isForOneRequest() throws {
        #expect(try code { _ in } == nil)
        #expect(try code { $0.method = "GET" } == "F0303")
        #expect(try code { $0.path = "/v1/node/answers" } == "F0303")
        #expect(try code { $0.body = [] } == "F0303")
        #expect(try code { $0.key = try SigningKey() } == "F0303")
        #expect(try code { $0.now.addTimeInterval(299) } == nil)
        #expect(try code { $0.now.addTimeInterval(301) } == "F0302")
        #expect(try code { $0.now.addTimeInterval(-301) } == "F0302")
    }

    @Test func headersAreAllNeeded() throws {
        let made = try RequestSignature.make(method: "POST", path: "/", body: [], node: "north", key: try SigningKey(), now: now)
        for missing in made.headers {
            let error = #expect(throws: Diagnostic.self) {
                try RequestSignature { name in
                    name == missing.name ? nil : made.headers.first { $0.name == name }?.value
                }
            }
            #expect(error?.code == "F0301")
        }
        for timestamp in ["", "x", "99999999999999999999999", "\(Int.max)", "\(Int.min)"] {
            let signature = try? RequestSignature { name in
                name == RequestSignature.Header.timestamp ? timestamp : made.headers.first { $0.name == name }?.value
            }
            #expect(throws: Diagnostic.self) {
                guard let signature else { throw Diagnostic("F0301", "unreadable") }
                try signature.verify(method: "POST", path: "/", body: [], key: try SigningKey().verifyingKey, now: now)
            }
        }
    }
}
