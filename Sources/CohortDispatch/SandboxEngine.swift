import Diagnostics
import Foundation
import Processes
import Synchronization

/// Runs jobs on this machine in bubblewrap, one process each.
public final class SandboxEngine: ProcessingEngine {
    public let name = "sandbox"
    private let jobs = Mutex<[String: Entry]>([:])

    private struct Entry {
        var state: ProcessingState
        var process: Process?
    }

    public init() {}

    /// One GPU for each device that is one, and not what steers them all; how much memory it has is not asked.
    public var offer: ProcessingOffer {
        let names = SandboxEngine.graphicsDevices().map { $0.dropFirst("/dev/nvidia".count) }
        return ProcessingOffer(gpus: names.count { !$0.isEmpty && $0.allSatisfy(\.isNumber) })
    }

    public func probe() async throws(ProcessingFailure) {
        for program in ["bwrap", "prlimit", "timeout", "ldd", "setpriv"] { _ = try SandboxEngine.path(of: program) }
    }

    public func submit(_ job: ProcessingJob) async throws(ProcessingFailure) {
        let isNew = jobs.withLock { jobs in
            guard jobs[job.id] == nil else { return false }
            jobs[job.id] = Entry(state: .queued, process: nil)
            return true
        }
        guard isNew else { return }
        do {
            try await start(job)
        } catch {
            // Nothing runs under this id, so that it may be submitted again once the cause is mended.
            jobs.withLock { $0[job.id] = nil }
            throw error
        }
    }

    public func state(of job: ProcessingJob.ID) async throws(ProcessingFailure) -> ProcessingState {
        guard let state = jobs.withLock({ $0[job]?.state }) else { throw .unknownJob(job) }
        return state
    }

    public func cancel(_ job: ProcessingJob.ID) async throws(ProcessingFailure) {
        let process = jobs.withLock { jobs -> Process? in
            guard let entry = jobs[job], !entry.state.hasEnded else { return nil }
            jobs[job]?.state = .cancelled
            return entry.process
        }
        process?.terminate()
    }

    private func start(_ job: ProcessingJob) async throws(ProcessingFailure) {
        for path in [job.tool.executable, job.inputFolder, job.outputFolder] where !FileManager.default.fileExists(atPath: path) {
            throw .missingFile(path)
        }
        let command = SandboxCommand(
            job, bubblewrap: try SandboxEngine.path(of: "bwrap"), prlimit: try SandboxEngine.path(of: "prlimit"),
            timeout: try SandboxEngine.path(of: "timeout"), runtimeFolders: try SandboxEngine.runtimeFolders(of: job.tool.executable),
            devices: SandboxEngine.graphicsDevices())
        let process: Process
        do {
            // What a tool prints could hold anything of a patient; only the report that is checked leaves the sandbox.
            process = try await BoundProcess.start(
                executable: command.executable, arguments: command.arguments, output: FileHandle.nullDevice
            ) { [weak self] ended in
                self?.end(
                    job.id,
                    SandboxEngine.state(exitCode: ended.terminationStatus, bySignal: ended.terminationReason == .uncaughtSignal, job))
            }
        } catch {
            throw .couldNotStart(error.localizedDescription)
        }
        let wasCancelled = jobs.withLock { jobs -> Bool in
            jobs[job.id]?.process = process
            guard let entry = jobs[job.id] else { return true }
            if entry.state == .queued { jobs[job.id]?.state = .running }
            return entry.state == .cancelled
        }
        if wasCancelled { process.terminate() }
    }

    private func end(_ job: ProcessingJob.ID, _ state: ProcessingState) {
        jobs.withLock { jobs in
            guard let entry = jobs[job], !entry.state.hasEnded else { return }
            jobs[job] = Entry(state: state, process: nil)
        }
    }

    private static func state(exitCode: Int32, bySignal: Bool, _ job: ProcessingJob) -> ProcessingState {
        if bySignal { return .failed(reason: "the tool was ended by signal \(exitCode)") }
        switch exitCode {
        case 0: return .complete
        case 124, 137: return .failed(reason: "the tool ran past its limit of \(job.limits.seconds) s or of memory")
        default: return .failed(reason: "the tool ended with exit code \(exitCode)")
        }
    }

    static func path(of program: String) throws(ProcessingFailure) -> String {
        for folder in ["/usr/bin", "/bin", "/usr/local/bin"] where FileManager.default.isExecutableFile(atPath: "\(folder)/\(program)") {
            return "\(folder)/\(program)"
        }
        throw .missingProgram(program)
    }

    /// GPU device files of this node.
    static func graphicsDevices() -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/dev")) ?? []
        let found = names.filter { $0.hasPrefix("nvidia") || $0 == "kfd" || $0 == "dri" }
        return found.sorted().map { "/dev/\($0)" }
    }

    /// Folders outside of the system's with libraries that an executable is linked to: a Swift toolchain's, say.
    static func runtimeFolders(of executable: String) throws(ProcessingFailure) -> [String] {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: try path(of: "ldd"))
        process.arguments = [executable]
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        do {
            try process.run()
        } catch {
            throw .couldNotStart(error.localizedDescription)
        }
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        let paths = text.split(separator: "\n").compactMap { line in
            line.split(separator: " ").first { $0.hasPrefix("/") }.map(String.init)
        }
        let folders = paths.map { URL(fileURLWithPath: $0).deletingLastPathComponent().path }
        return Set(folders.filter { folder in !["/usr", "/lib"].contains { folder.hasPrefix($0) } }).sorted()
    }
}
