import CohortPlan
import CohortQL
import Diagnostics
import Hyperontology

/// Turns a tree into a plan: resolves names against the hyperontology and the query's own events, and checks types.
///
/// Everything wrong is reported; what cannot be built is left out, and then there is no plan.
struct PlanBuilder {
    struct Built {
        let plan: CohortPlan
        let labels: [String: String]
        let byNode: Bool
    }

    let hyperontology: Hyperontology
    let source: SourceText
    private(set) var diagnostics: [Diagnostic] = []
    var anchors: [(name: NameSyntax, selection: EventSelection, syntax: EventSyntax)] = []
    var usedAnchors: Set<Int> = []

    init(hyperontology: Hyperontology, source: SourceText) {
        self.hyperontology = hyperontology
        self.source = source
    }

    mutating func build(_ cohort: CohortSyntax, _ report: ReportSyntax?) -> Built? {
        for event in cohort.events { define(event, among: cohort.events) }
        guard let syntax = cohort.condition else {
            error(
                "C0201", "the cohort `\(cohort.name.text)` does not say which patients", at: cohort.name.span,
                help: "add `patients where …`")
            return nil
        }
        let condition = condition(syntax)
        let built = self.report(report, of: cohort)
        if !diagnostics.containsErrors { warnOfUnusedEvents() }
        warnOfContradictions(syntax)
        guard let condition, let built, !diagnostics.containsErrors else { return nil }
        do {
            let plan = try CohortPlan(anchors: anchors.map(\.selection), condition: condition, report: built.report)
            return Built(plan: plan, labels: labels(plan, syntax), byNode: built.byNode)
        } catch {
            self.error("C0202", "this query cannot be planned: \(error.reason)", at: cohort.span, help: "say it in smaller parts")
            return nil
        }
    }

    // MARK: Messages

    mutating func error(_ code: DiagnosticCode, _ message: String, at span: SourceSpan, help: String?) {
        diagnostics.append(Diagnostic(code, message, at: span, help: help))
    }

    mutating func warn(_ code: DiagnosticCode, _ message: String, at span: SourceSpan, help: String?) {
        diagnostics.append(Diagnostic(code, .warning, message, at: span, help: help))
    }

    /// The words of the query for each criterion, on one line.
    private func labels(_ plan: CohortPlan, _ syntax: ConditionSyntax) -> [String: String] {
        var labels: [String: String] = [:]
        for (index, anchor) in anchors.enumerated() { labels["event \(index)"] = oneLine(anchor.syntax.span) }
        collect(syntax, path: [], into: &labels)
        labels["report age"] = "age"
        return labels.filter { label in plan.criteria.contains { $0.id == label.key } }
    }

    private func collect(_ condition: ConditionSyntax, path: [Int], into labels: inout [String: String]) {
        switch condition {
        case .and(let parts, _), .or(let parts, _):
            for (index, part) in parts.enumerated() { collect(part, path: path + [index], into: &labels) }
        case .not(let inner, _): collect(inner, path: path + [0], into: &labels)
        default: labels["condition " + path.map(String.init).joined(separator: ".")] = oneLine(condition.span)
        }
    }

    private func oneLine(_ span: SourceSpan) -> String {
        source[span].split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }

    // MARK: Events by name

    private mutating func define(_ event: EventSyntax, among all: [EventSyntax]) {
        if let first = anchors.first(where: { $0.name.text == event.name.text }) {
            error(
                "C0210", "`\(event.name.text)` is defined twice", at: event.name.span,
                help: "line \(source.place(of: first.name.span.lowerBound).line) has the first; give one of them another name")
        }
        let later = all.drop { $0.name.span != event.name.span }.map(\.name.text)
        guard let selection = selection(event.selection, laterNames: Set(later)) else {
            // Kept as a place holder, so that what refers to it is not reported as well; there is an error, so no plan is made.
            let stand = EventSelection(EventRequest(kind: .death), pick: event.selection.pick == nil ? .all : .first)
            anchors.append((event.name, stand, event))
            return
        }
        anchors.append((event.name, selection, event))
    }

    /// The event that a name means.
    /// - Parameter single: why it must be one event; nil when it may be several.
    mutating func reference(_ name: NameSyntax, single purpose: String?, laterNames: Set<String> = []) -> EventReference? {
        guard let index = anchors.firstIndex(where: { $0.name.text == name.text }) else {
            if laterNames.contains(name.text) {
                error(
                    "C0212", "`\(name.text)` is used before it is defined", at: name.span,
                    help: "move its definition up; an event cannot refer to itself")
            } else {
                let suggestion = nearest(to: name.text, among: anchors.map(\.name.text))
                error(
                    "C0211", "no event is called `\(name.text)`", at: name.span,
                    help: suggestion.map { "did you mean `\($0)`?" } ?? "define it above: `\(name.text) = first diagnosis of …`")
            }
            return nil
        }
        usedAnchors.insert(index)
        if let purpose, anchors[index].selection.pick == .all {
            error(
                "C0213", "`\(name.text)` can be several events, and \(purpose) needs one", at: name.span,
                help: "write `first` or `last` where it is defined")
            return nil
        }
        return EventReference(index)
    }

    private mutating func warnOfUnusedEvents() {
        for (index, anchor) in anchors.enumerated() where !usedAnchors.contains(index) {
            warn(
                "C0214", "the event `\(anchor.name.text)` is not used", at: anchor.name.span,
                help: "naming an event does not ask for it: add `and exists \(anchor.name.text)`, or take it out")
        }
    }

    // MARK: Time

    mutating func anchorPoint(_ anchor: AnchorSyntax, laterNames: Set<String> = []) -> AnchorPoint? {
        switch anchor {
        case .date(let date): return calendarDate(date).map { .date($0) }
        case .event(let name, let atEnd):
            return reference(name, single: "a place in time", laterNames: laterNames).map { atEnd ? .end($0) : .start($0) }
        }
    }

    private mutating func calendarDate(_ date: NameSyntax) -> CalendarDate? {
        if let found = CalendarDate(date.text) { return found }
        error("C0220", "`\(date.text)` is no day of the calendar", at: date.span, help: "write a day as `2020-02-29`")
        return nil
    }

    mutating func window(_ syntax: WindowSyntax, laterNames: Set<String> = []) -> Window? {
        guard let anchor = anchorPoint(syntax.anchor, laterNames: laterNames) else { return nil }
        let zero = CalendarDistance.zero
        switch syntax.form {
        case .side(.before, let orOn): return Window(anchor, to: WindowBound(zero, inclusive: orOn))
        case .side(_, let orOn): return Window(anchor, from: WindowBound(zero, inclusive: orOn))
        case .within(let reach, .before):
            return Window(anchor, from: WindowBound(reach.distance.negated, inclusive: true), to: WindowBound(zero, inclusive: false))
        case .within(let reach, .after):
            return Window(anchor, from: WindowBound(zero, inclusive: false), to: WindowBound(reach.distance, inclusive: true))
        case .within(let reach, .of):
            return Window(
                anchor, from: WindowBound(reach.distance.negated, inclusive: true), to: WindowBound(reach.distance, inclusive: true))
        case .moreThan(let reach, .before): return Window(anchor, to: WindowBound(reach.distance.negated, inclusive: false))
        case .moreThan(let reach, _): return Window(anchor, from: WindowBound(reach.distance, inclusive: false))
        case .atLeast(let reach, .before): return Window(anchor, to: WindowBound(reach.distance.negated, inclusive: true))
        case .atLeast(let reach, _): return Window(anchor, from: WindowBound(reach.distance, inclusive: true))
        case .from(let low, let high, let direction):
            if low.isLonger(than: high) {
                error(
                    "C0221", "the window from \(low.amount) to \(high.amount) is empty", at: syntax.span,
                    help: "write the shorter distance first")
                return nil
            }
            let (near, far) = direction == .before ? (high.distance.negated, low.distance.negated) : (low.distance, high.distance)
            return Window(anchor, from: WindowBound(near, inclusive: true), to: WindowBound(far, inclusive: true))
        case .between(let last):
            guard case .date(let first) = anchor, let end = calendarDate(last) else { return nil }
            if end < first {
                error("C0221", "the window ends before it begins", at: syntax.span, help: "write the earlier date first")
                return nil
            }
            let length = CalendarDistance(end.daysSinceEpoch - first.daysSinceEpoch, .day)
            return Window(anchor, from: WindowBound(zero, inclusive: true), to: WindowBound(length, inclusive: true))
        }
    }
}

extension DurationSyntax {
    var distance: CalendarDistance {
        switch unit {
        case .day: CalendarDistance(amount, .day)
        case .week: CalendarDistance(amount, .week)
        case .month: CalendarDistance(amount, .month)
        case .year: CalendarDistance(amount, .year)
        }
    }

    /// Certainly longer: by its shortest reading, in days.
    func isLonger(than other: DurationSyntax) -> Bool {
        func days(_ duration: DurationSyntax, month: Int, year: Int) -> Int {
            switch duration.unit {
            case .day: duration.amount
            case .week: duration.amount * 7
            case .month: duration.amount * month
            case .year: duration.amount * year
            }
        }
        if unit == other.unit { return amount > other.amount }
        return days(self, month: 28, year: 365) > days(other, month: 31, year: 366)
    }
}
