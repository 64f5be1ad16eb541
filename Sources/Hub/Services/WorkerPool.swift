import Diagnostics
import Dispatch
import Federation
import Synchronization

/// Threads for long computations, a few at a time; who comes when too many wait already is turned away at once.
///
/// A thread that waits for somebody else, as for the reader of its answer, lends its place to the next in line meanwhile, so that a few slow
/// readers keep nobody waiting. How many may do so is bounded as well.
final class WorkerPool: Sendable {
    private struct State {
        var running = 0
        var lent = 0
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let queue = DispatchQueue(label: "cohortium.hub.workers", attributes: .concurrent)
    private let state = Mutex(State())
    private let atOnce: Int
    private let atMostWaiting: Int
    private let atMostLent: Int

    init(atOnce: Int = 4, atMostWaiting: Int = 64, atMostLent: Int = 32) {
        (self.atOnce, self.atMostWaiting, self.atMostLent) = (atOnce, atMostWaiting, atMostLent)
    }

    /// Runs a computation on a thread of its own.
    /// - Throws: what it throws, or a ``Problem`` of status 503 when too many wait.
    func run<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
        guard try !takePlace() else { return try await compute(work) }
        await withCheckedContinuation { continuation in
            let isFree = state.withLock { state in
                // A place may have become free since.
                guard state.running >= atOnce else {
                    state.running += 1
                    return true
                }
                state.waiting.append(continuation)
                return false
            }
            if isFree { continuation.resume() }
        }
        return try await compute(work)
    }

    /// Whether there is a place at once.
    private func takePlace() throws -> Bool {
        try state.withLock { state in
            if state.running < atOnce {
                state.running += 1
                return true
            }
            guard state.waiting.count < atMostWaiting else {
                throw Problem(
                    status: 503, title: "Busy",
                    Diagnostic("F0603", "the hub computes for too many others just now", help: "try again in a minute"))
            }
            return false
        }
    }

    private func compute<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
        defer { state.withLock { Self.leave(&$0) }?.resume() }
        return try await withCheckedThrowingContinuation { continuation in
            queue.async { continuation.resume(with: Result { try work() }) }
        }
    }

    /// Gives a place back; who is woken takes it over, so that `running` stays as it is.
    private static func leave(_ state: inout State) -> CheckedContinuation<Void, Never>? {
        if !state.waiting.isEmpty { return state.waiting.removeFirst() }
        state.running -= 1
        return nil
    }

    /// To be called by a computation before it waits for somebody else.
    /// - Returns: whether its place was lent; then it takes it back, with ``takeBack()``, when it goes on.
    func lend() -> Bool {
        let (isLent, next) = state.withLock { state -> (Bool, CheckedContinuation<Void, Never>?) in
            guard state.lent < atMostLent else { return (false, nil) }
            state.lent += 1
            return (true, Self.leave(&state))
        }
        next?.resume()
        return isLent
    }

    /// Goes on at once: for a moment one more than the others' places computes.
    func takeBack() {
        state.withLock { state in
            state.lent -= 1
            state.running += 1
        }
    }
}
