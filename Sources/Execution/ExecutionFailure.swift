public import Diagnostics

/// Why a plan was not executed. Never a smaller count.
public enum ExecutionFailure: Error, Hashable, Sendable {
    /// A source is away or is not what was configured.
    case source(SourceFailure)
    /// The time that was given for the plan is over.
    case deadlinePassed
    /// Whoever asked has stopped waiting.
    case cancelled

    /// What to tell a person.
    public var diagnostic: Diagnostic {
        switch self {
        case .source(let failure): failure.diagnostic
        case .deadlinePassed:
            Diagnostic(
                "N0001", "the question was not answered before its deadline", help: "ask again with more time, or ask a narrower question")
        case .cancelled: Diagnostic("N0002", .note, "the question was withdrawn before it was answered")
        }
    }
}

/// How long an execution may go on.
struct ExecutionLimit: Sendable {
    let deadline: ContinuousClock.Instant?

    /// - Throws: when the deadline has passed or the task was cancelled.
    func check() throws(ExecutionFailure) {
        if Task.isCancelled { throw .cancelled }
        if let deadline, deadline <= .now { throw .deadlinePassed }
    }
}
