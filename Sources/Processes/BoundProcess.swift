import Dispatch
public import Foundation
import Glibc

/// Starts programs that the kernel ends with this process, however this one ends.
public enum BoundProcess {
    /// The program that lets the kernel know (util-linux).
    public static let helper = "/usr/bin/setpriv"

    /// Starts a program.
    ///
    /// - Parameters:
    ///   - environment: beside this process's own.
    ///   - output: where both of its streams go.
    ///   - ended: called once, when it has ended.
    /// - Throws: what Foundation says where it cannot be started.
    public static func start(
        executable: String, arguments: [String], environment: [String: String] = [:], output: FileHandle,
        ended: @escaping @Sendable (Process) -> Void = { _ in }
    ) async throws -> Process {
        try await withCheckedThrowingContinuation { continuation in
            // The kernel ends the child when the *thread* that started it ends (prctl(2), PR_SET_PDEATHSIG), and threads of the concurrency
            // pool come and go: hence one thread for each child, which lives as long as the child does.
            Thread.detachNewThread {
                // A thread of the concurrency pool blocks signals, this one has that from it, and so would the child: it could not be asked to
                // end, by anybody here or by the kernel.
                var none = sigset_t()
                unsafe sigemptyset(&none)
                unsafe pthread_sigmask(SIG_SETMASK, &none, nil)
                let end = DispatchSemaphore(value: 0)
                let process = Process()
                process.executableURL = URL(fileURLWithPath: helper)
                process.arguments = ["--pdeathsig", "TERM", "--", executable] + arguments
                process.environment = ProcessInfo.processInfo.environment.merging(environment) { _, new in new }
                process.standardInput = FileHandle.nullDevice
                process.standardOutput = output
                process.standardError = output
                process.terminationHandler = { process in
                    ended(process)
                    end.signal()
                }
                do {
                    try process.run()
                } catch {
                    continuation.resume(throwing: error)
                    return
                }
                continuation.resume(returning: process)
                end.wait()
            }
        }
    }
}
