import Diagnostics
import RDF

/// A part of a triple pattern: a number, or the slot that a match fills.
enum ScanPart {
    case term(TermID)
    case slot(Slot)

    /// The number that a row gives for the part; nil for a variable without a value.
    func id(in rows: Rows, _ row: Int) -> TermID? {
        switch self {
        case .term(let id): return id
        case .slot(let slot):
            let id = rows[row, slot]
            return id == unbound ? nil : id
        }
    }

    /// Sets the part's slot in the last row; false when it has another value.
    func bind(_ id: TermID, inLastOf rows: inout Rows) -> Bool {
        guard case .slot(let slot) = self else { return true }
        let known = rows[last: slot]
        if known == unbound { rows[last: slot] = id }
        return known == unbound || known == id
    }
}

/// Extends each row by the triples that match it: an index join.
final class ScanOperator: Operator {
    private let evaluator: Evaluator
    private let source: TripleSource
    private let subject: ScanPart
    private let predicate: ScanPart
    private let object: ScanPart
    /// One match a row is enough.
    private let firstAlone: Bool
    private var size = BatchSize()

    init(
        _ evaluator: Evaluator, _ source: TripleSource, _ subject: ScanPart, _ predicate: ScanPart, _ object: ScanPart, firstAlone: Bool,
        next: Operator
    ) {
        self.evaluator = evaluator
        self.source = source
        self.subject = subject
        self.predicate = predicate
        self.object = object
        self.firstAlone = firstAlone
        super.init(next: next)
    }

    override func receive(_ rows: Rows) throws(DiagnosticList) {
        var found = Rows(width: rows.width)
        for row in 0..<rows.count {
            let matches = source.match(
                subject: subject.id(in: rows, row), predicate: predicate.id(in: rows, row), object: object.id(in: rows, row))
            var steps = 1
            for match in matches {
                steps += 1
                found.append(rows, row)
                guard subject.bind(match.subject, inLastOf: &found), predicate.bind(match.predicate, inLastOf: &found),
                    object.bind(match.object, inLastOf: &found)
                else {
                    found.removeLast()
                    continue
                }
                if found.count >= size.current {
                    try evaluator.budget.spend(steps)
                    steps = 0
                    try pass(found)
                    if isSatisfied { return }
                    found.removeAll()
                    size.grow()
                }
                if firstAlone { break }
            }
            try evaluator.budget.spend(steps)
        }
        try pass(found)
    }
}

/// Extends each row by the pairs of nodes that a path connects.
final class PathOperator: Operator {
    private let evaluator: Evaluator
    private let walker: PathWalker
    private let path: CompiledPath
    private let subject: ScanPart
    private let object: ScanPart
    private var size = BatchSize()

    init(_ evaluator: Evaluator, _ source: TripleSource, _ subject: ScanPart, _ path: CompiledPath, _ object: ScanPart, next: Operator) {
        self.evaluator = evaluator
        self.path = path
        self.subject = subject
        self.object = object
        walker = PathWalker(source, evaluator.budget)
        super.init(next: next)
    }

    override func receive(_ rows: Rows) throws(DiagnosticList) {
        var found = Rows(width: rows.width)
        for row in 0..<rows.count {
            let from = end(subject, rows, row)
            let to = end(object, rows, row)
            if path.mayBeEmpty, !from.isPossible(walker.source) || !to.isPossible(walker.source) { continue }
            for pair in try walker.pairs(path, from.id, to.id) {
                found.append(rows, row)
                guard subject.bind(pair.from, inLastOf: &found), object.bind(pair.to, inLastOf: &found) else {
                    found.removeLast()
                    continue
                }
                if found.count >= size.current {
                    try pass(found)
                    if isSatisfied { return }
                    found.removeAll()
                    size.grow()
                }
            }
            try evaluator.budget.spend()
        }
        try pass(found)
    }

    private func end(_ part: ScanPart, _ rows: Rows, _ row: Int) -> PathEnd {
        guard let id = part.id(in: rows, row) else { return .open }
        if case .term = part { return .written(id) }
        return .bound(id)
    }
}

/// One end of a path as a row gives it.
private enum PathEnd {
    case open
    /// In the query; such a term is connected with itself by an empty path, whether the graph has it or not.
    case written(TermID)
    /// By another pattern; an empty path connects only the nodes of the graph (SPARQL 1.1, section 18.4).
    case bound(TermID)

    var id: TermID? {
        switch self {
        case .open: nil
        case .written(let id), .bound(let id): id
        }
    }

    func isPossible(_ source: TripleSource) -> Bool {
        if case .bound(let id) = self { source.hasNode(id) } else { true }
    }
}
