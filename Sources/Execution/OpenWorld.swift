import CohortPlan

/// What no record means in the sources that a plan is answered from.
///
/// Where a binding says that absence is no evidence, a statement about an event of which nothing is recorded is unknown: the statement is
/// taken only where the event is known (``CohortPlan/Condition/given(_:_:)``).
struct OpenWorld {
    private let plan: CohortPlan
    /// The requests whose absence says nothing.
    private let open: Set<EventRequest>

    init(_ plan: CohortPlan, _ assessment: PlanAssessment, _ sources: [any SourceAdapter]) {
        self.plan = plan
        open = Set(
            plan.requests.filter { request in
                guard let source = assessment.requests[request]?.source else { return false }
                return !sources[source].absenceMeansNo(of: request.kind)
            })
    }

    /// The condition as it holds here.
    func condition(_ condition: Condition) -> Condition {
        guard !open.isEmpty else { return condition }
        switch condition {
        case .all(let parts): return .all(parts.map(self.condition))
        case .any(let parts): return .any(parts.map(self.condition))
        case .some(let range, let parts): return .some(range, parts.map(self.condition))
        case .not(let part): return .not(self.condition(part))
        case .known(let part): return .known(self.condition(part))
        case .possible(let part): return .possible(self.condition(part))
        case .given(let known, let part): return .given(self.condition(known), self.condition(part))
        case .count(let selection, _), .chain(let selection, _, _): return given(records(of: selection), condition)
        case .exists(let event): return given(records(of: event), condition)
        case .relation(let event, let window): return given(records(of: event) + records(of: window.anchor), condition)
        case .ratio(let event, let other, _), .change(let event, let other, _):
            return given(records(of: event) + records(of: other), condition)
        case .age(let point, _), .ageInMonths(let point, _): return given(records(of: point), condition)
        case .sex, .atlas: return condition
        }
    }

    private func given(_ records: [Condition], _ condition: Condition) -> Condition {
        guard let first = records.first else { return condition }
        return .given(records.count == 1 ? first : .all(records), condition)
    }

    /// What must be recorded so that something can be said of a selection's events.
    private func records(of selection: EventSelection) -> [Condition] {
        let anchors = selection.windows.map(\.anchor) + [selection.pick.anchor].compactMap(\.self)
        let own = EventSelection(selection.request, windows: selection.windows)
        return anchors.flatMap { records(of: $0) } + (open.contains(selection.request) ? [.count(own, .atLeastOne)] : [])
    }

    private func records(of event: EventReference) -> [Condition] { records(of: plan.anchors[event.index]) }
    private func records(of point: AnchorPoint) -> [Condition] { point.event.map { records(of: $0) } ?? [] }
}
