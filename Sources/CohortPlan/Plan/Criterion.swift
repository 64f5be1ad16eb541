/// One thing that a plan asks of a source: the unit in which coverage is reported.
public struct Criterion: Hashable, Codable, Sendable, Identifiable {
    /// Where it stands: `event 0` for a named event; `condition 1.0` by the path of positions from the condition's root, and `overlap 0 1.0`
    /// from that of another cohort.
    public let id: String
    public let subject: Subject
    /// Whether an odd number of negations (`not`, `no`, an upper limit on a count) stands above it.
    public let isNegated: Bool

    /// What has to be known to decide it.
    public enum Subject: Hashable, Codable, Sendable {
        case events(EventRequest)
        case sex
        case birthDate
    }
}

extension CohortPlan {
    /// Every criterion, named events first, in order of appearance. Equal at hub and node, so that the id is enough on the wire.
    public var criteria: [Criterion] { selectedCriteria.map(\.criterion) }

    /// The criteria, each with the selection of events that it asks for; nil for what is no event and for rows of OMOP's tables.
    public var selectedCriteria: [(criterion: Criterion, selection: EventSelection?)] {
        var found: [(criterion: Criterion, selection: EventSelection?)] = anchors.enumerated().map { index, anchor in
            (Criterion(id: "event \(index)", subject: .events(anchor.request), isNegated: false), anchor)
        }
        CohortPlan.collect(condition, "condition ", path: [], negated: false, into: &found)
        for (index, cohort) in report.overlap.enumerated() {
            CohortPlan.collect(cohort, "overlap \(index) ", path: [], negated: false, into: &found)
        }
        if report.needsBirthDate, !found.contains(where: { $0.criterion.subject == .birthDate }) {
            found.append((Criterion(id: "report age", subject: .birthDate, isNegated: false), nil))
        }
        return found
    }

    private static func collect(
        _ condition: Condition, _ whole: String, path: [Int], negated: Bool,
        into found: inout [(criterion: Criterion, selection: EventSelection?)]
    ) {
        func leaf(_ subject: Criterion.Subject, of selection: EventSelection? = nil, negated: Bool) {
            let id = whole + path.map(String.init).joined(separator: ".")
            found.append((Criterion(id: id, subject: subject, isNegated: negated), selection))
        }
        switch condition {
        case .all(let parts), .any(let parts):
            for (index, part) in parts.enumerated() { collect(part, whole, path: path + [index], negated: negated, into: &found) }
        case .some(let range, let parts):
            let isNegated = range.upper != nil && range.lower == 0 ? !negated : negated
            for (index, part) in parts.enumerated() { collect(part, whole, path: path + [index], negated: isNegated, into: &found) }
        case .not(let part): collect(part, whole, path: path + [0], negated: !negated, into: &found)
        case .known(let part), .possible(let part): collect(part, whole, path: path + [0], negated: negated, into: &found)
        case .given(let known, let part):
            collect(known, whole, path: path + [0], negated: negated, into: &found)
            collect(part, whole, path: path + [1], negated: negated, into: &found)
        case .chain(let selection, _, _): leaf(.events(selection.request), of: selection, negated: negated)
        case .count(let selection, let range):
            leaf(.events(selection.request), of: selection, negated: range.upper != nil && range.lower == 0 ? !negated : negated)
        case .exists, .relation, .ratio, .change: break
        case .sex: leaf(.sex, negated: negated)
        case .atlas(let cohort):
            for (index, request) in cohort.requests.enumerated() {
                collect(EventRequest(request), path: path + [index], negated: negated, into: &found)
            }
        case .age, .ageInMonths: leaf(.birthDate, negated: negated)
        }
    }

    private static func collect(
        _ request: EventRequest, path: [Int], negated: Bool, into found: inout [(criterion: Criterion, selection: EventSelection?)]
    ) {
        let id = "condition " + path.map(String.init).joined(separator: ".")
        found.append((Criterion(id: id, subject: .events(request), isNegated: negated), nil))
    }

    /// The requests of which the number itself is needed, and not only whether it passes a test.
    public var valuedRequests: Set<EventRequest> {
        var found: Set<EventRequest> = []
        for anchor in anchors where anchor.pick.needsNumber { found.insert(anchor.request) }
        for case .number(let event, _) in report.summaries { found.insert(anchors[event.index].request) }
        var rest = [condition] + report.overlap
        while let next = rest.popLast() {
            switch next {
            case .all(let parts), .any(let parts), .some(_, let parts): rest += parts
            case .not(let part), .known(let part), .possible(let part): rest.append(part)
            case .given(let known, let part): rest += [known, part]
            case .ratio(let event, let other, _), .change(let event, let other, _):
                found.formUnion([anchors[event.index].request, anchors[other.index].request])
            case .count(let selection, _) where selection.pick.needsNumber: found.insert(selection.request)
            case .count, .chain, .exists, .relation, .sex, .age, .ageInMonths, .atlas: break
            }
        }
        return found
    }

    /// By request, what it is asked to have in common with others: for the sources, which must then say what its events belong to.
    public var bonds: [EventRequest: Set<Bond>] {
        var found: [EventRequest: Set<Bond>] = [:]
        func add(_ windows: [Window], of request: EventRequest) {
            for window in windows {
                guard let bond = window.bond, let event = window.anchor.event else { continue }
                found[request, default: []].insert(bond)
                found[anchors[event.index].request, default: []].insert(bond)
            }
        }
        for anchor in anchors { add(anchor.windows, of: anchor.request) }
        var rest = [condition] + report.overlap + report.funnel
        while let next = rest.popLast() {
            switch next {
            case .all(let parts), .any(let parts), .some(_, let parts): rest += parts
            case .not(let part), .known(let part), .possible(let part): rest.append(part)
            case .given(let known, let part): rest += [known, part]
            case .relation(let event, let window): add([window], of: anchors[event.index].request)
            case .count(let selection, _), .chain(let selection, _, _): add(selection.windows, of: selection.request)
            case .exists, .ratio, .change, .sex, .age, .ageInMonths, .atlas: break
            }
        }
        return found
    }

    /// Every selection of a plan: the named events, and those of conditions.
    public var selections: [EventSelection] {
        var found = anchors
        var rest = [condition] + report.overlap + report.funnel
        while let next = rest.popLast() {
            switch next {
            case .all(let parts), .any(let parts), .some(_, let parts): rest += parts
            case .not(let part), .known(let part), .possible(let part): rest.append(part)
            case .given(let known, let part): rest += [known, part]
            case .count(let selection, _), .chain(let selection, _, _): found.append(selection)
            case .exists, .relation, .ratio, .change, .sex, .age, .ageInMonths, .atlas: break
            }
        }
        return found
    }

    /// Every request of a plan, each once, in order of appearance.
    public var requests: [EventRequest] {
        var seen: Set<EventRequest> = []
        let asked = criteria.compactMap { criterion in
            if case .events(let request) = criterion.subject { request } else { nil }
        }
        return (asked + selections.flatMap(\.ranks) + report.axes.flatMap { requests(of: $0) }).filter { seen.insert($0).inserted }
    }

    /// Whether it looks into free text.
    public var readsText: Bool {
        requests.contains { request in
            (request.attributes + request.havingSeries.joined()).contains { if case .text = $0.test { true } else { false } }
        }
    }

    /// By stratum, what finds the events that fall into it; none for what is read with the patients or of a day.
    public func requests(of axis: Breakdown) -> [EventRequest] {
        guard case .value(let event, let values) = axis else { return [] }
        return values.requests(within: anchors[event.index].request)
    }
}

extension Report {
    /// Whether patients are split or summarised by age.
    fileprivate var needsBirthDate: Bool {
        axes.contains { if case .age = $0 { true } else { false } } || summaries.contains { if case .age = $0 { true } else { false } }
    }
}
