import CohortPlan
import CohortQL
import Diagnostics

extension PlanBuilder {
    // MARK: Definitions

    /// Definitions that the counted cohort and its report do not use.
    mutating func warnOfUnusedDefinitions(_ query: QuerySyntax, target: CohortSyntax) {
        for (index, anchor) in anchors.enumerated() where !usedAnchors.contains(index) {
            warn(
                "C0214", "the event `\(anchor.name.text)` is not used", at: anchor.name.span,
                help: "naming an event does not ask for it: add `and exists \(anchor.name.text)`, or take it out")
        }
        for cohort in query.cohorts where cohort.name.text != target.name.text && cohorts[cohort.name.text]?.isUsed == false {
            warn(
                "C0285", "the cohort `\(cohort.name.text)` is not counted", at: cohort.name.span,
                help: "the report counts `\(target.name.text)`: write `in \(cohort.name.text)` there, or take it out")
        }
        for set in conceptSets.values.filter({ !$0.isUsed }).sorted(by: { $0.name.span.lowerBound < $1.name.span.lowerBound }) {
            warn("C0285", "the set `\(set.name.text)` is not used", at: set.name.span, help: "write `of \(set.name.text)`, or take it out")
        }
        for set in codeSets.values.filter({ !$0.isUsed }).sorted(by: { $0.name.span.lowerBound < $1.name.span.lowerBound }) {
            warn("C0285", "the set `\(set.name.text)` is not used", at: set.name.span, help: "write `of \(set.name.text)`, or take it out")
        }
        for parameter in parameters.values.filter({ !$0.isUsed }).sorted(by: { $0.name.span.lowerBound < $1.name.span.lowerBound }) {
            let name = parameter.name
            warn("C0285", "the parameter `\(name.text)` is not used", at: name.span, help: "write `$\(name.text)`, or take it out")
        }
    }

    // MARK: Contradictions and tautologies

    /// Warns where two parts of one `and` cannot both hold, and where one of an `or` holds whenever the other does not.
    mutating func warnOfContradictions(_ syntax: ConditionSyntax) {
        switch syntax {
        case .and(let parts, _):
            warnOfAges(parts)
            warnOfSexes(parts)
            warnOfOpposites(parts, isAnd: true)
            for part in parts { warnOfContradictions(part) }
        case .or(let parts, _):
            warnOfOpposites(parts, isAnd: false)
            for part in parts { warnOfContradictions(part) }
        case .not(let inner, _), .state(let inner, _, _), .orUnknown(let inner, _): warnOfContradictions(inner)
        case .some(_, let parts, _): for part in parts { warnOfContradictions(part) }
        default: break
        }
    }

    private mutating func warnOfAges(_ parts: [ConditionSyntax]) {
        var ages: [String: (range: CountRange, span: SourceSpan)] = [:]
        for case .age(let anchor, let test, let span) in parts {
            let before = diagnostics.count
            guard let range = ageRange(test, at: span), diagnostics.count == before else { continue }
            let key = "\(source[anchor.span]) \(test.unit)"
            if let known = ages[key], !known.range.overlaps(range) {
                warn(
                    "C0280", "nobody has this age and the one on line \(source.place(of: known.span.lowerBound).line)", at: span,
                    help: "join the two with `or`, or mend a bound")
            }
            ages[key] = ages[key] ?? (range, span)
        }
    }

    private mutating func warnOfSexes(_ parts: [ConditionSyntax]) {
        var first: NameSyntax?
        for case .sex(let name, _) in parts {
            if let first, first.text != name.text {
                warn("C0281", "nobody is recorded as both \(first.text) and \(name.text)", at: name.span, help: "join the two with `or`")
            }
            first = first ?? name
        }
    }

    /// A statement beside its own opposite, word for word.
    private mutating func warnOfOpposites(_ parts: [ConditionSyntax], isAnd: Bool) {
        var statements: [String: SourceSpan] = [:]
        for part in parts {
            if case .not = part { continue }
            statements[words(part.span)] = part.span
        }
        for case .not(let inner, let span) in parts {
            guard let other = statements[words(inner.span)] else { continue }
            let line = source.place(of: other.lowerBound).line
            warn(
                "C0283",
                isAnd
                    ? "this is the opposite of what line \(line) asks for"
                    : "this or what line \(line) says is true of everybody for whom it is known",
                at: span, help: "take one of the two out")
        }
    }

    private func words(_ span: SourceSpan) -> String { source[span].split(whereSeparator: \.isWhitespace).joined(separator: " ") }

    // MARK: Windows

    /// Warns where windows around one day have nothing in common.
    mutating func warnOfDeadWindows(_ windows: [Window], at syntax: [WindowSyntax]) {
        guard windows.count > 1, windows.count == syntax.count else { return }
        for later in windows.indices {
            for earlier in 0..<later where windows[earlier].side == windows[later].side {
                guard PlanBuilder.areDisjoint(windows[earlier], windows[later]) else { continue }
                warn(
                    "C0282", "no day lies in this window and in `\(words(syntax[earlier].span))`", at: syntax[later].span,
                    help: "mend one of the two, or take it out")
            }
        }
    }

    /// Whether one window ends before the other begins, whatever the day of the anchor that they share.
    static func areDisjoint(_ first: Window, _ second: Window) -> Bool {
        if case .date(let day) = first.anchor, case .date(let other) = second.anchor {
            return areDisjoint(first, around: day, second, around: other)
        }
        guard first.anchor == second.anchor else { return false }
        func ends(_ bound: WindowBound?, before other: WindowBound?) -> Bool {
            guard let upper = bound, let lower = other else { return false }
            if upper.distance == lower.distance { return !(upper.isInclusive && lower.isInclusive) }
            return upper.distance.latestDays < lower.distance.earliestDays
        }
        return ends(first.upper, before: second.lower) || ends(second.upper, before: first.lower)
    }

    /// The same of windows around two days of the calendar.
    private static func areDisjoint(_ first: Window, around day: CalendarDate, _ second: Window, around other: CalendarDate) -> Bool {
        func ends(_ upper: WindowBound?, _ day: CalendarDate, before lower: WindowBound?, _ other: CalendarDate) -> Bool {
            guard let upper, let lower else { return false }
            let (end, begin) = (day.advanced(by: upper.distance), other.advanced(by: lower.distance))
            return end == begin ? !(upper.isInclusive && lower.isInclusive) : end < begin
        }
        return ends(first.upper, day, before: second.lower, other) || ends(second.upper, other, before: first.lower, day)
    }

    // MARK: Negation

    /// Warns where `not` meets what can be missing: who has no such value is in neither.
    mutating func warnOfMissing(_ inner: ConditionSyntax, at syntax: ConditionSyntax) {
        guard let reason = whatCanBeMissing(in: inner) else { return }
        warn(
            "C0284", "`not` leaves out patients for whom \(reason)", at: SourceSpan(syntax.span.lowerBound, syntax.span.lowerBound + 3),
            help: "write `(not … or unknown)` to keep them, or ask for the opposite by name")
    }

    private func whatCanBeMissing(in syntax: ConditionSyntax) -> String? {
        switch syntax {
        case .and(let parts, _), .or(let parts, _), .some(_, let parts, _):
            return parts.lazy.compactMap { self.whatCanBeMissing(in: $0) }.first
        // The innermost `not` warns; what is known or possible is never unknown.
        case .not, .state, .orUnknown, .missing: return nil
        case .member(let name, _):
            guard let cohort = cohorts[name.text]?.meaning, canBeUnknown(cohort.condition) else { return nil }
            return "it is unknown whether they are in `\(name.text)`"
        case .sex: return "no sex is recorded"
        case .age: return "the birth date or the day is not known"
        case .exists(let name, _):
            let event = anchorsInScope.first { anchors[$0].name.text == name.text }
            guard let event, canBeUnknown(.exists(EventReference(event))) else { return nil }
            return "it is unknown whether a record is one of `\(name.text)`"
        case .relation(_, let window, _):
            guard case .same(let bond) = window.form else { return "the day is not known" }
            return "the \(bond.rawValue) is not recorded"
        case .ratio, .change: return "a number cannot be read or compared"
        case .observed: return nil
        case .count(_, let selection, _, _):
            if selection.value != nil { return "the value is recorded in a way that cannot be read" }
            if selection.windows.contains(where: { if case .same = $0.form { true } else { false } }) {
                return "it is not recorded what the event belongs to"
            }
            return selection.attributes == nil && selection.having.isEmpty ? nil : "a property of the series is not recorded"
        }
    }
}

extension CalendarDistance {
    /// The fewest and the most days that it can be.
    var earliestDays: Int { days(amount >= 0) }
    var latestDays: Int { days(amount < 0) }

    private func days(_ isShort: Bool) -> Int {
        switch unit {
        case .day: amount
        case .week: 7 * amount
        // From January the 31st a month can move 28 days, a year 365.
        case .month: amount * (isShort ? 28 : 31)
        case .year: amount * (isShort ? 365 : 366)
        }
    }
}
