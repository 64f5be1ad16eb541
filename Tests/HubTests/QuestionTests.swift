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

/// A researcher's side: asking, seeing, waiting.
@Suite struct QuestionTests {
    @Test func theDeadlineGivesWhatIsThereAndALateAnswerStillLands() async throws {
        let hub = try await TestHub.start { $0.heartbeatSeconds = 1 }
        let (north, south, west) = (try await hub.node("north"), try await hub.node("south"), try await hub.node("west"))
        let researcher = try await hub.researcher()
        let receipt = try await researcher.submit(QuerySubmission(text: Question.women, deadlineSeconds: 12))
        let (late, lateHash) = try #require(try await south.task())
        _ = try await north.answerNext(.published(40))
        let status = try await researcher.follow(receipt.id) { _ in }
        #expect(status.nodes.map(\.state) == [.answered, .expired, .expired])
        var result = try await researcher.result(of: receipt.id)
        #expect(result.missing == ["south", "west"])
        #expect(result.total?.measures == [MergedCount(count: .published(40), nodesSuppressed: 0, nodesAbsent: 2)])
        #expect(result.nodes[1].reasons.first?.hasPrefix("no answer by the deadline; last heard of at ") == true)
        #expect(result.overall == .exact)
        // Nobody has heard of west for a while: it is shown as what it is.
        try await wait(for: "west to be unknown") { try await researcher.nodes().first { $0.name == "west" }?.state == .unknown }
        let listed = try #require(try await researcher.nodes().first { $0.name == "west" })
        #expect(listed.since == listed.lastHeartbeat)
        // After the deadline no one is handed the task, but the answer to one that was counts.
        #expect(try await west.client.lease(waitSeconds: 0) == nil)
        _ = try await south.handIn(south.answer(late, lateHash, .counted(.published(20), late)))
        result = try await researcher.result(of: receipt.id)
        #expect(result.nodes.map(\.state) == [.answered, .answered, .expired])
        #expect(result.nodes.map(\.isLate) == [false, true, false])
        #expect(result.total?.measures == [MergedCount(count: .published(60), nodesSuppressed: 0, nodesAbsent: 1)])
        #expect(result.status.state == .closed)
        await hub.stop()
    }

    @Test func anAnswerIsItsOwnersAlone() async throws {
        let hub = try await TestHub.start()
        let node = try await hub.node("north")
        let (ada, token) = try await asker(hub, "ada")
        let (_, stranger) = try await asker(hub, "bob")
        let receipt = try await ada.submit(QuerySubmission(text: Question.women))
        _ = try await node.answerNext(.published(40))
        for path in ["", "/result", "/events", "/explain"] {
            let own = try await get(hub, "/v1/queries/\(receipt.id)\(path)", token)
            #expect(own.status == 200, "\(path)")
            let others = try await get(hub, "/v1/queries/\(receipt.id)\(path)", stranger)
            let none = try await get(hub, "/v1/queries/\(String(repeating: "0", count: receipt.id.count))\(path)", stranger)
            #expect(others.status == 404 && none.status == 404)
            #expect(others.mediaType == Problem.mediaType)
            let hidden = others.text.replacing(receipt.id, with: String(repeating: "0", count: receipt.id.count))
            #expect(hidden == none.text, "another's and none are the same")
            func shape(_ response: HTTPResponse) -> [String] {
                response.headers.fields.filter { $0.name.lowercased() != "date" }.map { "\($0.name): \($0.value)" }
            }
            #expect(shape(others) == shape(none))
            // As a job it is none.
            #expect(try await get(hub, "/v1/jobs/\(receipt.id)\(path)", token).status == 404)
            #expect(try await get(hub, "/v1/queries/\(receipt.id)\(path)", nil).status == 401)
            #expect(try await get(hub, "/v1/queries/\(receipt.id)\(path)", "wrong").status == 401)
        }
        let refused = try await get(hub, "/v1/nodes", "wrong")
        #expect(refused.status == 401 && refused.headers["WWW-Authenticate"] == "Bearer")
        #expect(try CanonicalJSON.decode(Problem.self, from: refused.body).code == "F0601")
        await hub.stop()
    }

    private func asker(_ hub: TestHub, _ name: String) async throws -> (ResearcherClient, String) {
        let token = try await hub.administration.addResearcher(name)
        return (ResearcherClient(hub.client, token: token), token)
    }

    private func get(_ hub: TestHub, _ path: String, _ token: String?) async throws -> HTTPResponse {
        try await hub.send(.get, path, headers: token.map { ["Authorization": "Bearer \($0)"] } ?? [:])
    }

    @Test func everyChangeIsAnEvent() async throws {
        let hub = try await TestHub.start()
        let (north, south) = (try await hub.node("north"), try await hub.node("south"))
        let (researcher, token) = try await asker(hub, "ada")
        let receipt = try await researcher.submit(QuerySubmission(text: Question.women))
        async let stream = get(hub, "/v1/queries/\(receipt.id)/events", token)
        let (task, hash) = try #require(try await north.task())
        _ = try await north.handIn(north.answer(task, hash, .refused(reason: "not for this purpose")))
        _ = try await south.answerNext(.published(40))
        let response = try await stream
        #expect(response.status == 200 && response.mediaType == "text/event-stream")
        let events = response.text.components(separatedBy: "\n\n").filter { $0.hasPrefix("event: ") }
        let states = try events.map { event in
            let lines = event.components(separatedBy: "\n")
            #expect(lines.count == 2 && lines[1].hasPrefix("data: "))
            return try CanonicalJSON.decode(QueryStatus.self, from: Array(lines[1].dropFirst(6).utf8))
        }
        #expect(states.last?.state == .closed && events.last?.hasPrefix("event: closed\n") == true)
        #expect(states.last?.nodes.map(\.state) == [.refused, .answered])
        for (earlier, later) in zip(states, states.dropFirst()) { #expect(earlier != later) }
        await hub.stop()
    }

    @Test(
        arguments: [
            ("{", "F0202"), ("{\"text\": 3, \"purpose\": \"research\"}", "F0202"),
            ("{\"text\": \"cohort A {\", \"purpose\": \"research\"}", nil),
            ("{\"text\": \"cohort A { patients where any diagnosis of \\\"Brest Carcinoma\\\" }\", \"purpose\": \"research\"}", nil),
            ("{\"text\": \"x\", \"purpose\": \"\"}", "F0605"), ("{\"text\": \"x\", \"purpose\": \"a\\nb\"}", "F0605"),
            ("{\"text\": \"x\", \"purpose\": \"p\", \"deadlineSeconds\": 0}", "F0606"),
            ("{\"text\": \"x\", \"purpose\": \"p\", \"threshold\": 0}", "F0607"),
        ] as [(String, DiagnosticCode?)])
    func badInputIsNamedAndNothingIsAsked(_ body: String, _ code: DiagnosticCode?) async throws {
        let hub = try await TestHub.start()
        let node = try await hub.node("north")
        let (_, token) = try await asker(hub, "ada")
        let response = try await hub.send(
            .post, "/v1/queries", body: Array(body.utf8), headers: ["Authorization": "Bearer \(token)", "Content-Type": "application/json"])
        #expect(response.status == 422 && response.mediaType == Problem.mediaType)
        let problem = try CanonicalJSON.decode(Problem.self, from: response.body)
        #expect(code == nil || problem.code == code)
        #expect(problem.type == "urn:cohortium:problem:\(problem.code)" && problem.status == 422 && !problem.detail.isEmpty)
        if code == nil { #expect(problem.code.rawValue.hasPrefix("C") && problem.diagnostics.contains { $0.span != nil }) }
        #expect(try await node.client.lease(waitSeconds: 0) == nil)
        await hub.stop()
    }

    @Test func withoutNodesThereIsNobodyToAsk() async throws {
        let hub = try await TestHub.start()
        let researcher = try await hub.researcher()
        let failure = await #expect(throws: HubFailure.self) { try await researcher.submit(QuerySubmission(text: Question.women)) }
        #expect(failure?.diagnostics.first?.code == "F0610")
        await hub.stop()
    }
}
