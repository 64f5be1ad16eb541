import CohortPlan
import Diagnostics
import Execution
import Testing

@Suite struct FailureTests {
    @Test func aSourceThatIsAwayIsAFailureAndNoSmallerCount() async throws {
        let failure = SourceFailure(source: "fake", Diagnostic("N0201", "the database is away"))
        var source = FakeSource(patientList: [Make.patient("a")]).answering(Make.diagnosis, [])
        source.failure = failure
        let plan = try Make.plan(where: .count(EventSelection(Make.diagnosis), .zero))
        let engine = PlanEngine(sources: [source])
        await #expect(throws: ExecutionFailure.source(failure)) { try await engine.execute(plan) }
    }

    @Test(.timeLimit(.minutes(1))) func givesUpAtTheDeadline() async throws {
        let engine = PlanEngine(sources: [FakeSource(hangs: true)])
        let plan = try Make.plan(where: .sex(.female))
        await #expect(throws: ExecutionFailure.deadlinePassed) { try await engine.execute(plan, deadline: .now + .milliseconds(50)) }
        await #expect(throws: ExecutionFailure.deadlinePassed) { try await engine.execute(plan, deadline: .now - .seconds(1)) }
    }

    @Test(.timeLimit(.minutes(1))) func stopsWhenCancelled() async throws {
        let engine = PlanEngine(sources: [FakeSource(hangs: true)])
        let plan = try Make.plan(where: .sex(.female))
        let task = Task { try await engine.execute(plan) }
        task.cancel()
        await #expect(throws: ExecutionFailure.cancelled) { try await task.value }
    }
}
