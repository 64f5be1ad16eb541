import Dispatch
import Synchronization

/// Reads from one PostgreSQL database: never writes, one statement at a time, over one connection that is opened when first needed.
///
/// Waiting happens on a queue of its own, never on a thread of Swift's cooperative pool. A connection on which a statement was
/// stopped or broke off is let go, so that nothing that comes late can meet the next statement.
public final class PostgresSession: Sendable {
    /// How long things may take.
    public struct Limits: Sendable, Hashable {
        /// Until a connection is there.
        public var connecting: Duration
        /// For one statement, kept by the server.
        public var statement: Duration
        /// For another program's lock.
        public var lock: Duration

        public init(connecting: Duration = .seconds(10), statement: Duration = .seconds(900), lock: Duration = .seconds(5)) {
            self.connecting = connecting
            self.statement = statement
            self.lock = lock
        }
    }

    private let address: PostgresAddress
    private let limits: Limits
    private let queue = DispatchQueue(label: "cohortium.postgres")
    /// Touched on the queue alone.
    private let handle = Mutex<PostgresHandle?>(nil)

    public init(_ address: PostgresAddress, limits: Limits = Limits()) {
        self.address = address
        self.limits = limits
    }

    /// Lets the connection go; the next statement opens another.
    public func disconnect() { queue.sync { handle.withLock { $0 = nil } } }

    /// Runs a statement and hands every row to a function, one in memory at a time. Cancelled with its task.
    ///
    /// - Parameters:
    ///   - parameters: in the server's text form, for `$1`, `$2` and so on.
    ///   - limit: the number of values that may be kept.
    /// - Returns: what the function made of the rows, without its nils.
    public func rows<Value: Sendable>(
        of text: String, _ parameters: [String?] = [], limit: Int = .max, _ read: @escaping @Sendable (PostgresRow) -> Value?
    ) async throws(PostgresFailure) -> [Value] {
        let watch = PostgresWatch(silence: silence)
        let result: Result<[Value], PostgresFailure> = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                queue.async { continuation.resume(returning: self.answer(text, parameters, limit, watch, read)) }
            }
        } onCancel: {
            watch.cancel()
        }
        return try result.get()
    }

    /// The same for a caller that cannot wait in any other way than by blocking its thread.
    public func rowsBlocking<Value: Sendable>(
        of text: String, _ parameters: [String?] = [], limit: Int = .max, _ read: @Sendable (PostgresRow) -> Value?
    ) throws(PostgresFailure) -> [Value] {
        try queue.sync { answer(text, parameters, limit, PostgresWatch(silence: silence), read) }.get()
    }

    /// The server keeps the limit of a statement itself; it is given a little longer to say so.
    private var silence: Duration { limits.statement + .seconds(15) }

    // MARK: On the queue

    private func answer<Value>(
        _ text: String, _ parameters: [String?], _ limit: Int, _ watch: PostgresWatch, _ read: (PostgresRow) -> Value?
    ) -> Result<[Value], PostgresFailure> {
        defer { watch.end() }
        let isReused = handle.withLock { $0 != nil }
        var rows = 0
        let first = Result { () throws(PostgresFailure) in
            try attempt(text, parameters, limit, watch) {
                rows += 1
                return read($0)
            }
        }
        // The server may have been restarted since the last statement. Who reads may have handed on what came of this one.
        guard case .failure(let failure) = first, isReused, failure.code == .lost, rows == 0, !watch.isCancelled else { return first }
        return Result { () throws(PostgresFailure) in try attempt(text, parameters, limit, watch, read) }
    }

    private func attempt<Value>(
        _ text: String, _ parameters: [String?], _ limit: Int, _ watch: PostgresWatch, _ read: (PostgresRow) -> Value?
    ) throws(PostgresFailure) -> [Value] {
        if watch.isCancelled { throw PostgresFailure(.cancelled) }
        watch.heard()
        let connection = try connected(watch)
        handle.withLock { $0 = nil }
        do throws(PostgresFailure) {
            try watch.begin(connection.canceller())
            var values: [Value] = []
            try connection.run(text, parameters, watch: watch) { (row) throws(PostgresFailure) in
                guard let value = read(row) else { return }
                guard values.count < limit else { throw PostgresFailure(.tooLarge, "more than \(limit) rows") }
                values.append(value)
            }
            keep(connection, watch)
            return values
        } catch {
            keep(connection, watch)
            throw watch.isCancelled ? PostgresFailure(.cancelled) : error
        }
    }

    private func keep(_ connection: PostgresHandle, _ watch: PostgresWatch) {
        watch.end()
        if connection.isUsable, !watch.isCancelled { handle.withLock { $0 = connection } }
    }

    private func connected(_ watch: PostgresWatch) throws(PostgresFailure) -> PostgresHandle {
        if let connection = handle.withLock({ $0 }) { return connection }
        let start = PostgresWatch(silence: limits.connecting)
        let connection = try PostgresHandle.connect(try address.keywords()) { () throws(PostgresFailure) in
            try start.check()
            try watch.check()
        }
        // `row_security` off: a policy that would hide rows is an error then, not a smaller answer. `jit` off: compiling a statement that
        // is run once takes longer than it.
        let settings = [
            ("default_transaction_read_only", "on"), ("statement_timeout", "\(limits.statement.wholeMilliseconds)"),
            ("lock_timeout", "\(limits.lock.wholeMilliseconds)"), ("row_security", "off"), ("DateStyle", "ISO, YMD"),
            ("extra_float_digits", "1"), ("jit", "off"),
        ]
        let calls = settings.indices.map { "pg_catalog.set_config($\(2 * $0 + 1), $\(2 * $0 + 2), false)" }.joined(separator: ", ")
        try connection.run("SELECT \(calls)", settings.flatMap { [$0.0, $0.1] }, watch: start) { (_) throws(PostgresFailure) in }
        return connection
    }
}

extension Duration {
    /// At least one, because PostgreSQL takes 0 for no limit.
    fileprivate var wholeMilliseconds: Int {
        let (seconds, attoseconds) = components
        let bounded = min(max(seconds, 0), 2_000_000)
        return max(1, Int(bounded) * 1_000 + Int(attoseconds / 1_000_000_000_000_000))
    }
}
