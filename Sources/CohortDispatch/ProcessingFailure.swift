public import Diagnostics

/// Why an engine could not do what it was asked; `D…` codes.
public struct ProcessingFailure: Error, Hashable, Sendable {
    public let diagnostic: Diagnostic

    public init(_ diagnostic: Diagnostic) { self.diagnostic = diagnostic }

    static func unknownJob(_ id: String) -> ProcessingFailure {
        ProcessingFailure(Diagnostic("D0001", "no job is called `\(id)`", help: "submit it first"))
    }

    static func missingProgram(_ program: String) -> ProcessingFailure {
        ProcessingFailure(
            Diagnostic(
                "D0002", "the program `\(program)` is not installed on this node", help: "install it: apt-get install bubblewrap util-linux"
            ))
    }

    static func missingFile(_ path: String) -> ProcessingFailure {
        ProcessingFailure(Diagnostic("D0003", "`\(path)` does not exist", help: "check the node's configuration of tools and folders"))
    }

    static func couldNotStart(_ reason: String) -> ProcessingFailure {
        ProcessingFailure(
            Diagnostic("D0004", "the sandbox could not be started: \(reason)", help: "run `cohortium node check` on this node"))
    }
}
