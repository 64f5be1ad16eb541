import CohortPlan

/// What the sources delivered for a plan.
struct SourceFetch: Sendable {
    /// By the source's position.
    private(set) var patients: [Int: [SourcePatient]] = [:]
    private(set) var events: [EventRequest: [SourceEvent]] = [:]

    private enum Piece: Sendable {
        case patients(source: Int, [SourcePatient])
        case events(EventRequest, [SourceEvent])
    }

    /// Asks all sources at once: each for its patients, and for the events of each request that it was chosen for.
    ///
    /// - Parameter requests: by request, the position of the source that was chosen.
    static func run(
        _ plan: ExpandedPlan, requests: [EventRequest: Int], patientsOf used: Set<Int>, sources: [any SourceAdapter],
        limit: ExecutionLimit
    ) async throws(ExecutionFailure) -> SourceFetch {
        do {
            return try await withThrowingTaskGroup(of: Piece.self) { group in
                for index in used {
                    let source = sources[index]
                    group.addTask { .patients(source: index, try await source.patients()) }
                }
                for (request, index) in requests {
                    let source = sources[index]
                    group.addTask { .events(request, try await source.events(matching: request, in: plan)) }
                }
                if let deadline = limit.deadline {
                    group.addTask {
                        try await Task.sleep(until: deadline, clock: .continuous)
                        throw ExecutionFailure.deadlinePassed
                    }
                }
                defer { group.cancelAll() }
                var fetch = SourceFetch()
                for _ in 0..<(used.count + requests.count) {
                    if let piece = try await group.next() { fetch.add(piece) }
                }
                return fetch
            }
        } catch let failure as ExecutionFailure {
            throw failure
        } catch let failure as SourceFailure {
            // A source that is interrupted fails in its own way.
            try limit.check()
            throw .source(failure)
        } catch {
            try limit.check()
            throw .cancelled
        }
    }

    private mutating func add(_ piece: Piece) {
        switch piece {
        case .patients(let source, let found): patients[source] = found
        case .events(let request, let found): events[request] = found
        }
    }
}
