import CohortPlan

/// What the sources delivered for a plan.
struct SourceFetch: Sendable {
    var patients: PatientIndex
    var events: [EventRequest: EventColumns]
    /// By the source's position: of how many of its patients it is not known who they are in other sources.
    let unlinked: [Int: Int]
    /// By the source's position, how many patients it has.
    let populations: [Int: Int]

    /// Asks each source once, in an order that lets the most selective ones restrict what the others are asked.
    ///
    /// - Parameter orders: by the source's position.
    static func run(
        _ plan: ExpandedPlan, orders: [Int: SourceOrder], sources: [any SourceAdapter], collector: FetchCollector, limit: ExecutionLimit,
        progress: @escaping @Sendable (ExecutionProgress) -> Void
    ) async throws(ExecutionFailure) -> SourceFetch {
        do {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await fetch(plan, orders, sources, collector, progress) }
                if let deadline = limit.deadline {
                    group.addTask {
                        try await Task.sleep(until: deadline, clock: .continuous)
                        throw ExecutionFailure.deadlinePassed
                    }
                }
                defer { group.cancelAll() }
                try await group.next()
            }
            return try collector.finish()
        } catch let failure as ExecutionFailure { throw failure } catch let failure as SourceFailure {
            // A source that is interrupted, or told to stop, fails in its own way.
            if let failure = collector.failure { throw failure }
            try limit.check()
            throw .source(failure)
        } catch {
            try limit.check()
            throw .cancelled
        }
    }

    private static func fetch(
        _ plan: ExpandedPlan, _ orders: [Int: SourceOrder], _ sources: [any SourceAdapter], _ collector: FetchCollector,
        _ progress: @escaping @Sendable (ExecutionProgress) -> Void
    ) async throws {
        let join = await JoinOrder(orders) { await sources[$0].estimate(of: $1.required, in: plan) }
        for stage in join.stages {
            let restriction = collector.restriction
            try await withThrowingTaskGroup(of: Void.self) { group in
                for source in stage {
                    guard let order = orders[source]?.restricted(to: restriction) else { continue }
                    let (adapter, name) = (sources[source], sources[source].name)
                    for request in order.requests { collector.expect(request) }
                    progress(.asking(source: name, patients: restriction?.ids.count))
                    group.addTask {
                        try await adapter.deliver(
                            order, in: plan,
                            to: SourceReceiver(collector: collector, source: source, name: name, progress: progress))
                        progress(.delivered(source: name))
                    }
                }
                try await group.waitForAll()
            }
            // What has to be found has been found, or was left out because something else was not.
            if join.stages.count > 1 { for source in stage { collector.restrict(to: orders[source]?.required ?? []) } }
        }
    }
}
