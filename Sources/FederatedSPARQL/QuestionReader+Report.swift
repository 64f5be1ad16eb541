import Diagnostics
import Hyperontology
import RDF
import SPARQL

extension QuestionReader {
    /// The groups that are counted, below what is computed of them, and what `HAVING` says of them; nil where there are none.
    static func grouping(in pattern: Pattern) -> (inner: Pattern, grouping: Grouping, having: [Expression])? {
        switch pattern {
        case .group(let inner, let grouping): return (inner, grouping, [])
        case .extend(let inner, _, _), .join(let inner, .values): return grouping(in: inner)
        case .filter(let condition, let inner):
            guard let found = grouping(in: inner) else { return nil }
            return (found.inner, found.grouping, found.having + condition.conjuncts)
        default: return nil
        }
    }

    /// Notes what is counted and what it is split by, before anything is read of it: an event that is has a name in CohortQL.
    mutating func noteMeasured(_ grouping: Grouping) {
        for (_, aggregate) in grouping.aggregates {
            if let slot = aggregate.expression?.variable { measured.insert(slot) }
        }
        for key in grouping.keys { splitting.formUnion(key.expression.slots) }
    }

    /// Whether something is split by what is recorded of an event.
    func isSplit(by event: Slot) -> Bool {
        splitting.contains { slot in
            let read = bindings[slot].map { $0.isCondition ? [] : $0.slots } ?? [slot]
            return read.contains { owner(of: $0) == event }
        }
    }

    /// The event of which a variable says something.
    private func owner(of slot: Slot) -> Slot? {
        switch roles[slot] {
        case .start(let event), .end(let event), .age(let event, _), .value(let event): event
        case .attribute(let owner, _): series[owner]?.study ?? owner
        default: nil
        }
    }

    /// `count patients, studies of scan by sex and age at index in bands of 10 years, node`
    mutating func report(_ grouping: Grouping, having: [Expression]) throws(Diagnostic) -> (text: MappedText, shape: AnswerShape) {
        let (counted, places) = try measures(grouping)
        var axes: [MappedText] = []
        var keys: [AnswerShape.Key] = []
        for key in grouping.keys {
            let span = key.expression.span ?? query.slotSpans[key.slot]
            let range = AskedRange(of: key.slot, in: having)
            let (text, found) = try axis(key.expression, range, at: span, number: axes.count)
            if let text { axes.append(text) }
            keys.append(found)
        }
        var breakdowns = axes.isEmpty ? [] : [MappedText.joined(axes, separator: " and ")]
        if keys.contains(.node) { breakdowns.append("node") }
        let text = breakdowns.isEmpty ? counted : counted + MappedText(" by ") + MappedText.joined(breakdowns, separator: ", ")
        return (text, AnswerShape(keys: keys, measures: places))
    }

    /// `count patients, studies of scan`, and by aggregate the place of what it counts.
    mutating func measures(_ grouping: Grouping) throws(Diagnostic) -> (text: MappedText, places: [Int]) {
        var measures: [MappedText] = []
        var places: [Int] = []
        guard !grouping.aggregates.isEmpty else {
            throw refusal(Refusal.rows, "nothing is counted", at: query.slotSpans.first, help: Refusal.example)
        }
        for (slot, aggregate) in grouping.aggregates {
            let text = try measure(aggregate, at: query.slotSpans[slot])
            if let known = measures.firstIndex(where: { $0.text == text.text }) {
                places.append(known)
            } else {
                places.append(measures.count)
                measures.append(text)
            }
        }
        return (MappedText("count ") + MappedText.joined(measures, separator: ", "), places)
    }

    private mutating func measure(_ aggregate: Aggregate, at span: SourceSpan) throws(Diagnostic) -> MappedText {
        guard aggregate.function == .count else {
            throw refusal(
                Refusal.aggregate, "`\(aggregate.function.rawValue)` would tell of single patients; nodes give counts alone", at: span,
                help: Refusal.example)
        }
        guard aggregate.isDistinct, let slot = aggregate.expression?.variable else {
            throw refusal(
                Refusal.aggregate, "it is not said of what each is counted once", at: span,
                help: "write `COUNT(DISTINCT ?p)` for patients, `COUNT(DISTINCT ?event)` for events")
        }
        if roles[slot] == .patient { return MappedText("patients", from: span) }
        let event: Slot? = if case .series(let own)? = roles[slot] { series[own]?.study } else { slot }
        if let event, let found = events[event], found.group == 1 {
            guard ["imagingStudy", "imagingSeries"].contains(found.kind.planKind) else {
                return MappedText("events of \(cohortName(of: event))", from: span)
            }
            let isSeries = event != slot || found.kind.planKind == "imagingSeries"
            return MappedText("\(isSeries ? "series" : "studies") of \(cohortName(of: event))", from: span)
        }
        throw refusal(
            Refusal.aggregate, "`\(name(of: slot))` is not counted; nodes count patients, events and images", at: span,
            help: "write `COUNT(DISTINCT ?p)` for patients")
    }
}
