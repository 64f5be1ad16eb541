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

/// Computations beside the images: what the hub hands out for them, and what it makes of what comes back.
@Suite struct JobTests {
    private static let digest = "sha256:" + String(repeating: "0", count: 64)
    private static let text = """
        cohort Scanned {
          first_scan = first imaging study having series { modality MR }
          last_scan = last imaging study having series { modality MR }
          patients where exists first_scan and exists last_scan
        }
        report Scanned count patients
        """

    private static func job(_ text: String = text, digest: String = digest, event: String? = nil) -> JobSubmission {
        JobSubmission(query: QuerySubmission(text: text), toolName: "intensity", toolDigest: digest, event: event)
    }

    /// What a node lets out of as many patients' measurements.
    private static func statistics(_ patients: Int, mean: Double) -> ProtectedStatistics {
        let values = Dictionary(uniqueKeysWithValues: (0..<patients).map { ("p\($0)", [mean]) })
        return DisclosureGate(DisclosurePolicy()).protect(RawStatistics(byPatient: values))
    }

    @Test func whatNodesMeasuredIsPutTogetherThroughTheGate() async throws {
        let hub = try await TestHub.start()
        var nodes: [TestNode] = []
        for name in ["a", "b", "c"] { nodes.append(try await hub.node(name)) }
        let researcher = try await hub.researcher()
        let receipt = try await researcher.submit(JobTests.job(event: "first_scan"))
        let reports = [JobTests.statistics(20, mean: 100), JobTests.statistics(60, mean: 200), JobTests.statistics(3, mean: 900)]
        for (node, report) in zip(nodes, reports) {
            let (task, hash) = try #require(try await node.task())
            guard case .dispatch(let order) = task.kind else {
                Issue.record("a count was handed out for a job")
                return
            }
            #expect(order == DispatchOrder(toolName: "intensity", toolDigest: JobTests.digest, event: EventReference(0)))
            let done = DispatchReport(toolDigest: order.toolDigest, device: "cpu", statistics: report)
            _ = try await node.handIn(node.answer(task, hash, .dispatched(done, overall: .exact)))
        }
        let result = try await researcher.result(of: receipt.id, isJob: true)
        #expect(result.total == nil && result.status.state == .closed)
        let merged = try #require(result.statistics)
        #expect(merged.patients == MergedCount(count: .published(80), nodesSuppressed: 1, nodesAbsent: 0))
        // By the two nodes' published patients: (20 · 100 + 60 · 200) / 80. The third's measurement is in nothing.
        #expect(merged.moments?.mean == 175)
        #expect(result.nodes[2].dispatch?.statistics.moments == nil)
        await hub.stop()
    }

    @Test func anotherToolThanTheOneThatWasMeantIsNoAnswer() async throws {
        let hub = try await TestHub.start()
        let node = try await hub.node("north")
        let researcher = try await hub.researcher()
        let receipt = try await researcher.submit(JobTests.job())
        let (task, hash) = try #require(try await node.task())
        let other = DispatchReport(
            toolDigest: "sha256:" + String(repeating: "1", count: 64), device: "cpu", statistics: JobTests.statistics(40, mean: 1))
        _ = try await node.handIn(node.answer(task, hash, .dispatched(other, overall: .exact)))
        let result = try await researcher.result(of: receipt.id, isJob: true)
        #expect(result.nodes[0].state == .failed && result.nodes[0].failure?.code == "F0616" && result.nodes[0].dispatch == nil)
        #expect(result.statistics?.patients.count == .suppressed(threshold: 11))
        await hub.stop()
    }

    @Test func whatCannotBeComputedOnIsNamed() async throws {
        let hub = try await TestHub.start()
        _ = try await hub.node("north")
        let researcher = try await hub.researcher()
        let mistakes: [(job: JobSubmission, code: DiagnosticCode, word: String)] = [
            (JobTests.job(Question.women), "F0608", "images"), (JobTests.job(event: "frist_scan"), "F0608", "first_scan"),
            (JobTests.job(digest: "sha256:0"), "F0609", "sha256:"),
        ]
        for mistake in mistakes {
            let failure = await #expect(throws: HubFailure.self) { try await researcher.submit(mistake.job) }
            let first = try #require(failure?.diagnostics.first)
            let words = [first.message, first.help ?? ""].joined(separator: " ")
            #expect(failure?.code == .refused)
            #expect(first.code == mistake.code)
            #expect(words.contains(mistake.word))
        }
        await hub.stop()
    }
}
