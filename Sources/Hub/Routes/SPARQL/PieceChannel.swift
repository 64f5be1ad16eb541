import Diagnostics
import Dispatch
import Federation
import SPARQL
import Synchronization

/// Hands the pieces of an answer from the thread that computes it to the connection that it is sent over.
///
/// A few megabytes wait here, so that an answer of usual size keeps no thread however slowly it is read; beyond that the thread waits for
/// the reader, as long as the query may take.
final class PieceChannel: Sendable {
    private struct State {
        var pieces: [String] = []
        var bytes = 0
        /// Nil while more may come.
        var ending: Result<Void, DiagnosticList>?
        var isAbandoned = false
        /// Whether a piece was read.
        var hasBegun = false
        var reader: CheckedContinuation<Void, Never>?
    }

    /// What became of a piece.
    private enum Outcome {
        case taken(CheckedContinuation<Void, Never>?)
        case full, abandoned
    }

    private let state = Mutex(State())
    private let hasSpace = DispatchSemaphore(value: 0)
    private let capacity: Int
    private let deadline: ContinuousClock.Instant
    /// Whose place the computing thread takes; it lends it while it waits.
    private let workers: WorkerPool?

    init(capacity: Int = 4 << 20, deadline: ContinuousClock.Instant, workers: WorkerPool? = nil) {
        self.capacity = capacity
        self.deadline = deadline
        self.workers = workers
    }

    // MARK: The computing side

    /// Waits while too much lies here unread.
    /// - Throws: `S0305` when nobody reads any more, `S0302` when the reader takes too long.
    func send(_ piece: String) throws(DiagnosticList) {
        var isLent = false
        defer { if isLent { workers?.takeBack() } }
        while true {
            let outcome = state.withLock { state -> Outcome in
                if state.isAbandoned { return .abandoned }
                if state.bytes >= capacity { return .full }
                state.pieces.append(piece)
                state.bytes += piece.utf8.count
                defer { state.reader = nil }
                return .taken(state.reader)
            }
            if case .taken(let reader) = outcome {
                reader?.resume()
                return
            }
            if case .abandoned = outcome { throw DiagnosticList([Diagnostic("S0305", "nobody waits for the answer any more")]) }
            guard ContinuousClock.now < deadline else {
                throw DiagnosticList([Diagnostic("S0302", "the answer is read too slowly", help: "ask for less at once with `LIMIT`")])
            }
            if !isLent { isLent = workers?.lend() ?? false }
            _ = hasSpace.wait(timeout: .now() + .milliseconds(200))
        }
    }

    func finish(_ ending: Result<Void, DiagnosticList>) {
        let reader = state.withLock { state -> CheckedContinuation<Void, Never>? in
            state.ending = ending
            defer { state.reader = nil }
            return state.reader
        }
        reader?.resume()
    }

    // MARK: The reading side

    /// All that has come since; nil after the last piece. One reader at a time.
    /// - Throws: what ended the computation.
    func next() async throws(DiagnosticList) -> String? {
        while true {
            let (piece, ending) = state.withLock { state -> (String?, Result<Void, DiagnosticList>?) in
                if state.pieces.isEmpty { return (nil, state.ending) }
                let piece = state.pieces.joined()
                state.hasBegun = true
                state.pieces = []
                state.bytes = 0
                return (piece, nil)
            }
            if let piece {
                hasSpace.signal()
                return piece
            }
            if let ending {
                try ending.get()
                return nil
            }
            await withCheckedContinuation { continuation in
                let isReady = state.withLock { state -> Bool in
                    if !state.pieces.isEmpty || state.ending != nil { return true }
                    state.reader = continuation
                    return false
                }
                if isReady { continuation.resume() }
            }
        }
    }

    /// How it ended, once everything was read; nil while more may come.
    var ending: Result<Void, DiagnosticList>? { state.withLock { $0.pieces.isEmpty ? $0.ending : nil } }

    /// Whether anything was read yet.
    var hasBegun: Bool { state.withLock { $0.hasBegun } }

    /// Nobody reads any more.
    func abandon() {
        state.withLock { $0.isAbandoned = true }
        hasSpace.signal()
    }
}
