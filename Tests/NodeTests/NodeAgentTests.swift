import CohortPlan
import Compiler
import Diagnostics
import Disclosure
import Execution
import Federation
import Foundation
import GRDB
import HTTPClient
import Hub
import Hyperontology
import Node
import TestFederation
import Testing

/// The whole node against a real hub: from the question to the protected answer.
@Suite struct NodeAgentTests {
    private static let women = "cohort Women { patients where sex is female }\nreport Women count patients by sex, node"
    private static let breast = """
        cohort Breast { patients where any diagnosis of "Breast Carcinoma" and sex is female }
        report Breast count patients by sex, node
        """

    @Test func aQuestionComesBackAsAProtectedAnswer() async throws {
        let (hub, hospital) = (try await TestHub.start(), try await NodeHospital())
        try await hospital.enrol(hub)
        let node = WorkingNode(try hospital.agent(hub))
        let researcher = try await hub.researcher()
        for text in [NodeAgentTests.women, NodeAgentTests.breast] {
            let exact = try hospital.exact(text)
            let count = exact.measures[0].patients
            #expect(count > 20, "the hospital has patients for the question")
            let receipt = try await researcher.submit(QuerySubmission(text: text))
            _ = try await researcher.follow(receipt.id) { _ in }
            let result = try await researcher.result(of: receipt.id)
            let own = try #require(result.nodes.first)
            #expect(own.state == .answered && own.overall == .exact && own.models == [.omop])
            #expect(own.criteria.map(\.criterionID) == result.criteria.map(\.id) && own.criteria.allSatisfy { $0.coverage == .exact })
            let published = try #require(own.result?.measures.first?.count?.value)
            #expect(published % 5 == 0 && abs(published - count) <= 2)
            #expect(result.total?.measures.map(\.count) == [.published(published)])
            // Nobody is male: none, and nobody can tell it from few.
            let rows = try #require(result.total?.breakdowns.first?.strata)
            #expect(rows.contains { $0.values.map(\.count) == [.suppressed(threshold: 11)] })
        }
        // A question can ask for more protection than the hospital's policy, and never for less.
        for (threshold, isSuppressed) in [(1, false), (10_000, true)] {
            let receipt = try await researcher.submit(QuerySubmission(text: NodeAgentTests.women, threshold: threshold))
            _ = try await researcher.follow(receipt.id) { _ in }
            let count = try #require(try await researcher.result(of: receipt.id).nodes[0].result?.measures[0].count)
            #expect(count.isSuppressed == isSuppressed)
            if isSuppressed { #expect(count == .suppressed(threshold: threshold)) }
        }
        await node.stop()
        #expect(hospital.outbox.isEmpty)
        await hub.stop()
    }

    @Test func thePolicyRefusesAPurposeAndASourceThatIsAwayIsAFailureWithoutInnerWords() async throws {
        let (hub, hospital) = (try await TestHub.start(), try await NodeHospital(patients: 30))
        try await hospital.enrol(hub)
        try FileManager.default.moveItem(atPath: hospital.database, toPath: hospital.database + ".away")
        let node = WorkingNode(try hospital.agent(hub))
        let researcher = try await hub.researcher()
        func answer(_ purpose: String) async throws -> QueryResult {
            let receipt = try await researcher.submit(QuerySubmission(text: NodeAgentTests.women, purpose: purpose))
            _ = try await researcher.follow(receipt.id) { _ in }
            return try await researcher.result(of: receipt.id)
        }
        let refused = try await answer("marketing")
        #expect(refused.nodes[0].state == .refused && refused.nodes[0].reasons.first?.contains("marketing") == true)
        #expect(refused.nodes[0].result == nil && refused.total?.measures[0].count.isSuppressed == true)
        let failed = try await answer("research")
        let failure = try #require(failed.nodes[0].failure)
        #expect(failed.nodes[0].state == .failed && failure.code.rawValue.hasPrefix("N02"))
        #expect(failure.message == "this node's source or tool failed (\(failure.code))" && failure.notes.isEmpty)
        let everything = String(decoding: try CanonicalJSON.encode(failed), as: UTF8.self)
        #expect(!everything.contains("omop.sqlite") && !everything.contains(hospital.folder.url.path))
        #expect(failed.total?.measures == [MergedCount(count: .suppressed(threshold: 11), nodesSuppressed: 0, nodesAbsent: 1)])
        // Back, it answers: nobody restarts the node for it.
        try FileManager.default.moveItem(atPath: hospital.database + ".away", toPath: hospital.database)
        #expect(try await answer("research").nodes[0].state == .answered)
        await node.stop()
        await hub.stop()
    }

    @Test func aNodeThatIsStoppedOverItsWorkDoesItAfterItsRestart() async throws {
        let (hub, hospital) = (try await TestHub.start { $0.leaseSeconds = 3_600 }, try await NodeHospital(patients: 60))
        try await hospital.enrol(hub)
        // Another program holds the database, so that the work takes as long as the test wants.
        var open = Configuration()
        open.allowsUnsafeTransactions = true
        let other = try DatabaseQueue(path: hospital.database, configuration: open)
        try await other.writeWithoutTransaction { try $0.execute(sql: "BEGIN EXCLUSIVE") }
        let researcher = try await hub.researcher()
        var node = WorkingNode(try hospital.agent(hub))
        let receipt = try await researcher.submit(QuerySubmission(text: NodeAgentTests.women, deadlineSeconds: 3_600))
        try await wait(for: "the node to work") { try await researcher.status(of: receipt.id).nodes[0].state == .leased }
        await node.stop()
        #expect(hospital.outbox.isEmpty, "that it ends is no answer")
        #expect(try await researcher.status(of: receipt.id).nodes[0].state == .leased)
        try await other.writeWithoutTransaction { try $0.execute(sql: "ROLLBACK") }
        try other.close()
        node = WorkingNode(try hospital.agent(hub))
        // Long before the lease runs out: the node that starts says that it holds nothing.
        let status = try await researcher.follow(receipt.id) { _ in }
        #expect(status.nodes[0].state == .answered)
        await node.stop()
        await hub.stop()
    }

    @Test func theHubMayGoAndComeBack() async throws {
        let (hub, hospital) = (try await TestHub.start(), try await NodeHospital(patients: 60))
        try await hospital.enrol(hub)
        let node = WorkingNode(try hospital.agent(hub))
        let researcher = try await hub.researcher()
        try await wait(for: "the node") { try await researcher.nodes()[0].state == .answering }
        let again = try await hub.restarted()
        let receipt = try await researcher.submit(QuerySubmission(text: NodeAgentTests.women))
        #expect(try await researcher.follow(receipt.id) { _ in }.nodes[0].state == .answered)
        await node.stop()
        await again.stop()
    }

    @Test func aNodeThatIsShutOutEndsAndSaysWhy() async throws {
        let (hub, hospital) = (try await TestHub.start(), try await NodeHospital(patients: 30))
        try await hospital.enrol(hub)
        let node = WorkingNode(try hospital.agent(hub))
        try await wait(for: "the node") { try await hub.administration.nodes()[0].state == .answering }
        try await hub.administration.revoke("north")
        let failure = await #expect(throws: HubFailure.self) { try await node.end() }
        #expect(failure?.isShutOut == true)
        await hub.stop()
    }
}
