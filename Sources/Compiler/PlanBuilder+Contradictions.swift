import CohortPlan
import CohortQL
import Diagnostics

// Warnings that are seen in what a query means and not in its words.

extension PlanBuilder {
    /// A part of a condition with the words that it was made from.
    private struct Part {
        let condition: Condition
        let span: SourceSpan
    }

    /// Warns where parts of one `and` cannot hold together, where parts of one `or` leave nobody out, and of what begins after death.
    mutating func warnOfContradictions(in meaning: Meaning) {
        for index in anchorsInScope { warnOfDeath(in: anchors[index].selection, at: anchors[index].syntax.span) }
        walk(meaning.condition, meaning.label)
    }

    private mutating func walk(_ condition: Condition, _ label: Meaning.Label) {
        let parts = PlanBuilder.parts(of: condition, label)
        switch condition {
        case .all:
            warnOfNumbers(parts)
            warnOfWindows(parts)
            warnOfOrder(parts)
        case .any: warnOfEveryNumber(parts)
        case .count(let selection, _), .chain(let selection, _, _):
            if case .words(let span) = label { warnOfDeath(in: selection, at: span) }
        case .relation: warnOfOrder([Part(condition: condition, span: PlanBuilder.span(of: label))])
        default: break
        }
        guard case .parts(let labels) = label else { return }
        for (part, label) in zip(PlanBuilder.children(of: condition), labels) { walk(part, label) }
    }

    private static func children(of condition: Condition) -> [Condition] {
        switch condition {
        case .all(let parts), .any(let parts), .some(_, let parts): parts
        case .not(let part), .known(let part), .possible(let part): [part]
        case .given(let known, let part): [known, part]
        default: []
        }
    }

    private static func parts(of condition: Condition, _ label: Meaning.Label) -> [Part] {
        guard case .parts(let labels) = label else { return [] }
        return zip(children(of: condition), labels).map { Part(condition: $0, span: span(of: $1)) }
    }

    private static func span(of label: Meaning.Label) -> SourceSpan {
        switch label {
        case .words(let span): span
        case .parts(let parts): parts.dropFirst().reduce(parts.first.map(span) ?? SourceSpan(0, 0)) { $0.union(span(of: $1)) }
        }
    }

    private func line(of span: SourceSpan) -> Int { source.place(of: span.lowerBound).line }

    // MARK: Numbers of events

    private mutating func warnOfNumbers(_ parts: [Part]) {
        var known: [EventSelection: (range: CountRange, span: SourceSpan)] = [:]
        for part in parts {
            guard case .count(let selection, let range) = part.condition else { continue }
            if let other = known[selection], !other.range.overlaps(range) {
                warn(
                    "C0287", "nobody has this number of events and the one on line \(line(of: other.span))", at: part.span,
                    help: "join the two with `or`, or mend a number")
            }
            known[selection] = known[selection] ?? (range, part.span)
        }
    }

    /// `any X or no X`
    private mutating func warnOfEveryNumber(_ parts: [Part]) {
        var known: [EventSelection: [CountRange]] = [:]
        for part in parts {
            guard case .count(let selection, let range) = part.condition else { continue }
            known[selection, default: []].append(range)
            let ranges = known[selection, default: []].sorted { $0.lower < $1.lower }
            var reached: Int? = -1
            for next in ranges {
                if let end = reached, next.lower <= end + 1 { reached = next.upper.map { max($0, end) } }
            }
            guard ranges.count > 1, reached == nil else { continue }
            warn(
                "C0283", "this or what stands before it is true of everybody for whom it is known", at: part.span,
                help: "take the two out, or mend a number")
        }
    }

    // MARK: Time

    private mutating func warnOfWindows(_ parts: [Part]) {
        var known: [(event: EventReference, window: Window, span: SourceSpan)] = []
        for part in parts {
            guard case .relation(let event, let window) = part.condition else { continue }
            let clash = known.first { other in
                other.event == event && other.window.side == window.side
                    && PlanBuilder.areDisjoint(other.window, window)
            }
            if let clash {
                warn(
                    "C0282", "no day lies in this window and in the one on line \(line(of: clash.span))", at: part.span,
                    help: "mend one of the two, or take it out")
            }
            known.append((event, window, part.span))
        }
    }

    /// That one named event starts no later than another.
    private struct Order: Hashable {
        let first: EventReference
        let second: EventReference
    }

    /// What a window around the start of an event says of two starts, and whether they cannot be on one day.
    private static func order(of event: EventReference, _ window: Window) -> (order: Order, isStrict: Bool)? {
        guard window.side == .start, case .start(let anchor) = window.anchor else { return nil }
        if let upper = window.upper, upper.distance.amount <= 0 {
            return (Order(first: event, second: anchor), upper.distance.amount < 0 || !upper.isInclusive)
        }
        guard let lower = window.lower, lower.distance.amount >= 0 else { return nil }
        return (Order(first: anchor, second: event), lower.distance.amount > 0 || !lower.isInclusive)
    }

    /// Of events that must be there, with how they are defined.
    private mutating func warnOfOrder(_ parts: [Part]) {
        var known: [Order: (isStrict: Bool, span: SourceSpan)] = [:]
        var facts: [(event: EventReference, window: Window, span: SourceSpan)] = []
        for part in parts {
            guard case .relation(let event, let window) = part.condition else { continue }
            facts += anchors[event.index].selection.windows.map { (event, $0, part.span) }
            facts.append((event, window, part.span))
        }
        for fact in facts {
            guard let found = PlanBuilder.order(of: fact.event, fact.window) else { continue }
            let opposite = known[Order(first: found.order.second, second: found.order.first)]
            if let opposite, opposite.isStrict || found.isStrict {
                warn(
                    "C0282", "no two days fit this and what line \(line(of: opposite.span)) says of these events", at: fact.span,
                    help: "mend one of the two, or take it out")
                return
            }
            if found.isStrict { warnOfDeath(found.order, at: fact.span) }
            known[found.order] = (found.isStrict || known[found.order]?.isStrict == true, fact.span)
        }
    }

    // MARK: Death

    /// What no living patient is needed for is left out: images and specimens of the dead are examined.
    private static let ofTheLiving: Set<EventKind> = [.diagnosis, .medication, .radiotherapy, .visit]

    private mutating func warnOfDeath(_ order: Order, at span: SourceSpan) {
        warnOfDeath(before: anchors[order.second.index].selection.request.kind, order.first, at: span)
    }

    private mutating func warnOfDeath(in selection: EventSelection, at span: SourceSpan) {
        for window in selection.windows {
            guard window.side == .start, case .start(let anchor) = window.anchor, let lower = window.lower,
                lower.distance.amount > 0 || (lower.distance.amount == 0 && !lower.isInclusive)
            else { continue }
            warnOfDeath(before: selection.request.kind, anchor, at: span)
        }
    }

    private mutating func warnOfDeath(before kind: EventKind, _ anchor: EventReference, at span: SourceSpan) {
        guard anchors[anchor.index].selection.request.kind == .death, PlanBuilder.ofTheLiving.contains(kind) else { return }
        guard !diagnostics.contains(where: { $0.code == "C0288" && $0.span == span }) else { return }
        warn("C0288", "nothing of this kind begins after death", at: span, help: "turn the two around, or take it out")
    }

    // MARK: What can be missing

    /// Whether a condition can be unknown for a patient about whom the records say something.
    func canBeUnknown(_ condition: Condition) -> Bool {
        switch condition {
        case .all(let parts), .any(let parts), .some(_, let parts): parts.contains { canBeUnknown($0) }
        case .not(let part): canBeUnknown(part)
        // What ATLAS means is never unknown.
        case .known, .possible, .atlas: false
        case .given, .sex, .age, .ageInMonths, .relation, .ratio, .change: true
        case .count(let selection, _), .chain(let selection, _, _): selection.request.canBeUnknown
        case .exists(let event): anchors[event.index].selection.request.canBeUnknown
        }
    }
}

extension EventRequest {
    /// Whether a record can leave open whether it matches.
    fileprivate var canBeUnknown: Bool { value != nil || !attributes.isEmpty || !havingSeries.isEmpty }
}
