import CohortPlan
import Diagnostics
import Disclosure
import Execution
import Federation
import Foundation
import HTTPClient
import Hub
import Synchronization
import TestFederation
import Testing

/// Tasks go out by long-poll, at least once, and each counts once.
@Suite struct LeaseTests {
    @Test func aNodeThatWaitsIsHandedTheTaskAtOnce() async throws {
        let hub = try await TestHub.start()
        let node = try await hub.node("north")
        async let waiting = node.task(waitSeconds: 55)
        let researcher = try await hub.researcher()
        let receipt = try await researcher.submit(QuerySubmission(text: Question.women, purpose: "research", threshold: 20))
        let start = ContinuousClock.now
        let (task, _) = try #require(try await waiting)
        #expect(ContinuousClock.now - start < .seconds(30), "not after the poll's time")
        #expect(task.queryID == receipt.id && task.node == "north" && task.requester == "ada" && task.purpose == "research")
        #expect(task.requestedThreshold == 20)
        #expect(try await researcher.status(of: receipt.id).nodes.map(\.state) == [.leased])
        #expect(try await hub.administration.nodes().map(\.state) == [.working])
        await hub.stop()
    }

    @Test func aPollEndsWithNothingWhenThereIsNothing() async throws {
        let hub = try await TestHub.start()
        let node = try await hub.node("north")
        #expect(try await node.client.lease(waitSeconds: 0) == nil)
        #expect(try await node.client.lease(waitSeconds: -5) == nil)
        #expect(try await node.client.lease(waitSeconds: 1) == nil)
        await hub.stop()
    }

    @Test func whatANodeWasSilentAboutIsHandedOutAgain() async throws {
        let hub = try await TestHub.start { $0.leaseSeconds = 1 }
        let node = try await hub.node("north")
        let researcher = try await hub.researcher()
        let receipt = try await researcher.submit(QuerySubmission(text: Question.women))
        let (task, hash) = try #require(try await node.task())
        // Held, so it is not lost on the way; but nothing is heard of it.
        let (again, sameHash) = try #require(try await node.task(held: [hash]))
        #expect(again == task && sameHash == hash)
        try await wait(for: "the hub to see that nobody works on it") {
            try await researcher.status(of: receipt.id).nodes[0].state == .queued
        }
        let result = try await researcher.result(of: receipt.id)
        #expect(result.nodes[0].reasons.first?.hasPrefix("fetched the question and went silent") == true)
        #expect(try await hub.administration.nodes()[0].state == .answering, "not working: nothing is heard of any work")
        // Either delivery may be answered; both at once are one answer.
        let answer = node.answer(task, hash, .counted(.published(40), task))
        #expect(try await node.handIn(answer).isRepeated == false)
        #expect(try await node.handIn(answer).isRepeated)
        #expect(try await researcher.result(of: receipt.id).total?.measures.map(\.count) == [.published(40)])
        #expect(try await node.client.lease(waitSeconds: 2) == nil, "what is answered is not handed out")
        await hub.stop()
    }

    @Test func aSignOfLifeKeepsTheLease() async throws {
        let hub = try await TestHub.start { $0.leaseSeconds = 6 }
        let node = try await hub.node("north")
        let researcher = try await hub.researcher()
        let receipt = try await researcher.submit(QuerySubmission(text: Question.women))
        let (task, hash) = try #require(try await node.task())
        let start = ContinuousClock.now
        while ContinuousClock.now - start < .seconds(9) {
            _ = try await node.client.heartbeat(models: [.omop], working: [task.id])
            #expect(try await node.client.lease(waitSeconds: 0, held: [hash]) == nil)
            #expect(try await researcher.status(of: receipt.id).nodes[0].state == .leased)
            try await Task.sleep(for: .milliseconds(300))
        }
        await hub.stop()
    }

    @Test func whatWasHandedToAConnectionThatBrokeComesBackAtOnce() async throws {
        let hub = try await TestHub.start { $0.leaseSeconds = 3_600 }
        let node = try await hub.node("north")
        let researcher = try await hub.researcher()
        let receipt = try await researcher.submit(QuerySubmission(text: Question.women))
        let first = try #require(try await node.task())
        // The node never saw it: it was restarted, or the answer got lost. It holds nothing, and says so.
        let second = try #require(try await node.task())
        #expect(second.hash == first.hash)
        // What it does hold is not handed out twice.
        #expect(try await node.client.lease(waitSeconds: 0, held: [second.hash]) == nil)
        #expect(try await researcher.status(of: receipt.id).nodes[0].state == .leased)
        await hub.stop()
    }

    @Test func aPollThatBeganBeforeItsNodeWasShutOutIsHandedNothing() async throws {
        let hub = try await TestHub.start { $0.leaseSeconds = 10 }
        let node = try await hub.node("north")
        _ = try await hub.researcher().submit(QuerySubmission(text: Question.women))
        let (_, hash) = try #require(try await node.task())
        // It would be handed out again within this poll, when its lease has run out.
        async let waiting = node.task(waitSeconds: 12, held: [hash])
        try await hub.administration.revoke("north")
        do {
            let isHandedOut = try await waiting != nil
            #expect(!isHandedOut)
        } catch let failure as HubFailure {
            // The poll itself came after.
            #expect(failure.isShutOut)
        }
        await hub.stop()
    }

    @Test func aQuestionDoesNotWaitForANodeThatIsShutOut() async throws {
        let hub = try await TestHub.start { $0.deadlineSeconds = 3_600 }
        let node = try await hub.node("north")
        let researcher = try await hub.researcher()
        let receipt = try await researcher.submit(QuerySubmission(text: Question.women))
        _ = try #require(try await node.task())
        #expect(try await researcher.status(of: receipt.id).state == .open)
        try await hub.administration.revoke("north")
        let status = try await researcher.status(of: receipt.id)
        #expect(status.state == .closed)
        #expect(status.nodes.map(\.state) == [.expired])
        let result = try await researcher.result(of: receipt.id)
        #expect(result.nodes[0].reasons.first?.hasPrefix("shut out by the hub's operator") == true, "\(result.nodes)")
        await hub.stop()
    }

    @Test func aNodesNewerPollEndsItsOlderOne() async throws {
        let hub = try await TestHub.start { $0.leaseSeconds = 3_600 }
        let node = try await hub.node("north")
        // What is left of a node that was killed while it waited.
        let hasEnded = Mutex(false)
        let start = ContinuousClock.now
        let older = Task {
            let lease = try await node.client.lease(waitSeconds: 50)
            hasEnded.withLock { $0 = true }
            return lease
        }
        // A newer one, as of the node after its restart; again until the older one is seen to have ended, whichever came first.
        try await wait(for: "the older poll to end") {
            if try await node.client.lease(waitSeconds: 0) != nil { Issue.record("there is nothing to hand out") }
            return hasEnded.withLock { $0 }
        }
        #expect(ContinuousClock.now - start < .seconds(45))
        #expect(try await older.value == nil)
        await hub.stop()
    }

    @Test func oneNodesQueueHoldsUpNoOthers() async throws {
        let hub = try await TestHub.start()
        let (north, south) = (try await hub.node("north"), try await hub.node("south"))
        let researcher = try await hub.researcher()
        var ids: [String] = []
        for _ in 0..<5 { ids.append(try await researcher.submit(QuerySubmission(text: Question.women)).id) }
        // South answers everything, in the order in which it was asked, while north takes one task and says nothing.
        let stuck = try #require(try await north.task())
        var order: [String] = []
        for _ in ids {
            let (task, hash) = try #require(try await south.task())
            order.append(task.queryID)
            _ = try await south.handIn(south.answer(task, hash, .counted(.published(20), task)))
        }
        #expect(order == ids && stuck.task.queryID == ids[0])
        for id in ids {
            let result = try await researcher.result(of: id)
            #expect(result.status.state == .open && result.missing == ["north"])
            #expect(result.total?.measures.first == MergedCount(count: .published(20), nodesSuppressed: 0, nodesAbsent: 1))
        }
        await hub.stop()
    }

    @Test func manyNodesPollAtOnce() async throws {
        let hub = try await TestHub.start()
        var nodes: [TestNode] = []
        for number in 1...12 { nodes.append(try await hub.node("node-\(number)")) }
        let researcher = try await hub.researcher()
        let ids = try await withThrowingTaskGroup(of: Void.self) { group in
            for node in nodes {
                group.addTask { for _ in 0..<3 { _ = try await node.answerNext(.published(15)) } }
            }
            var ids: [String] = []
            for _ in 0..<3 { ids.append(try await researcher.submit(QuerySubmission(text: Question.women)).id) }
            try await group.waitForAll()
            return ids
        }
        for id in ids {
            let result = try await researcher.result(of: id)
            #expect(result.status.state == .closed && result.missing.isEmpty)
            #expect(result.total?.measures.map(\.count) == [.published(180)])
        }
        await hub.stop()
    }
}
