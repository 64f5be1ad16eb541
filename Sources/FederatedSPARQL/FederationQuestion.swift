public import Diagnostics
public import Hyperontology
import RDF
public import SPARQL

/// A SPARQL query about the patients of all nodes, and the same question in CohortQL, from which the plan is made.
public struct FederationQuestion: Sendable {
    /// The question in CohortQL. Compiled, it has the plan that the same question written in CohortQL has.
    public var cohortQL: String { written.text }

    private let written: MappedText
    private let query: SPARQLQuery
    private let shape: AnswerShape

    /// What part of the report the answer is made of.
    public var part: Part { shape.part }

    public enum Part: Sendable, Hashable {
        /// The first table, or the totals where there is none.
        case table
        /// The funnel: one row, whose counts are those of the steps.
        case funnel
        /// The overlap: a row for each cell, whose strata say `yes` or `no` of each cohort, the counted one first.
        case overlap
    }

    /// One row of what a report counted: a combination of its table's strata, at one node or in all.
    public struct Row: Sendable {
        /// Nil in the sum over nodes.
        public let node: String?
        /// By axis of the table, as the report names the stratum.
        public let strata: [String]
        /// By measure; nil for a number that is held back or that there is none of.
        public let counts: [Int?]

        public init(node: String?, strata: [String], counts: [Int?]) {
            self.node = node
            self.strata = strata
            self.counts = counts
        }
    }

    /// Whether a query asks about patients: it names the federation's graph or, naming no graph, asks what no other graph says.
    public static func isAsked(by query: SPARQLQuery, _ vocabulary: FederationVocabulary) -> Bool {
        let name = FederationVocabulary.graphName
        if query.clauses.defaults.contains(name) || query.clauses.named.contains(name) { return true }
        guard query.clauses.isEmpty else { return false }
        let pattern = query.form.pattern
        let names = pattern.graphNames
        guard names.isEmpty else { return names.contains(name) }
        return pattern.allElements.contains { element in
            guard let predicate = element.predicate, element.subject.slot != nil else { return false }
            if predicate == RDFVocabulary.type { return element.object.term?.iri.map(vocabulary.isOwn(class:)) ?? false }
            return vocabulary.isOwn(predicate)
        }
    }

    /// Reads a query.
    /// - Throws: everything in it that cannot be asked: `S0501` rows, `S0502` aggregates, `S0503` patterns, `S0504` events of which it is
    ///   not said which, `S0505` concepts, `S0506` times, `S0507` values, `S0508` groups, `S0509` a question that says nothing; and what
    ///   is wrong with it as SPARQL.
    public init(_ text: String, base: String?, _ hyperontology: Hyperontology, _ vocabulary: FederationVocabulary) throws(DiagnosticList) {
        let query = try SPARQLQuery.parse(text, base: base, keepsPlaces: true)
        guard case .select(let selection) = query.form else { throw DiagnosticList([Self.refusal(of: query)]) }
        let question: WrittenQuestion
        if let steps = Self.steps(in: selection.pattern), steps.count > 1 {
            question = try Self.funnel(steps, query) { QuestionReader(query, vocabulary, hyperontology) }
        } else if let found = QuestionReader.grouping(in: selection.pattern) {
            question = try Self.question(found, QuestionReader(query, vocabulary, hyperontology))
        } else {
            throw DiagnosticList([Self.refusal(of: query)])
        }
        self.query = query
        written = question.text
        shape = question.shape
    }

    private static func question(_ asked: (inner: Pattern, grouping: Grouping, having: [Expression]), _ reader: QuestionReader)
        throws(DiagnosticList) -> WrittenQuestion
    {
        var reader = reader
        reader.noteMeasured(asked.grouping)
        let parts = reader.parts(of: asked.inner)
        var question: WrittenQuestion?
        if let members = reader.overlapping(asked.grouping) {
            reader.noting { reader throws(Diagnostic) in question = try reader.overlap(asked.grouping, members, parts) }
        } else {
            let condition = reader.conjunction(parts)
            let definitions = reader.definitions()
            if condition == nil, !reader.diagnostics.containsErrors {
                reader.diagnostics.append(
                    Diagnostic(
                        Refusal.nothingSaid, "nothing is asked of the patients", at: asked.inner.firstSpan,
                        help: "say at least one thing: `?p co:diagnosis/co:concept c:BreastCarcinoma`"))
            }
            reader.noting { reader throws(Diagnostic) in
                let report = try reader.report(asked.grouping, having: asked.having)
                guard let condition else { return }
                question = WrittenQuestion(
                    text: QuestionReader.cohort("Patients", definitions, condition) + MappedText("report Patients ") + report.text
                        + MappedText("\n"), shape: report.shape)
            }
        }
        guard let question, !reader.diagnostics.containsErrors else {
            throw DiagnosticList(reader.diagnostics.sorted { ($0.span?.lowerBound ?? 0) < ($1.span?.lowerBound ?? 0) })
        }
        return question
    }

    /// Messages about the question in CohortQL, at the places of the query that they come from.
    public func located(_ diagnostics: [Diagnostic]) -> [Diagnostic] {
        diagnostics.map { found in
            Diagnostic(
                found.code, found.severity, found.message, at: found.span.flatMap(written.origin(of:)), help: found.help, notes: found.notes
            )
        }
    }

    /// The answer as the query wants it, from what nodes let through. What is held back has no value.
    public func results(of rows: [Row], limits: SPARQLQuery.Limits = .init()) throws(DiagnosticList) -> SPARQLResults {
        let groups = rows.map { row in
            shape.keys.map { shape.term($0, row) }
                + shape.measures.map { row.counts[$0].map { .literal(Literal(String($0), datatype: XSD.integer)) } }
        }
        if part == .funnel {
            return try query.answered(withSubqueries: groups.first ?? []).evaluate(on: Dataset(defaults: []), limits: limits)
        }
        return try query.answered(withGroups: groups).evaluate(on: Dataset(defaults: []), limits: limits)
    }

    /// Why what is no count is not answered.
    private static func refusal(of query: SPARQLQuery) -> Diagnostic {
        let span = query.form.pattern.firstSpan
        switch query.form {
        case .select:
            return Diagnostic(
                Refusal.rows, "each row of this would be a patient's, and no record leaves a node", at: span, help: Refusal.example)
        case .ask:
            return Diagnostic(
                Refusal.rows, "whether there is any such patient would tell of single ones", at: span, help: Refusal.example)
        case .construct, .describe:
            return Diagnostic(
                Refusal.rows, "these triples would be a patient's, and no record leaves a node", at: span, help: Refusal.example)
        }
    }
}

extension SPARQLQuery.Form {
    /// What the query is about.
    var pattern: Pattern {
        switch self {
        case .ask(let pattern): pattern
        case .select(let selection), .construct(_, let selection), .describe(_, let selection): selection.pattern
        }
    }
}

extension FederationQuestion {
    /// Every graph that a query names.
    public static func graphNames(of query: SPARQLQuery) -> [String] {
        query.clauses.defaults + query.clauses.named + query.form.pattern.graphNames
    }
}
