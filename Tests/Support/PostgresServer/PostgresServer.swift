public import Foundation
import Processes

/// A real PostgreSQL server of a test's own: its files in a new folder below the temporary one, reached over a socket there and over
/// loopback. It ends with the process that started it, however that ends, and its files go with it.
public final class PostgresServer: Sendable {
    /// Who may do everything; asked for no password over the socket.
    public static let owner = "cohortium"

    /// Where the programs are: the newest version of Debian's packages, else what the path holds.
    private static let programs: String? = {
        let versions = ((try? FileManager.default.contentsOfDirectory(atPath: "/usr/lib/postgresql")) ?? []).compactMap { Int($0) }
        let folders = versions.sorted(by: >).map { "/usr/lib/postgresql/\($0)/bin" } + ["/usr/local/bin", "/usr/bin"]
        return folders.first { folder in
            ["initdb", "postgres", "pg_isready", "psql"].allSatisfy { FileManager.default.isExecutableFile(atPath: "\(folder)/\($0)") }
        }
    }()

    /// Whether a server can be started here.
    public static var isInstalled: Bool { programs != nil }

    public let folder: URL
    public let port: Int
    private let process: ChildProcess
    private let programs: String

    private static let started = Task { try await PostgresServer() }

    /// The one server that all tests of a process share; each makes databases of its own.
    public static func shared() async throws -> PostgresServer { try await started.value }

    private init() async throws {
        guard let programs = PostgresServer.programs else { throw PostgresServerFailure(words: "PostgreSQL is not installed") }
        self.programs = programs
        // Short, because the path of a socket may hold 107 bytes.
        folder = URL(fileURLWithPath: "/tmp/cohortium-pg-\(ProcessInfo.processInfo.processIdentifier)-\(UInt32.random(in: 0...UInt32.max))")
        port = PostgresServer.freePort()
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try PostgresServer.makeCertificate(in: folder)
        // PostgreSQL refuses to run for root.
        var prefix: [String] = []
        if geteuid() == 0 {
            try PostgresServer.run("/bin/chown", ["-R", "nobody", folder.path])
            prefix = ["/usr/bin/setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", "--"]
        }
        let data = folder.appendingPathComponent("data").path
        let make =
            prefix + ["\(programs)/initdb", "-D", data, "-U", PostgresServer.owner, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]
        try PostgresServer.run(make[0], Array(make.dropFirst()))
        try PostgresServer.write("local all all trust\nhost all all 127.0.0.1/32 scram-sha-256\n", to: "\(data)/pg_hba.conf")
        let serve =
            prefix + [
                "\(programs)/postgres", "-D", data, "-k", folder.path, "-p", "\(port)", "-c", "listen_addresses=127.0.0.1", "-c",
                "fsync=off",
                "-c", "full_page_writes=off", "-c", "synchronous_commit=off", "-c", "ssl=on", "-c",
                "ssl_cert_file=\(folder.path)/server.crt",
                "-c", "ssl_key_file=\(folder.path)/server.key", "-c", "max_connections=200",
            ]
        // The shell outlives the server and takes its files away.
        let script = """
            "$@" & child=$!; trap 'kill -INT $child' TERM INT; wait $child; wait $child; rm -rf '\(folder.path)'
            """
        // Signals are let through first: what starts children may have blocked them, and the shell would sleep on.
        process = try await ChildProcess.start(
            name: "postgres", executable: "/usr/bin/env",
            arguments: ["--default-signal=TERM,INT,CHLD", "/bin/sh", "-c", script, "postgres"] + serve, log: "\(folder.path)/log")
        for _ in 0..<200 {
            if (try? PostgresServer.run("\(programs)/pg_isready", ["-h", folder.path, "-p", "\(port)", "-q"])) != nil { return }
            guard process.isRunning else { break }
            try await Task.sleep(for: .milliseconds(100))
        }
        throw PostgresServerFailure(words: "the server did not start: \(process.lastWords.joined(separator: " | "))")
    }

    /// A database, over the socket.
    public func url(_ database: String, user: String = PostgresServer.owner, options: String = "") -> String {
        "postgresql://\(user)@/\(database)?host=\(folder.path)&port=\(port)\(options)"
    }

    /// A database, over loopback, where accounts need a password.
    public func loopbackURL(_ database: String, user: String, options: String = "") -> String {
        "postgresql://\(user)@127.0.0.1:\(port)/\(database)\(options)"
    }

    /// The certificate of the server, which has signed itself for 127.0.0.1.
    public var certificate: String { folder.appendingPathComponent("server.crt").path }

    /// Makes an empty database and gives its name.
    public func makeDatabase() throws -> String {
        let name = "test_\(UInt64.random(in: 0...UInt64.max))"
        try run(sql: "CREATE DATABASE \(name)", in: "postgres")
        return name
    }

    /// Runs a script as the owner.
    public func run(sql: String, in database: String) throws {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("cohortium-\(UUID().uuidString).sql")
        defer { try? FileManager.default.removeItem(at: file) }
        try Data(sql.utf8).write(to: file)
        try psql(database, ["-f", file.path])
    }

    /// Runs a script that is compressed with gzip.
    public func run(compressed script: URL, in database: String) throws {
        let arguments =
            ["-c", "gunzip -c \"$0\" | \"$@\"", script.path, "\(programs)/psql"] + psqlArguments(database) + ["-o", "/dev/null"]
        try PostgresServer.run("/bin/bash", ["-o", "pipefail"] + arguments)
    }

    /// The first column of what a statement answers, as text.
    public func query(_ sql: String, in database: String) throws -> [String] {
        try psql(database, ["-A", "-t", "-c", sql]).split(separator: "\n").map(String.init)
    }

    @discardableResult private func psql(_ database: String, _ arguments: [String]) throws -> String {
        try PostgresServer.run("\(programs)/psql", psqlArguments(database) + arguments)
    }

    private func psqlArguments(_ database: String) -> [String] {
        ["-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", folder.path, "-p", "\(port)", "-U", PostgresServer.owner, "-d", database]
    }

    /// A port on which nobody answers.
    private static func freePort() -> Int {
        let ports = (0..<20).map { _ in Int.random(in: 20_000...29_999) }
        return ports.first { (try? run("/bin/bash", ["-c", "exec 3<>/dev/tcp/127.0.0.1/\($0)"])) == nil } ?? ports[0]
    }

    private static func write(_ text: String, to path: String) throws {
        guard let file = FileHandle(forWritingAtPath: path) else { throw PostgresServerFailure(words: "\(path) cannot be written") }
        try file.truncate(atOffset: 0)
        try file.write(contentsOf: Data(text.utf8))
        try file.close()
    }

    private static func makeCertificate(in folder: URL) throws {
        try run(
            "/usr/bin/openssl",
            [
                "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1", "-addext",
                "subjectAltName=IP:127.0.0.1", "-keyout", "\(folder.path)/server.key", "-out", "\(folder.path)/server.crt",
            ])
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: "\(folder.path)/server.key")
    }

    /// Runs a program to its end and gives what it wrote.
    @discardableResult private static func run(_ executable: String, _ arguments: [String]) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: executable)
        process.arguments = arguments
        // Run where another account may stand, too.
        process.currentDirectoryURL = URL(fileURLWithPath: "/tmp")
        process.standardInput = FileHandle.nullDevice
        let output = Pipe()
        let errors = FileManager.default.temporaryDirectory.appendingPathComponent("cohortium-\(UUID().uuidString).err")
        _ = FileManager.default.createFile(atPath: errors.path, contents: nil)
        defer { try? FileManager.default.removeItem(at: errors) }
        process.standardOutput = output
        process.standardError = try FileHandle(forWritingTo: errors)
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            let words = FileManager.default.contents(atPath: errors.path).map { String(decoding: $0, as: UTF8.self) } ?? ""
            throw PostgresServerFailure(words: "\(executable) ended with \(process.terminationStatus): \(words)")
        }
        return String(decoding: data, as: UTF8.self)
    }
}

public struct PostgresServerFailure: Error, CustomStringConvertible {
    let words: String
    public var description: String { words }
}
