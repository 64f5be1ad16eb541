extension CohortPlan {
    /// The bounds on a plan; one that came over a network is held to them before anything else looks at it.
    public enum Limits {
        public static let anchors = 64
        public static let depth = 256
        public static let nodes = 10_000
        /// Of a window's end from its anchor, in the window's own unit; beyond it no date can be worked out.
        public static let distance = 100_000
    }

    func validate() throws(InvalidPlan) {
        guard anchors.count <= Limits.anchors else { throw InvalidPlan(reason: "more than \(Limits.anchors) named events") }
        for (index, anchor) in anchors.enumerated() {
            try validate(anchor, before: index)
        }
        var nodes = 0
        try validate(condition, depth: 0, nodes: &nodes)
        guard !report.measures.isEmpty else { throw InvalidPlan(reason: "the report counts nothing") }
        for measure in report.measures {
            guard let event = measure.event else { continue }
            try validate(event, before: anchors.count)
            guard anchors[event.index].request.kind.isImaging else {
                throw InvalidPlan(reason: "images are counted of an event that is no image")
            }
        }
        for case .age(let point, let width) in report.breakdowns {
            guard (1...100).contains(width) else { throw InvalidPlan(reason: "an age band of \(width) years") }
            try validate(point, before: anchors.count)
        }
    }

    private func validate(_ condition: Condition, depth: Int, nodes: inout Int) throws(InvalidPlan) {
        nodes += 1
        guard depth <= Limits.depth else { throw InvalidPlan(reason: "conditions nested more than \(Limits.depth) deep") }
        guard nodes <= Limits.nodes else { throw InvalidPlan(reason: "more than \(Limits.nodes) conditions") }
        switch condition {
        case .all(let parts), .any(let parts):
            guard !parts.isEmpty else { throw InvalidPlan(reason: "an `and` or `or` of nothing") }
            for part in parts { try validate(part, depth: depth + 1, nodes: &nodes) }
        case .not(let part): try validate(part, depth: depth + 1, nodes: &nodes)
        case .count(let selection, let range):
            guard range.lower >= 0, range.upper.map({ $0 >= range.lower }) ?? true else {
                throw InvalidPlan(reason: "an empty range of counts")
            }
            try validate(selection, before: anchors.count)
        case .exists(let event): try validate(event, before: anchors.count)
        case .relation(let event, let window):
            try validate(event, before: anchors.count)
            try requireSingle(event)
            try validate(window, before: anchors.count)
        case .sex: break
        case .age(let point, _): try validate(point, before: anchors.count)
        }
    }

    private func validate(_ selection: EventSelection, before limit: Int) throws(InvalidPlan) {
        for window in selection.windows { try validate(window, before: limit) }
        let request = selection.request
        guard request.value == nil || request.kind == .observation else { throw InvalidPlan(reason: "a value on an event that has none") }
        guard request.attributes.isEmpty || request.kind == .imagingSeries else {
            throw InvalidPlan(reason: "series attributes on an event that is no series")
        }
        guard request.havingSeries.isEmpty || request.kind == .imagingStudy else {
            throw InvalidPlan(reason: "`having series` on an event that is no study")
        }
        guard request.concepts == nil || !(request.kind.isImaging || request.kind == .death) else {
            throw InvalidPlan(reason: "a concept on an event that has none")
        }
    }

    private func validate(_ window: Window, before limit: Int) throws(InvalidPlan) {
        try validate(window.anchor, before: limit)
        for bound in [window.lower, window.upper].compactMap(\.self) {
            guard (-Limits.distance...Limits.distance).contains(bound.distance.amount) else {
                throw InvalidPlan(reason: "a window of more than \(Limits.distance) \(bound.distance.unit.rawValue)s")
            }
        }
    }

    private func validate(_ point: AnchorPoint, before limit: Int) throws(InvalidPlan) {
        guard let event = point.event else { return }
        try validate(event, before: limit)
        try requireSingle(event)
    }

    private func validate(_ event: EventReference, before limit: Int) throws(InvalidPlan) {
        guard event.index >= 0, event.index < limit else { throw InvalidPlan(reason: "an event that is used before it is defined") }
    }

    private func requireSingle(_ event: EventReference) throws(InvalidPlan) {
        guard anchors[event.index].pick != .all else { throw InvalidPlan(reason: "an anchor that can be several events") }
    }
}
