import Diagnostics
import Dispatch
import Federation

/// Threads for long computations, a few at a time; who comes when too many wait already is turned away at once.
actor WorkerPool {
    private let queue = DispatchQueue(label: "cohortium.hub.workers", attributes: .concurrent)
    private let atOnce: Int
    private let atMostWaiting: Int
    private var running = 0
    private var waiting: [CheckedContinuation<Void, Never>] = []

    init(atOnce: Int = 4, atMostWaiting: Int = 64) {
        self.atOnce = atOnce
        self.atMostWaiting = atMostWaiting
    }

    /// Runs a computation on a thread of its own.
    /// - Throws: what it throws, or a ``Problem`` of status 503 when too many wait.
    func run<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
        if running >= atOnce {
            guard waiting.count < atMostWaiting else {
                throw Problem(
                    status: 503, title: "Busy",
                    Diagnostic("F0603", "the hub computes for too many others just now", help: "try again in a minute"))
            }
            // Who is woken takes over the place of who wakes them, so that `running` stays as it is.
            await withCheckedContinuation { waiting.append($0) }
        } else {
            running += 1
        }
        defer { if waiting.isEmpty { running -= 1 } else { waiting.removeFirst().resume() } }
        return try await withCheckedThrowingContinuation { continuation in
            queue.async { continuation.resume(with: Result { try work() }) }
        }
    }
}
