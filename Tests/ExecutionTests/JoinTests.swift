import CohortPlan
import Diagnostics
import Execution
import Synchronization
import Testing

/// Several sources of one node: who is asked when, of whom, and what it may take.
@Suite struct JoinTests {
    private let people = ["a", "b", "c"].map { Make.patient($0) }

    private func clinic(_ events: [SourceEvent]) -> FakeSource {
        FakeSource(name: "clinic", patientList: people).answering(Make.diagnosis, events)
    }
    private func laboratory(_ events: [SourceEvent]) -> FakeSource {
        FakeSource(name: "laboratory", patientList: people).answering(Make.marker, events)
    }

    private let both = Condition.all([
        .count(EventSelection(Make.diagnosis), .atLeastOne), .count(EventSelection(Make.marker), .atLeastOne),
    ])

    @Test func theMostSelectiveSourceIsAskedFirstAndRestrictsTheOther() async throws {
        let diagnoses = ["a", "b", "c"].map { Make.event($0, "d\($0)", "2020-01-01") }
        let log = Asked()
        let sources: [any SourceAdapter] = [
            Watched(clinic(diagnoses), estimate: 3, log), Watched(laboratory([Make.event("b", "m", "2020-01-02")]), estimate: 1, log),
        ]
        let engine = PlanEngine(sources: sources)
        let plan = try Make.plan(where: both)
        #expect(try await engine.execute(plan).counted?.selection.patients == ["b"])
        #expect(log.orders.map(\.source) == ["laboratory", "clinic"])
        #expect(log.orders.map(\.patients) == [nil, ["b"]])
        let steps = await engine.joinSteps(of: plan)
        #expect(steps.map(\.source) == ["laboratory", "clinic"] && steps.map(\.number) == [1, 2])
        #expect(steps.map(\.restrictedBy) == [[], ["laboratory"]] && steps.map(\.estimate) == [1, 3])
    }

    /// One pass: each source is asked once, whatever the plan.
    @Test func eachSourceIsAskedOnce() async throws {
        let log = Asked()
        let sources: [any SourceAdapter] = [Watched(clinic([]), estimate: nil, log), Watched(laboratory([]), estimate: nil, log)]
        for condition in [both, .any([both, .not(both)]), .not(.count(EventSelection(Make.marker), .zero))] {
            let before = log.orders.count
            _ = try await PlanEngine(sources: sources).execute(try Make.plan(where: condition))
            #expect(Set(log.orders[before...].map(\.source)).count == log.orders.count - before)
        }
    }

    /// Where either will do, nobody restricts anybody.
    @Test func whatNeedNotBeFoundRestrictsNobody() async throws {
        let log = Asked()
        let sources: [any SourceAdapter] = [
            Watched(clinic([Make.event("a", "d", "2020-01-01")]), estimate: 1, log),
            Watched(laboratory([Make.event("b", "m", "2020-01-02")]), estimate: 1, log),
        ]
        let either = Condition.any([
            .count(EventSelection(Make.diagnosis), .atLeastOne), .count(EventSelection(Make.marker), .atLeastOne),
        ])
        let result = try await PlanEngine(sources: sources).execute(try Make.plan(where: either))
        #expect(result.counted?.selection.patients == ["a", "b"])
        #expect(log.orders.allSatisfy { $0.patients == nil })
    }

    @Test func moreThanTheMemoryAllowsIsAFailureAndNoSmallerCount() async throws {
        let many = (0..<20_000).map { Make.event("a", "event-\($0)", "2020-01-01") }
        let plan = try Make.plan(where: .count(EventSelection(Make.diagnosis), .atLeastOne))
        await #expect(throws: ExecutionFailure.memoryExceeded) {
            try await PlanEngine(sources: [clinic(many)], memory: 200_000).execute(plan)
        }
        #expect(try await PlanEngine(sources: [clinic(many)], memory: 20_000_000).execute(plan).counted?.selection.patients == ["a"])
        #expect(ExecutionFailure.memoryExceeded.diagnostic.code == "N0003")
    }

    @Test func saysHowFarItIs() async throws {
        let said = Mutex<[ExecutionProgress]>([])
        let engine = PlanEngine(sources: [clinic([Make.event("a", "d", "2020-01-01")]), laboratory([Make.event("a", "m", "2020-01-01")])])
        _ = try await engine.execute(try Make.plan(where: both)) { step in said.withLock { $0.append(step) } }
        let steps = said.withLock { $0 }
        // Patients and events come in any order; the sources take turns.
        #expect(
            steps.filter { if case .received = $0 { false } else { true } } == [
                .asking(source: "clinic", patients: nil), .delivered(source: "clinic"), .asking(source: "laboratory", patients: 1),
                .delivered(source: "laboratory"), .evaluating,
            ])
        #expect(steps.count { $0 == .received(source: "clinic", rows: 3) } == 1)
        #expect(steps.count { $0 == .received(source: "laboratory", rows: 1) } == 1)
    }

    /// What contradicts itself holds for nobody; that is a count.
    @Test func whatCanNeverHoldCountsNobody() async throws {
        let part = Condition.count(EventSelection(Make.diagnosis), .atLeastOne)
        let plan = try Make.plan(where: .some(CountRange(2, nil), [part]))
        let result = try await PlanEngine(sources: [clinic([Make.event("a", "d", "2020-01-01")])]).execute(plan)
        #expect(result.overall == .exact)
        #expect(result.counted?.selection.patients == [] && result.counted?.population.patients == 3)
        let away = try await PlanEngine(sources: [laboratory([])]).execute(plan)
        #expect(away.counted == nil && away.overall == .notEvaluable)
    }

    // MARK: Identity

    private func crosswalk(_ links: [(String, String, String)]) -> PatientCrosswalk {
        PatientCrosswalk(links.map { PatientCrosswalk.Link(patient: $0.0, source: $0.1, identifier: $0.2) })
    }

    private struct Fixed: CrosswalkOrigin {
        let known: PatientCrosswalk
        func crosswalk() async throws(SourceFailure) -> PatientCrosswalk { known }
    }

    @Test func aCrosswalkSaysWhoIsWho() {
        let crosswalk = crosswalk([
            ("p1", "clinic", "1"), ("p1", "clinic", "1b"), ("p1", "archive", "A"), ("p2", "clinic", "2"), ("p2", "clinic", "2"),
            ("p3", "archive", "A"), ("p3", "archive", "C"),
        ])
        #expect(crosswalk.patient(of: "1b", in: "clinic") == "p1" && crosswalk.patient(of: "2", in: "clinic") == "p2")
        #expect(crosswalk.patient(of: "2", in: "archive") == nil)
        #expect(crosswalk.identifiers(of: "p1", in: "clinic") == ["1", "1b"])
        // A is two patients': whose its records are, nobody knows.
        #expect(crosswalk.patient(of: "A", in: "archive") == nil && crosswalk.conflicts(in: "archive") == 1)
        #expect(crosswalk.identifiers(of: "p1", in: "archive") == [] && crosswalk.identifiers(of: "p3", in: "archive") == ["C"])
        #expect(crosswalk.merged(in: "clinic") == 1 && crosswalk.conflicts(in: "clinic") == 0)
        #expect(crosswalk.sources == ["archive", "clinic"])
        #expect(String(describing: Mirror(reflecting: crosswalk).children.count) == "0")
    }

    /// A patient with two identifiers in one source is one patient, and one whom only one source knows is kept.
    @Test func recordsUnderSeveralIdentifiersAreOnePatients() async throws {
        var clinic = FakeSource(name: "clinic", patientList: [Make.patient("1"), Make.patient("1b"), Make.patient("2")])
            .answering(Make.diagnosis, [Make.event("1b", "d", "2020-01-01"), Make.event("2", "d2", "2020-01-01")])
        clinic.sex = .exact
        let laboratory = FakeSource(name: "laboratory", patientList: [Make.patient("L1"), Make.patient("L9")])
            .answering(Make.marker, [Make.event("L1", "m", "2020-01-02"), Make.event("L9", "m9", "2020-01-02")])
        let origin = Fixed(
            known: crosswalk([
                ("p1", "clinic", "1"), ("p1", "clinic", "1b"), ("p1", "laboratory", "L1"), ("p2", "clinic", "2"),
                ("p9", "laboratory", "L9"),
            ]))
        let engine = PlanEngine(sources: [IdentifiedSource(clinic, crosswalk: origin), IdentifiedSource(laboratory, crosswalk: origin)])
        let result = try await engine.execute(try Make.plan(where: both))
        let counted = try #require(result.counted)
        #expect(counted.selection.patients == ["p1"])
        #expect(counted.population.patients == 3)
        #expect(result.overall == .exact)
        #expect(counted.identities.map(\.source) == ["clinic", "laboratory"])
        #expect(counted.identities.map(\.onlyHere.patients) == [1, 1] && counted.identities.map(\.unlinked.patients) == [0, 0])
    }

    /// Who is not in the crosswalk is counted as somebody else, and the coverage says that this need not be so.
    @Test func whoIsNotLinkedIsKeptAndNamedInTheCoverage() async throws {
        let clinic = FakeSource(name: "clinic", patientList: [Make.patient("1")]).answering(Make.diagnosis, [])
        let laboratory = FakeSource(name: "laboratory", patientList: [Make.patient("L1"), Make.patient("L2")])
            .answering(Make.marker, [Make.event("L2", "m", "2020-01-02")])
        let origin = Fixed(known: crosswalk([("p1", "clinic", "1"), ("p1", "laboratory", "L1")]))
        let engine = PlanEngine(sources: [IdentifiedSource(clinic, crosswalk: origin), IdentifiedSource(laboratory, crosswalk: origin)])
        let either = Condition.any([.count(EventSelection(Make.diagnosis), .atLeastOne), .count(EventSelection(Make.marker), .atLeastOne)])
        let result = try await engine.execute(try Make.plan(where: either))
        #expect(result.counted?.selection.patients == ["laboratory/L2"])
        #expect(result.overall == .approximate)
        #expect(result.coverage.map(\.coverage) == [.exact, .approximate])
        #expect(result.coverage[1].reasons.first?.contains("`laboratory` are in the node's crosswalk") == true)
        #expect(result.counted?.identities[1].unlinked.patients == 1)
        // A question to one source joins nobody.
        let alone = try await engine.execute(try Make.plan(where: .count(EventSelection(Make.marker), .atLeastOne)))
        #expect(alone.overall == .exact)
    }

    @Test func anUnclearIdentityIsAFailureUnlessItIsKeptApart() async throws {
        let clinic = FakeSource(name: "clinic", patientList: [Make.patient("1"), Make.patient("2")])
            .answering(Make.diagnosis, [Make.event("1", "d", "2020-01-01")])
        let origin = Fixed(known: crosswalk([("p1", "clinic", "1"), ("p2", "clinic", "1"), ("p2", "clinic", "2")]))
        let plan = try Make.plan(where: .count(EventSelection(Make.diagnosis), .atLeastOne))
        let strict = PlanEngine(sources: [IdentifiedSource(clinic, crosswalk: origin)])
        do {
            _ = try await strict.execute(plan)
            Issue.record("it was answered")
        } catch { #expect(error.diagnostic.code == "N0012") }
        let apart = IdentifiedSource(clinic, crosswalk: origin, conflicts: .apart)
        #expect(try await PlanEngine(sources: [apart]).execute(plan).counted?.selection.patients == ["clinic/1"])
        #expect(try await apart.loadIssues().map(\.code) == ["N0015", "N0016"])
    }

    /// Systems of identifiers: what the crosswalk names is not what the source's records do.
    @Test func aDomainOfIdentifiersStandsBetween() async throws {
        let clinic = FakeSource(name: "clinic", patientList: [Make.patient("1")]).answering(
            Make.diagnosis, [Make.event("1", "d", "2020-01-01")])
        let base = FakeSource(name: "laboratory", patientList: [Make.patient("r1"), Make.patient("r2")])
            .answering(Make.marker, [Make.event("r2", "m", "2020-01-02")])
        let laboratory = Domained(base, identifiers: ["r1": ["1"], "r2": ["1"]])
        let engine = PlanEngine(sources: [clinic, IdentifiedSource(laboratory, crosswalk: nil, domain: "urn:oid:1.2.3")])
        #expect(try await engine.execute(try Make.plan(where: both)).counted?.selection.patients == ["1"])
        await #expect(throws: SourceFailure.self) {
            _ = try await IdentifiedSource(base, crosswalk: nil, domain: "urn:oid:1.2.3").patients()
        }
    }

    /// A study that lies under two identifiers of one patient is one study.
    @Test func oneRecordUnderTwoIdentifiersCountsOnce() async throws {
        let archive = FakeSource(name: "archive", patientList: [Make.patient("A"), Make.patient("B")]).answering(
            Make.study,
            [
                Make.event("A", "1.2", "2020-01-01", study: "1.2", series: ["1.2.1"]),
                Make.event("B", "1.2", "2020-01-01", certain: false, study: "1.2", series: ["1.2.2"]),
            ])
        let origin = Fixed(known: crosswalk([("p", "archive", "A"), ("p", "archive", "B")]))
        let plan = try Make.plan(
            [EventSelection(Make.study)], where: .count(EventSelection(Make.study), CountRange(1, 1)),
            count: [.studies(EventReference(0)), .series(EventReference(0))])
        let counted = try #require(
            try await PlanEngine(sources: [IdentifiedSource(archive, crosswalk: origin)]).execute(plan).counted)
        #expect(counted.selection.patients == ["p"])
        #expect(counted.measures.map(\.value.count?.units) == [1, 2])
    }
}

/// What was asked of sources, in order.
private final class Asked: Sendable {
    private let log = Mutex<[(source: String, patients: [String]?)]>([])
    var orders: [(source: String, patients: [String]?)] { log.withLock { $0 } }
    func note(_ source: String, _ order: SourceOrder) { log.withLock { $0.append((source, order.patients?.ids)) } }
}

private struct Watched: SourceAdapter {
    let base: FakeSource
    let number: Int?
    let log: Asked

    init(_ base: FakeSource, estimate: Int?, _ log: Asked) { (self.base, number, self.log) = (base, estimate, log) }

    var name: String { base.name }
    var model: SourceModel { base.model }
    func probe() async throws(SourceFailure) {}
    func assess(_ request: EventRequest, in plan: ExpandedPlan) -> Assessment { base.assess(request, in: plan) }
    func assess(_ subject: Demographic) -> Assessment { base.assess(subject) }
    func patients() async throws(SourceFailure) -> [SourcePatient] { try await base.patients() }
    func nativeQueries(for request: EventRequest, in plan: ExpandedPlan) -> [NativeQuery] { [] }
    func estimate(of requests: [EventRequest], in plan: ExpandedPlan) async -> Int? { number }

    func events(matching request: EventRequest, in plan: ExpandedPlan) async throws(SourceFailure) -> [SourceEvent] {
        try await base.events(matching: request, in: plan)
    }

    func deliver(_ order: SourceOrder, in plan: ExpandedPlan, to receiver: any DeliveryReceiver) async throws(SourceFailure) {
        log.note(name, order)
        try await deliverSeparately(order, in: plan, to: receiver)
    }
}

private struct Domained: SourceAdapter {
    let base: FakeSource
    let known: [String: [String]]

    init(_ base: FakeSource, identifiers: [String: [String]]) { (self.base, known) = (base, identifiers) }

    var name: String { base.name }
    var model: SourceModel { base.model }
    func probe() async throws(SourceFailure) {}
    func assess(_ request: EventRequest, in plan: ExpandedPlan) -> Assessment { base.assess(request, in: plan) }
    func assess(_ subject: Demographic) -> Assessment { base.assess(subject) }
    func patients() async throws(SourceFailure) -> [SourcePatient] { try await base.patients() }
    func nativeQueries(for request: EventRequest, in plan: ExpandedPlan) -> [NativeQuery] { [] }
    func identifiers(in domain: String) async throws(SourceFailure) -> [String: [String]] { known }

    func events(matching request: EventRequest, in plan: ExpandedPlan) async throws(SourceFailure) -> [SourceEvent] {
        try await base.events(matching: request, in: plan)
    }
}
