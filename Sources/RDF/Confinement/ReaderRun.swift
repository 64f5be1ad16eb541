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
    /// Is told how much of the file was read, from 0 to 1.
    let progress: @Sendable (Double) -> Void

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
            return await child.run(executable, folder, progress)
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

    func run(
        _ executable: String, _ folder: String, _ progress: @escaping @Sendable (Double) -> Void
    ) async -> ReaderRun.Ending {
        let words = Pipe()
        words.fileHandleForReading.readabilityHandler = { handle in
            let data = handle.availableData
            if data.isEmpty { handle.readabilityHandler = nil }
            // The last whole line; whatever else a stranger's document may make the process say is passed over.
            let lines = data.split(separator: UInt8(ascii: "\n"))
            if let share = lines.last.flatMap({ Int(String(decoding: $0, as: UTF8.self)) }), (0...1000).contains(share) {
                progress(Double(share) / 1000)
            }
        }
        defer { words.fileHandleForReading.readabilityHandler = nil }
        return await run(executable, folder, output: words)
    }

    private func run(_ executable: String, _ folder: String, output: Pipe) async -> ReaderRun.Ending {
        await withCheckedContinuation { continuation in
            let process = Process()
            process.executableURL = URL(fileURLWithPath: executable)
            process.arguments = [folder]
            // No backtrace: what the process was doing when it hit a limit says nothing, and finding it takes seconds.
            var environment = ["SWIFT_BACKTRACE": "enable=no"]
            environment["LD_LIBRARY_PATH"] = ProcessInfo.processInfo.environment["LD_LIBRARY_PATH"]
            process.environment = environment
            process.standardInput = FileHandle.nullDevice
            process.standardOutput = output
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
