/// One thing that a plan asks of a source: the unit in which coverage is reported.
public struct Criterion: Hashable, Codable, Sendable, Identifiable {
    /// Where it stands: `event 0` for a named event; `condition 1.0` by the path of positions from the condition's root.
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
    public var criteria: [Criterion] {
        var found = anchors.enumerated().map { index, anchor in
            Criterion(id: "event \(index)", subject: .events(anchor.request), isNegated: false)
        }
        CohortPlan.collect(condition, path: [], negated: false, into: &found)
        for case .age in report.breakdowns.prefix(1) where !found.contains(where: { $0.subject == .birthDate }) {
            found.append(Criterion(id: "report age", subject: .birthDate, isNegated: false))
        }
        return found
    }

    private static func collect(_ condition: Condition, path: [Int], negated: Bool, into found: inout [Criterion]) {
        func leaf(_ subject: Criterion.Subject, negated: Bool) {
            found.append(Criterion(id: "condition " + path.map(String.init).joined(separator: "."), subject: subject, isNegated: negated))
        }
        switch condition {
        case .all(let parts), .any(let parts):
            for (index, part) in parts.enumerated() { collect(part, path: path + [index], negated: negated, into: &found) }
        case .not(let part): collect(part, path: path + [0], negated: !negated, into: &found)
        case .count(let selection, let range):
            leaf(.events(selection.request), negated: range.upper != nil && range.lower == 0 ? !negated : negated)
        case .exists, .relation: break
        case .sex: leaf(.sex, negated: negated)
        case .age: leaf(.birthDate, negated: negated)
        }
    }

    /// Every request of a plan, each once, in order of appearance.
    public var requests: [EventRequest] {
        var seen: Set<EventRequest> = []
        return criteria.compactMap { criterion in
            guard case .events(let request) = criterion.subject, seen.insert(request).inserted else { return nil }
            return request
        }
    }
}
