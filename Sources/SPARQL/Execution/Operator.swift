import Diagnostics
import RDF

/// A step of a plan: rows come in, what becomes of them goes to the next step.
///
/// Everything that follows from the rows of one call has reached the next step when the call returns, except in steps that must see
/// all of them first. Those stand where each row of the whole plan passes once, never within an `OPTIONAL` or an `EXISTS`.
class Operator {
    let next: Operator?

    init(next: Operator?) { self.next = next }

    /// Whether further rows would change nothing.
    var isSatisfied: Bool { next?.isSatisfied ?? false }

    func receive(_ rows: Rows) throws(DiagnosticList) { try pass(rows) }

    /// Called once, after the last row.
    func finish() throws(DiagnosticList) { try next?.finish() }

    final func pass(_ rows: Rows) throws(DiagnosticList) {
        if !rows.isEmpty { try next?.receive(rows) }
    }
}

/// How many rows are passed on at a time: few at first, so that an answer that needs few is quick, then more.
struct BatchSize {
    private(set) var current = 16

    mutating func grow() { current = min(current * 2, 1_024) }
}

/// Keeps all rows.
final class Collector: Operator {
    private let evaluator: Evaluator
    private(set) var rows: Rows?
    /// No more rows than these are needed.
    private let maximum: Int

    init(_ evaluator: Evaluator, atMost maximum: Int = .max) {
        self.evaluator = evaluator
        self.maximum = maximum
        super.init(next: nil)
    }

    override var isSatisfied: Bool { (rows?.count ?? 0) >= maximum }

    override func receive(_ rows: Rows) throws(DiagnosticList) {
        try evaluator.hold(rows)
        if self.rows == nil { self.rows = rows } else { self.rows?.append(rows) }
    }

    override func finish() throws(DiagnosticList) {}
}

/// The end of one branch of several; it does not end what follows.
final class Junction: Operator {
    override func finish() throws(DiagnosticList) {}
}

/// A part of a plan whose rows are needed as a whole; computed when first asked for.
final class Materialised {
    private let evaluator: Evaluator
    private let head: Operator
    private let collector: Collector
    private var isDone = false

    init(_ evaluator: Evaluator, _ collector: Collector, head: Operator) {
        self.evaluator = evaluator
        self.collector = collector
        self.head = head
    }

    func rows() throws(DiagnosticList) -> Rows {
        if !isDone {
            isDone = true
            try head.receive(.unit(width: evaluator.width))
            try head.finish()
        }
        return collector.rows ?? Rows(width: evaluator.width)
    }
}
