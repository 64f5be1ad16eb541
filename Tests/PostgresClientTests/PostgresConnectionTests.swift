import Foundation
import PostgresClient
import PostgresServer
import Testing

/// Getting in, and not getting in.
@Suite(.enabled(if: PostgresServer.isInstalled, "skipped: no PostgreSQL server is installed (Debian: postgresql-15)"))
struct PostgresConnectionTests {
    private func ask(_ address: PostgresAddress, limits: PostgresSession.Limits = PostgresSession.Limits()) async throws -> [PostgresValue]
    {
        try await PostgresSession(address, limits: limits).rows(of: "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()") { $0[0] }
    }

    /// An account with a password, in a database of its own; the password also stands in a file.
    private struct Account {
        let server: PostgresServer
        let database: String
        var user: String { "user_\(database)" }
        let password = "s3cret' \\ \(UInt32.random(in: 0...UInt32.max))"
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("cohortium-password-\(UUID().uuidString)")

        init() async throws {
            server = try await .shared()
            database = try server.makeDatabase()
            let literal = password.replacingOccurrences(of: "'", with: "''")
            try server.run(sql: "CREATE ROLE \(user) LOGIN PASSWORD '\(literal)'", in: database)
            try Data("\(password)\n".utf8).write(to: file)
        }

        func remove() { try? FileManager.default.removeItem(at: file) }
    }

    @Test func thePasswordComesFromAFile() async throws {
        let account = try await Account()
        defer { account.remove() }
        let url = account.server.loopbackURL(account.database, user: account.user)
        #expect(try await ask(try PostgresAddress(url: url, passwordFile: account.file.path)) == [.integer(1)])
        // libpq's own file, which PGPASSFILE or the address may name.
        let passfile = account.file.path + ".pgpass"
        defer { try? FileManager.default.removeItem(atPath: passfile) }
        let escaped = account.password.replacingOccurrences(of: "\\", with: "\\\\")
        try Data("*:*:*:\(account.user):\(escaped)\n".utf8).write(to: URL(fileURLWithPath: passfile))
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: passfile)
        #expect(try await ask(try PostgresAddress(url: url + "?passfile=\(passfile)")) == [.integer(1)])
    }

    @Test func whoIsNotLetInIsToldSoAndThePasswordIsNot() async throws {
        let account = try await Account()
        defer { account.remove() }
        let wrong = account.file.path + ".wrong"
        defer { try? FileManager.default.removeItem(atPath: wrong) }
        try Data("another-secret\n".utf8).write(to: URL(fileURLWithPath: wrong))
        let url = account.server.loopbackURL(account.database, user: account.user)
        let nobody = account.server.loopbackURL(account.database, user: "nobody_there")
        for (url, file, code) in [
            (url, wrong, PostgresFailure.Code.authentication), (url, nil, .authentication), (nobody, wrong, .authentication),
            (url, "/nonexistent/password", .noPasswordFile),
            (account.server.loopbackURL("no_such_database", user: account.user), account.file.path, .noDatabase),
        ] {
            let address = try PostgresAddress(url: url, passwordFile: file)
            let failure = await #expect(throws: PostgresFailure.self) { try await self.ask(address) }
            #expect(failure?.code == code, "\(url) \(String(describing: failure))")
            #expect(failure?.message.contains("secret") == false && failure?.message.contains(account.password) == false)
        }
    }

    @Test func anAccountThatMayNotConnectIsNotAServerThatIsAway() async throws {
        let account = try await Account()
        defer { account.remove() }
        try account.server.run(sql: "REVOKE CONNECT ON DATABASE \(account.database) FROM PUBLIC", in: "postgres")
        let url = account.server.loopbackURL(account.database, user: account.user)
        let failure = await #expect(throws: PostgresFailure.self) {
            try await self.ask(try PostgresAddress(url: url, passwordFile: account.file.path))
        }
        #expect(failure?.code == .noPermission)
    }

    @Test func theServersCertificateIsCheckedWhereTheAddressSaysSo() async throws {
        let account = try await Account()
        defer { account.remove() }
        func url(_ options: String) -> String { account.server.loopbackURL(account.database, user: account.user, options: options) }
        let trusted = try PostgresAddress(
            url: url("?sslmode=verify-full&sslrootcert=\(account.server.certificate)"), passwordFile: account.file.path)
        #expect(try await ask(trusted) == [.integer(1)])
        let plain = try PostgresAddress(url: url("?sslmode=disable"), passwordFile: account.file.path)
        #expect(try await ask(plain) == [.integer(0)])
        // An authority that did not sign it.
        let other = try PostgresAddress(
            url: url("?sslmode=verify-full&sslrootcert=/etc/ssl/certs/ca-certificates.crt"), passwordFile: account.file.path)
        let failure = await #expect(throws: PostgresFailure.self) { try await self.ask(other) }
        #expect(failure?.code == .unreachable)
    }

    @Test(arguments: ["postgresql://x@127.0.0.1:9/db", "postgresql://x@no-such-host.invalid/db", "postgresql://x@/db?host=/nonexistent"])
    func aServerThatIsAwayIsSaidSoon(_ url: String) async throws {
        let start = ContinuousClock.now
        let failure = await #expect(throws: PostgresFailure.self) { try await self.ask(try PostgresAddress(url: url)) }
        #expect(failure?.code == .unreachable)
        #expect(ContinuousClock.now - start < .seconds(30))
    }

    /// A server that takes the connection and never says a word, and a task that does not want to wait for it.
    @Test func aSilentServerIsAwayAndWaitingForItCanBeCancelled() async throws {
        let silent = try SilentServer()
        let address = try PostgresAddress(url: "postgresql://x@127.0.0.1:\(silent.port)/db")
        let failure = await #expect(throws: PostgresFailure.self) {
            try await self.ask(address, limits: PostgresSession.Limits(connecting: .milliseconds(300)))
        }
        #expect(failure?.code == .unreachable)
        let start = ContinuousClock.now
        let task = Task { try await self.ask(address, limits: PostgresSession.Limits(connecting: .seconds(60))) }
        try await Task.sleep(for: .milliseconds(200))
        task.cancel()
        let cancelled = await #expect(throws: PostgresFailure.self) { try await task.value }
        #expect(cancelled?.code == .cancelled)
        #expect(ContinuousClock.now - start < .seconds(40))
    }

    @Test(arguments: [
        ("postgresql://x:hunter2@host/db", PostgresFailure.Code.passwordInAddress),
        ("postgresql://x@host/db?password=hunter2", .passwordInAddress),
        ("postgresql://x@host/db?sslpassword=hunter2", .passwordInAddress),
        ("postgresql://x:hunter2@host:port/db?nothing=%zz", .invalidAddress),
        ("host=h password=hunter2", .invalidAddress), ("", .invalidAddress), ("mysql://x:hunter2@host/db", .invalidAddress),
    ])
    func anAddressHoldsNoPassword(_ url: String, _ code: PostgresFailure.Code) {
        let failure = #expect(throws: PostgresFailure.self) { try PostgresAddress(url: url) }
        #expect(failure?.code == code)
        #expect("\(String(describing: failure))".contains("hunter2") == false)
    }
}

/// Listens and says nothing.
private final class SilentServer {
    let port: Int
    private let descriptor: Int32

    init() throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr = in_addr(s_addr: UInt32(0x7F00_0001).bigEndian)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = descriptor
        let isBound = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                unsafe bind(descriptor, address, length) == 0 && listen(descriptor, 8) == 0
                    && getsockname(descriptor, address, &length) == 0
            }
        }
        guard isBound else { throw CocoaError(.fileReadUnknown) }
        port = Int(UInt16(bigEndian: address.sin_port))
    }

    deinit { close(descriptor) }
}
