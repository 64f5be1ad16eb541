import ArgumentParser

/// What the program's exit status says; documented in `cohortium --help`.
enum ExitCodes {
    /// The input was wrong: a query, a file, an ontology.
    static let badInput = ExitCode(1)
    /// Something that was needed is away: a hub, a node, a source, a port.
    static let unavailable = ExitCode(3)
    /// The answer is incomplete: a node failed or did not answer in time.
    static let incomplete = ExitCode(4)
    /// The request was refused: by a policy, or for lack of a right.
    static let refused = ExitCode(5)
}
