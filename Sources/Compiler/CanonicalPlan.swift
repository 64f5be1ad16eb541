public import CohortPlan
import Foundation

extension CohortPlan {
    /// One form for plans that mean the same: unused events left out, the others numbered by first use, `and` and `or`
    /// flattened, sorted and without repetition, double negation undone, weeks in days and years in months, `at least 1 of` and `at least all of` as `or` and `and`, and
    /// `exists X` left out beside what cannot be without X.
    public var canonical: CohortPlan {
        let keys = PlanKeys(self)
        let condition = keys.normalise(self.condition)
        var renumbering = AnchorRenumbering(plan: self, keys: keys)
        renumbering.use(condition)
        for measure in report.measures { renumbering.use(measure.event) }
        for axis in report.axes { renumbering.use(axis) }
        for point in report.summaries.flatMap(\.points) { renumbering.use(point.event) }
        let overlap = report.overlap.map(keys.normalise)
        let funnel = report.funnel.map(keys.normalise)
        for other in overlap + funnel { renumbering.use(other) }
        let anchors = renumbering.order.map { renumbering.renumber(self.anchors[$0]) }
        let report = renumbering.renumber(report, overlap: overlap, funnel: funnel)
        // A rearranged valid plan is valid; the original stands in where that reasoning were wrong.
        return (try? CohortPlan(anchors: anchors, condition: renumbering.renumber(condition), report: report)) ?? self
    }

    /// The SHA-256 of the canonical form's JSON, in hexadecimal.
    public var canonicalHash: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let data = (try? encoder.encode(canonical)) ?? Data()
        return SHA256.hexadecimal(of: Array(data))
    }
}

/// Numbers events by their first use, those that an event depends on before it.
struct AnchorRenumbering {
    let plan: CohortPlan
    fileprivate let keys: PlanKeys
    private(set) var order: [Int] = []
    private var numbers: [Int: Int] = [:]

    fileprivate init(plan: CohortPlan, keys: PlanKeys) {
        self.plan = plan
        self.keys = keys
    }

    mutating func use(_ event: EventReference?) {
        guard let event, numbers[event.index] == nil else { return }
        use(plan.anchors[event.index])
        numbers[event.index] = order.count
        order.append(event.index)
    }

    private mutating func use(_ selection: EventSelection) {
        for window in keys.normalise(selection.windows) { use(window.anchor.event) }
        use(selection.pick.anchor?.event)
    }

    mutating func use(_ condition: Condition) {
        switch condition {
        case .all(let parts), .any(let parts), .some(_, let parts): for part in parts { use(part) }
        case .not(let part), .known(let part), .possible(let part): use(part)
        case .given(let known, let part):
            use(known)
            use(part)
        case .count(let selection, _), .chain(let selection, _, _): use(selection)
        case .exists(let event): use(event)
        case .ratio(let event, let other, _), .change(let event, let other, _):
            use(event)
            use(other)
        case .relation(let event, let window):
            use(event)
            use(window.anchor.event)
        case .sex, .atlas: break
        case .age(let point, _), .ageInMonths(let point, _): use(point.event)
        }
    }

    func renumber(_ event: EventReference) -> EventReference { EventReference(numbers[event.index] ?? event.index) }

    func renumber(_ point: AnchorPoint) -> AnchorPoint {
        switch point {
        case .start(let event): .start(renumber(event))
        case .end(let event): .end(renumber(event))
        case .date, .dates: point
        }
    }

    func renumber(_ window: Window) -> Window {
        if let bond = window.bond, let event = window.anchor.event { return Window(same: bond, as: renumber(event)) }
        return Window(renumber(window.anchor), from: window.lower?.normalised, to: window.upper?.normalised, side: window.side)
    }

    func renumber(_ selection: EventSelection) -> EventSelection {
        let windows = keys.normalise(selection.windows).map(renumber)
        var pick = selection.pick
        if case .nearest(let point) = pick { pick = .nearest(renumber(point)) }
        return EventSelection(selection.request.normalised, windows: windows, pick: pick)
    }

    func renumber(_ condition: Condition) -> Condition {
        switch condition {
        case .all(let parts): .all(parts.map(renumber))
        case .any(let parts): .any(parts.map(renumber))
        case .not(let part): .not(renumber(part))
        case .count(let selection, let range): .count(renumber(selection), range)
        case .exists(let event): .exists(renumber(event))
        case .ratio(let event, let other, let range): .ratio(renumber(event), to: renumber(other), range)
        case .change(let event, let other, let change): .change(from: renumber(event), to: renumber(other), change.normalised)
        case .relation(let event, let window): .relation(renumber(event), renumber(window))
        case .sex, .atlas: condition
        case .age(let point, let range): .age(renumber(point), range)
        case .ageInMonths(let point, let range): .ageInMonths(renumber(point), range)
        case .some(let range, let parts): .some(range, parts.map(renumber))
        case .known(let part): .known(renumber(part))
        case .given(let known, let part): .given(renumber(known), renumber(part))
        case .possible(let part): .possible(renumber(part))
        case .chain(let selection, let count, let gap): .chain(renumber(selection), count: count, gap.normalised)
        }
    }
}

extension CalendarDistance {
    /// Weeks as days and years as months, which they are.
    fileprivate var normalised: CalendarDistance {
        switch unit {
        case .week: CalendarDistance(7 * amount, .day)
        case .year: CalendarDistance(12 * amount, .month)
        case .day, .month: amount == 0 ? .zero : self
        }
    }
}

extension WindowBound {
    fileprivate var normalised: WindowBound { WindowBound(distance.normalised, inclusive: isInclusive) }
}

extension Gap {
    fileprivate var normalised: Gap { Gap(from: lower.normalised, to: upper?.normalised) }
}

extension Change {
    fileprivate var normalised: Change {
        if case .doublingTime(let lower, let upper) = self { .doublingTime(from: lower?.normalised, to: upper?.normalised) } else { self }
    }
}

extension EventRequest {
    /// Tests of properties in a fixed order, each once.
    fileprivate var normalised: EventRequest {
        func sorted(_ tests: [AttributeTest]) -> [AttributeTest] { Set(tests).sorted { PlanWords.of($0) < PlanWords.of($1) } }
        let having = Set(havingSeries.map(sorted)).sorted { PlanWords.of($0) < PlanWords.of($1) }
        return EventRequest(kind: kind, concepts: concepts, value: value, attributes: sorted(attributes), havingSeries: having)
    }
}

/// Names for the parts of a plan that do not depend on the order or the names in which its events were written: an event
/// is named by the digest of what it asks for, so that the names stay short however long the chain of events.
private struct PlanKeys {
    private var events: [String] = []
    /// By event, those from which it is measured, and those from which these are.
    private var anchored: [Set<EventReference>] = []

    init(_ plan: CohortPlan) {
        for anchor in plan.anchors {
            events.append(key(anchor))
            anchored.append(needed(by: anchor))
        }
    }

    private func key(_ selection: EventSelection) -> String {
        let windows = Set(selection.windows.map(key)).sorted().joined(separator: ";")
        let pick = selection.pick.anchor.map { "nearest \(key($0))" } ?? "\(selection.pick)"
        return digest("\(words(of: selection.request.normalised)) \(pick) \(windows)")
    }

    /// Rows of tables stand in no selection of a plan that is valid.
    private func words(of request: EventRequest) -> String { request.record == nil ? PlanWords.of(request) : "\(request)" }

    private func digest(_ text: String) -> String { SHA256.hexadecimal(of: Array(text.utf8)) }

    private func key(_ window: Window) -> String {
        if let bond = window.bond { return "same \(bond) \(key(window.anchor))" }
        return
            "\(key(window.anchor)) \(PlanWords.of(window.lower?.normalised)) \(PlanWords.of(window.upper?.normalised)) \(window.side)"
    }

    private func key(_ point: AnchorPoint) -> String {
        switch point {
        case .start(let event): "start \(events[event.index])"
        case .end(let event): "end \(events[event.index])"
        case .date(let date): "date \(date)"
        case .dates(let range): "dates \(range.earliest) \(range.latest)"
        }
    }

    /// Sorted, each once.
    func normalise(_ windows: [Window]) -> [Window] {
        var seen: Set<String> = []
        return windows.map { (key($0), $0) }.sorted { $0.0 < $1.0 }.filter { seen.insert($0.0).inserted }.map(\.1)
    }

    /// Flattened, sorted, without repetition or double negation.
    func normalise(_ condition: Condition) -> Condition { keyed(condition).condition }

    /// A normalised condition with its name, a digest of the names of its parts.
    private struct Keyed {
        let condition: Condition
        let key: String
        /// Those of an `and`, `or` or `not`, so that they need not be named again when they are taken out of it.
        var parts: [Keyed] = []
    }

    private func keyed(_ condition: Condition) -> Keyed {
        switch condition {
        case .all(let parts):
            return joined(conjunction(parts.map(keyed)), "all", make: Condition.all) { if case .all = $0 { true } else { false } }
        case .any(let parts):
            return joined(parts.map(keyed), "any", make: Condition.any) { if case .any = $0 { true } else { false } }
        case .not(let part):
            let inner = keyed(part)
            if case .not = inner.condition { return inner.parts[0] }
            return Keyed(condition: .not(inner.condition), key: digest("not \(inner.key)"), parts: [inner])
        case .some(let range, let parts):
            if range == .atLeastOne { return keyed(.any(parts)) }
            if range.lower == parts.count, range.upper.map({ $0 >= parts.count }) ?? true { return keyed(.all(parts)) }
            // A part that stands twice counts twice.
            let sorted = parts.map(keyed).sorted { $0.key < $1.key }
            return Keyed(
                condition: .some(range, sorted.map(\.condition)), key: digest("some \(range) \(sorted.map(\.key).joined(separator: ","))"))
        case .known(let part):
            // What is known of a statement is known of its opposite.
            var inner = keyed(part)
            if case .not = inner.condition { inner = inner.parts[0] }
            return Keyed(condition: .known(inner.condition), key: digest("known \(inner.key)"))
        case .given(let known, let part):
            let (condition, inner) = (keyed(known), keyed(part))
            return Keyed(condition: .given(condition.condition, inner.condition), key: digest("given \(condition.key) \(inner.key)"))
        case .possible(let part):
            let inner = keyed(part)
            return Keyed(condition: .possible(inner.condition), key: digest("possible \(inner.key)"))
        default: return Keyed(condition: condition, key: key(ofLeaf: condition))
        }
    }

    /// `all`, without the `exists` that another part implies: whatever that part is, the event is at least as much.
    private func conjunction(_ parts: [Keyed]) -> [Keyed] {
        let flat = parts.flatMap { part in if case .all = part.condition { part.parts } else { [part] } }
        let implied = flat.reduce(into: Set<EventReference>()) { $0.formUnion(self.implied(by: $1.condition)) }
        let kept = flat.filter { part in if case .exists(let event) = part.condition { !implied.contains(event) } else { true } }
        return kept.isEmpty ? flat : kept
    }

    /// The single events without which a condition is no, and while they are unknown at most unknown.
    private func implied(by condition: Condition) -> Set<EventReference> {
        switch condition {
        case .exists(let event): anchored[event.index]
        case .relation(let event, _): anchored[event.index].union([event])
        case .age(let point, _), .ageInMonths(let point, _): needed(by: point)
        case .count(let selection, let range): range.lower >= 1 ? needed(by: selection) : []
        case .chain(let selection, _, _): needed(by: selection)
        default: []
        }
    }

    private func needed(by selection: EventSelection) -> Set<EventReference> {
        (selection.windows.map(\.anchor) + [selection.pick.anchor].compactMap(\.self)).reduce(into: []) { $0.formUnion(needed(by: $1)) }
    }

    private func needed(by point: AnchorPoint) -> Set<EventReference> {
        guard let event = point.event, event.index < anchored.count else { return [] }
        return anchored[event.index].union([event])
    }

    private func joined(_ parts: [Keyed], _ word: String, make: ([Condition]) -> Condition, isSame: (Condition) -> Bool) -> Keyed {
        let flat = parts.flatMap { isSame($0.condition) ? $0.parts : [$0] }
        var seen: Set<String> = []
        let unique = flat.sorted { $0.key < $1.key }.filter { seen.insert($0.key).inserted }
        guard unique.count > 1 else { return unique[0] }
        let key = digest("\(word)(\(unique.map(\.key).joined(separator: ",")))")
        return Keyed(condition: make(unique.map(\.condition)), key: key, parts: unique)
    }

    private func key(ofLeaf condition: Condition) -> String {
        switch condition {
        case .all, .any, .not, .some, .given, .known, .possible: keyed(condition).key
        case .count(let selection, let range): digest("count \(key(selection)) \(range)")
        case .exists(let event): digest("exists \(events[event.index])")
        case .relation(let event, let window): digest("relation \(events[event.index]) \(key(window))")
        case .ratio(let event, let other, let range): digest("ratio \(events[event.index]) \(events[other.index]) \(range)")
        case .change(let event, let other, let change):
            digest("change \(events[event.index]) \(events[other.index]) \(change.normalised)")
        case .sex(let sex): digest("sex \(sex)")
        case .atlas(let cohort): digest("atlas \(cohort.json)")
        case .age(let point, let range): digest("age \(key(point)) \(range)")
        case .ageInMonths(let point, let range): digest("months \(key(point)) \(range)")
        case .chain(let selection, let count, let gap): digest("chain \(key(selection)) \(count) \(gap.normalised)")
        }
    }
}

extension AtlasCohort {
    /// In full, in a fixed order: such cohorts are long, and describing them takes longer.
    fileprivate var json: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: (try? encoder.encode(self)) ?? Data(), as: UTF8.self)
    }
}
