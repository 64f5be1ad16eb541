public import Diagnostics
import Foundation
import Glibc
import Synchronization

/// A process that this one started and will end: asked first, killed if it does not listen. It never outlives this one, however this one ends.
public final class ChildProcess: Sendable {
    /// What messages call it.
    public let name: String
    /// Where it writes, both streams.
    public let logPath: String
    private let process: Mutex<Process>

    private init(name: String, logPath: String, process: sending Process) {
        self.name = name
        self.logPath = logPath
        self.process = Mutex(process)
    }

    /// Starts a program with its output in a log file, which is made anew.
    /// - Parameter environment: beside this process's own.
    /// - Throws: `U0411` for a log that cannot be written, `U0412` for a program that cannot be started.
    public static func start(
        name: String, executable: String, arguments: [String], log: String, environment: [String: String] = [:]
    ) async throws(Diagnostic) -> ChildProcess {
        guard FileManager.default.createFile(atPath: log, contents: nil), let handle = FileHandle(forWritingAtPath: log) else {
            throw Diagnostic("U0411", "`\(log)` cannot be written", help: "check the rights on its folder and the space on the disk")
        }
        do {
            let process = try await BoundProcess.start(
                executable: executable, arguments: arguments, environment: environment, output: handle)
            return ChildProcess(name: name, logPath: log, process: process)
        } catch {
            throw Diagnostic(
                "U0412", "`\(executable)` could not be started: \(error.localizedDescription)",
                help: "install util-linux, and check that the program is there")
        }
    }

    public var isRunning: Bool { process.withLock { $0.isRunning } }
    public var identifier: Int32 { process.withLock { $0.processIdentifier } }

    /// The last lines that it wrote, for a message.
    public var lastWords: [String] {
        let text = FileManager.default.contents(atPath: logPath).map { String(decoding: $0, as: UTF8.self) } ?? ""
        return text.split(separator: "\n").suffix(6).map(String.init)
    }

    /// Asks it to end and waits; after the grace it is killed.
    public func stop(grace: Duration = .seconds(8)) async {
        guard isRunning else { return }
        Glibc.kill(identifier, SIGTERM)
        await waitForEnd(atMost: grace)
        if isRunning { Glibc.kill(identifier, SIGKILL) }
        await waitForEnd(atMost: .seconds(2))
    }

    /// Ends it without asking (SIGKILL), and waits.
    public func kill() async {
        guard isRunning else { return }
        Glibc.kill(identifier, SIGKILL)
        await waitForEnd(atMost: .seconds(5))
    }

    /// Not cancelled with the task that wants the end: a child is always waited for.
    private func waitForEnd(atMost limit: Duration) async {
        await Task.detached {
            let deadline = ContinuousClock.now + limit
            while self.isRunning, ContinuousClock.now < deadline { try? await Task.sleep(for: .milliseconds(20)) }
        }.value
    }
}
