/// Something that runs a tool beside the data: a sandbox on this machine, Slurm, a GA4GH TES service.
///
/// The steps are those that all of them share: submit, ask for the state, cancel. Cohortium schedules nothing itself
/// that an engine schedules.
public protocol ProcessingEngine: Sendable {
    /// What messages call it: `sandbox`, `slurm`, `tes`.
    var name: String { get }

    /// What a job can have here.
    var offer: ProcessingOffer { get }

    /// Whether it can run anything now.
    /// - Throws: ``ProcessingFailure`` with what is missing.
    func probe() async throws(ProcessingFailure)

    /// Hands a job over. Submitting the same job again, by its id, changes nothing.
    func submit(_ job: ProcessingJob) async throws(ProcessingFailure)

    /// Where a job stands.
    func state(of job: ProcessingJob.ID) async throws(ProcessingFailure) -> ProcessingState

    /// Stops a job. One that has ended stays as it is.
    func cancel(_ job: ProcessingJob.ID) async throws(ProcessingFailure)
}

extension ProcessingEngine {
    /// Waits until a job has ended, asking at a growing interval; cancels it when the waiting task is cancelled.
    public func outcome(of job: ProcessingJob.ID) async throws(ProcessingFailure) -> ProcessingState {
        var pause = Duration.milliseconds(50)
        while true {
            let state = try await state(of: job)
            if state.hasEnded { return state }
            do {
                try await Task.sleep(for: pause)
            } catch {
                try await cancel(job)
                return .cancelled
            }
            pause = min(pause * 2, .seconds(5))
        }
    }
}

/// What an engine can give a job.
public struct ProcessingOffer: Sendable, Hashable {
    public let gpus: Int
    /// Bytes of each GPU; nil where that is not known.
    public let gpuMemory: Int?

    public init(gpus: Int, gpuMemory: Int? = nil) {
        self.gpus = gpus
        self.gpuMemory = gpuMemory
    }
}

/// One run of a tool over a folder of images.
public struct ProcessingJob: Sendable, Hashable, Identifiable {
    /// Made by the hub; the same job is never run twice under one id.
    public let id: String
    public let tool: ProcessingTool
    /// What the tool is told, as `--name=value`.
    public let parameters: [String: String]
    /// A folder with the inputs; the tool sees it as `/in` and cannot write there.
    public let inputFolder: String
    /// An empty folder; the tool sees it as `/out`.
    public let outputFolder: String
    public let limits: ProcessingLimits

    public init(
        id: String, tool: ProcessingTool, parameters: [String: String] = [:], inputFolder: String, outputFolder: String,
        limits: ProcessingLimits = ProcessingLimits()
    ) {
        self.parameters = parameters
        self.id = id
        self.tool = tool
        self.inputFolder = inputFolder
        self.outputFolder = outputFolder
        self.limits = limits
    }
}

/// How much a job may take.
public struct ProcessingLimits: Sendable, Hashable, Codable {
    /// Seconds from start to end.
    public let seconds: Int
    /// Bytes of address space; not applied where a GPU is used, whose drivers reserve far more than they use.
    public let memory: Int
    /// Bytes of one output file.
    public let fileSize: Int

    public init(seconds: Int = 600, memory: Int = 16 << 30, fileSize: Int = 64 << 20) {
        self.seconds = seconds
        self.memory = memory
        self.fileSize = fileSize
    }
}

/// A tool that a node has installed. A requester names it by digest; what it runs as is the node's affair.
public struct ProcessingTool: Sendable, Hashable {
    public let name: String
    /// `sha256:` and the digest of the executable, in lower-case hexadecimal.
    public let digest: String
    /// Where the executable lies on this node.
    public let executable: String

    public init(name: String, digest: String, executable: String) {
        self.name = name
        self.digest = digest
        self.executable = executable
    }
}

/// Where a job stands, in the words that Slurm's and TES's states are mapped to.
public enum ProcessingState: Sendable, Hashable {
    case queued
    case running
    /// Ended with exit code 0.
    case complete
    /// Ended otherwise; the reason says how, without any output of the tool.
    case failed(reason: String)
    case cancelled

    public var hasEnded: Bool {
        switch self {
        case .queued, .running: false
        case .complete, .failed, .cancelled: true
        }
    }
}
