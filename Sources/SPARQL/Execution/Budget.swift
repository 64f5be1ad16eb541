import Diagnostics
import Synchronization

/// Ends evaluations from outside, as when nobody waits for the answer any more.
public final class Cancellation: Sendable {
    private let flag = Atomic<Bool>(false)

    public init() {}

    public func cancel() { flag.store(true, ordering: .relaxed) }

    var isCancelled: Bool { flag.load(ordering: .relaxed) }
}

/// Counts what an evaluation costs and ends it when it costs too much.
final class Budget {
    private let limits: SPARQLQuery.Limits
    private let cancellation: Cancellation?
    private let deadline: ContinuousClock.Instant
    private var steps = 0
    private var nextLook = 1_024
    private var heldRows = 0
    private var heldBytes = 0

    init(_ limits: SPARQLQuery.Limits, cancellation: Cancellation? = nil) {
        self.limits = limits
        self.cancellation = cancellation
        deadline = ContinuousClock.now + limits.maximumDuration
    }

    /// Counts work.
    func spend(_ count: Int = 1) throws(DiagnosticList) {
        steps += count
        if steps >= nextLook { try look() }
    }

    private func look() throws(DiagnosticList) {
        nextLook = steps + 4_096
        if steps > limits.maximumSteps {
            throw Self.exceeded(SPARQLDiagnostic.tooManySteps, "the query takes more than the limit of \(limits.maximumSteps) steps")
        }
        if cancellation?.isCancelled == true {
            throw DiagnosticList([Diagnostic(SPARQLDiagnostic.cancelled, "nobody waits for the answer any more")])
        }
        if ContinuousClock.now > deadline {
            throw Self.exceeded(SPARQLDiagnostic.tooSlow, "the query takes longer than the limit of \(limits.maximumDuration)")
        }
    }

    /// Counts what is held until the evaluation ends.
    func hold(rows: Int, bytes: Int) throws(DiagnosticList) {
        heldRows += rows
        heldBytes += bytes
        if heldRows > limits.maximumRows { throw Self.tooManyRows(limits) }
        if heldBytes > limits.maximumBytes {
            throw Self.exceeded(SPARQLDiagnostic.tooMuchMemory, "the query needs more than the limit of \(limits.maximumBytes) bytes")
        }
    }

    /// Asks whether so much more can be had for a moment, before it is taken.
    func require(bytes: Int) throws(DiagnosticList) {
        if heldBytes + bytes > limits.maximumBytes {
            throw Self.exceeded(SPARQLDiagnostic.tooMuchMemory, "the query needs more than the limit of \(limits.maximumBytes) bytes")
        }
    }

    static func tooManyRows(_ limits: SPARQLQuery.Limits) -> DiagnosticList {
        exceeded(SPARQLDiagnostic.tooManyRows, "the query has more than the limit of \(limits.maximumRows) solutions at a time")
    }

    private static func exceeded(_ code: DiagnosticCode, _ message: String) -> DiagnosticList {
        DiagnosticList([Diagnostic(code, message, help: "add patterns that select more narrowly")])
    }
}
