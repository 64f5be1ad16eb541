import Dispatch
public import Foundation

/// The built program, run once as a child process, with what it said.
public struct ProgramRun: Sendable {
    public let status: Int32
    public let output: String
    public let errors: String

    /// - Parameters:
    ///   - environment: beside this process's own; an empty value takes a variable away.
    ///   - limit: after which the child is killed.
    public static func cohortium(
        _ arguments: [String], input: String = "", environment: [String: String] = [:], in folder: URL? = nil,
        limit: Duration = .seconds(120)
    ) async throws -> ProgramRun {
        try await run(Project.program("cohortium"), arguments, input: input, environment: environment, in: folder, limit: limit)
    }

    public static func run(
        _ executable: String, _ arguments: [String], input: String = "", environment: [String: String] = [:], in folder: URL? = nil,
        limit: Duration = .seconds(120)
    ) async throws -> ProgramRun {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: executable)
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { _, new in new }.filter { !$0.value.isEmpty }
        if let folder { process.currentDirectoryURL = folder }
        let (input, output, errors) = (try InputFile(input), Pipe(), Pipe())
        process.standardInput = input.handle
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        let identifier = process.processIdentifier
        let alarm = Task {
            try await Task.sleep(for: limit)
            kill(identifier, SIGKILL)
        }
        defer { alarm.cancel() }
        async let said = read(output.fileHandleForReading)
        async let complained = read(errors.fileHandleForReading)
        let texts = await (said, complained)
        await inThread { process.waitUntilExit() }
        return ProgramRun(status: process.terminationStatus, output: texts.0, errors: texts.1)
    }

    private static func read(_ handle: FileHandle) async -> String {
        await inThread { String(decoding: handle.readDataToEndOfFile(), as: UTF8.self) }
    }

    /// Waiting blocks, and is done where nobody else waits for the thread.
    private static func inThread<Value: Sendable>(_ work: @escaping () -> Value) async -> Value {
        nonisolated(unsafe) let work = work
        return await withCheckedContinuation { continuation in
            Thread.detachNewThread { unsafe continuation.resume(returning: work()) }
        }
    }
}

/// A text as a file to read from, which is gone once it is open.
private struct InputFile {
    let handle: FileHandle

    init(_ text: String) throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("cohortium-input-\(UUID().uuidString)")
        try Data(text.utf8).write(to: path)
        defer { try? FileManager.default.removeItem(at: path) }
        handle = try FileHandle(forReadingFrom: path)
    }
}
