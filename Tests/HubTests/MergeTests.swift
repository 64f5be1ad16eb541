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

/// The hub's own gate on what nodes let out.
@Suite struct MergeTests {
    private struct Case: Sendable {
        let parts: [ProtectedCount]
        let threshold: Int?
        let total: MergedCount

        init(_ parts: [ProtectedCount], _ total: ProtectedCount, suppressed: Int = 0, threshold: Int? = nil) {
            self.parts = parts
            self.threshold = threshold
            self.total = MergedCount(count: total, nodesSuppressed: suppressed, nodesAbsent: 0)
        }
    }

    private static let held = ProtectedCount.suppressed(threshold: 11)
    /// One node's, two nodes' and three nodes' parts. A part may be under the hub's threshold where its hospital's is lower.
    private static let cases: [Case] = [
        Case([.published(40)], .published(40)), Case([.published(43)], .published(45)), Case([.published(7)], held),
        Case([held], held, suppressed: 1),
        Case([.published(40), held], .published(40), suppressed: 1), Case([.published(5), .published(5)], held),
        Case([.published(5), .published(6)], .published(15)), Case([held, held, held], held, suppressed: 3),
        Case([.published(15), .published(20), .published(25)], .published(60)),
        // A question can ask for more protection, never for less.
        Case([.published(45), .published(45)], .suppressed(threshold: 100), threshold: 100), Case([.published(5)], held, threshold: 3),
        Case([.published(60), .published(60)], .published(120), threshold: 50),
    ]

    @Test func theSumIsProtectedAsItsPartsAre() async throws {
        let hub = try await TestHub.start()
        var nodes: [TestNode] = []
        let researcher = try await hub.researcher()
        for (number, sample) in MergeTests.cases.enumerated().sorted(by: { $0.element.parts.count < $1.element.parts.count }) {
            while nodes.count < sample.parts.count { nodes.append(try await hub.node("node-\(nodes.count + 1)")) }
            let receipt = try await researcher.submit(QuerySubmission(text: Question.womenByNode, threshold: sample.threshold))
            for (node, part) in zip(nodes, sample.parts) {
                let strict = sample.threshold.map { part == MergeTests.held ? .suppressed(threshold: max($0, 11)) : part } ?? part
                _ = try await node.answerNext(strict)
            }
            let result = try await researcher.result(of: receipt.id)
            // A number under the threshold that was asked for is no answer at all (AnswerTests).
            guard sample.parts.allSatisfy({ ($0.value ?? Int.max) >= max(sample.threshold ?? 0, 3) }) else {
                #expect(result.total?.measures.first?.count == sample.total.count, "case \(number)")
                continue
            }
            #expect(result.total?.measures == [sample.total], "case \(number)")
            for row in result.total?.breakdowns.first?.strata ?? [] { #expect(row.values == [sample.total], "case \(number), \(row.name)") }
            #expect(result.total?.breakdowns.map(\.breakdown.strata.count) == [result.report.breakdowns[0].strata.count])
        }
        await hub.stop()
    }

    @Test func aNodesNumberIsShownWhereItWasAskedFor() async throws {
        let hub = try await TestHub.start()
        let node = try await hub.node("north")
        let researcher = try await hub.researcher()
        for (text, isShown) in [(Question.women, false), (Question.womenByNode, true)] {
            let receipt = try await researcher.submit(QuerySubmission(text: text))
            _ = try await node.answerNext(.published(40))
            let result = try await researcher.result(of: receipt.id)
            #expect((result.nodes[0].result != nil) == isShown)
            #expect(result.nodes[0].state == .answered && result.total?.measures.map(\.count) == [.published(40)])
        }
        await hub.stop()
    }
}
