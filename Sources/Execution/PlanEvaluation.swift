import BitCollections
import CohortPlan

/// The evaluation of a plan in bulk, over what its sources delivered.
///
/// The meaning is ``CohortPlan/ReferenceEvaluator``'s; beyond it, a part that no source can evaluate is unknown for every patient.
struct PlanEvaluation {
    let plan: CohortPlan
    let assessment: PlanAssessment
    let patients: PatientIndex
    let events: NamedEvents
    let tables: [EventRequest: EventTable]
    private let world: OpenWorld
    private let limit: ExecutionLimit

    init(_ plan: CohortPlan, _ assessment: PlanAssessment, _ fetch: SourceFetch, world: OpenWorld, limit: ExecutionLimit)
        throws(ExecutionFailure)
    {
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
            let ranks = anchor.ranks.compactMap { tables[$0] }
            let resolutions = (0..<patients.count).map { events.resolution(of: anchor, in: table, ranks: ranks, for: $0) }
            events.append(AnchorColumn(table: table, resolutions: resolutions))
        }
        self.plan = plan
        self.assessment = assessment
        self.patients = patients
        self.events = events
        self.tables = tables
        self.world = world
        self.limit = limit
    }

    /// For whom the plan's condition holds.
    func condition() throws(ExecutionFailure) -> TruthSets { try truth(of: plan.condition) }

    /// For whom a condition of the plan or its report holds.
    func truth(of condition: Condition) throws(ExecutionFailure) -> TruthSets { try worldlyTruth(of: world.condition(condition)) }

    private func worldlyTruth(of condition: Condition) throws(ExecutionFailure) -> TruthSets {
        try limit.check()
        switch condition {
        case .all(let parts):
            var whole = TruthSets.allYes(count: patients.count)
            for part in parts { whole = whole && (try worldlyTruth(of: part)) }
            return whole
        case .any(let parts):
            var whole = TruthSets(count: patients.count)
            for part in parts { whole = whole || (try worldlyTruth(of: part)) }
            return whole
        case .not(let part): return !(try worldlyTruth(of: part))
        case .some(let range, let parts): return try number(of: parts, in: range)
        case .given(let known, let part):
            let (given, truth) = (try worldlyTruth(of: known).yes, try worldlyTruth(of: part))
            return TruthSets(
                yes: truth.yes.intersection(given),
                unknown: BitSet(0..<patients.count).subtracting(given).union(truth.unknown.intersection(given)), count: patients.count)
        default:
            guard assessment.assessment(ofLeaf: condition).coverage != .notEvaluable else { return .allUnknown(count: patients.count) }
            switch condition {
            case .known(let part):
                return TruthSets(yes: BitSet(0..<patients.count).subtracting(try worldlyTruth(of: part).unknown), count: patients.count)
            case .possible(let part): return TruthSets(yes: try worldlyTruth(of: part).possible, count: patients.count)
            default: return leaf(condition)
            }
        }
    }

    /// For whom the number of parts that hold lies in a range.
    private func number(of parts: [Condition], in range: CountRange) throws(ExecutionFailure) -> TruthSets {
        var least = [Int](repeating: 0, count: patients.count)
        var most = least
        for part in parts {
            let truth = try worldlyTruth(of: part)
            for patient in truth.yes { least[patient] += 1 }
            for patient in truth.possible { most[patient] += 1 }
        }
        return TruthSets(count: patients.count) { range.contains(from: least[$0], to: most[$0]) }
    }

    /// A condition that has no parts and can be evaluated.
    private func leaf(_ condition: Condition) -> TruthSets {
        switch condition {
        case .count(let selection, let range): return count(selection, range)
        case .exists(let event):
            guard let column = events.columns[event.index] else { return .allUnknown(count: patients.count) }
            return TruthSets(count: patients.count) { column.exists(for: $0) }
        case .relation(let event, let window): return relation(event, window)
        case .ratio(let event, let other, let range):
            return numbers(event, other) { range.contains(ratioOf: $0.value, to: $1.value) }
        case .change(let event, let other, let change):
            return numbers(event, other) {
                change.holds(from: DatedValue($0.value, on: $0.start), to: DatedValue($1.value, on: $1.start))
            }
        case .sex(let sex): return TruthSets(count: patients.count) { patients.sexes[$0].map { Truth($0 == sex) } ?? .unknown }
        case .age(let point, let range): return age(at: point) { $0.age(since: $1, isIn: range) }
        case .ageInMonths(let point, let range): return age(at: point) { $0.months(since: $1, isIn: range) }
        case .chain(let selection, let count, let gap): return chain(selection, count, gap)
        case .atlas(let cohort): return atlas(cohort)
        case .all, .any, .not, .some, .given, .known, .possible: return .allUnknown(count: patients.count)
        }
    }

    private func count(_ selection: EventSelection, _ range: CountRange) -> TruthSets {
        guard let table = tables[selection.request] else { return .allUnknown(count: patients.count) }
        let ranks = selection.ranks.compactMap { tables[$0] }
        return TruthSets(count: patients.count) { patient in
            switch events.resolution(of: selection, in: table, ranks: ranks, for: patient) {
            case .events(let certain, let possible): return range.contains(from: certain.count, to: certain.count + possible)
            case .event: return range.contains(from: 1, to: 1)
            case .none: return range.contains(from: 0, to: 0)
            case .unknown(let exists): return range.contains(from: exists == .yes ? 1 : 0, to: 1)
            }
        }
    }

    private func chain(_ selection: EventSelection, _ count: Int, _ gap: Gap) -> TruthSets {
        guard let table = tables[selection.request] else { return .allUnknown(count: patients.count) }
        return TruthSets(count: patients.count) { patient in
            events.candidates(of: selection, in: table, for: patient).chain(of: count, gap, in: table)
        }
    }

    private func numbers(_ event: EventReference, _ other: EventReference, _ test: (SourceEvent, SourceEvent) -> Truth) -> TruthSets {
        guard let first = events.columns[event.index], let second = events.columns[other.index] else {
            return .allUnknown(count: patients.count)
        }
        return TruthSets(count: patients.count) { patient in
            switch (first.resolutions[patient], second.resolutions[patient]) {
            case (.none, _), (_, .none): .no
            case (.event(let row), .event(let otherRow)): test(first.table[row], second.table[otherRow])
            default: .unknown
            }
        }
    }

    private func relation(_ event: EventReference, _ window: Window) -> TruthSets {
        guard let column = events.columns[event.index] else { return .allUnknown(count: patients.count) }
        return TruthSets(count: patients.count) { patient in
            switch column.resolutions[patient] {
            case .event(let row): events.contains(window, column.table[row], for: patient)
            case .none: .no
            case .unknown, .events: .unknown
            }
        }
    }

    private func age(at point: AnchorPoint, _ test: (DateRange, DateRange) -> Truth) -> TruthSets {
        TruthSets(count: patients.count) { patient in
            switch events.day(of: point, for: patient) {
            case .day(let day): patients.birthDates[patient].map { test(day, $0) } ?? .unknown
            case .none: .no
            case .unknown: .unknown
            }
        }
    }
}
