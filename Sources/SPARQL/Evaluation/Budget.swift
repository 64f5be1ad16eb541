import Diagnostics

/// Counts what an evaluation costs and ends it when it costs too much.
final class Budget {
    private let limits: SPARQLQuery.Limits
    private let deadline: ContinuousClock.Instant
    private var steps = 0
    private var nextLookAtClock = 4_096

    init(_ limits: SPARQLQuery.Limits) {
        self.limits = limits
        deadline = ContinuousClock.now + limits.maximumDuration
    }

    /// Counts work.
    func spend(_ count: Int = 1) throws(DiagnosticList) {
        steps += count
        if steps > limits.maximumSteps {
            throw exceeded(SPARQLDiagnostic.tooManySteps, "the query takes more than the limit of \(limits.maximumSteps) steps")
        }
        guard steps >= nextLookAtClock else { return }
        nextLookAtClock = steps + 4_096
        if ContinuousClock.now > deadline {
            throw exceeded(SPARQLDiagnostic.tooSlow, "the query takes longer than the limit of \(limits.maximumDuration)")
        }
    }

    /// Checks the number of solutions that are held.
    func check(rows: Int) throws(DiagnosticList) {
        if rows > limits.maximumRows {
            throw exceeded(
                SPARQLDiagnostic.tooManyRows, "the query has more than the limit of \(limits.maximumRows) intermediate solutions")
        }
    }

    private func exceeded(_ code: DiagnosticCode, _ message: String) -> DiagnosticList {
        DiagnosticList([Diagnostic(code, message, help: "add patterns that select more narrowly")])
    }
}
