import CohortPlan
import Execution

/// Patients whose records lie in three sources of one node, which call them differently, and the crosswalk between these.
///
/// Every kind of event is in one source; of each patient a source may have several identifiers, and some sources do not know some patients.
struct SplitPopulation: Codable, Hashable {
    /// The whole, under the names that the node has.
    let patients: [PatientRecord]
    /// By kind of event, the position of its source.
    let places: [EventKind: Int]
    /// By source, what each patient is called there; none for who is not known there.
    let identifiers: [[String: [String]]]

    static let names = ["clinic", "laboratory", "archive"]
    /// Who tells sex and date of birth, and so knows everybody.
    static let registry = 0

    /// The records of one source, under its own identifiers. Of several, an event stands under the one that its key chooses.
    func records(of source: Int) -> [PatientRecord] {
        patients.flatMap { patient -> [PatientRecord] in
            let names = identifiers[source][patient.id] ?? []
            let events = patient.events.filter { places[$0.kind] == source }
            return names.enumerated().map { number, name in
                PatientRecord(
                    id: name, sex: patient.sex, birthDate: patient.birthDate,
                    events: events.filter { SplitPopulation.place(of: $0, among: names.count) == number })
            }
        }
    }

    /// The same for every run: what Swift calls a hash is not.
    private static func place(of event: RecordedEvent, among count: Int) -> Int {
        event.key.utf8.reduce(7) { ($0 &* 31 &+ Int($1)) & 0xFFFF } % count
    }

    var crosswalk: PatientCrosswalk {
        // A source of which a crosswalk names nobody is taken for a mistake; here it may know nobody.
        let nobody = SplitPopulation.names.map { PatientCrosswalk.Link(patient: "nobody", source: $0, identifier: "nobody") }
        return PatientCrosswalk(
            nobody
                + identifiers.enumerated().flatMap { source, names in
                    names.flatMap { patient, own in
                        own.map { PatientCrosswalk.Link(patient: patient, source: SplitPopulation.names[source], identifier: $0) }
                    }
                })
    }

    /// The patients whom one of some sources knows: a question is about those of the sources that it needs, and about nobody else.
    /// - Parameter byRecords: the sources that know a patient by records alone.
    func known(to names: some Sequence<String>, byRecords: Set<String> = []) -> [PatientRecord] {
        let sources = names.compactMap { SplitPopulation.names.firstIndex(of: $0) }
        return patients.filter { patient in
            sources.contains { source in
                identifiers[source][patient.id] != nil
                    && (!byRecords.contains(SplitPopulation.names[source]) || patient.events.contains { places[$0.kind] == source })
            }
        }
    }

    /// The same without some patients.
    func keeping(_ patients: [PatientRecord]) -> SplitPopulation {
        let ids = Set(patients.map(\.id))
        return SplitPopulation(
            patients: patients, places: places, identifiers: identifiers.map { $0.filter { ids.contains($0.key) } })
    }
}

extension SplitPopulation {
    /// A random split.
    /// - Parameters:
    ///   - places: which sources may have a kind of event.
    ///   - name: how a source calls a patient, by source, the patient's number, and which of several it is.
    init(
        of patients: [PatientRecord], places: (EventKind) -> [Int], using random: inout SeededRandom,
        name: (Int, Int, Int) -> String
    ) {
        self.patients = patients
        var chosen: [EventKind: Int] = [:]
        for kind in EventKind.allCases { chosen[kind] = random.pick(places(kind)) }
        // Radiotherapy is a procedure: who is asked for procedures must know of it.
        chosen[.radiotherapy] = chosen[.procedure]
        chosen[.imagingSeries] = chosen[.imagingStudy]
        self.places = chosen
        var identifiers = [[String: [String]]](repeating: [:], count: SplitPopulation.names.count)
        for (number, patient) in patients.enumerated() {
            for source in identifiers.indices {
                let hasRecords = patient.events.contains { chosen[$0.kind] == source }
                guard source == SplitPopulation.registry || hasRecords || random.oneIn(3) else { continue }
                let count = random.oneIn(5) ? 2 : 1
                identifiers[source][patient.id] = (0..<count).map { name(source, number, $0) }
            }
        }
        self.identifiers = identifiers
    }
}

/// A source of which some kinds of events alone are asked: what a site binds, and what its other sources have.
struct PartialSource: SourceAdapter {
    let base: any SourceAdapter
    let name: String
    let kinds: Set<EventKind>
    let tellsPatients: Bool

    var model: SourceModel { base.model }

    func probe() async throws(SourceFailure) { try await base.probe() }
    func prepare() async { await base.prepare() }

    func session(for plan: ExpandedPlan) -> any SourceAdapter {
        PartialSource(base: base.session(for: plan), name: name, kinds: kinds, tellsPatients: tellsPatients)
    }

    func assess(_ request: EventRequest, in plan: ExpandedPlan) -> Assessment {
        kinds.contains(request.kind) ? base.assess(request, in: plan) : .notEvaluable("no \(request.kind.rawValue) is held here")
    }

    func assessValues(of request: EventRequest, in plan: ExpandedPlan) -> Assessment { base.assessValues(of: request, in: plan) }

    func assess(_ bond: Bond, of request: EventRequest, in plan: ExpandedPlan) -> Assessment {
        base.assess(bond, of: request, in: plan)
    }

    func assess(_ subject: Demographic) -> Assessment {
        tellsPatients ? base.assess(subject) : .notEvaluable("another source tells it")
    }

    func absenceMeansNo(of kind: EventKind) -> Bool { base.absenceMeansNo(of: kind) }
    func patients() async throws(SourceFailure) -> [SourcePatient] { try await base.patients() }
    func estimate(of requests: [EventRequest], in plan: ExpandedPlan) async -> Int? { await base.estimate(of: requests, in: plan) }

    func events(matching request: EventRequest, in plan: ExpandedPlan) async throws(SourceFailure) -> [SourceEvent] {
        try await base.events(matching: request, in: plan)
    }

    func events(matching request: EventRequest, in plan: ExpandedPlan, requiring required: [EventRequest])
        async throws(SourceFailure) -> [SourceEvent]
    { try await base.events(matching: request, in: plan, requiring: required) }

    func deliver(_ order: SourceOrder, in plan: ExpandedPlan) async throws(SourceFailure) -> SourceDelivery {
        try await base.deliver(order, in: plan)
    }

    func deliver(_ order: SourceOrder, in plan: ExpandedPlan, to receiver: any DeliveryReceiver) async throws(SourceFailure) {
        try await base.deliver(order, in: plan, to: receiver)
    }

    func nativeQueries(for request: EventRequest, in plan: ExpandedPlan) -> [NativeQuery] {
        base.nativeQueries(for: request, in: plan)
    }
}

/// A crosswalk in memory.
struct FixedCrosswalk: CrosswalkOrigin {
    let known: PatientCrosswalk

    func crosswalk() async throws(SourceFailure) -> PatientCrosswalk { known }
}
