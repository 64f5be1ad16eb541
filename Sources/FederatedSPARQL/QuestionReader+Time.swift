import Diagnostics
import RDF
import SPARQL

extension QuestionReader {
    /// A day in a comparison: a date, or an event's start or end, moved by a duration.
    private struct Day {
        var anchor: TimeBound.Anchor
        var amount = 0
        var unit = "day"
    }

    /// The bounds that a comparison of days sets; nil where it compares something else.
    func bounds(_ comparison: Expression.Comparison, _ left: Expression, _ right: Expression, in group: Int, at span: SourceSpan?)
        throws(Diagnostic) -> [TimeBound]?
    {
        guard let first = try day(left), let second = try day(right) else { return nil }
        let span = span ?? SourceSpan(0, 0)
        guard comparison != .unequal else {
            throw refusal(Refusal.time, "days are not compared with `!=`", at: span, help: "say before or after")
        }
        let isFlipped = isAnchor(first, beside: second, in: group)
        let (moved, anchor) = isFlipped ? (second, first) : (first, second)
        let order = isFlipped ? comparison.flipped : comparison
        guard case .event(let event, let isEnd) = moved.anchor else {
            throw refusal(Refusal.time, "two dates are compared with each other", at: span, help: "compare the start of an event")
        }
        guard let (amount, unit) = Self.difference(anchor, moved) else {
            throw refusal(
                Refusal.time, "both sides are moved, by different units", at: span,
                help: "move one side alone: `?day >= ?other - \"P60D\"^^xsd:duration`"
            )
        }
        func bound(isLower: Bool) -> TimeBound {
            TimeBound(
                event: event, isEnd: isEnd, anchor: anchor.anchor, isLower: isLower, isInclusive: order.isInclusive, amount: amount,
                unit: unit, span: span)
        }
        let found = order == .equal ? [bound(isLower: true), bound(isLower: false)] : [bound(isLower: order.isLower)]
        return found.map { turned($0, in: group) }
    }

    /// Of two events of which there can be several, the later is measured from the earlier. Days are the same both ways, months are not.
    private func turned(_ bound: TimeBound, in group: Int) -> TimeBound {
        guard case .event(let anchor, let isEnd) = bound.anchor, !bound.isLower, bound.amount < 0, ["day", "week"].contains(bound.unit),
            events[anchor]?.isSingle == false, events[bound.event]?.isSingle == false, events[anchor]?.group == group,
            events[bound.event]?.group == group
        else { return bound }
        return TimeBound(
            event: anchor, isEnd: isEnd, anchor: .event(bound.event, isEnd: bound.isEnd), isLower: true, isInclusive: bound.isInclusive,
            amount: -bound.amount, unit: bound.unit, span: bound.span)
    }

    /// Whether the first day is what the second is measured from, though it stands first: a date, or a single event beside one of several.
    private func isAnchor(_ first: Day, beside second: Day, in group: Int) -> Bool {
        guard case .event(let left, _) = first.anchor else { return true }
        guard case .event(let right, _) = second.anchor else { return false }
        if events[left]?.isSingle == true, events[right]?.isSingle == false { return true }
        if events[left]?.isSingle == false, events[right]?.isSingle == false, first.amount != 0, second.amount == 0 { return true }
        return events[left]?.group != group && events[right]?.group == group
    }

    private func day(_ expression: Expression) throws(Diagnostic) -> Day? {
        switch expression.bare {
        case .variable(let slot):
            if let bound = bindings[slot] { return try day(bound) }
            switch roles[slot] {
            case .start(let event): return Day(anchor: .event(event, isEnd: false))
            case .end(let event): return Day(anchor: .event(event, isEnd: true))
            default: return nil
            }
        case .term(.literal(let literal)):
            guard literal.datatype == XSD.date || literal.datatype == XSD.dateTime else { return nil }
            let date = String(literal.lexicalForm.prefix(10))
            guard date.wholeMatch(of: /[0-9]{4}-[0-9]{2}-[0-9]{2}/) != nil,
                literal.datatype == XSD.date || literal.lexicalForm.dropFirst(10).hasPrefix("T00:00:00")
            else {
                throw refusal(
                    Refusal.time, "records are compared by the day, and `\(literal.lexicalForm)` is none", at: expression.span,
                    help: "write a day, as \"2020-01-31\"^^xsd:date")
            }
            return Day(anchor: .date(date))
        case .arithmetic(let operation, let inner, let moved):
            guard operation == .add || operation == .subtract, let literal = moved.constant?.literal, var day = try day(inner) else {
                return nil
            }
            guard day.amount == 0, let (amount, unit) = Self.duration(literal) else {
                throw refusal(
                    Refusal.time, "`\(literal.lexicalForm)` is no number of days, weeks, months or years", at: expression.span,
                    help: "write one of \"P60D\"^^xsd:duration, \"P6W\", \"P6M\" and \"P1Y\"")
            }
            day.amount = operation == .add ? amount : -amount
            day.unit = unit
            return day
        default: return nil
        }
    }

    /// A duration of one unit (XML Schema, Part 2, section 3.3.6); weeks as ISO 8601 has them.
    private static func duration(_ literal: Literal) -> (amount: Int, unit: String)? {
        let types = ["duration", "dayTimeDuration", "yearMonthDuration"].map { XSD.namespace + $0 }
        guard types.contains(literal.datatype),
            let found = literal.lexicalForm.wholeMatch(of: /(-?)P(?:([0-9]{1,6})Y)?(?:([0-9]{1,6})M)?(?:([0-9]{1,6})W)?(?:([0-9]{1,6})D)?/)
        else { return nil }
        let (years, months, weeks, days) = (
            found.2.flatMap { Int($0) }, found.3.flatMap { Int($0) }, found.4.flatMap { Int($0) }, found.5.flatMap { Int($0) }
        )
        let sign = found.1.isEmpty ? 1 : -1
        switch (years, months, weeks, days) {
        case (let years?, nil, nil, nil): return (sign * years, "year")
        case (let years, let months?, nil, nil): return (sign * ((years ?? 0) * 12 + months), "month")
        case (nil, nil, let weeks?, nil): return (sign * weeks, "week")
        case (nil, nil, nil, let days?): return (sign * days, "day")
        default: return nil
        }
    }

    /// What has to be added to the anchor so that the event itself need not be moved.
    private static func difference(_ anchor: Day, _ moved: Day) -> (Int, String)? {
        if moved.amount == 0 { return (anchor.amount, anchor.unit) }
        if anchor.amount == 0 { return (-moved.amount, moved.unit) }
        return anchor.unit == moved.unit ? (anchor.amount - moved.amount, anchor.unit) : nil
    }

    // MARK: In CohortQL

    /// The windows that bounds make, each as CohortQL says it. Two ends from the same anchor are one window.
    mutating func windows(_ bounds: [TimeBound]) throws(Diagnostic) -> [MappedText] {
        var windows: [MappedText] = []
        var rest = bounds
        while let first = rest.first {
            rest.removeFirst()
            let partner = rest.firstIndex { other in
                other.isEnd == first.isEnd && other.isLower != first.isLower && (other.anchor == first.anchor || areDates(first, other))
            }
            let other = partner.map { rest.remove(at: $0) }
            let (lower, upper) = first.isLower ? (first, other) : (other, first)
            let text = try window(lower, upper)
            windows.append((first.isEnd ? MappedText("ends ") : "") + text.made(from: first.span))
        }
        return windows
    }

    private func areDates(_ first: TimeBound, _ second: TimeBound) -> Bool {
        guard case .date = first.anchor, case .date = second.anchor else { return false }
        return first.isInclusive && second.isInclusive && first.amount == 0 && second.amount == 0
    }

    private mutating func window(_ lower: TimeBound?, _ upper: TimeBound?) throws(Diagnostic) -> MappedText {
        guard let lower, let upper else {
            guard let bound = lower ?? upper, let text = try oneSided(bound) else { throw unsayable(lower ?? upper) }
            return text
        }
        if case .date(let first) = lower.anchor, case .date(let last) = upper.anchor, areDates(lower, upper) {
            return MappedText("between \(first) and \(last)")
        }
        let anchor = try text(of: lower.anchor, at: lower.span)
        let (from, to) = (Self.text(lower), Self.text(upper))
        switch (lower.amount, lower.isInclusive, upper.amount, upper.isInclusive) {
        case (..<0, true, 0, false): return MappedText("within \(from) before ") + anchor
        case (0, false, 1..., true): return MappedText("within \(to) after ") + anchor
        case (..<0, true, 1..., true) where from == to: return MappedText("within \(to) of ") + anchor
        case (..<0, true, ...0, true): return MappedText("from \(to) to \(from) before ") + anchor
        case (0..., true, 0..., true): return MappedText("from \(from) to \(to) after ") + anchor
        default:
            guard let first = try oneSided(lower), let second = try oneSided(upper) else { throw unsayable(lower) }
            return first + MappedText(lower.isEnd ? " ends " : " ") + second
        }
    }

    /// `60 days`, whatever the direction.
    private static func text(_ bound: TimeBound) -> String { "\(abs(bound.amount)) \(bound.unit)\(abs(bound.amount) == 1 ? "" : "s")" }

    /// A window that is open on one side; nil where CohortQL has no words for it.
    private mutating func oneSided(_ bound: TimeBound) throws(Diagnostic) -> MappedText? {
        let anchor = try text(of: bound.anchor, at: bound.span)
        let reach = bound.isInclusive ? "at least" : "more than"
        switch (bound.isLower, bound.amount) {
        case (true, 0): return MappedText(bound.isInclusive ? "on or after " : "after ") + anchor
        case (false, 0): return MappedText(bound.isInclusive ? "on or before " : "before ") + anchor
        case (true, 1...): return MappedText("\(reach) \(Self.text(bound)) after ") + anchor
        case (false, ..<0): return MappedText("\(reach) \(Self.text(bound)) before ") + anchor
        default: return nil
        }
    }

    private func unsayable(_ bound: TimeBound?) -> Diagnostic {
        refusal(
            Refusal.time, "a stretch of time that begins before its anchor and ends after it is closed, and reaches as far both ways",
            at: bound?.span, help: "write `?day >= ?anchor - \"P60D\"^^xsd:duration && ?day <= ?anchor + \"P60D\"^^xsd:duration`")
    }

    mutating func text(of anchor: TimeBound.Anchor, at span: SourceSpan) throws(Diagnostic) -> MappedText {
        switch anchor {
        case .date(let date): return MappedText(date, from: span)
        case .event(let slot, let isEnd):
            let event = try single(slot, for: "a place in time", at: span)
            return MappedText((isEnd ? "end of " : "") + cohortName(of: event.slot), from: span)
        }
    }
}
