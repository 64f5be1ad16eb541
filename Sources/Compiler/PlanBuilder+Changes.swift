import CohortPlan
import CohortQL
import Diagnostics

extension PlanBuilder {
    // MARK: Two numbers

    mutating func change(_ syntax: ChangeSyntax, _ first: NameSyntax, _ second: NameSyntax, at span: SourceSpan) -> Meaning? {
        // Every mistake is found, in the names and in the test.
        let events = (valued(first), valued(second))
        switch syntax {
        case .amount(let direction, let isRelative, let value):
            guard let from = events.0, let to = events.1, let unit = commonUnit(of: from, to, second) else { return nil }
            let change = isRelative ? relative(direction.direction, value) : absolute(direction.direction, value, unit)
            return change.map { Meaning(.change(from: from, to: to, $0), span) }
        case .doublingTime(let test):
            guard let change = doubling(test, at: span), let from = events.0, let to = events.1, commonUnit(of: from, to, second) != nil
            else { return nil }
            return Meaning(.change(from: from, to: to, change), span)
        }
    }

    /// The unit of two events' numbers, which must be of one dimension.
    private mutating func commonUnit(of first: EventReference, _ second: EventReference, _ name: NameSyntax) -> String? {
        guard let unit = anchors[first.index].selection.request.value?.range?.unit,
            let other = anchors[second.index].selection.request.value?.range?.unit
        else { return nil }
        if let own = UCUMUnit(unit), let its = UCUMUnit(other), own.isCommensurable(with: its) { return unit }
        error(
            "C0248", "`\(name.text)` is in `\(other)` and what it is compared with in `\(unit)`, which measure different things",
            at: name.span, help: "compare two numbers of one sort")
        return nil
    }

    /// In the unit of the numbers, or in one of them by time.
    private mutating func absolute(_ direction: Change.Direction, _ value: ValueSyntax, _ expected: String) -> Change? {
        if let written = value.unit.flatMap({ UCUMUnit($0.text) }), let own = UCUMUnit(expected),
            let perTime = UCUMUnit("(\(expected))/d"), !written.isCommensurable(with: own), written.isCommensurable(with: perTime)
        {
            return quantity(value, expected: nil).map { .rate(direction, $0) }
        }
        return quantity(value, expected: expected).map { .difference(direction, $0) }
    }

    private mutating func relative(_ direction: Change.Direction, _ value: ValueSyntax) -> Change? {
        if let unit = value.unit, let written = UCUMUnit(unit.text), let one = UCUMUnit("1"), !written.isCommensurable(with: one) {
            error(
                "C0248", "a relative change is not measured in `\(unit.text)`", at: unit.span,
                help: "write it in `%`, or leave `relative` out")
            return nil
        }
        return quantity(value, expected: "1").map { .relative(direction, $0) }
    }

    private mutating func doubling(_ test: DoublingSyntax, at span: SourceSpan) -> Change? {
        switch test {
        case .range(let low, let high):
            guard let (near, far) = distances(low, high, at: span), isShortEnough(far, at: high.span) else { return nil }
            return .doublingTime(from: WindowBound(near, inclusive: true), to: WindowBound(far, inclusive: true))
        case .comparison(let comparison, let duration):
            guard let length = distance(duration), isShortEnough(length, at: duration.span) else { return nil }
            let (open, closed) = (WindowBound(length, inclusive: false), WindowBound(length, inclusive: true))
            switch comparison {
            case .less: return .doublingTime(from: nil, to: open)
            case .atMost: return .doublingTime(from: nil, to: closed)
            case .more: return .doublingTime(from: open, to: nil)
            case .atLeast: return .doublingTime(from: closed, to: nil)
            case .equal: return .doublingTime(from: closed, to: closed)
            }
        }
    }

    private mutating func isShortEnough(_ length: CalendarDistance, at span: SourceSpan) -> Bool {
        guard length.mostDays > Change.longestDoubling else { return true }
        error("C0226", "a doubling time of more than 20 years is not told from none", at: span, help: "ask for at most 20 years")
        return false
    }
}

extension ChangeSyntax.Direction {
    fileprivate var direction: Change.Direction {
        switch self {
        case .increase: .increase
        case .decrease: .decrease
        case .change: .either
        }
    }
}

extension ValueSyntax {
    /// The unit of a number as it was written.
    fileprivate var unit: NameSyntax? {
        switch self {
        case .comparison(_, _, let unit), .range(_, _, let unit): unit
        default: nil
        }
    }
}
