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

/// What a node sends is held against what it was asked, and a bad answer is that node's alone.
@Suite struct AnswerTests {
    /// A node's answer, changed.
    private typealias Bad = @Sendable (TestNode, FederationTask, String) -> NodeAnswer

    private static func counted(_ count: ProtectedCount, measures: Int = 1) -> NodeAnswer.Outcome {
        .answered(
            ProtectedResult(
                measures: Array(repeating: .count(count), count: measures), breakdowns: [], unknown: .count(.suppressed(threshold: 11))),
            overall: .exact)
    }

    /// Each is well-formed and signed, and still no answer to the question.
    private static let misfits: [(String, Bad)] = [
        ("two values for one measure", { $0.answer($1, $2, counted(.published(40), measures: 2)) }),
        (
            "a table that was not asked for",
            {
                $0.answer(
                    $1, $2,
                    .answered(
                        ProtectedResult(
                            measures: [.count(.published(40))], breakdowns: [ProtectedBreakdown(.sex, .strata([]))],
                            unknown: .count(.suppressed(threshold: 11))), overall: .exact))
            }
        ),
        ("a number under every threshold", { $0.answer($1, $2, counted(.published(2))) }),
        ("a number under the threshold that was asked for", { $0.answer($1, $2, counted(.published(15))) }),
        ("an impossible threshold", { $0.answer($1, $2, counted(.suppressed(threshold: -7))) }),
        (
            "a reason that steers a terminal",
            { $0.answer($1, $2, .refused(reason: "no\u{1B}[2J")) }
        ),
        (
            "a reason without end",
            { $0.answer($1, $2, .notEvaluable(reasons: [String(repeating: "x", count: 5_000)])) }
        ),
        (
            "a computation",
            {
                $0.answer(
                    $1, $2,
                    .dispatched(
                        DispatchReport(toolDigest: "sha256:0", device: "cpu", statistics: statistics), overall: .exact))
            }
        ),
        (
            "criteria of another question",
            { node, task, hash in
                NodeAnswer(
                    taskID: task.id, taskHash: hash, node: node.name, outcome: counted(.published(40)),
                    criteria: [CriterionCoverage(criterionID: "c99", coverage: .exact, source: nil)], elapsed: .zero)
            }
        ),
    ]

    private static let statistics = DisclosureGate(DisclosurePolicy()).protect(RawStatistics(byPatient: [:]))

    @Test func aMisfitIsThatNodesFailureAlone() async throws {
        let hub = try await TestHub.start()
        let (north, south) = (try await hub.node("north"), try await hub.node("south"))
        let researcher = try await hub.researcher()
        for (what, bad) in AnswerTests.misfits {
            let receipt = try await researcher.submit(QuerySubmission(text: Question.women, threshold: 20))
            let (task, hash) = try #require(try await north.task(), "\(what)")
            #expect(try await north.handIn(bad(north, task, hash)).isRepeated == false)
            _ = try await south.answerNext(.published(40))
            let result = try await researcher.result(of: receipt.id)
            #expect(result.status.state == .closed, "\(what)")
            #expect(result.nodes.map(\.state) == [.failed, .answered], "\(what)")
            #expect(result.nodes[0].failure?.code == "F0616", "\(what)")
            #expect(result.nodes[0].result == nil && result.nodes[0].criteria.isEmpty, "nothing of it is shown: \(what)")
            #expect(result.total?.measures == [MergedCount(count: .published(40), nodesSuppressed: 0, nodesAbsent: 1)], "\(what)")
        }
        await hub.stop()
    }

    @Test func whatIsNotThisNodesAnswerToItsTaskIsNotTaken() async throws {
        let hub = try await TestHub.start()
        let (north, south) = (try await hub.node("north"), try await hub.node("south"))
        let researcher = try await hub.researcher()
        let receipt = try await researcher.submit(QuerySubmission(text: Question.women))
        let (task, hash) = try #require(try await north.task())
        let (other, otherHash) = try #require(try await south.task())
        let outcome = AnswerTests.counted(.published(40))
        func refusal(_ sealed: SignedEnvelope) async -> DiagnosticCode? {
            let failure = await #expect(throws: HubFailure.self) { try await north.client.handIn(sealed) }
            #expect(failure?.code == .refused)
            return failure?.diagnostics.first?.code
        }
        #expect(await refusal(try north.client.seal(north.answer(other, otherHash, outcome))) == "F0613", "to another node's task")
        let southern = NodeAnswer(taskID: task.id, taskHash: hash, node: "south", outcome: outcome, criteria: [], elapsed: .zero)
        #expect(await refusal(try north.client.seal(southern)) == "F0613", "in another node's name")
        #expect(await refusal(try north.client.seal(north.answer(task, otherHash, outcome))) == "F0614", "to another text of the task")
        let good = north.answer(task, hash, outcome)
        #expect(await refusal(try SignedEnvelope.seal(good, as: .answer, with: south.key)) == "F0204", "signed with another key")
        #expect(await refusal(try SignedEnvelope.seal(good, as: .task, with: north.key)) == "F0204", "signed as something else")
        let garbled = try north.client.seal(good)
        #expect(
            await refusal(SignedEnvelope(payload: garbled.payload.dropLast(), signature: garbled.signature, keyID: garbled.keyID))
                == "F0204")
        #expect(try await hub.administration.nodes()[0].trouble?.code == "F0204", "and the hub shows what its trouble is")
        #expect(try await researcher.status(of: receipt.id).nodes.map(\.state) == [.leased, .leased], "nothing of it counts")
        #expect(try await north.handIn(good).isRepeated == false)
        #expect(try await hub.administration.nodes()[0].trouble == nil)
        await hub.stop()
    }

    @Test func anAnswerThatIsTooLargeIsNotTakenAndHarmsNobody() async throws {
        let hub = try await TestHub.start()
        let (north, south) = (try await hub.node("north"), try await hub.node("south"))
        let researcher = try await hub.researcher()
        let receipt = try await researcher.submit(QuerySubmission(text: Question.women))
        let (task, hash) = try #require(try await north.task())
        let large = north.answer(task, hash, .notEvaluable(reasons: [String(repeating: "x", count: 17 << 20)]))
        let failure = await #expect(throws: HubFailure.self) { try await north.handIn(large) }
        #expect(failure?.diagnostics.first?.code == "F0617")
        _ = try await south.answerNext(.published(40))
        let result = try await researcher.result(of: receipt.id)
        #expect(result.nodes.map(\.state) == [.leased, .answered])
        #expect(try await north.handIn(north.answer(task, hash, AnswerTests.counted(.published(20)))).isRepeated == false)
        await hub.stop()
    }

    @Test func theFirstAnswerCountsAndOnce() async throws {
        let hub = try await TestHub.start()
        let node = try await hub.node("north")
        let researcher = try await hub.researcher()
        let receipt = try await researcher.submit(QuerySubmission(text: Question.women))
        let (task, hash) = try #require(try await node.task())
        let first = try node.client.seal(node.answer(task, hash, AnswerTests.counted(.published(40))))
        let repeated = try await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 0..<8 { group.addTask { try await node.client.handIn(first).isRepeated } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(repeated.count { !$0 } == 1, "eight deliveries at once, one of them the first")
        let second = node.answer(task, hash, AnswerTests.counted(.published(900)))
        #expect(try await node.handIn(second).isRepeated)
        #expect(try await researcher.result(of: receipt.id).total?.measures.map(\.count) == [.published(40)])
        await hub.stop()
    }

    @Test func aNodeThatRefusesCannotSayOrFailedStaysInTheTableWithItsReason() async throws {
        let hub = try await TestHub.start()
        var nodes: [TestNode] = []
        for name in ["a", "b", "c"] { nodes.append(try await hub.node(name)) }
        let researcher = try await hub.researcher()
        let receipt = try await researcher.submit(QuerySubmission(text: Question.women))
        let outcomes: [NodeAnswer.Outcome] = [
            .refused(reason: "not for this purpose"), .notEvaluable(reasons: ["no sex is recorded"]),
            .failed(Diagnostic("N0201", "this node's source or tool failed (N0201)")),
        ]
        for (node, outcome) in zip(nodes, outcomes) {
            let (task, hash) = try #require(try await node.task())
            _ = try await node.handIn(node.answer(task, hash, outcome))
        }
        let result = try await researcher.result(of: receipt.id)
        #expect(result.nodes.map(\.state) == [.refused, .notEvaluable, .failed])
        #expect(result.nodes[0].reasons == ["not for this purpose"] && result.nodes[1].reasons == ["no sex is recorded"])
        #expect(result.nodes[2].failure?.code == "N0201")
        #expect(result.total?.measures == [MergedCount(count: .suppressed(threshold: 11), nodesSuppressed: 0, nodesAbsent: 3)])
        #expect(result.overall == nil)
        await hub.stop()
    }
}
