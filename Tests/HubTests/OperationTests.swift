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

/// Running a hub: health, addresses, restarts.
@Suite struct OperationTests {
    @Test func healthAndReadiness() async throws {
        let hub = try await TestHub.start()
        for path in ["/healthz", "/readyz"] { #expect(try await hub.send(.get, path).status == 200) }
        // Without its file, nothing that is acknowledged would be kept.
        try FileManager.default.removeItem(atPath: hub.configuration.store)
        #expect(try await hub.send(.get, "/healthz").status == 200)
        let response = try await hub.send(.get, "/readyz")
        #expect(response.status == 503)
        #expect(try CanonicalJSON.decode(Problem.self, from: response.body).code == "F0625")
        await hub.stop()
    }

    @Test func everyErrorHasACode() async throws {
        let hub = try await TestHub.start()
        for (method, path) in [(HTTPMethod.get, "/nowhere"), (.delete, "/v1/queries"), (.get, "/"), (.get, "/v1/ontology/find")] {
            let response = try await hub.send(method, path)
            #expect((400..<500).contains(response.status), "\(method.rawValue) \(path)")
            #expect(response.mediaType == Problem.mediaType, "\(method.rawValue) \(path)")
            let problem = try CanonicalJSON.decode(Problem.self, from: response.body)
            #expect(problem.status == response.status && problem.code.rawValue.hasPrefix("F0"))
        }
        await hub.stop()
    }

    @Test func aPortInUseIsNamed() async throws {
        let hub = try await TestHub.start()
        var second = hub.configuration
        second.store += "-second"
        let server = try HubServer(second, hyperontology: try Project.hyperontology())
        let error = await #expect(throws: DiagnosticList.self) { try await server.run { _ in } }
        let first = try #require(error?.diagnostics.first)
        #expect(first.code == "F0513" && first.help != nil)
        #expect(second.listeners.contains { first.message.contains("\($0.address):\($0.port)") } && first.message.contains("in use"))
        #expect(try await hub.send(.get, "/healthz").status == 200, "the one that was there is not disturbed")
        await hub.stop()
    }

    @Test func aHubThatWasRestartedHasLostNothing() async throws {
        let hub = try await TestHub.start()
        let (north, south) = (try await hub.node("north"), try await hub.node("south"))
        let researcher = try await hub.researcher()
        let answered = try await researcher.submit(QuerySubmission(text: Question.women))
        _ = try await north.answerNext(.published(40))
        _ = try await south.answerNext(.published(20))
        let open = try await researcher.submit(QuerySubmission(text: Question.women))
        let (task, hash) = try #require(try await north.task())
        let before = try await researcher.result(of: answered.id)
        let again = try await hub.restarted()
        // Same address, same keys, same tokens: nobody has to be told.
        #expect(again.url == hub.url)
        var after = try await researcher.result(of: answered.id)
        #expect(try CanonicalJSON.encode(after) == CanonicalJSON.encode(before))
        #expect(try await researcher.status(of: open.id).nodes.map(\.state) == [.leased, .queued])
        // The answer to what the hub before it has handed out is the answer.
        _ = try await north.handIn(north.answer(task, hash, .counted(.published(40), task)))
        _ = try await south.answerNext(.published(30))
        after = try await researcher.result(of: open.id)
        #expect(after.status.state == .closed && after.total?.measures.map(\.count) == [.published(70)])
        await again.stop()
    }

    @Test func whoWaitsIsLetGoWhenTheHubEnds() async throws {
        let hub = try await TestHub.start()
        let node = try await hub.node("north")
        let waiting = Task { try? await node.client.lease(waitSeconds: 50) }
        let researcher = try await hub.researcher()
        let receipt = try await researcher.submit(QuerySubmission(text: Question.women, deadlineSeconds: 600))
        let following = Task { try await researcher.follow(receipt.id, patience: .zero) { _ in } }
        let start = ContinuousClock.now
        await hub.stop()
        _ = await waiting.value
        let failure = await #expect(throws: HubFailure.self) { try await following.value }
        #expect(failure?.code == .unavailable)
        #expect(ContinuousClock.now - start < .seconds(30))
    }

    @Test func theStoreIsItsOwnersAlone() async throws {
        let hub = try await TestHub.start()
        for file in [hub.configuration.store, hub.configuration.signingKey] {
            let attributes = try FileManager.default.attributesOfItem(atPath: file)
            #expect(attributes[.posixPermissions] as? Int == 0o600, "\(file)")
        }
        await hub.stop()
    }

    @Test func aHubsFolderIsMadeWholeOrNotAtAll() async throws {
        let folder = try TemporaryFolder()
        let cases: [(hosts: [String], address: String, port: Int, code: DiagnosticCode)] = [
            (["a b"], "0.0.0.0", 8743, "F0106"), ([], "0.0.0.0", 8743, "F0106"), (["a"], "0.0.0.0", 70_000, "F0505"),
            (["a"], "0.0.0.0\"\nport: 1", 8743, "F0507"),
        ]
        for sample in cases {
            let error = #expect(throws: Diagnostic.self) {
                try HubFolder(folder.path("hub")).make(hosts: sample.hosts, address: sample.address, port: sample.port, localPort: nil)
            }
            #expect(error?.code == sample.code)
            #expect(!FileManager.default.fileExists(atPath: folder.path("hub")))
        }
        let file = try folder.write("", to: "file")
        let error = #expect(throws: Diagnostic.self) {
            try HubFolder(file + "/hub").make(hosts: ["a"], address: "0.0.0.0", port: 8743, localPort: nil)
        }
        #expect(error?.code == "F0519")
        // A long name of a host is one all the same.
        let long = "\(String(repeating: "long-", count: 12))name.hub.hospital.example.org"
        try HubFolder(folder.path("hub")).make(hosts: [long], address: "0.0.0.0", port: 8743, localPort: 8744)
        let again = #expect(throws: Diagnostic.self) {
            try HubFolder(folder.path("hub")).make(hosts: ["a"], address: "0.0.0.0", port: 8743, localPort: nil)
        }
        #expect(again?.code == "F0518")
        #expect(try HubConfiguration.read(folder.path("hub/hub.yaml")).listeners.map(\.port) == [8743, 8744])
    }
}
