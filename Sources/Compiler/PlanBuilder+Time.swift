import CohortPlan
import CohortQL
import Diagnostics

extension PlanBuilder {
    mutating func anchorPoint(_ anchor: AnchorSyntax) -> AnchorPoint? {
        switch anchor {
        case .date(let date): return calendarDate(date.text, at: date.span).map { .date($0) }
        case .event(let name, let atEnd): return reference(name, single: "a place in time").map { atEnd ? .end($0) : .start($0) }
        }
    }

    mutating func calendarDate(_ written: String, at span: SourceSpan) -> CalendarDate? {
        guard let text = text(of: written, at: span, isDate: true) else { return nil }
        if let found = CalendarDate(text) { return found }
        error("C0220", "`\(text)` is no day of the calendar", at: span, help: "write a day as `2020-02-29`")
        return nil
    }

    mutating func distance(_ duration: DurationSyntax) -> CalendarDistance? {
        let unit: CalendarDistance.Unit =
            switch duration.unit {
            case .day: .day
            case .week: .week
            case .month: .month
            case .year: .year
            }
        return integer(duration.amount).map { CalendarDistance($0, unit) }
    }

    /// Two distances, the first no longer than the second.
    mutating func distances(_ low: DurationSyntax, _ high: DurationSyntax, at span: SourceSpan) -> (CalendarDistance, CalendarDistance)? {
        guard let near = distance(low), let far = distance(high) else { return nil }
        if near.isLonger(than: far) {
            error(
                "C0221", "the window from \(near.amount) to \(far.amount) is empty", at: span, help: "write the shorter distance first")
            return nil
        }
        return (near, far)
    }

    /// The windows that an event must lie in, all of them.
    mutating func windows(_ syntax: WindowSyntax) -> [Window]? {
        switch syntax.form {
        case .during:
            guard let event = event(of: syntax) else { return nil }
            return [day(.start(event), from: 0), day(.end(event), to: 0)].map { $0.on(syntax.isOfEnd ? .end : .start) }
        case .relation(let relation):
            guard let event = event(of: syntax) else { return nil }
            return windows(relation, of: event)
        default: return window(syntax).map { [$0.on(syntax.isOfEnd ? .end : .start)] }
        }
    }

    private mutating func event(of syntax: WindowSyntax) -> EventReference? {
        guard case .event(let name, _) = syntax.anchor else { return nil }
        return reference(name, single: "a place in time")
    }

    /// Two stretches of days, as the grammar's prose defines their relations.
    private func windows(_ relation: WindowSyntax.Relation, of event: EventReference) -> [Window] {
        let (start, end) = (AnchorPoint.start(event), AnchorPoint.end(event))
        return switch relation {
        case .overlaps: [day(end, to: 0), day(start, from: 0).on(.end)]
        case .contains: [day(start, to: 0), day(end, from: 0).on(.end)]
        case .meets: [day(start, from: -1, to: -1).on(.end)]
        case .equals: [day(start, from: 0, to: 0), day(end, from: 0, to: 0).on(.end)]
        case .startsWith: [day(start, from: 0, to: 0), day(end, to: 0).on(.end)]
        case .endsWith: [day(start, from: 0), day(end, from: 0, to: 0).on(.end)]
        }
    }

    private func day(_ anchor: AnchorPoint, from lower: Int? = nil, to upper: Int? = nil) -> Window {
        func bound(_ days: Int) -> WindowBound { WindowBound(CalendarDistance(days, .day), inclusive: true) }
        return Window(anchor, from: lower.map(bound), to: upper.map(bound))
    }

    private mutating func window(_ syntax: WindowSyntax) -> Window? {
        // Every mistake is found, in the anchor and in the distance.
        let anchor = anchorPoint(syntax.anchor)
        let zero = CalendarDistance.zero
        func bound(_ distance: CalendarDistance, _ isInclusive: Bool) -> WindowBound { WindowBound(distance, inclusive: isInclusive) }
        switch syntax.form {
        case .side(let direction, let orOn):
            guard let anchor else { return nil }
            return direction == .before ? Window(anchor, to: bound(zero, orOn)) : Window(anchor, from: bound(zero, orOn))
        case .within(let duration, let direction):
            guard let reach = distance(duration), let anchor else { return nil }
            return switch direction {
            case .before: Window(anchor, from: bound(reach.negated, true), to: bound(zero, false))
            case .after: Window(anchor, from: bound(zero, false), to: bound(reach, true))
            case .of: Window(anchor, from: bound(reach.negated, true), to: bound(reach, true))
            }
        case .moreThan(let duration, let direction):
            guard let reach = distance(duration), let anchor else { return nil }
            return direction == .before ? Window(anchor, to: bound(reach.negated, false)) : Window(anchor, from: bound(reach, false))
        case .atLeast(let duration, let direction):
            guard let reach = distance(duration), let anchor else { return nil }
            return direction == .before ? Window(anchor, to: bound(reach.negated, true)) : Window(anchor, from: bound(reach, true))
        case .from(let low, let high, let direction):
            guard let (near, far) = distances(low, high, at: syntax.span), let anchor else { return nil }
            return direction == .before
                ? Window(anchor, from: bound(far.negated, true), to: bound(near.negated, true))
                : Window(anchor, from: bound(near, true), to: bound(far, true))
        case .between(let last):
            guard case .date(let first)? = anchor, let end = calendarDate(last.text, at: last.span) else { return nil }
            if end < first {
                error("C0221", "the window ends before it begins", at: syntax.span, help: "write the earlier date first")
                return nil
            }
            let length = CalendarDistance(end.daysSinceEpoch - first.daysSinceEpoch, .day)
            return Window(.date(first), from: bound(zero, true), to: bound(length, true))
        case .during, .relation: return nil
        }
    }
}

extension CalendarDistance {
    /// Certainly longer: by its shortest reading, in days.
    func isLonger(than other: CalendarDistance) -> Bool {
        func days(_ distance: CalendarDistance, month: Int, year: Int) -> Int {
            switch distance.unit {
            case .day: distance.amount
            case .week: distance.amount * 7
            case .month: distance.amount * month
            case .year: distance.amount * year
            }
        }
        if unit == other.unit { return amount > other.amount }
        return days(self, month: 28, year: 365) > days(other, month: 31, year: 366)
    }
}
