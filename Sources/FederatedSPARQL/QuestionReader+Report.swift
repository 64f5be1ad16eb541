import Diagnostics
import Hyperontology
import RDF
import SPARQL

/// How the groups of a query are made of a report's rows.
struct AnswerShape: Sendable {
    enum Key: Sendable, Hashable {
        case node
        /// The place among the axes of the report's table.
        case sex(axis: Int)
        /// - Parameter isNumbered: whether bands are numbered, not called by their first age.
        case age(axis: Int, width: Int, isNumbered: Bool)
    }

    let keys: [Key]
    /// By aggregate, the place among the report's measures.
    let measures: [Int]
}

extension QuestionReader {
    /// The groups that are counted, below what is computed of them; nil where there are none.
    static func grouping(in pattern: Pattern) -> (inner: Pattern, grouping: Grouping)? {
        switch pattern {
        case .group(let inner, let grouping): (inner, grouping)
        case .extend(let inner, _, _), .filter(_, let inner), .join(let inner, .values): grouping(in: inner)
        default: nil
        }
    }

    /// Notes what is counted, before anything is read of it.
    mutating func noteMeasured(_ grouping: Grouping) {
        for (_, aggregate) in grouping.aggregates {
            if let slot = aggregate.expression?.variable { measured.insert(slot) }
        }
    }

    /// `count patients, studies of scan by sex and age at index in bands of 10 years, node`
    mutating func report(_ grouping: Grouping) throws(Diagnostic) -> (text: MappedText, shape: AnswerShape) {
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
        var axes: [MappedText] = []
        var keys: [AnswerShape.Key] = []
        for key in grouping.keys {
            let span = key.expression.span ?? query.slotSpans[key.slot]
            let (text, found) = try axis(key.expression, at: span, number: axes.count)
            if let text { axes.append(text) }
            keys.append(found)
        }
        var breakdowns = axes.isEmpty ? [] : [MappedText.joined(axes, separator: " and ")]
        if keys.contains(.node) { breakdowns.append("node") }
        let counted = MappedText("count ") + MappedText.joined(measures, separator: ", ")
        let text = breakdowns.isEmpty ? counted : counted + MappedText(" by ") + MappedText.joined(breakdowns, separator: ", ")
        return (text, AnswerShape(keys: keys, measures: places))
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

    private mutating func axis(_ expression: Expression, at span: SourceSpan, number: Int) throws(Diagnostic) -> (
        MappedText?, AnswerShape.Key
    ) {
        if let slot = expression.variable, let bound = bindings[slot] { return try axis(bound, at: span, number: number) }
        if let slot = expression.variable, roles[slot] == .node { return (nil, .node) }
        if let slot = expression.variable, roles[slot] == .sex { return (MappedText("sex", from: span), .sex(axis: number)) }
        guard let (slot, width, isNumbered) = Self.band(expression), case .age(let event, let point)? = roles[slot], point != .startInMonths
        else {
            throw refusal(
                Refusal.grouping, "patients are not grouped by this; nodes allow groups by sex, age and node alone", at: span,
                help: "group by `?sex` of `?p co:sex ?sex`, by `(FLOOR(?age / 10) AS ?decade)`, or by `?node` of `?p co:node ?node`")
        }
        let found = try single(event, for: "an age", at: span)
        let anchor = (point == .end ? "end of " : "") + cohortName(of: found.slot)
        return (
            MappedText("age at \(anchor) in bands of \(width) years", from: span), .age(axis: number, width: width, isNumbered: isNumbered)
        )
    }

    /// `?age`, `FLOOR(?age / 10)`, `FLOOR(?age / 10) * 10`
    private static func band(_ expression: Expression) -> (Slot, width: Int, isNumbered: Bool)? {
        switch expression.bare {
        case .variable(let slot): return (slot, 1, false)
        case .call(.floor, let arguments):
            guard case .arithmetic(.divide, let age, let by) = arguments[0].bare, let slot = age.variable, let width = by.whole else {
                return nil
            }
            return (slot, width, true)
        case .arithmetic(.multiply, let left, let right):
            guard let width = left.whole ?? right.whole, let (slot, other, isNumbered) = band(left.whole == nil ? left : right), isNumbered,
                width == other
            else { return nil }
            return (slot, width, false)
        default: return nil
        }
    }
}

extension Expression {
    /// The whole number that it is.
    fileprivate var whole: Int? { constant?.literal.flatMap { $0.datatype == XSD.integer ? Int($0.lexicalForm) : nil } }
}
