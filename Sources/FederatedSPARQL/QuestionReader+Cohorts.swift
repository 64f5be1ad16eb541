import Diagnostics
import RDF
import SPARQL

/// A question's cohorts, the counted one first, and its report, in CohortQL.
struct WrittenQuestion {
    let text: MappedText
    let shape: AnswerShape
}

extension QuestionReader {
    /// `cohort Patients { … }`
    static func cohort(_ name: String, _ definitions: [MappedText], _ condition: MappedText) -> MappedText {
        let events = definitions.reduce(MappedText("")) { $0 + MappedText("  ") + $1 + MappedText("\n") }
        return MappedText("cohort \(name) {\n") + events + MappedText("  patients where ") + condition + MappedText("\n}\n\n")
    }

    // MARK: Overlaps

    /// The conditions that patients are split by, each bound to a variable: `BIND(EXISTS { … } AS ?a) … GROUP BY ?a ?b`. Nil where a key is
    /// something else.
    func overlapping(_ grouping: Grouping) -> [(slot: Slot, condition: Expression)]? {
        var found: [(Slot, Expression)] = []
        for key in grouping.keys {
            let bound = key.expression.variable.flatMap { bindings[$0] } ?? key.expression
            if bound.isCondition { found.append((key.slot, bound)) }
        }
        return found.isEmpty ? nil : found
    }

    /// How many patients are in exactly which of several cohorts.
    mutating func overlap(_ grouping: Grouping, _ members: [(slot: Slot, condition: Expression)], _ base: [Part]) throws(Diagnostic)
        -> WrittenQuestion
    {
        let span = query.slotSpans[members[0].slot]
        var keys: [AnswerShape.Key] = []
        for key in grouping.keys {
            if let place = members.firstIndex(where: { $0.slot == key.slot }) {
                keys.append(.flag(axis: place))
            } else if let slot = key.expression.variable, roles[slot] == .node {
                keys.append(.node)
            }
        }
        let (counted, places) = try measures(grouping)
        guard keys.count == grouping.keys.count, counted.text == "count patients", (2...4).contains(members.count) else {
            throw refusal(
                Refusal.grouping, "an overlap tells for two to four conditions how many patients meet exactly which, and nothing else",
                at: span, help: "write `BIND(EXISTS { … } AS ?a) BIND(EXISTS { … } AS ?b)`, and `GROUP BY ?a ?b`")
        }
        let conditions = try members.map { member throws(Diagnostic) in
            guard let text = conjunction(base + conditionParts(member.condition.conjuncts, in: 1)) else {
                throw refusal(
                    Refusal.nothingSaid, "this says nothing of the patient", at: query.slotSpans[member.slot], help: Refusal.example)
            }
            return text
        }
        let definitions = definitions()
        let names = ["Patients"] + (1..<conditions.count).map { "Others\($0)" }
        let cohorts = zip(names, conditions).reduce(MappedText("")) { $0 + Self.cohort($1.0, definitions, $1.1) }
        let byNode = MappedText(keys.contains(.node) ? " by node" : "")
        let report =
            MappedText("report Patients ") + counted + byNode
            + MappedText(" overlap with " + names.dropFirst().joined(separator: ", ") + "\n")
        return WrittenQuestion(text: cohorts + report, shape: AnswerShape(part: .overlap, keys: keys, measures: places.map { _ in 0 }))
    }
}

extension FederationQuestion {
    /// The counts that a query joins, where it is a funnel: subqueries that each count patients, and nothing beside them.
    static func steps(in pattern: Pattern) -> [Selection]? {
        switch pattern {
        case .subquery(let selection): return [selection]
        case .join(let left, let right):
            guard let first = steps(in: left), let second = steps(in: right) else { return nil }
            return first + second
        case .extend(let inner, _, _), .filter(_, let inner), .graph(.term(.iri(FederationVocabulary.graphName)), let inner):
            return steps(in: inner)
        default: return nil
        }
    }

    /// A funnel: `{ SELECT (COUNT(DISTINCT ?p) AS ?a) { … } } { SELECT (COUNT(DISTINCT ?p) AS ?b) { … } } …`, each asking for all that the one
    /// before it asks, and more.
    static func funnel(_ steps: [Selection], _ query: SPARQLQuery, _ makeReader: () -> QuestionReader) throws(DiagnosticList)
        -> WrittenQuestion
    {
        var read: [(place: Int, parts: [MappedText], definitions: [MappedText])] = []
        for (place, step) in steps.enumerated() {
            var reader = makeReader()
            let parts = reader.step(step)
            let definitions = reader.definitions()
            guard !reader.diagnostics.containsErrors else { throw DiagnosticList(reader.diagnostics) }
            read.append((place, parts, definitions))
        }
        read.sort { $0.parts.count < $1.parts.count }
        var known: [String] = []
        var conditions: [MappedText] = []
        for step in read {
            let more = step.parts.filter { !known.contains($0.text) }
            guard step.parts.count - more.count == known.count, !more.isEmpty else {
                throw DiagnosticList([
                    Diagnostic(
                        Refusal.pattern, "the steps of a funnel each ask for all that the one before asks, and for more",
                        at: steps[step.place].pattern.firstSpan ?? SourceSpan(0, 0),
                        help: "repeat what the step before says, with the same variables, and add to it")
                ])
            }
            known += more.map(\.text)
            let text = MappedText.joined(more, separator: " and ")
            conditions.append(more.count == 1 ? text : MappedText("(") + text + MappedText(")"))
        }
        let condition = MappedText.joined(conditions, separator: " and ")
        let cohort = QuestionReader.cohort("Patients", read.last?.definitions ?? [], condition)
        let places = steps.indices.map { place in read.firstIndex { $0.place == place } ?? 0 }
        return WrittenQuestion(
            text: cohort + MappedText("report Patients count patients funnel\n"),
            shape: AnswerShape(part: .funnel, keys: [], measures: places))
    }
}

extension QuestionReader {
    /// What one step of a funnel asks, noting what is wrong with it.
    fileprivate mutating func step(_ selection: Selection) -> [MappedText] {
        let span = selection.pattern.firstSpan
        guard case .extend(let inner, _, let column) = selection.pattern, case .group(let pattern, let grouping) = inner,
            grouping.keys.isEmpty, grouping.aggregates.count == 1, column.variable == grouping.aggregates[0].slot,
            selection.columns.count == 1, selection.limit == nil, selection.offset == 0
        else {
            diagnostics.append(
                refusal(
                    Refusal.aggregate, "a step of a funnel counts patients, and nothing else", at: span,
                    help: "write `{ SELECT (COUNT(DISTINCT ?p) AS ?n) { … } }`"))
            return []
        }
        let found = parts(of: pattern)
        noting { reader throws(Diagnostic) in
            guard try reader.measures(grouping).text.text == "count patients" else {
                throw reader.refusal(
                    Refusal.aggregate, "a step of a funnel counts patients", at: span, help: "write `COUNT(DISTINCT ?p)`")
            }
        }
        if found.isEmpty {
            diagnostics.append(refusal(Refusal.nothingSaid, "nothing is asked of the patients", at: span, help: Refusal.example))
        }
        return found.map(\.text)
    }
}
