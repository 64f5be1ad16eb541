extension CohortPlan {
    /// The bounds on a plan; one that came over a network is held to them before anything else looks at it.
    public enum Limits {
        public static let anchors = 64
        public static let depth = 256
        public static let nodes = 10_000
        /// Of a window's end from its anchor, in the window's own unit; beyond it no date can be worked out.
        public static let distance = 100_000
        /// Of one table.
        public static let strata = 1_000
        /// Of the cohorts that the counted one is laid over.
        public static let overlap = 3
        /// Of a text that is looked for, in characters: a shorter one is in every text, a longer one is somebody's.
        public static let shortestText = 2
        public static let longestText = 40
        /// Of the `n` in the n-th event, and of the events of a chain.
        public static let ordinal = 1_000
    }

    func validate() throws(InvalidPlan) {
        guard anchors.count <= Limits.anchors else { throw InvalidPlan(reason: "more than \(Limits.anchors) named events") }
        for (index, anchor) in anchors.enumerated() {
            try validate(anchor, before: index)
        }
        var nodes = 0
        try validate(condition, depth: 0, nodes: &nodes)
        try validate(report, nodes: &nodes)
    }

    func validate(_ condition: Condition, depth: Int, nodes: inout Int) throws(InvalidPlan) {
        nodes += 1
        guard depth <= Limits.depth else { throw InvalidPlan(reason: "conditions nested more than \(Limits.depth) deep") }
        guard nodes <= Limits.nodes else { throw InvalidPlan(reason: "more than \(Limits.nodes) conditions") }
        switch condition {
        case .all(let parts), .any(let parts):
            guard !parts.isEmpty else { throw InvalidPlan(reason: "an `and` or `or` of nothing") }
            for part in parts { try validate(part, depth: depth + 1, nodes: &nodes) }
        case .some(let range, let parts):
            guard !parts.isEmpty else { throw InvalidPlan(reason: "a number of nothing") }
            try validate(range)
            for part in parts { try validate(part, depth: depth + 1, nodes: &nodes) }
        case .not(let part), .known(let part), .possible(let part): try validate(part, depth: depth + 1, nodes: &nodes)
        case .given(let known, let part):
            try validate(known, depth: depth + 1, nodes: &nodes)
            try validate(part, depth: depth + 1, nodes: &nodes)
        case .count(let selection, let range):
            try validate(range)
            try validate(selection, before: anchors.count)
        case .chain(let selection, let count, let gap):
            guard (2...Limits.ordinal).contains(count) else { throw InvalidPlan(reason: "a chain of \(count) events") }
            guard selection.pick == .all else { throw InvalidPlan(reason: "a chain of one event") }
            try validate(gap.lower)
            if let upper = gap.upper { try validate(upper) }
            guard gap.lower.amount >= 0 else { throw InvalidPlan(reason: "a chain that runs backwards") }
            try validate(selection, before: anchors.count)
        case .exists(let event): try validate(event, before: anchors.count)
        case .relation(let event, let window):
            try validate(event, before: anchors.count)
            try requireSingle(event)
            try validate(window, before: anchors.count)
        case .ratio(let event, let other, let range):
            for event in [event, other] {
                try validate(event, before: anchors.count)
                try requireSingle(event)
                guard case .quantity = anchors[event.index].request.value else {
                    throw InvalidPlan(reason: "a number of an event that is not tested for one")
                }
            }
            guard range.unit == "1" else { throw InvalidPlan(reason: "a ratio with a unit") }
        case .change(let event, let other, let change): try validate(change, of: [event, other])
        case .sex: break
        case .atlas(let cohort): try cohort.validate(nodes: &nodes)
        case .age(let point, let range), .ageInMonths(let point, let range):
            guard range.upper.map({ $0 >= range.lower }) ?? true else { throw InvalidPlan(reason: "an empty range of ages") }
            try validate(point, before: anchors.count)
        }
    }

    private func validate(_ change: Change, of events: [EventReference]) throws(InvalidPlan) {
        for event in events {
            try validate(event, before: anchors.count)
            try requireSingle(event)
            guard case .quantity = anchors[event.index].request.value else {
                throw InvalidPlan(reason: "a number of an event that is not tested for one")
            }
        }
        if let range = change.range {
            guard UCUMUnit(range.unit) != nil else { throw InvalidPlan(reason: "a change in an unknown unit") }
        }
        guard case .doublingTime(let lower, let upper) = change else { return }
        for bound in [lower, upper].compactMap(\.self) {
            guard bound.distance.amount >= 0, bound.distance.mostDays <= Change.longestDoubling else {
                throw InvalidPlan(reason: "a doubling time of more than \(Change.longestDoubling) days")
            }
        }
    }

    private func validate(_ range: CountRange) throws(InvalidPlan) {
        guard range.lower >= 0, range.upper.map({ $0 >= range.lower }) ?? true else {
            throw InvalidPlan(reason: "an empty range of counts")
        }
    }

    private func validate(_ distance: CalendarDistance) throws(InvalidPlan) {
        guard (-Limits.distance...Limits.distance).contains(distance.amount) else {
            throw InvalidPlan(reason: "a distance of more than \(Limits.distance) \(distance.unit.rawValue)s")
        }
    }

    private func validate(_ selection: EventSelection, before limit: Int) throws(InvalidPlan) {
        for window in selection.windows { try validate(window, before: limit) }
        switch selection.pick {
        case .all, .first, .last: break
        case .nth(let number):
            guard (2...Limits.ordinal).contains(abs(number)) else { throw InvalidPlan(reason: "an event number \(number)") }
        case .nearest(let point):
            if case .dates = point { throw InvalidPlan(reason: "an event that is near to one of several days") }
            try validate(point, before: limit)
        case .ranked(let order):
            guard case .coded = selection.request.value, (2...Limits.ordinal).contains(order.count), Set(order).count == order.count else {
                throw InvalidPlan(reason: "the first in an order of events that are not tested for a value of it")
            }
        case .lowest, .highest:
            guard case .quantity = selection.request.value else {
                throw InvalidPlan(reason: "the lowest of events that are not tested for a number")
            }
        }
        let request = selection.request
        guard request.record == nil, request.kind != .record else {
            throw InvalidPlan(reason: "rows of a table outside of an ATLAS cohort")
        }
        guard request.value == nil || request.kind == .observation else { throw InvalidPlan(reason: "a value on an event that has none") }
        guard request.attributes.isEmpty || request.kind == .imagingSeries else {
            throw InvalidPlan(reason: "series attributes on an event that is no series")
        }
        guard request.havingSeries.isEmpty || request.kind == .imagingStudy else {
            throw InvalidPlan(reason: "`having series` on an event that is no study")
        }
        for case .text(let words) in (request.attributes + request.havingSeries.joined()).map(\.test) {
            guard (Limits.shortestText...Limits.longestText).contains(words.count) else {
                throw InvalidPlan(reason: "a text of \(words.count) characters to look for")
            }
        }
        guard request.concepts == nil || request.kind.takesConcepts else {
            throw InvalidPlan(reason: "a concept on an event that has none")
        }
    }

    private func validate(_ window: Window, before limit: Int) throws(InvalidPlan) {
        try validate(window.anchor, before: limit)
        if window.bond != nil {
            guard case .start = window.anchor, window.lower == nil, window.upper == nil, window.side == .start else {
                throw InvalidPlan(reason: "something in common with what is no event")
            }
        }
        for bound in [window.lower, window.upper].compactMap(\.self) {
            try validate(bound.distance)
        }
    }

    func validate(_ point: AnchorPoint, before limit: Int) throws(InvalidPlan) {
        guard let event = point.event else {
            if case .dates(let range) = point, range.latest < range.earliest {
                throw InvalidPlan(reason: "days that end before they begin")
            }
            return
        }
        try validate(event, before: limit)
        try requireSingle(event)
    }

    func validate(_ event: EventReference, before limit: Int) throws(InvalidPlan) {
        guard event.index >= 0, event.index < limit else { throw InvalidPlan(reason: "an event that is used before it is defined") }
    }

    func requireSingle(_ event: EventReference) throws(InvalidPlan) {
        guard anchors[event.index].pick.isSingle else { throw InvalidPlan(reason: "an anchor that can be several events") }
    }
}
