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

@Suite struct EnrolmentTests {
    /// The code by which a hub refuses.
    private func refusal(_ work: () async throws -> Void) async -> (HubFailure.Code, DiagnosticCode?)? {
        do {
            try await work()
            return nil
        } catch let failure as HubFailure {
            return (failure.code, failure.diagnostics.first?.code)
        } catch {
            Issue.record("\(error)")
            return nil
        }
    }

    @Test func aTokenServesOnceForOneNameAndOneKey() async throws {
        let hub = try await TestHub.start()
        let token = try await hub.administration.invite("north")
        let key = try SigningKey()
        let node = NodeClient(hub.client, name: "north", key: key)
        var seen = await refusal { _ = try await node.enrol(token: "none", models: [.omop]) }
        #expect(seen?.0 == .unauthorized && seen?.1 == "F0601")
        seen = await refusal {
            _ = try await NodeClient(hub.client, name: "northern", key: key).enrol(token: token, models: [.omop])
        }
        #expect(seen?.0 == .unauthorized && seen?.1 == "F0601", "another name with north's token")
        let enrolment = try await node.enrol(token: token, models: [.omop, .fhir])
        #expect(enrolment.name == "north")
        #expect(try await node.enrol(token: token, models: [.omop]) == enrolment, "the same key again: the reply may have got lost")
        seen = await refusal {
            _ = try await NodeClient(hub.client, name: "north", key: try SigningKey()).enrol(token: token, models: [.omop])
        }
        #expect(seen?.0 == .unauthorized && seen?.1 == "F0601", "another key with a token that was used")
        #expect(try await hub.administration.nodes().map(\.name) == ["north"])
        _ = try await node.heartbeat(models: [.omop], working: [])
        await hub.stop()
    }

    @Test(arguments: ["", "no th", "../north", "north\n", String(repeating: "n", count: 65)])
    func whatIsNoNameIsNotInvited(_ name: String) async throws {
        let folder = try TemporaryFolder()
        let made = HubFolder(folder.path("hub"))
        try made.make(hosts: ["127.0.0.1"], address: "127.0.0.1", port: 1, localPort: nil)
        let administration = try HubAdministration(try HubConfiguration.read(made.configurationFile))
        let error = await #expect(throws: Diagnostic.self) { try await administration.invite(name) }
        #expect(error?.code == "F0508")
    }

    @Test func whoDoesNotHoldTheKeyIsNotEnrolled() async throws {
        let hub = try await TestHub.start()
        let token = try await hub.administration.invite("north")
        let (claimed, used) = (try SigningKey(), try SigningKey())
        let body = try CanonicalJSON.encode(
            EnrolmentRequest(token: token, name: "north", publicKey: claimed.verifyingKey, models: [.omop]))
        let signature = try RequestSignature.make(
            method: "POST", path: "/v1/node/enrol", body: body, node: "north", key: used, now: Date())
        let response = try await hub.send(.post, "/v1/node/enrol", body: body, headers: HTTPHeaders(signature.headers))
        #expect(response.status == 401)
        #expect(try CanonicalJSON.decode(Problem.self, from: response.body).code == "F0303")
        #expect(try await hub.administration.nodes().isEmpty)
        await hub.stop()
    }

    @Test func aNodeThatIsShutOutIsSoFromItsNextRequestOn() async throws {
        let hub = try await TestHub.start()
        let (north, south) = (try await hub.node("north"), try await hub.node("south"))
        try await hub.administration.revoke("north")
        let attempts: [() async throws -> Void] = [
            { _ = try await north.client.heartbeat(models: [.omop], working: []) },
            { _ = try await north.client.lease(waitSeconds: 0) },
        ]
        for attempt in attempts {
            let seen = await refusal(attempt)
            #expect(seen?.0 == .refused && seen?.1 == HubFailure.shutOut)
        }
        _ = try await south.client.heartbeat(models: [.omop], working: [])
        let states = try await hub.administration.nodes().map(\.state)
        #expect(states == [.revoked, .answering])
        let error = await #expect(throws: Diagnostic.self) { try await hub.administration.revoke("nroth") }
        #expect(error?.code == "F0517" && error?.help?.contains("north") == true)
        // A question that is asked now goes to the others alone.
        let researcher = try await hub.researcher()
        let receipt = try await researcher.submit(QuerySubmission(text: Question.women))
        #expect(try await researcher.status(of: receipt.id).nodes.map(\.name) == ["south"])
        // Invited anew it is back, with the key that it makes.
        let again = try await hub.node("north")
        _ = try await again.client.heartbeat(models: [.omop], working: [])
        #expect(try await hub.administration.nodes().map(\.state) == [.answering, .answering])
        await hub.stop()
    }
}
