import CohortPlan
import CohortQL
import Diagnostics

extension PlanBuilder {
    /// A day to measure from; of a month or a year, one of its days.
    mutating func anchorPoint(_ anchor: AnchorSyntax) -> AnchorPoint? {
        switch anchor {
        case .date(let date): return days(of: date).map { $0.isExact ? .date($0.earliest) : .dates($0) }
        case .event(let name, let atEnd): return reference(name, single: "a place in time").map { atEnd ? .end($0) : .start($0) }
        }
    }

    /// Where a stretch of time begins and ends that something is placed around: an event's day, a day, or a month or year as a whole.
    mutating func stretch(_ anchor: AnchorSyntax) -> (begin: AnchorPoint, end: AnchorPoint)? {
        switch anchor {
        case .event: return anchorPoint(anchor).map { ($0, $0) }
        case .date(let date): return days(of: date).map { (.date($0.earliest), .date($0.latest)) }
        }
    }

    /// The days of a date, a month or a year.
    mutating func days(of date: NameSyntax) -> DateRange? {
        guard let text = text(of: date.text, at: date.span, isDate: true) else { return nil }
        if let found = DateRange(written: text) { return found }
        error(
            "C0220", "`\(text)` is not in the calendar", at: date.span,
            help: "write a day, a month or a year, as `2020-02-29`, `2020-02` or `2020`")
        return nil
    }

    /// A day, where nothing longer can stand.
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
            if case .date(let date) = syntax.anchor {
                return days(of: date).map { [span(of: $0).on(syntax.isOfEnd ? .end : .start)] }
            }
            guard let event = event(of: syntax) else { return nil }
            return [day(.start(event), from: 0), day(.end(event), to: 0)].map { $0.on(syntax.isOfEnd ? .end : .start) }
        case .relation(let relation):
            guard let event = event(of: syntax) else { return nil }
            return windows(relation, of: event)
        case .same(let bond):
            guard let event = event(of: syntax) else { return nil }
            return [Window(same: bond.bond, as: event)]
        default: return places(syntax)?.map { $0.on(syntax.isOfEnd ? .end : .start) }
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

    private mutating func places(_ syntax: WindowSyntax) -> [Window]? {
        // Every mistake is found, in the anchor and in the distance.
        let anchor = stretch(syntax.anchor)
        let zero = CalendarDistance.zero
        func bound(_ distance: CalendarDistance, _ isInclusive: Bool) -> WindowBound { WindowBound(distance, inclusive: isInclusive) }
        switch syntax.form {
        case .side(let direction, let orOn):
            guard let (begin, end) = anchor else { return nil }
            return direction == .before
                ? [Window(orOn ? end : begin, to: bound(zero, orOn))] : [Window(orOn ? begin : end, from: bound(zero, orOn))]
        case .within(let duration, let direction):
            guard let reach = distance(duration), let (begin, end) = anchor else { return nil }
            switch direction {
            case .before: return [Window(begin, from: bound(reach.negated, true), to: bound(zero, false))]
            case .after: return [Window(end, from: bound(zero, false), to: bound(reach, true))]
            case .of where begin == end: return [Window(begin, from: bound(reach.negated, true), to: bound(reach, true))]
            case .of: return [Window(begin, from: bound(reach.negated, true)), Window(end, to: bound(reach, true))]
            }
        case .moreThan(let duration, let direction):
            guard let reach = distance(duration), let (begin, end) = anchor else { return nil }
            return [direction == .before ? Window(begin, to: bound(reach.negated, false)) : Window(end, from: bound(reach, false))]
        case .atLeast(let duration, let direction):
            guard let reach = distance(duration), let (begin, end) = anchor else { return nil }
            return [direction == .before ? Window(begin, to: bound(reach.negated, true)) : Window(end, from: bound(reach, true))]
        case .from(let low, let high, let direction):
            guard let (near, far) = distances(low, high, at: syntax.span), let (begin, end) = anchor else { return nil }
            return direction == .before
                ? [Window(begin, from: bound(far.negated, true), to: bound(near.negated, true))]
                : [Window(end, from: bound(near, true), to: bound(far, true))]
        case .between(let last):
            guard case .date(let first) = syntax.anchor, let begin = days(of: first), let end = days(of: last) else { return nil }
            if end.latest < begin.earliest {
                error("C0221", "the window ends before it begins", at: syntax.span, help: "write the earlier date first")
                return nil
            }
            return [span(of: DateRange(begin.earliest, end.latest))]
        case .during, .relation, .same: return nil
        }
    }

    /// From the first of several days to the last.
    private func span(of days: DateRange) -> Window {
        let length = CalendarDistance(days.latest.daysSinceEpoch - days.earliest.daysSinceEpoch, .day)
        return Window(
            .date(days.earliest), from: WindowBound(.zero, inclusive: true), to: WindowBound(length, inclusive: true))
    }
}

extension WindowSyntax.Bond {
    fileprivate var bond: Bond {
        switch self {
        case .visit: .visit
        case .study: .study
        case .specimen: .specimen
        }
    }
}

extension DateRange {
    /// A day, a month or a year as a query writes it.
    init?(written text: String) {
        guard text.utf8.allSatisfy({ $0 == UInt8(ascii: "-") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else { return nil }
        self.init(partial: text)
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
