public import Diagnostics

/// Why a plan was not executed. Never a smaller count.
public enum ExecutionFailure: Error, Hashable, Sendable {
    /// A source is away or is not what was configured.
    case source(SourceFailure)
    /// The time that was given for the plan is over.
    case deadlinePassed
    /// Whoever asked has stopped waiting.
    case cancelled
    /// What the sources delivered is more than one execution may hold.
    case memoryExceeded

    /// What to tell a person.
    public var diagnostic: Diagnostic {
        switch self {
        case .source(let failure): failure.diagnostic
        case .deadlinePassed:
            Diagnostic(
                "N0001", "the question was not answered before its deadline", help: "ask again with more time, or ask a narrower question")
        case .cancelled: Diagnostic("N0002", .note, "the question was withdrawn before it was answered")
        case .memoryExceeded:
            Diagnostic(
                "N0003", "the question needs more memory than this node gives one question",
                help: "ask a narrower question: name concepts, values or dates; or raise `memoryMegabytes:` in the node's configuration")
        }
    }
}

/// How long an execution may go on, and how much it may hold.
struct ExecutionLimit: Sendable {
    let deadline: ContinuousClock.Instant?
    /// Of patients and events, in bytes.
    let memory: Int

    /// - Throws: when the deadline has passed or the task was cancelled.
    func check() throws(ExecutionFailure) {
        if Task.isCancelled { throw .cancelled }
        if let deadline, deadline <= .now { throw .deadlinePassed }
    }
}
