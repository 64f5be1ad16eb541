import CohortPlan

/// The evaluation of a plan in bulk, over what its sources delivered.
///
/// The meaning is ``CohortPlan/ReferenceEvaluator``'s; beyond it, a part that no source can evaluate is unknown for every patient.
struct PlanEvaluation {
    let plan: CohortPlan
    let assessment: PlanAssessment
    let patients: PatientIndex
    let events: NamedEvents
    private let tables: [EventRequest: EventTable]
    private let limit: ExecutionLimit

    init(_ plan: CohortPlan, _ assessment: PlanAssessment, _ fetch: SourceFetch, limit: ExecutionLimit) throws(ExecutionFailure) {
        let patients = PatientIndex(
            patients: fetch.patients, others: fetch.events.values.lazy.joined().map(\.patient), sexSource: assessment.sex.source,
            birthDateSource: assessment.birthDate.source)
        let tables = fetch.events.mapValues { EventTable($0, patients: patients) }
        var events = NamedEvents()
        for (anchor, known) in zip(plan.anchors, assessment.anchors) {
            try limit.check()
            guard known.coverage != .notEvaluable, let table = tables[anchor.request] else {
                events.append(nil)
                continue
            }
            let resolutions = (0..<patients.count).map { patient in
                events.candidates(of: anchor, in: table, for: patient).resolve(anchor.pick, in: table)
            }
            events.append(AnchorColumn(table: table, resolutions: resolutions))
        }
        self.plan = plan
        self.assessment = assessment
        self.patients = patients
        self.events = events
        self.tables = tables
        self.limit = limit
    }

    /// For whom the plan's condition holds.
    func condition() throws(ExecutionFailure) -> TruthSets { try truth(of: plan.condition) }

    private func truth(of condition: Condition) throws(ExecutionFailure) -> TruthSets {
        try limit.check()
        switch condition {
        case .all(let parts):
            var whole = TruthSets.allYes(count: patients.count)
            for part in parts { whole = whole && (try truth(of: part)) }
            return whole
        case .any(let parts):
            var whole = TruthSets(count: patients.count)
            for part in parts { whole = whole || (try truth(of: part)) }
            return whole
        case .not(let part): return !(try truth(of: part))
        default:
            guard assessment.assessment(ofLeaf: condition).coverage != .notEvaluable else { return .allUnknown(count: patients.count) }
            return leaf(condition)
        }
    }

    /// A condition that has no parts and can be evaluated.
    private func leaf(_ condition: Condition) -> TruthSets {
        switch condition {
        case .count(let selection, let range): return count(selection, range)
        case .exists(let event):
            guard let column = events.columns[event.index] else { return .allUnknown(count: patients.count) }
            return TruthSets(count: patients.count) { column.exists(for: $0) }
        case .relation(let event, let window): return relation(event, window)
        case .sex(let sex): return TruthSets(count: patients.count) { patients.sexes[$0].map { Truth($0 == sex) } ?? .unknown }
        case .age(let point, let range): return age(at: point, range)
        case .all, .any, .not: return .allUnknown(count: patients.count)
        }
    }

    private func count(_ selection: EventSelection, _ range: CountRange) -> TruthSets {
        guard let table = tables[selection.request] else { return .allUnknown(count: patients.count) }
        return TruthSets(count: patients.count) { patient in
            let found = events.candidates(of: selection, in: table, for: patient)
            switch found.resolve(selection.pick, in: table) {
            case .events(let certain, let possible): return range.contains(from: certain.count, to: certain.count + possible)
            case .event: return range.contains(from: 1, to: 1)
            case .none: return range.contains(from: 0, to: 0)
            case .unknown: return range.contains(from: 0, to: 1)
            }
        }
    }

    private func relation(_ event: EventReference, _ window: Window) -> TruthSets {
        guard let column = events.columns[event.index] else { return .allUnknown(count: patients.count) }
        return TruthSets(count: patients.count) { patient in
            switch column.resolutions[patient] {
            case .event(let row): events.contains(window, column.table[row].start, for: patient)
            case .none: .no
            case .unknown, .events: .unknown
            }
        }
    }

    private func age(at point: AnchorPoint, _ range: CountRange) -> TruthSets {
        TruthSets(count: patients.count) { patient in
            switch events.day(of: point, for: patient) {
            case .day(let day): patients.birthDates[patient].map { day.age(since: $0, isIn: range) } ?? .unknown
            case .none: .no
            case .unknown: .unknown
            }
        }
    }
}
