import CohortPlan
import Diagnostics
import Disclosure
import Execution
import Federation
import Foundation
import HTTPClient
import Hub
import Processes
import Synthesis
import TestFederation
import Testing

/// Processes are killed at any moment. What was acknowledged is answered, exactly once, and everybody is shown as what they are.
///
/// `COHORTIUM_ROUNDS` and `COHORTIUM_SEED` choose how much of it, and which; without them a few rounds are run with a new seed each time.
@Suite struct FaultTests {
    private static func number<Number: FixedWidthInteger>(_ name: String) -> Number? {
        ProcessInfo.processInfo.environment[name].flatMap { Number($0) }
    }

    /// What everybody answers while nothing is wrong.
    private struct Truth: Equatable {
        let total: MergedCount?
        let byNode: [ProtectedCount?]

        init(_ result: QueryResult) {
            total = result.total?.measures.first
            byNode = result.nodes.map { $0.result?.measures.first?.count }
        }
    }

    @Test func nothingThatWasAcknowledgedIsLostAndNothingCountsTwice() async throws {
        let rounds: Int = FaultTests.number("COHORTIUM_ROUNDS") ?? 4
        let seed: UInt64 = FaultTests.number("COHORTIUM_SEED") ?? UInt64.random(in: 0..<1_000_000)
        print("faults: \(rounds) rounds, seed \(seed)")
        var random = SplitMix(seed: seed)
        let federation = try await MortalFederation()
        let truth = Truth(try await answer(try await federation.researcher.submit(question).id, federation))
        #expect(truth.total?.nodesAbsent == 0 && truth.total?.nodesSuppressed == 0 && truth.byNode.allSatisfy { $0?.value ?? 0 > 0 })
        var (lost, twice) = (0, 0)
        for round in 1...max(1, rounds) {
            var acknowledged = try await ask(federation, &random)
            try await federation.mend()
            acknowledged.append(try await federation.researcher.submit(question).id)
            for id in acknowledged {
                do {
                    let result = try await answer(id, federation)
                    let found = Truth(result)
                    #expect(result.nodes.map(\.name) == MortalFederation.nodes)
                    if result.nodes.contains(where: { $0.state != .answered }) {
                        lost += 1
                        Issue.record(
                            "round \(round) of seed \(seed): \(result.nodes.map { "\($0.name) \($0.state.rawValue) \($0.reasons)" })\n\(federation.lastWords)"
                        )
                    } else if found != truth {
                        twice += 1
                        Issue.record("round \(round) of seed \(seed): \(found) instead of \(truth)")
                    }
                } catch {
                    lost += 1
                    Issue.record("round \(round) of seed \(seed): \(id): \(error)\n\(federation.lastWords)")
                }
            }
        }
        try await federation.waitForAll(.answering)
        await federation.stop()
        print("\(rounds) rounds, \(lost) lost, \(twice) counted twice, seed \(seed)")
    }

    private var question: QuerySubmission { QuerySubmission(text: Question.womenByNode, deadlineSeconds: 300) }

    /// Asks some questions while one process after the other is killed and started again.
    /// - Returns: the ids of the questions that the hub acknowledged.
    private func ask(_ federation: MortalFederation, _ random: inout SplitMix) async throws -> [String] {
        let researcher = federation.researcher
        let pauses = (0..<Int.random(in: 2...4, using: &random)).map { _ in Int.random(in: 0...300, using: &random) }
        let submission = question
        async let asked = withTaskGroup(of: String?.self) { group in
            for pause in pauses {
                group.addTask {
                    try? await Task.sleep(for: .milliseconds(pause))
                    // One that is not acknowledged is nobody's promise.
                    return try? await researcher.submit(submission).id
                }
            }
            return await group.reduce(into: [String]()) { ids, id in if let id { ids.append(id) } }
        }
        for _ in 0..<Int.random(in: 1...3, using: &random) {
            let victim = MortalFederation.all.randomElement(using: &random) ?? MortalFederation.hub
            try await Task.sleep(for: .milliseconds(Int.random(in: 0...250, using: &random)))
            await federation.kill(victim)
            try await Task.sleep(for: .milliseconds(Int.random(in: 0...100, using: &random)))
            if Bool.random(using: &random) { try await federation.start(victim) }
        }
        // With the hub away for the whole of it, who asks is still told so.
        return await asked
    }

    /// Waits until a question is closed, whatever happens to the hub, and fetches its answer.
    private func answer(_ id: String, _ federation: MortalFederation) async throws -> QueryResult {
        _ = try await federation.researcher.follow(id, patience: .seconds(60)) { _ in }
        return try await federation.researcher.result(of: id)
    }

    @Test func aNodeThatIsKilledIsShownAsUnknownAndItsPartAsMissing() async throws {
        let federation = try await MortalFederation()
        await federation.kill("south")
        let receipt = try await federation.researcher.submit(QuerySubmission(text: Question.womenByNode, deadlineSeconds: 10))
        let status = try await federation.researcher.follow(receipt.id) { _ in }
        #expect(status.nodes.map(\.state) == [.answered, .expired, .answered])
        let result = try await federation.researcher.result(of: receipt.id)
        #expect(result.missing == ["south"] && result.total?.measures.first?.nodesAbsent == 1)
        #expect(result.nodes[1].reasons.first?.contains("last heard of at") == true)
        try await federation.waitForAll(.unknown, of: ["south"])
        let listed = try await federation.researcher.nodes()
        #expect(listed.filter { $0.name != "south" }.allSatisfy { $0.state == .answering })
        try await federation.start("south")
        try await federation.waitForAll(.answering)
        await federation.stop()
    }
}
