public import CohortPlan
import Foundation

extension CohortPlan {
    /// One form for plans that mean the same: unused events left out, the others numbered by first use, `and` and `or`
    /// flattened, sorted and without repetition, double negation undone.
    public var canonical: CohortPlan {
        let keys = PlanKeys(self)
        let condition = keys.normalise(self.condition)
        var renumbering = AnchorRenumbering(plan: self, keys: keys)
        renumbering.use(condition)
        for measure in report.measures { renumbering.use(measure.event) }
        for case .age(let point, _) in report.breakdowns { renumbering.use(point.event) }
        let anchors = renumbering.order.map { renumbering.renumber(self.anchors[$0]) }
        let report = Report(
            measures: report.measures.map { renumbering.renumber($0) }, breakdowns: report.breakdowns.map { renumbering.renumber($0) })
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
private struct AnchorRenumbering {
    let plan: CohortPlan
    let keys: PlanKeys
    private(set) var order: [Int] = []
    private var numbers: [Int: Int] = [:]

    init(plan: CohortPlan, keys: PlanKeys) {
        self.plan = plan
        self.keys = keys
    }

    mutating func use(_ event: EventReference?) {
        guard let event, numbers[event.index] == nil else { return }
        for window in keys.normalise(plan.anchors[event.index].windows) { use(window.anchor.event) }
        numbers[event.index] = order.count
        order.append(event.index)
    }

    mutating func use(_ condition: Condition) {
        switch condition {
        case .all(let parts), .any(let parts): for part in parts { use(part) }
        case .not(let part): use(part)
        case .count(let selection, _): for window in keys.normalise(selection.windows) { use(window.anchor.event) }
        case .exists(let event): use(event)
        case .relation(let event, let window):
            use(event)
            use(window.anchor.event)
        case .sex: break
        case .age(let point, _): use(point.event)
        }
    }

    func renumber(_ event: EventReference) -> EventReference { EventReference(numbers[event.index] ?? event.index) }

    func renumber(_ point: AnchorPoint) -> AnchorPoint {
        switch point {
        case .start(let event): .start(renumber(event))
        case .end(let event): .end(renumber(event))
        case .date: point
        }
    }

    func renumber(_ window: Window) -> Window { Window(renumber(window.anchor), from: window.lower, to: window.upper) }

    func renumber(_ selection: EventSelection) -> EventSelection {
        let windows = keys.normalise(selection.windows).map(renumber)
        return EventSelection(selection.request.normalised, windows: windows, pick: selection.pick)
    }

    func renumber(_ condition: Condition) -> Condition {
        switch condition {
        case .all(let parts): .all(parts.map(renumber))
        case .any(let parts): .any(parts.map(renumber))
        case .not(let part): .not(renumber(part))
        case .count(let selection, let range): .count(renumber(selection), range)
        case .exists(let event): .exists(renumber(event))
        case .relation(let event, let window): .relation(renumber(event), renumber(window))
        case .sex: condition
        case .age(let point, let range): .age(renumber(point), range)
        }
    }

    func renumber(_ measure: Measure) -> Measure {
        switch measure {
        case .patients: measure
        case .studies(let event): .studies(renumber(event))
        case .series(let event): .series(renumber(event))
        }
    }

    func renumber(_ breakdown: Breakdown) -> Breakdown {
        switch breakdown {
        case .sex: breakdown
        case .age(let point, let width): .age(renumber(point), bandWidth: width)
        }
    }
}

extension EventRequest {
    /// Tests of properties in a fixed order, each once.
    fileprivate var normalised: EventRequest {
        func sorted(_ tests: [AttributeTest]) -> [AttributeTest] { Set(tests).sorted { "\($0)" < "\($1)" } }
        let having = Set(havingSeries.map(sorted)).sorted { "\($0)" < "\($1)" }
        return EventRequest(kind: kind, concepts: concepts, value: value, attributes: sorted(attributes), havingSeries: having)
    }
}

/// Names for the parts of a plan that do not depend on the order or the names in which its events were written: an event
/// is named by the digest of what it asks for, so that the names stay short however long the chain of events.
private struct PlanKeys {
    private var events: [String] = []

    init(_ plan: CohortPlan) {
        for anchor in plan.anchors { events.append(key(anchor)) }
    }

    private func key(_ selection: EventSelection) -> String {
        let windows = Set(selection.windows.map(key)).sorted().joined(separator: ";")
        return SHA256.hexadecimal(of: Array("\(selection.request.normalised) \(selection.pick) \(windows)".utf8))
    }

    private func key(_ window: Window) -> String {
        "\(key(window.anchor)) \(String(describing: window.lower)) \(String(describing: window.upper))"
    }

    private func key(_ point: AnchorPoint) -> String {
        switch point {
        case .start(let event): "start \(events[event.index])"
        case .end(let event): "end \(events[event.index])"
        case .date(let date): "date \(date)"
        }
    }

    private func key(_ condition: Condition) -> String {
        switch condition {
        case .all(let parts): "all(\(parts.map(key).joined(separator: ",")))"
        case .any(let parts): "any(\(parts.map(key).joined(separator: ",")))"
        case .not(let part): "not(\(key(part)))"
        case .count(let selection, let range): "count \(key(selection)) \(range)"
        case .exists(let event): "exists \(events[event.index])"
        case .relation(let event, let window): "relation \(events[event.index]) \(key(window))"
        case .sex(let sex): "sex \(sex)"
        case .age(let point, let range): "age \(key(point)) \(range)"
        }
    }

    /// Sorted, each once.
    func normalise(_ windows: [Window]) -> [Window] {
        var seen: Set<String> = []
        return windows.map { (key($0), $0) }.sorted { $0.0 < $1.0 }.filter { seen.insert($0.0).inserted }.map(\.1)
    }

    /// Flattened, sorted, without repetition or double negation.
    func normalise(_ condition: Condition) -> Condition {
        switch condition {
        case .all(let parts):
            let flat = parts.map(normalise).flatMap { part in
                if case .all(let inner) = part { inner } else { [part] }
            }
            let unique = sorted(flat)
            return unique.count == 1 ? unique[0] : .all(unique)
        case .any(let parts):
            let flat = parts.map(normalise).flatMap { part in
                if case .any(let inner) = part { inner } else { [part] }
            }
            let unique = sorted(flat)
            return unique.count == 1 ? unique[0] : .any(unique)
        case .not(let part):
            let inner = normalise(part)
            if case .not(let doubled) = inner { return doubled }
            return .not(inner)
        default: return condition
        }
    }

    private func sorted(_ parts: [Condition]) -> [Condition] {
        var seen: Set<String> = []
        return parts.map { (key($0), $0) }.sorted { $0.0 < $1.0 }.filter { seen.insert($0.0).inserted }.map(\.1)
    }
}
