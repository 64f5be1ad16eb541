import CohortQL
import Diagnostics
import Hyperontology
import RDF
import SPARQL

/// Reads a SPARQL query about patients and says the same in CohortQL.
///
/// What the query's variables stand for is found group by group, from the outermost inwards; each filter is either a part of what is
/// said of one event, or a condition on the patient. Everything that is refused is noted, so that all of it is shown at once.
struct QuestionReader {
    let query: SPARQLQuery
    let vocabulary: FederationVocabulary
    let hyperontology: Hyperontology
    var diagnostics: [Diagnostic] = []
    var patients: Set<Slot> = []
    var events: [Slot: AskedEvent] = [:]
    /// In the order in which they were met.
    var eventOrder: [Slot] = []
    var series: [Slot: AskedSeries] = [:]
    var roles: [Slot: Role] = [:]
    /// What is counted.
    var measured: Set<Slot> = []
    /// What the groups are split by.
    var splitting: Set<Slot> = []
    var bindings: [Slot: Expression] = [:]
    private var names: [Slot: String] = [:]
    private var groups = 0

    init(_ query: SPARQLQuery, _ vocabulary: FederationVocabulary, _ hyperontology: Hyperontology) {
        self.query = query
        self.vocabulary = vocabulary
        self.hyperontology = hyperontology
    }

    /// A part of a group's condition.
    enum Part {
        /// Some event is described so.
        case any(MappedText)
        case condition(MappedText)

        var text: MappedText {
            switch self {
            case .any(let selection): MappedText("any ") + selection
            case .condition(let text): text
            }
        }
    }

    /// What a pattern asks of the patient; empty where it asks nothing.
    mutating func parts(of pattern: Pattern) -> [Part] {
        groups += 1
        var group = Group(pattern, id: groups)
        diagnostics += group.refusals
        bindings.merge(group.bindings) { first, _ in first }
        var parts = learn(&group)
        attachValues(of: group)
        var rest: [Expression] = []
        for condition in group.conditions {
            noting { reader throws(Diagnostic) in
                if try !reader.attach(condition, in: group.id) { rest.append(condition) }
            }
        }
        noting { reader throws(Diagnostic) in parts += try reader.chains(in: group.id) }
        parts += eventParts(of: group.id)
        parts += conditionParts(rest, in: group.id)
        for branches in group.unions {
            let texts = branches.map { conjunction(self.parts(of: $0)) }
            if let text = disjunction(texts) { parts.append(.condition(text)) }
        }
        for excluded in group.exclusions {
            if let part = negation(self.parts(of: excluded)) { parts.append(part) }
        }
        for selection in group.subqueries {
            noting { reader throws(Diagnostic) in parts.append(try reader.count(selection)) }
        }
        return parts
    }

    /// Runs something, noting what it refuses.
    mutating func noting(_ work: (inout QuestionReader) throws(Diagnostic) -> Void) {
        do throws(Diagnostic) { try work(&self) } catch { diagnostics.append(error) }
    }

    func refusal(_ code: DiagnosticCode, _ message: String, at span: SourceSpan?, help: String?) -> Diagnostic {
        Diagnostic(code, message, at: span ?? SourceSpan(0, 0), help: help)
    }

    /// As the query calls it.
    func name(of slot: Slot) -> String { query.slotNames[slot].map { "?" + $0 } ?? "[ … ]" }

    // MARK: Putting together

    /// All of several; nil for nothing.
    func conjunction(_ parts: [Part]) -> MappedText? {
        guard !parts.isEmpty else { return nil }
        let text = MappedText.joined(parts.map(\.text), separator: " and ")
        return parts.count == 1 ? text : MappedText("(") + text + MappedText(")")
    }

    /// One of several; nil where one of them is nothing, which every patient fits.
    func disjunction(_ texts: [MappedText?]) -> MappedText? {
        let found = texts.compactMap(\.self)
        guard found.count == texts.count, !found.isEmpty else { return nil }
        return found.count == 1 ? found[0] : MappedText("(") + MappedText.joined(found, separator: " or ") + MappedText(")")
    }

    /// Not what the parts say together.
    func negation(_ parts: [Part]) -> Part? {
        if parts.count == 1, case .any(let selection) = parts[0] { return .condition(MappedText("no ") + selection) }
        guard let text = conjunction(parts) else { return nil }
        return .condition(MappedText("not ") + (parts.count == 1 ? MappedText("(") + text + MappedText(")") : text))
    }

    // MARK: Names

    /// The name of an event in CohortQL.
    mutating func cohortName(of slot: Slot) -> String {
        if let name = names[slot] { return name }
        let written = query.slotNames[slot] ?? "event"
        var name =
            written.unicodeScalars.allSatisfy { $0.isASCII && ($0.properties.isAlphabetic || $0 == "_" || ("0"..."9").contains($0)) }
            ? written : "event"
        if name.unicodeScalars.first.map({ ("0"..."9").contains($0) }) ?? true { name = "event" + name }
        let taken = Set(names.values).union(Keyword.reserved)
        var number = 1
        var candidate = name
        while taken.contains(candidate) {
            number += 1
            candidate = "\(name)_\(number)"
        }
        names[slot] = candidate
        return candidate
    }

    /// Whether the event has a name in CohortQL, so that something can be measured from it or counted of it.
    func isNamed(_ event: AskedEvent) -> Bool {
        event.isSingle || measured.contains(event.slot) || event.series.contains(where: measured.contains) || isSplit(by: event.slot)
    }

    /// The event, which must be a single one.
    func single(_ slot: Slot, for purpose: String, at span: SourceSpan?) throws(Diagnostic) -> AskedEvent {
        guard let event = events[slot] else {
            throw refusal(Refusal.pattern, "`\(name(of: slot))` is no event of the patient's", at: span, help: Refusal.example)
        }
        guard event.isSingle else {
            throw refusal(
                Refusal.whichEvent, "`\(name(of: slot))` can be several events, and \(purpose) needs one", at: span ?? event.span,
                help: "say which one: `\(name(of: slot)) co:rank 1` is the first, `co:rank -1` the last")
        }
        return event
    }
}
