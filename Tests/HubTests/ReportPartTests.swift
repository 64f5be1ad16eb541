import CohortPlan
import Diagnostics
import Disclosure
import Execution
import Federation
import Foundation
import Hub
import TestFederation
import Testing

/// Funnels, overlaps and summaries of nodes put together, and where and under which terms a question is asked.
@Suite struct ReportPartTests {
    private static let text = """
        cohort Men { patients where sex is male and age at 2020-01-01 > 40 years }
        cohort Old { patients where age at 2020-01-01 > 60 years }
        report Men count patients by node summary of age at 2020-01-01 funnel overlap with Old
        """

    private static let held = ProtectedCount.suppressed(threshold: 11)

    private func result(_ counts: [ProtectedCount], _ task: FederationTask) -> NodeAnswer.Outcome {
        .answered(
            ProtectedResult(
                measures: [.count(counts[1])], breakdowns: [], summaries: [.notEvaluable(reasons: ["no birth dates"])],
                funnel: .content([counts[0], counts[1]]),
                overlap: .content(
                    ProtectedOverlap(
                        cells: [counts[1], counts[1], ReportPartTests.held], cohorts: [counts[1]], unknown: [ReportPartTests.held])),
                unknown: .count(ReportPartTests.held)), overall: .exact)
    }

    @Test func partsAreMergedAndWhatIsMissingIsSaid() async throws {
        let hub = try await TestHub.start()
        let nodes = [try await hub.node("a"), try await hub.node("b"), try await hub.node("c")]
        let researcher = try await hub.researcher()
        let receipt = try await researcher.submit(QuerySubmission(text: ReportPartTests.text))
        let answers: [[ProtectedCount]] = [[.published(100), .published(40)], [.published(50), ReportPartTests.held]]
        for (node, counts) in zip(nodes, answers) {
            let (task, hash) = try #require(try await node.task())
            _ = try await node.handIn(node.answer(task, hash, result(counts, task)))
        }
        let answer = try await researcher.result(of: receipt.id)
        let total = try #require(answer.total)
        #expect(
            total.funnel == [
                MergedCount(count: .published(150), nodesSuppressed: 0, nodesAbsent: 1),
                MergedCount(count: .published(40), nodesSuppressed: 1, nodesAbsent: 1),
            ])
        #expect(total.overlap?.cells.map(\.count) == [.published(40), .published(40), ReportPartTests.held])
        #expect(total.overlap?.cohorts.first?.nodesSuppressed == 1)
        #expect(total.summaries.first?.moments == nil && total.summaries.first?.patients.nodesAbsent == 3)
        #expect(answer.nodes[0].result?.funnel?.content?.count == 2)
        #expect(answer.names["step 1"] == "age at 2020-01-01 > 40 years" && answer.names["cohort 0"] == "Old")
        let decoded = try CanonicalJSON.decode(QueryResult.self, from: CanonicalJSON.encode(answer))
        #expect(decoded == answer)
        await hub.stop()
    }

    @Test func partsOfAnotherFormAreNoAnswer() async throws {
        let hub = try await TestHub.start()
        let node = try await hub.node("a")
        let researcher = try await hub.researcher()
        let cases: [(summaries: [ProtectedPart<ProtectedStatistics>], funnel: ProtectedPart<[ProtectedCount]>?, cells: Int)] = [
            ([], .content([.published(50), .published(40)]), 3), ([.refused(reason: "no")], nil, 3),
            ([.refused(reason: "no")], .content([.published(50)]), 3),
            ([.refused(reason: "no")], .content([.published(50), .published(2)]), 3),
            ([.refused(reason: "no")], .content([.published(50), .published(40)]), 2),
            ([.refused(reason: "no\u{1B}[2J")], .content([.published(50), .published(40)]), 3),
        ]
        for (number, sample) in cases.enumerated() {
            let receipt = try await researcher.submit(QuerySubmission(text: ReportPartTests.text))
            let (task, hash) = try #require(try await node.task())
            let outcome = NodeAnswer.Outcome.answered(
                ProtectedResult(
                    measures: [.count(.published(40))], breakdowns: [], summaries: sample.summaries, funnel: sample.funnel,
                    overlap: .content(
                        ProtectedOverlap(
                            cells: Array(repeating: ReportPartTests.held, count: sample.cells), cohorts: [.published(40)],
                            unknown: [ReportPartTests.held])), unknown: .count(ReportPartTests.held)), overall: .exact)
            _ = try await node.handIn(node.answer(task, hash, outcome))
            #expect(try await researcher.result(of: receipt.id).nodes[0].failure?.code == "F0616", "case \(number)")
        }
        await hub.stop()
    }

    @Test func aScopeChoosesNodesAndTerms() async throws {
        let hub = try await TestHub.start()
        var nodes: [TestNode] = []
        for name in ["a", "b", "c", "d"] { nodes.append(try await hub.node(name)) }
        let researcher = try await hub.researcher()
        func submit(_ scope: String, threshold: Int? = nil) async throws -> SubmissionReceipt {
            try await researcher.submit(
                QuerySubmission(
                    text: "cohort W { patients where sex is female }\nreport W count patients scope \(scope)", threshold: threshold))
        }
        func code(_ scope: String) async -> DiagnosticCode? {
            await #expect(throws: HubFailure.self) { try await submit(scope) }?.diagnostics.first?.code
        }
        #expect(await code("nodes \"a\", \"b\"") == "F0630")
        #expect(await code("nodes \"a\", \"b\", \"x\"") == "F0629")
        let receipt = try await submit(
            "nodes \"a\", \"b\", \"c\" collections \"ISPY2\" access \"general research use\" deadline 2 minutes threshold 30", threshold: 20
        )
        let (task, _) = try #require(try await nodes[0].task())
        #expect(task.requestedThreshold == 30)
        #expect(task.scope == TaskScope(collections: ["ISPY2"], access: ["general research use"]))
        #expect(task.expiresAt.timeIntervalSince(task.issuedAt) == 120)
        #expect(try await researcher.result(of: receipt.id).nodes.map(\.name) == ["a", "b", "c"])
        _ = try await submit("deadline 3 minutes")
        let (whole, _) = try #require(try await nodes[3].task())
        #expect(whole.scope == nil)
        await hub.stop()
    }

    @Test func aDispatchInTheTextIsTheJob() async throws {
        let hub = try await TestHub.start()
        let node = try await hub.node("a")
        let researcher = try await hub.researcher()
        let digest = "sha256:" + String(repeating: "0f", count: 32)
        let text = """
            cohort S {
              first_scan = first imaging study
              last_scan  = last imaging study
              patients where exists first_scan and exists last_scan
            }
            dispatch S to "intensity"@\(digest) with { inputs first_scan, gpus 1, parameters { level = 0.5 }, outputs { "report.json" } }
            """
        _ = try await researcher.submit(JobSubmission(query: QuerySubmission(text: text)))
        let (task, _) = try #require(try await node.task())
        let needs = ToolNeeds(gpus: 1, gpuMemory: nil, parameters: ["level": "0.5"], outputs: ["report.json"])
        #expect(task.kind == .dispatch(DispatchOrder(toolName: "intensity", toolDigest: digest, event: EventReference(0), needs: needs)))
        // As a question it is counted, and that the tool did not run is said.
        let receipt = try await researcher.submit(QuerySubmission(text: text))
        #expect(receipt.diagnostics.map(\.code) == ["F0627"])
        let failure = await #expect(throws: HubFailure.self) {
            try await researcher.submit(JobSubmission(query: QuerySubmission(text: "cohort W { patients where sex is female }")))
        }
        #expect(failure?.diagnostics.first?.code == "F0609")
        await hub.stop()
    }
}
