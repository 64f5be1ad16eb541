import CohortPlan
import CohortQL
import Diagnostics

extension PlanBuilder {
    // MARK: Conditions

    /// The plan's condition; nil when a part of it has a mistake.
    mutating func condition(_ syntax: ConditionSyntax) -> Condition? {
        switch syntax {
        case .and(let parts, _): return all(parts).map { .all($0) }
        case .or(let parts, _): return all(parts).map { .any($0) }
        case .not(let inner, _): return condition(inner).map { .not($0) }
        case .sex(let name, _):
            guard let sex = Sex(rawValue: name.text) else {
                let names = Sex.allCases.map(\.rawValue)
                error(
                    "C0260", "`\(name.text)` is not recorded as a sex", at: name.span,
                    help: nearest(to: name.text, among: names).map { "did you mean `\($0)`?" } ?? "write \(names.joined(separator: ", "))")
                return nil
            }
            return .sex(sex)
        case .age(let anchor, let test, let span):
            guard let point = anchorPoint(anchor), let range = ageRange(test, at: span) else { return nil }
            return .age(point, range)
        case .exists(let name, _): return reference(name, single: nil).map { .exists($0) }
        case .relation(let name, let syntax, _):
            guard let event = reference(name, single: "a relation in time"), let window = window(syntax) else { return nil }
            return .relation(event, window)
        case .count(let quantifier, let syntax, _):
            guard let selection = selection(syntax) else { return nil }
            return .count(selection, quantifier.range)
        case .missing: return nil
        }
    }

    private mutating func all(_ parts: [ConditionSyntax]) -> [Condition]? {
        // Every part is looked at, so that every mistake is reported.
        let built = parts.map { condition($0) }
        let found = built.compactMap(\.self)
        return found.count == parts.count ? found : nil
    }

    private mutating func ageRange(_ test: AgeTestSyntax, at span: SourceSpan) -> CountRange? {
        let range = test.range
        if let upper = range.upper, upper < range.lower {
            error("C0261", "no age fits this", at: span, help: "write the lower age first, and ages of 0 or more")
            return nil
        }
        return range
    }

    // MARK: Reports

    /// The report, or `count patients` when the text has none.
    mutating func report(_ syntax: ReportSyntax?, of cohort: CohortSyntax) -> (report: Report, byNode: Bool)? {
        guard let syntax else { return (Report(measures: [.patients]), false) }
        if syntax.name.text != cohort.name.text {
            error(
                "C0270", "there is no cohort called `\(syntax.name.text)`", at: syntax.name.span, help: "write `report \(cohort.name.text)`"
            )
        }
        let measures = syntax.measures.compactMap { measure($0) }
        var byNode = false
        var breakdowns: [Breakdown] = []
        for breakdown in syntax.breakdowns {
            switch breakdown {
            case .sex: breakdowns.append(.sex)
            case .node: byNode = true
            case .age(let anchor, let width, let span):
                guard (1...100).contains(width) else {
                    error("C0271", "a band of \(width) years is no band", at: span, help: "write `in bands of 10 years`")
                    continue
                }
                if let point = anchorPoint(anchor) { breakdowns.append(.age(point, bandWidth: width)) }
            }
        }
        return (Report(measures: measures, breakdowns: breakdowns), byNode)
    }

    private mutating func measure(_ syntax: MeasureSyntax) -> Measure? {
        if syntax.unit == .patients {
            if let event = syntax.event {
                error("C0272", "patients are counted of the cohort, not of an event", at: event.span, help: "write `patients` alone")
            }
            return .patients
        }
        guard let event = imagingEvent(of: syntax) else { return nil }
        return syntax.unit == .studies ? .studies(event) : .series(event)
    }

    private mutating func imagingEvent(of syntax: MeasureSyntax) -> EventReference? {
        let images = anchors.indices.filter { anchors[$0].selection.request.kind.isImaging }
        guard let name = syntax.event else {
            if images.count == 1 {
                usedAnchors.insert(images[0])
                return EventReference(images[0])
            }
            let help =
                images.isEmpty
                ? "name an imaging event: `baseline = last imaging study …`"
                : "write `\(syntax.unit.rawValue) of \(anchors[images[0]].name.text)`"
            error("C0273", "it is not said of which event \(syntax.unit.rawValue) are counted", at: syntax.span, help: help)
            return nil
        }
        guard let event = reference(name, single: nil) else { return nil }
        guard anchors[event.index].selection.request.kind.isImaging else {
            error(
                "C0274", "`\(name.text)` has no \(syntax.unit.rawValue)", at: name.span,
                help: images.first.map { "did you mean `\(anchors[$0].name.text)`?" } ?? "only imaging events have them")
            return nil
        }
        return event
    }

    // MARK: Contradictions

    /// Warns where two parts of one `and` cannot both hold.
    mutating func warnOfContradictions(_ syntax: ConditionSyntax) {
        switch syntax {
        case .and(let parts, _):
            var ages: [String: (range: CountRange, span: SourceSpan)] = [:]
            var sex: NameSyntax?
            for part in parts {
                if case .age(let anchor, let test, let span) = part {
                    let key = source[anchor.span]
                    if let known = ages[key], !known.range.overlaps(test.range) {
                        warn(
                            "C0280", "nobody has this age and the one on line \(source.place(of: known.span.lowerBound).line)", at: span,
                            help: "join the two with `or`, or mend a bound")
                    }
                    ages[key] = ages[key] ?? (test.range, span)
                }
                if case .sex(let name, _) = part {
                    if let known = sex, known.text != name.text {
                        warn(
                            "C0281", "nobody is recorded as both \(known.text) and \(name.text)", at: name.span,
                            help: "join the two with `or`")
                    }
                    sex = sex ?? name
                }
                warnOfContradictions(part)
            }
        case .or(let parts, _): for part in parts { warnOfContradictions(part) }
        case .not(let inner, _): warnOfContradictions(inner)
        default: break
        }
    }
}

extension AgeTestSyntax {
    /// In completed years; an impossible test gives an empty range (upper below lower).
    var range: CountRange {
        switch self {
        case .range(let low, let high): CountRange(low, high)
        case .comparison(.less, let age): CountRange(0, age - 1)
        case .comparison(.atMost, let age): CountRange(0, age)
        case .comparison(.more, let age): CountRange(age + 1, nil)
        case .comparison(.atLeast, let age): CountRange(age, nil)
        case .comparison(.equal, let age): CountRange(age, age)
        }
    }
}

extension QuantifierSyntax {
    var range: CountRange {
        switch form {
        case .any: .atLeastOne
        case .none: .zero
        case .atLeast(let number): CountRange(number, nil)
        case .atMost(let number): CountRange(0, number)
        case .exactly(let number): CountRange(number, number)
        }
    }
}

extension CountRange {
    func overlaps(_ other: CountRange) -> Bool { lower <= (other.upper ?? .max) && other.lower <= (upper ?? .max) }
}
