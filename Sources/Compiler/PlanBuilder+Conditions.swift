import CohortPlan
import CohortQL
import Diagnostics

extension PlanBuilder {
    /// What a condition means; nil when a part of it has a mistake.
    ///
    /// - Parameter recordsMissing: whether an observation with a value is unknown where no value is recorded at all, as behind
    ///   `or unknown`; else it is no.
    mutating func meaning(of syntax: ConditionSyntax, recordsMissing: Bool = false) -> Meaning? {
        let span = syntax.span
        switch syntax {
        case .and(let parts, _): return all(parts, recordsMissing).map { Meaning($0, as: Condition.all) }
        case .or(let parts, _): return all(parts, recordsMissing).map { Meaning($0, as: Condition.any) }
        case .some(let quantifier, let parts, _):
            guard let built = all(parts, recordsMissing), let range = range(of: quantifier) else { return nil }
            if range.lower > parts.count {
                error(
                    "C0224", "of \(parts.count) conditions \(range.lower) can never hold", at: quantifier.span,
                    help: "ask for at most \(parts.count)")
                return nil
            }
            return Meaning(built) { .some(range, $0) }
        case .not(let inner, _):
            warnOfMissing(inner, at: syntax)
            return meaning(of: inner, recordsMissing: recordsMissing)?.negated
        case .state(let inner, let isKnown, _):
            guard let known = meaning(of: inner, recordsMissing: true).map({ Meaning([$0]) { .known($0[0]) } }) else { return nil }
            return isKnown ? known : known.negated
        case .orUnknown(let inner, _): return meaning(of: inner, recordsMissing: true).map { Meaning([$0]) { .possible($0[0]) } }
        case .sex(let name, _): return sex(name).map { Meaning(.sex($0), span) }
        case .age(let anchor, let test, _):
            guard let point = anchorPoint(anchor), let range = ageRange(test, at: span) else { return nil }
            return Meaning(test.unit == .year ? .age(point, range) : .ageInMonths(point, range), span)
        case .exists(let name, _): return reference(name, single: nil).map { Meaning(.exists($0), span) }
        case .member(let name, _): return membership(in: name)
        case .observed(let first, let last, _): return observed(first, last, at: span)
        case .ratio(let name, let factor, let other, _): return ratio(name, factor, other, at: span)
        case .change(let change, let first, let second, _): return self.change(change, first, second, at: span)
        case .relation(let name, let syntax, _):
            guard let event = reference(name, single: "a relation in time"), let windows = windows(syntax) else { return nil }
            return Meaning.all(windows.map { Meaning(.relation(event, $0), span) })
        case .count(let quantifier, let syntax, let spacing, _):
            return count(quantifier, syntax, spacing, at: span, recordsMissing: recordsMissing)
        case .missing: return nil
        }
    }

    private mutating func all(_ parts: [ConditionSyntax], _ recordsMissing: Bool) -> [Meaning]? {
        // Every part is looked at, so that every mistake is reported.
        let built = parts.map { meaning(of: $0, recordsMissing: recordsMissing) }
        let found = built.compactMap(\.self)
        return found.count == parts.count ? found : nil
    }

    // MARK: Patients

    private mutating func sex(_ name: NameSyntax) -> Sex? {
        if let sex = Sex(rawValue: name.text) { return sex }
        let names = Sex.allCases.map(\.rawValue)
        error(
            "C0260", "`\(name.text)` is not recorded as a sex", at: name.span,
            help: nearest(to: name.text, among: names).map { "did you mean `\($0)`?" } ?? "write \(names.joined(separator: ", "))")
        return nil
    }

    mutating func ageRange(_ test: AgeTestSyntax, at span: SourceSpan) -> CountRange? {
        let range: CountRange
        switch test.form {
        case .range(let low, let high):
            guard let first = integer(low), let last = integer(high) else { return nil }
            range = CountRange(first, last)
        case .comparison(let comparison, let number):
            guard let age = integer(number) else { return nil }
            switch comparison {
            case .less: range = CountRange(0, age - 1)
            case .atMost: range = CountRange(0, age)
            case .more: range = CountRange(age + 1, nil)
            case .atLeast: range = CountRange(age, nil)
            case .equal: range = CountRange(age, age)
            }
        }
        if let upper = range.upper, upper < range.lower {
            error("C0261", "no age fits this", at: span, help: "write the lower age first, and ages of 0 or more")
            return nil
        }
        return range
    }

    // MARK: Events

    private mutating func ratio(_ name: NameSyntax, _ factor: QuantifierSyntax, _ other: NameSyntax, at span: SourceSpan) -> Meaning? {
        guard let first = valued(name), let second = valued(other) else { return nil }
        let range: QuantityRange
        switch factor.form {
        case .atLeast(let number):
            guard let bound = decimal(number) else { return nil }
            range = QuantityRange(from: QuantityBound(bound, inclusive: true), unit: "1")
        case .atMost(let number):
            guard let bound = decimal(number) else { return nil }
            range = QuantityRange(to: QuantityBound(bound, inclusive: true), unit: "1")
        case .any, .none, .exactly: return nil
        }
        return Meaning(.ratio(first, to: second, range), span)
    }

    /// A named event of which there is one, with a number.
    mutating func valued(_ name: NameSyntax) -> EventReference? {
        guard let event = reference(name, single: "a comparison of numbers") else { return nil }
        if case .quantity = anchors[event.index].selection.request.value { return event }
        error(
            "C0225", "`\(name.text)` need not have a number", at: name.span,
            help: "define it as an observation whose number is tested: `\(name.text) = first observation of … is known`")
        return nil
    }

    mutating func range(of quantifier: QuantifierSyntax) -> CountRange? {
        switch quantifier.form {
        case .any: .atLeastOne
        case .none: .zero
        case .atLeast(let number): integer(number).map { CountRange($0, nil) }
        case .atMost(let number): integer(number).map { CountRange(0, $0) }
        case .exactly(let number): integer(number).map { CountRange($0, $0) }
        }
    }

    private mutating func count(
        _ quantifier: QuantifierSyntax, _ syntax: SelectionSyntax, _ spacing: SpacingSyntax?, at span: SourceSpan, recordsMissing: Bool
    ) -> Meaning? {
        let range = range(of: quantifier)
        guard let selection = selection(syntax) else { return nil }
        guard let range else { return nil }
        if range == CountRange(0, nil) {
            warn("C0283", "every patient has at least 0 of these", at: quantifier.span, help: "write `any` or `at least 1`")
        }
        let counted: Meaning
        if let spacing {
            guard let chain = chain(quantifier, range, selection, spacing) else { return nil }
            counted = Meaning(chain, span)
        } else {
            counted = Meaning(.count(selection, range), span)
        }
        guard recordsMissing, selection.request.value != nil, let recorded = self.selection(syntax, testing: .known(span)) else {
            return counted
        }
        let some = EventSelection(recorded.request, windows: recorded.windows)
        return Meaning([Meaning(.count(some, .atLeastOne), span), counted]) { .given($0[0], $0[1]) }
    }

    private mutating func chain(
        _ quantifier: QuantifierSyntax, _ range: CountRange, _ selection: EventSelection, _ spacing: SpacingSyntax
    ) -> Condition? {
        guard case .atLeast = quantifier.form, range.lower >= 2, range.lower <= CohortPlan.Limits.ordinal, selection.pick == .all else {
            error(
                "C0222", "`each … apart` needs several events", at: spacing.span,
                help: "write `at least 2` or more before them, and neither `first` nor `last`")
            return nil
        }
        guard let upper = spacing.upper else {
            return distance(spacing.lower).map { .chain(selection, count: range.lower, Gap(from: $0)) }
        }
        guard let (near, far) = distances(spacing.lower, upper, at: spacing.span) else { return nil }
        return .chain(selection, count: range.lower, Gap(from: near, to: far))
    }

    /// One observation period spans both days.
    private mutating func observed(_ first: AnchorSyntax, _ last: AnchorSyntax, at span: SourceSpan) -> Meaning? {
        guard let begin = stretch(first)?.begin, let end = stretch(last)?.end else { return nil }
        let edge = WindowBound(.zero, inclusive: true)
        let windows = [Window(begin, to: edge), Window(end, from: edge, side: .end)]
        return Meaning(.count(EventSelection(EventRequest(kind: .observationPeriod), windows: windows), .atLeastOne), span)
    }
}

extension CountRange {
    func overlaps(_ other: CountRange) -> Bool { lower <= (other.upper ?? .max) && other.lower <= (upper ?? .max) }
}
