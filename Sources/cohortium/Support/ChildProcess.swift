import Diagnostics
import Foundation
import Synchronization

/// A process that this one started and will end: asked first, killed if it does not listen.
final class ChildProcess: Sendable {
    let name: String
    let logPath: String
    private let process: Mutex<Process>

    /// Starts a program with its output in a log file.
    init(name: String, executable: String, arguments: [String], log: String) throws(DiagnosticList) {
        self.name = name
        self.logPath = log
        let process = Process()
        process.executableURL = URL(fileURLWithPath: executable)
        process.arguments = arguments
        FileManager.default.createFile(atPath: log, contents: nil)
        guard let handle = FileHandle(forWritingAtPath: log) else {
            throw DiagnosticList([
                Diagnostic("U0101", "`\(log)` cannot be written", help: "check the rights on its folder and the space on the disk")
            ])
        }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = handle
        process.standardError = handle
        do {
            try process.run()
        } catch {
            throw DiagnosticList([Diagnostic("U0102", "`\(executable)` could not be started: \(error.localizedDescription)")])
        }
        self.process = Mutex(process)
    }

    var identifier: Int32 { process.withLock { $0.processIdentifier } }
    var isRunning: Bool { process.withLock { $0.isRunning } }

    /// The last lines that it wrote, for a message.
    var lastWords: String {
        let text = FileManager.default.contents(atPath: logPath).map { String(decoding: $0, as: UTF8.self) } ?? ""
        return text.split(separator: "\n").suffix(4).joined(separator: "\n")
    }

    /// Asks it to end and waits; after the grace it is killed.
    func stop(grace: Duration = .seconds(5)) async {
        let identifier = identifier
        guard isRunning else { return }
        kill(identifier, SIGTERM)
        let deadline = ContinuousClock.now + grace
        while isRunning, ContinuousClock.now < deadline {
            // A cancelled sleep returns at once; the deadline still ends the wait.
            if (try? await Task.sleep(for: .milliseconds(20))) == nil { await Task.yield() }
        }
        if isRunning { kill(identifier, SIGKILL) }
    }
}
