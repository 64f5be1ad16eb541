import Dispatch
import Synchronization

/// One statement on its way: who may stop it, and when it has taken too long.
final class PostgresWatch: Sendable {
    private enum Phase {
        case waiting
        case running(PostgresCanceller?)
        case over
    }

    private struct State {
        var phase = Phase.waiting
        var isCancelled = false
        /// When a cancelled statement is left to itself.
        var abandon: ContinuousClock.Instant?
        var lastHeard = ContinuousClock.now
    }

    /// How long the server may be silent.
    private let silence: Duration
    /// How long a cancelled statement is waited for: the server says so itself, as a rule at once.
    private static let grace = Duration.seconds(2)
    private let state = Mutex(State())

    init(silence: Duration) { self.silence = silence }

    var isCancelled: Bool { state.withLock { $0.isCancelled } }

    /// Stops the statement, now or as soon as it begins.
    func cancel() {
        let canceller = state.withLock { state -> PostgresCanceller? in
            state.isCancelled = true
            state.abandon = ContinuousClock.now + PostgresWatch.grace
            if case .running(let canceller) = state.phase { return canceller }
            return nil
        }
        // The call opens a connection and waits, which is not for the thread that cancels.
        if let canceller { DispatchQueue.global().async { canceller.callAsking() } }
    }

    /// The statement starts on a connection.
    func begin(_ canceller: PostgresCanceller?) throws(PostgresFailure) {
        let mayRun = state.withLock { state in
            state.phase = .running(canceller)
            state.lastHeard = .now
            return !state.isCancelled
        }
        guard mayRun else { throw PostgresFailure(.cancelled) }
    }

    /// The statement is over; whoever cancels now comes too late.
    func end() { state.withLock { $0.phase = .over } }

    /// Something came from the server.
    func heard() { state.withLock { $0.lastHeard = .now } }

    /// - Throws: when nobody should wait any longer.
    func check() throws(PostgresFailure) {
        let now = ContinuousClock.now
        let (isAbandoned, isSilent) = state.withLock { state in
            let isWaiting = if case .running = state.phase { true } else { false }
            return (state.isCancelled && (!isWaiting || now >= (state.abandon ?? now)), now - state.lastHeard > silence)
        }
        if isAbandoned { throw PostgresFailure(.cancelled) }
        if isSilent { throw PostgresFailure(.unreachable, "the server has been silent for \(silence)") }
    }
}
