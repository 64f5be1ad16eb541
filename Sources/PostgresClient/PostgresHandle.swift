import CPostgres
import Glibc

// The only file that touches libpq. Source: the manual of PostgreSQL 15, chapter 34.

/// One connection to a server.
///
/// INVARIANT: used by one thread at a time; ``PostgresSession`` holds it on a queue of its own. So sharing it is safe.
@safe final class PostgresHandle: @unchecked Sendable {
    private let connection: OpaquePointer

    private init(owning connection: OpaquePointer) { unsafe self.connection = unsafe connection }

    deinit { unsafe PQfinish(connection) }

    // MARK: Connecting

    /// The options that a URL names; nil where it is none. What libpq says of it is not kept: it repeats the URL.
    static func options(of url: String) -> [String: String]? {
        var complaint: UnsafeMutablePointer<CChar>?
        defer { unsafe PQfreemem(complaint) }
        guard let first = unsafe PQconninfoParse(url, &complaint) else { return nil }
        defer { unsafe PQconninfoFree(first) }
        var options: [String: String] = [:]
        var option = unsafe first
        while let keyword = unsafe option.pointee.keyword {
            if let value = unsafe option.pointee.val { unsafe options[String(cString: keyword)] = String(cString: value) }
            unsafe option += 1
        }
        return options
    }

    /// Connects.
    /// - Parameter check: asked again and again; throws when it is time to give up.
    static func connect(
        _ keywords: [(String, String)], check: () throws(PostgresFailure) -> Void
    ) throws(PostgresFailure) -> PostgresHandle {
        let names: [String?] = keywords.map(\.0) + [nil]
        let values: [String?] = keywords.map(\.1) + [nil]
        let started = unsafe withCStrings(names) { names in
            unsafe withCStrings(values) { values in unsafe PQconnectStartParams(names, values, 1) }
        }
        guard let started = unsafe started else { throw PostgresFailure(.other, "no memory for a connection") }
        let handle = unsafe PostgresHandle(owning: started)
        try handle.finishConnecting(check)
        return handle
    }

    private func finishConnecting(_ check: () throws(PostgresFailure) -> Void) throws(PostgresFailure) {
        // The server's answers in their short form, an SQLSTATE; libpq has no other way to learn it before there is a connection.
        unsafe PQsetErrorVerbosity(connection, PQERRORS_SQLSTATE)
        unsafe PQsetNoticeProcessor(connection, { _, _ in }, nil)
        guard unsafe PQstatus(connection) != CONNECTION_BAD else { throw connectFailure() }
        var events = POLLOUT
        while true {
            guard wait(for: events) else {
                try check()
                continue
            }
            switch unsafe PQconnectPoll(connection) {
            case PGRES_POLLING_READING: events = POLLIN
            case PGRES_POLLING_WRITING: events = POLLOUT
            case PGRES_POLLING_OK:
                unsafe PQsetErrorVerbosity(connection, PQERRORS_DEFAULT)
                unsafe PQsetnonblocking(connection, 1)
                return
            default: throw connectFailure()
            }
            try check()
        }
    }

    private func connectFailure() -> PostgresFailure {
        let message = self.message
        if unsafe PQconnectionNeedsPassword(connection) == 1 { return PostgresFailure(.authentication, "no password is known") }
        let state = message.split(whereSeparator: \.isWhitespace).last.map(String.init) ?? ""
        let isState =
            state.utf8.count == 5 && state.contains(where: \.isNumber)
            && state.utf8.allSatisfy { (48...57).contains($0) || (65...90).contains($0) }
        guard isState else { return PostgresFailure(.unreachable, message) }
        switch PostgresFailure.code(ofState: state) {
        case .authentication, .noDatabase, .noPermission: return PostgresFailure(state: state, "the server answered SQLSTATE \(state)")
        default: return PostgresFailure(.unreachable, state: state, "the server answered SQLSTATE \(state)")
        }
    }

    /// What libpq last said, on one line.
    private var message: String {
        guard let text = unsafe PQerrorMessage(connection) else { return "" }
        return unsafe String(cString: text).split(whereSeparator: \.isNewline).map { $0.trimmingPrefix(while: \.isWhitespace) }.joined(
            separator: " ")
    }

    // MARK: Statements

    /// Runs a statement and hands over its rows as they come, one in memory at a time.
    ///
    /// - Parameter parameters: in the server's text form, for `$1`, `$2` and so on.
    /// - Throws: where it fails, even after rows were handed over; ``isUsable`` says whether another statement may follow.
    func run(
        _ text: String, _ parameters: [String?], watch: PostgresWatch, row: (PostgresRow) throws(PostgresFailure) -> Void
    ) throws(PostgresFailure) {
        isUsable = false
        try send(text, parameters, watch)
        var failure: PostgresFailure?
        while let result = try nextResult(watch) {
            switch result.status {
            case PGRES_SINGLE_TUPLE: try row(PostgresRow(result))
            case PGRES_TUPLES_OK, PGRES_COMMAND_OK: break
            default: failure = failure ?? result.failure
            }
        }
        if let failure {
            isUsable = unsafe PQstatus(connection) == CONNECTION_OK
            throw isUsable ? failure : PostgresFailure(.lost, state: failure.state, failure.message)
        }
        isUsable = true
    }

    /// Whether the last statement was answered to its end.
    private(set) var isUsable = true

    /// By which another thread can stop the statement that runs here.
    func canceller() -> PostgresCanceller? { unsafe PQgetCancel(connection).map { unsafe PostgresCanceller(owning: $0) } }

    private func send(_ text: String, _ parameters: [String?], _ watch: PostgresWatch) throws(PostgresFailure) {
        guard !text.utf8.contains(0), parameters.allSatisfy({ !($0?.utf8.contains(0) ?? false) }), parameters.count <= 65_535 else {
            throw PostgresFailure(.other, "a statement that PostgreSQL cannot be sent")
        }
        let isSent = unsafe withCStrings(parameters) { values in
            unsafe PQsendQueryParams(connection, text, Int32(parameters.count), nil, values, nil, nil, 0)
        }
        guard isSent == 1, unsafe PQsetSingleRowMode(connection) == 1 else { throw PostgresFailure(.lost, message) }
        while true {
            let left = unsafe PQflush(connection)
            guard left != 0 else { return }
            guard left > 0 else { throw PostgresFailure(.lost, message) }
            if wait(for: POLLIN | POLLOUT) { guard unsafe PQconsumeInput(connection) == 1 else { throw PostgresFailure(.lost, message) } }
            try watch.check()
        }
    }

    private func nextResult(_ watch: PostgresWatch) throws(PostgresFailure) -> PostgresResult? {
        while unsafe PQisBusy(connection) == 1 {
            if wait(for: POLLIN) {
                guard unsafe PQconsumeInput(connection) == 1 else { throw PostgresFailure(.lost, message) }
                watch.heard()
            }
            try watch.check()
        }
        return unsafe PQgetResult(connection).map { unsafe PostgresResult(owning: $0) }
    }

    /// Whether the server's line is ready, within a tenth of a second.
    private func wait(for events: Int32) -> Bool {
        var line = unsafe pollfd(fd: PQsocket(connection), events: Int16(events), revents: 0)
        return unsafe poll(&line, 1, 100) > 0
    }
}

/// What libpq holds of one row, or of the end of a statement.
@safe final class PostgresResult {
    private let result: OpaquePointer

    fileprivate init(owning result: OpaquePointer) { unsafe self.result = unsafe result }

    deinit { unsafe PQclear(result) }

    fileprivate var status: ExecStatusType { unsafe PQresultStatus(result) }

    fileprivate var failure: PostgresFailure {
        let message = unsafe field("M") ?? String(cString: PQresultErrorMessage(result))
        return field("C").map { PostgresFailure(state: $0, message) } ?? PostgresFailure(.lost, message)
    }

    private func field(_ code: Unicode.Scalar) -> String? {
        unsafe PQresultErrorField(result, Int32(code.value)).map { unsafe String(cString: $0) }
    }

    /// A value of the row; nil for NULL and for a column that is not there.
    func text(_ column: Int) -> String? {
        let column = Int32(column)
        guard unsafe column < PQnfields(result), unsafe PQgetisnull(result, 0, column) == 0,
            let start = unsafe PQgetvalue(result, 0, column)
        else { return nil }
        let bytes = unsafe UnsafeRawBufferPointer(start: start, count: Int(PQgetlength(result, 0, column)))
        return unsafe String(decoding: bytes, as: UTF8.self)
    }

    func type(_ column: Int) -> UInt32 { unsafe PQftype(result, Int32(column)) }
}

/// Stops the statement of one connection, from any thread (the manual's section 34.7), so that sharing it is safe.
@safe final class PostgresCanceller: @unchecked Sendable {
    private let cancel: OpaquePointer

    fileprivate init(owning cancel: OpaquePointer) { unsafe self.cancel = unsafe cancel }

    deinit { unsafe PQfreeCancel(cancel) }

    /// Asks the server, over a connection of its own, and waits until it has heard.
    func callAsking() {
        var complaint = [CChar](repeating: 0, count: 256)
        _ = unsafe PQcancel(cancel, &complaint, 256)
    }
}

/// Lends texts to C, as an array of pointers.
private func withCStrings<Value>(_ texts: [String?], _ body: (UnsafePointer<UnsafePointer<CChar>?>?) -> Value) -> Value {
    let copies = unsafe texts.map { text in unsafe text.flatMap { unsafe strdup($0) } }
    defer { unsafe copies.forEach { unsafe free($0) } }
    let pointers = unsafe copies.map { unsafe UnsafePointer($0) }
    return unsafe pointers.withUnsafeBufferPointer { unsafe body($0.baseAddress) }
}
