import Diagnostics
import RDF

/// One evaluation of a query: optimise, build the steps, send one empty solution through them.
struct QueryRun {
    let evaluator: Evaluator
    let optimiser: Optimiser

    func run(_ query: SPARQLQuery, into sink: some SPARQLResultSink) throws(DiagnosticList) {
        switch query.form {
        case .ask(let pattern):
            let collector = Collector(evaluator, atMost: 1)
            try send(through: PlanBuilder(evaluator).operators(for: optimised(pattern), on: source, .unit, into: collector))
            try sink.boolean(collector.rows != nil)
        case .select(let selection):
            try sink.begin(variables: selection.columns.map(\.name))
            try send(selection, into: RowWriter(evaluator, selection.columns.map(\.inner), sink))
        case .construct(let template, let selection):
            try sink.beginGraph()
            try send(selection, into: TemplateWriter(evaluator, template, sink))
        case .describe(let targets, let selection):
            try sink.beginGraph()
            let collector = NodeCollector(evaluator, targets)
            try send(selection, into: collector)
            try Description(evaluator, source).write(collector.nodes, to: sink)
        }
        try sink.end()
    }

    private var source: TripleSource { evaluator.dataset.defaultSource }

    private func optimised(_ pattern: Pattern) -> Pattern { optimiser.optimised(pattern, for: evaluator.dataset) }

    private func send(_ selection: Selection, into last: Operator) throws(DiagnosticList) {
        let optimised = selection.over(optimised(selection.pattern))
        try send(through: PlanBuilder(evaluator).operators(for: optimised, on: source, into: last))
    }

    private func send(through head: Operator) throws(DiagnosticList) {
        try head.receive(.unit(width: evaluator.width))
        try head.finish()
    }
}

/// Writes the answer's columns.
private final class RowWriter: Operator {
    private let evaluator: Evaluator
    private let slots: [Slot]
    private let sink: any SPARQLResultSink

    init(_ evaluator: Evaluator, _ slots: [Slot], _ sink: any SPARQLResultSink) {
        self.evaluator = evaluator
        self.slots = slots
        self.sink = sink
        super.init(next: nil)
    }

    override func receive(_ rows: Rows) throws(DiagnosticList) {
        for row in 0..<rows.count {
            try sink.row(
                slots.map { slot in
                    let id = rows[row, slot]
                    return id == unbound ? nil : evaluator.terms[id]
                })
        }
        try evaluator.budget.spend(rows.count)
    }
}

/// Writes what `CONSTRUCT` makes of each row (SPARQL 1.1, section 16.2); triples that RDF does not have are left out.
private final class TemplateWriter: Operator {
    private let evaluator: Evaluator
    private let template: Template
    private let sink: any SPARQLResultSink
    private var written: Set<Triple> = []

    init(_ evaluator: Evaluator, _ template: Template, _ sink: any SPARQLResultSink) {
        self.evaluator = evaluator
        self.template = template
        self.sink = sink
        super.init(next: nil)
    }

    override func receive(_ rows: Rows) throws(DiagnosticList) {
        for row in 0..<rows.count {
            var fresh: [Slot: Term] = [:]
            for slot in template.blanks.sorted() { fresh[slot] = evaluator.freshBlank() }
            for element in template.elements {
                guard case .predicate(let predicate) = element.path, let subject = term(element.subject, rows, row, fresh),
                    let predicate = term(predicate, rows, row, fresh), let object = term(element.object, rows, row, fresh),
                    subject.literal == nil, predicate.iri != nil
                else { continue }
                let triple = Triple(subject, predicate, object)
                guard written.insert(triple).inserted else { continue }
                try evaluator.budget.hold(rows: 1, bytes: 256)
                try sink.triple(triple)
            }
            try evaluator.budget.spend(template.elements.count + 1)
        }
    }

    private func term(_ part: PatternTerm, _ rows: Rows, _ row: Int, _ fresh: [Slot: Term]) -> Term? {
        switch part {
        case .term(let term): term
        case .variable(let slot): fresh[slot] ?? (rows[row, slot] == unbound ? nil : evaluator.terms[rows[row, slot]])
        }
    }
}

/// Collects the nodes that `DESCRIBE` is about.
private final class NodeCollector: Operator {
    private let evaluator: Evaluator
    private let slots: [Slot]
    private(set) var nodes: [TermID]
    private var seen: Set<TermID>

    init(_ evaluator: Evaluator, _ targets: [PatternTerm]) {
        self.evaluator = evaluator
        slots = targets.compactMap(\.slot)
        nodes = targets.compactMap { target in
            if case .term(let term) = target { evaluator.terms.id(of: term) } else { nil }
        }
        seen = Set(nodes)
        super.init(next: nil)
    }

    override func receive(_ rows: Rows) throws(DiagnosticList) {
        for row in 0..<rows.count {
            for slot in slots where rows[row, slot] != unbound && seen.insert(rows[row, slot]).inserted {
                nodes.append(rows[row, slot])
                try evaluator.budget.hold(rows: 1, bytes: 8)
            }
        }
    }
}

/// What `DESCRIBE` says of nodes: their triples, and those of the blank nodes that they lead to (a concise bounded description).
private struct Description {
    private let evaluator: Evaluator
    private let source: TripleSource

    init(_ evaluator: Evaluator, _ source: TripleSource) {
        self.evaluator = evaluator
        self.source = source
    }

    func write(_ nodes: [TermID], to sink: some SPARQLResultSink) throws(DiagnosticList) {
        var pending = Array(nodes.reversed())
        var seen = Set(nodes)
        let terms = evaluator.terms
        while let node = pending.popLast() {
            for match in source.match(subject: node) {
                let object = terms[match.object]
                try sink.triple(Triple(terms[match.subject], terms[match.predicate], object))
                try evaluator.budget.spend()
                if object.isBlank, seen.insert(match.object).inserted {
                    pending.append(match.object)
                    try evaluator.budget.hold(rows: 1, bytes: 8)
                }
            }
        }
    }
}
