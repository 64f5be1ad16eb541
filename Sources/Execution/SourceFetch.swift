import CohortPlan

/// What the sources delivered for a plan.
struct SourceFetch: Sendable {
    /// By the source's position.
    private(set) var patients: [Int: [SourcePatient]] = [:]
    private(set) var events: [EventRequest: [SourceEvent]] = [:]

    /// Asks all sources at once: each for its patients, and for the events of all requests that it was chosen for.
    ///
    /// - Parameter orders: by the source's position.
    static func run(_ plan: ExpandedPlan, orders: [Int: SourceOrder], sources: [any SourceAdapter], limit: ExecutionLimit)
        async throws(ExecutionFailure) -> SourceFetch
    {
        do {
            return try await withThrowingTaskGroup(of: (Int, SourceDelivery).self) { group in
                for (index, order) in orders {
                    let source = sources[index]
                    group.addTask { (index, try await source.deliver(order, in: plan)) }
                }
                if let deadline = limit.deadline {
                    group.addTask {
                        try await Task.sleep(until: deadline, clock: .continuous)
                        throw ExecutionFailure.deadlinePassed
                    }
                }
                defer { group.cancelAll() }
                var fetch = SourceFetch()
                for _ in orders {
                    guard let (source, delivery) = try await group.next() else { break }
                    fetch.patients[source] = delivery.patients
                    fetch.events.merge(delivery.events) { first, _ in first }
                }
                return fetch
            }
        } catch let failure as ExecutionFailure { throw failure } catch let failure as SourceFailure {
            // A source that is interrupted fails in its own way.
            try limit.check()
            throw .source(failure)
        } catch {
            try limit.check()
            throw .cancelled
        }
    }
}
