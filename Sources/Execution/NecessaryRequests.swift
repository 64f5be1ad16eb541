import CohortPlan

/// Which requests must find something for a patient who can meet a plan's condition.
///
/// For whom one of them finds nothing, the condition is *no* whatever else is recorded, so nothing else has to be fetched of them.
struct NecessaryRequests {
    private let plan: CohortPlan
    private let assessment: PlanAssessment
    /// By named event, those without which it is not there: an event that is laid around another needs that one.
    private let ofAnchors: [Set<EventRequest>]
    private var requests: Set<EventRequest> = []

    init(_ plan: CohortPlan, _ assessment: PlanAssessment, _ world: OpenWorld) {
        self.plan = plan
        self.assessment = assessment
        var ofAnchors: [Set<EventRequest>] = []
        for anchor in plan.anchors { ofAnchors.append(NecessaryRequests.of(anchor, ofAnchors)) }
        self.ofAnchors = ofAnchors
        // Who is in another cohort need not be in the counted one, and who leaves a funnel early has met its first part.
        if plan.report.overlap.isEmpty { requests = of(world.condition(plan.report.funnel.first ?? plan.condition)) }
    }

    /// Those that a source answers, in the plan's order.
    func of(_ source: Int) -> [EventRequest] { plan.requests.filter { requests.contains($0) && assessment.requests[$0]?.source == source } }

    /// Those that the source of a request answers too, without the request itself.
    func beside(_ request: EventRequest) -> [EventRequest] {
        assessment.requests[request]?.source.map { source in of(source).filter { $0 != request } } ?? []
    }

    private func of(_ condition: Condition) -> Set<EventRequest> {
        switch condition {
        case .all(let parts): return parts.reduce(into: []) { $0.formUnion(of($1)) }
        case .any(let parts):
            guard let first = parts.first else { return [] }
            return parts.dropFirst().reduce(of(first)) { $0.intersection(of($1)) }
        case .not, .sex: return []
        default: break
        }
        // What cannot be evaluated is unknown for everybody, never *no*.
        guard assessment.assessment(ofLeaf: condition).coverage != .notEvaluable else { return [] }
        switch condition {
        case .count(let selection, let range) where range.lower > 0: return NecessaryRequests.of(selection, ofAnchors)
        case .exists(let event): return ofAnchors[event.index]
        // Not what the window is laid around: an event of which it is not known which one it is leaves the relation unknown without it.
        case .relation(let event, _): return ofAnchors[event.index]
        case .age(let point, _): return NecessaryRequests.of(point, ofAnchors)
        default: return []
        }
    }

    private static func of(_ selection: EventSelection, _ anchors: [Set<EventRequest>]) -> Set<EventRequest> {
        selection.windows.reduce(into: [selection.request]) { $0.formUnion(of($1.anchor, anchors)) }
    }

    private static func of(_ point: AnchorPoint, _ anchors: [Set<EventRequest>]) -> Set<EventRequest> {
        point.event.map { anchors[$0.index] } ?? []
    }
}
