import Foundation
import PostgresClient
import PostgresServer
import Testing

/// The client against a real server.
@Suite(.enabled(if: PostgresServer.isInstalled, "skipped: no PostgreSQL server is installed (Debian: postgresql-15)"))
struct PostgresSessionTests {
    private func session(
        _ server: PostgresServer, _ database: String = "postgres", limits: PostgresSession.Limits = PostgresSession.Limits()
    ) throws -> PostgresSession { PostgresSession(try PostgresAddress(url: server.url(database)), limits: limits) }

    private func one(_ session: PostgresSession, _ text: String, _ parameters: [String?] = []) async throws -> [PostgresValue] {
        try await session.rows(of: text, parameters) { $0[0] }
    }

    @Test(arguments: [
        ("NULL", PostgresValue.null), ("7", .integer(7)), ("-9223372036854775808", .integer(.min)), ("CAST(1.25 AS float8)", .real(1.25)),
        ("CAST(0.1 AS float4)", .real(0.1)), ("4.0", .integer(4)), ("4.010", .text("4.010")), ("'NaN'::numeric", .text("NaN")),
        ("123456789012345678901.5", .text("123456789012345678901.5")), ("true", .integer(1)), ("false", .integer(0)),
        ("'ä'::text", .text("ä")), ("''", .text("")), ("'x'::char(3)", .text("x  ")), ("date '2024-02-29'", .text("2024-02-29")),
        ("timestamp '2024-02-29 23:59:59'", .text("2024-02-29 23:59:59")), ("date '0044-03-15 BC'", .text("0044-03-15 BC")),
        ("'infinity'::date", .text("infinity")), ("'\\x00ff'::bytea", .bytes),
    ])
    func everyTypeIsReadAsWhatItIs(_ expression: String, _ expected: PostgresValue) async throws {
        #expect(try await one(try session(try await .shared()), "SELECT \(expression)") == [expected])
    }

    @Test func aParameterIsAValueWhateverItHolds() async throws {
        let session = try session(try await .shared())
        for text in ["'; DROP TABLE person; --", "$1", "\\", "{\"a\"}", "ü\n\t", ""] {
            #expect(try await one(session, "SELECT CAST($1 AS text)", [text]) == [.text(text)])
        }
        #expect(try await one(session, "SELECT CAST($1 AS text)", [nil]) == [.null])
        await #expect(throws: PostgresFailure.self) { try await self.one(session, "SELECT CAST($1 AS text)", ["a\0b"]) }
        // A statement is one statement.
        await #expect(throws: PostgresFailure.self) { try await self.one(session, "SELECT 1; SELECT 2") }
        #expect(try await one(session, "SELECT 3") == [.integer(3)])
    }

    @Test func nothingIsEverWritten() async throws {
        let server = try await PostgresServer.shared()
        let database = try server.makeDatabase()
        try server.run(sql: "CREATE TABLE t (n int); INSERT INTO t VALUES (1)", in: database)
        let session = try session(server, database)
        for text in ["INSERT INTO t VALUES (2)", "CREATE TABLE u (n int)", "DELETE FROM t RETURNING n", "SELECT nextval('s')"] {
            await #expect(throws: PostgresFailure.self) { try await self.one(session, text) }
        }
        let failure = await #expect(throws: PostgresFailure.self) { try await self.one(session, "INSERT INTO t VALUES (2)") }
        #expect(failure?.state == "25006")
        #expect(try server.query("SELECT count(*) FROM t", in: database) == ["1"])
    }

    @Test func aStatementMayNotTakeForEver() async throws {
        let session = try session(try await .shared(), limits: PostgresSession.Limits(statement: .milliseconds(200)))
        let failure = await #expect(throws: PostgresFailure.self) { try await self.one(session, "SELECT pg_sleep(60)") }
        #expect(failure?.code == .timedOut)
        #expect(try await one(session, "SELECT 1") == [.integer(1)])
    }

    @Test func aCancelledTaskStopsItsStatementAndNoOther() async throws {
        let server = try await PostgresServer.shared()
        let database = try server.makeDatabase()
        let session = try session(server, database)
        _ = try await one(session, "SELECT 1")
        let sleeping = Task { try await session.rows(of: "SELECT pg_sleep(60)") { $0[0] } }
        let waiting = Task { try await session.rows(of: "SELECT 'waiting'::text") { $0[0] } }
        let isRunning =
            "SELECT count(*) FROM pg_stat_activity WHERE datname = '\(database)' AND query LIKE '%pg_sleep%' AND state = 'active'"
        while try server.query(isRunning, in: "postgres") != ["1"] { try await Task.sleep(for: .milliseconds(20)) }
        let start = ContinuousClock.now
        sleeping.cancel()
        let failure = await #expect(throws: PostgresFailure.self) { try await sleeping.value }
        #expect(failure?.code == .cancelled)
        #expect(ContinuousClock.now - start < .seconds(10))
        #expect(try server.query(isRunning, in: "postgres") == ["0"])
        #expect(try await waiting.value == [.text("waiting")])
    }

    @Test func aTaskThatIsCancelledBeforeItsTurnNeverAsks() async throws {
        let session = try session(try await .shared())
        let task = Task {
            while !Task.isCancelled { await Task.yield() }
            return try await session.rows(of: "SELECT 1") { $0[0] }
        }
        task.cancel()
        let failure = await #expect(throws: PostgresFailure.self) { try await task.value }
        #expect(failure?.code == .cancelled)
    }

    @Test func rowsArriveOneByOneAndAreNotHeld() async throws {
        let session = try session(try await .shared())
        // Writing 5 there sets the peak back to what is held now (proc(5)).
        try Data("5".utf8).write(to: URL(fileURLWithPath: "/proc/self/clear_refs"))
        let before = try #require(ProcessMemory.peak())
        let found = try await session.rows(of: "SELECT repeat('x', 1000), n FROM generate_series(1, 600000) AS n") { row in
            row[1] == .integer(600_000) ? row[1] : nil
        }
        #expect(found == [.integer(600_000)])
        let grown = try #require(ProcessMemory.peak()) - before
        #expect(grown < 300_000_000, "600 MB of rows took \(grown) bytes")
    }

    @Test func aLongAnswerIsAFailureAndNotAShorterOne() async throws {
        let session = try session(try await .shared())
        let failure = await #expect(throws: PostgresFailure.self) {
            try await session.rows(of: "SELECT n FROM generate_series(1, 1000) AS n", limit: 999) { $0[0] }
        }
        #expect(failure?.code == .tooLarge)
        #expect(try await session.rows(of: "SELECT n FROM generate_series(1, 1000) AS n", limit: 1_000) { $0[0] }.count == 1_000)
    }

    @Test func anErrorAmongTheRowsIsAFailureAndNotFewerRows() async throws {
        let session = try session(try await .shared())
        let failure = await #expect(throws: PostgresFailure.self) {
            try await session.rows(of: "SELECT 1 / (5000 - n) FROM generate_series(1, 10000) AS n") { $0[0] }
        }
        #expect(failure?.state == "22012")
        #expect(try await one(session, "SELECT 1") == [.integer(1)])
    }

    @Test func aBrokenConnectionIsAFailureWhileItIsUsedAndRenewedWhenItIsNot() async throws {
        let server = try await PostgresServer.shared()
        let database = try server.makeDatabase()
        let session = try session(server, database)
        let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '\(database)'"
        #expect(try await one(session, "SELECT 1") == [.integer(1)])
        #expect(try server.query(end, in: "postgres") == ["t"])
        #expect(try await one(session, "SELECT 2") == [.integer(2)])
        let sleeping = Task { try await session.rows(of: "SELECT pg_sleep(60)") { $0[0] } }
        // Twice: a session that was idle tries again once.
        for _ in 0..<2 {
            while try server.query(end, in: "postgres").isEmpty { try await Task.sleep(for: .milliseconds(20)) }
            try await Task.sleep(for: .milliseconds(200))
        }
        let failure = await #expect(throws: PostgresFailure.self) { try await sleeping.value }
        #expect(failure?.code == .lost)
        #expect(try await one(session, "SELECT 3") == [.integer(3)])
    }

    @Test func aPolicyThatHidesRowsIsAnErrorAndNotASmallerAnswer() async throws {
        let server = try await PostgresServer.shared()
        let database = try server.makeDatabase()
        let user = "reader_\(database)"
        try server.run(
            sql: """
                CREATE TABLE t (n int); INSERT INTO t VALUES (1), (2); CREATE ROLE \(user) LOGIN; GRANT SELECT ON t TO \(user);
                ALTER TABLE t ENABLE ROW LEVEL SECURITY; CREATE POLICY hides ON t USING (n = 1);
                """, in: database)
        let session = PostgresSession(try PostgresAddress(url: server.url(database, user: user)))
        let failure = await #expect(throws: PostgresFailure.self) { try await self.one(session, "SELECT n FROM t") }
        #expect(failure?.code == .noPermission)
    }
}

private enum ProcessMemory {
    /// The most bytes that were held since the peak was last set back.
    static func peak() -> Int? {
        let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)
        return status?.split(separator: "\n").first { $0.hasPrefix("VmHWM") }?.split(whereSeparator: \.isWhitespace).dropFirst().first
            .flatMap { Int($0) }.map { $0 * 1_024 }
    }
}
