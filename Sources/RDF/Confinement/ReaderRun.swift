import Foundation
import Glibc
import Synchronization

/// One run of the program that reads a stranger's document.
struct ReaderRun {
    /// How it ended.
    enum Ending: Sendable, Equatable {
        case exit(Int32)
        case signal(Int32)
        case tooLong
        case cancelled
        case notStarted(String)
    }

    let executable: String
    let folder: String

    /// Runs the program; it is killed when it takes too long, or when the task is cancelled.
    func ending(within duration: Duration) async -> Ending {
        guard !Task.isCancelled else { return .cancelled }
        let child = Child()
        return await withTaskCancellationHandler {
            let clock = Task {
                try await Task.sleep(for: duration)
                child.kill(as: .tooLong)
            }
            defer { clock.cancel() }
            return await child.run(executable, folder)
        } onCancel: {
            child.kill(as: .cancelled)
        }
    }
}

/// The process, and why it was killed if it was.
private final class Child: Sendable {
    private struct State {
        var process: Process?
        var reason: ReaderRun.Ending?
    }

    private let state = Mutex(State())

    func run(_ executable: String, _ folder: String) async -> ReaderRun.Ending {
        await withCheckedContinuation { continuation in
            let process = Process()
            process.executableURL = URL(fileURLWithPath: executable)
            process.arguments = [folder]
            // No backtrace: what the process was doing when it hit a limit says nothing, and finding it takes seconds.
            var environment = ["SWIFT_BACKTRACE": "enable=no"]
            environment["LD_LIBRARY_PATH"] = ProcessInfo.processInfo.environment["LD_LIBRARY_PATH"]
            process.environment = environment
            process.standardInput = FileHandle.nullDevice
            process.standardOutput = FileHandle.nullDevice
            process.standardError = FileHandle.nullDevice
            process.terminationHandler = { process in
                let reason = self.state.withLock { state in
                    state.process = nil
                    return state.reason
                }
                let status = process.terminationStatus
                continuation.resume(returning: reason ?? (process.terminationReason == .exit ? .exit(status) : .signal(status)))
            }
            let failure: ReaderRun.Ending? = state.withLock { state in
                if let reason = state.reason { return reason }
                do {
                    try process.run()
                } catch {
                    return .notStarted(error.localizedDescription)
                }
                state.process = process
                return nil
            }
            if let failure { continuation.resume(returning: failure) }
        }
    }

    func kill(as reason: ReaderRun.Ending) {
        state.withLock { state in
            if state.reason == nil { state.reason = reason }
            if let process = state.process { _ = Glibc.kill(process.processIdentifier, SIGKILL) }
        }
    }
}
