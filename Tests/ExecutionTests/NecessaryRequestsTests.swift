import CohortPlan
import Execution
import Testing

/// What the engine tells a source that every counted patient must have.
@Suite struct NecessaryRequestsTests {
    private let diagnosis = Make.diagnosis
    private let marker = Make.marker
    private let study = Make.study

    /// By request, what the query was told to require, seen in what `explain` shows.
    private func required(_ plan: ExpandedPlan, _ sources: [FakeSource]) -> [EventRequest: [EventRequest]] {
        let shown = PlanEngine(sources: sources.map { Telling(source: $0) }).explain(plan)
        var found: [EventRequest: [EventRequest]] = [:]
        for part in shown {
            guard case .events(let request) = part.criterion.subject, let query = part.queries.first else { continue }
            found[request] = plan.plan.requests.filter { query.parameters.contains("\($0.hashValue)") }
        }
        return found
    }

    private var all: FakeSource { FakeSource().answering(diagnosis, []).answering(marker, []).answering(study, []) }

    @Test func whatEveryCountedPatientMustHaveIsRequired() throws {
        let index = EventSelection(diagnosis, pick: .first)
        let after = EventSelection(marker, windows: [Make.after(.start(EventReference(0)))])
        let plan = try Make.plan([index], where: .all([.count(after, .atLeastOne), .not(.count(EventSelection(study), .atLeastOne))]))
        // The marker is laid around the diagnosis; the study is what must not be there.
        #expect(required(plan, [all]) == [diagnosis: [marker], marker: [diagnosis], study: [diagnosis, marker]])
    }

    @Test func whatOneOfTwoBranchesNeedsIsNotRequired() throws {
        let either = Condition.any([
            .all([.count(EventSelection(diagnosis), .atLeastOne), .count(EventSelection(study), CountRange(2, nil))]),
            .all([.count(EventSelection(marker), CountRange(0, 1)), .count(EventSelection(study), .atLeastOne)]),
        ])
        #expect(required(try Make.plan(where: either), [all]) == [diagnosis: [study], marker: [study], study: []])
    }

    /// An event of which it is not known which one it is: whether it lies around another is unknown, whether or not that one is there.
    @Test func whatARelationIsMeasuredFromIsNotRequired() async throws {
        let anchors = [EventSelection(diagnosis, pick: .first), EventSelection(marker, pick: .first)]
        let plan = try Make.plan(anchors, where: .relation(EventReference(1), Make.within(5, of: .start(EventReference(0)))))
        #expect(required(plan, [all]) == [diagnosis: [marker], marker: []])
        var source = all.answering(marker, [Make.event("p", "1", nil), Make.event("p", "2", nil)])
        source.patientList = [Make.patient("p")]
        #expect(try await PlanEngine(sources: [source]).execute(plan).counted?.unknown == RawCount(patients: 1))
    }

    @Test func whatCannotBeEvaluatedOrIsAskedOfAnotherSourceIsNotRequired() throws {
        let plan = try Make.plan(
            where: .all([
                .count(EventSelection(diagnosis), .atLeastOne), .count(EventSelection(marker), .atLeastOne),
                .any([.count(EventSelection(study), .atLeastOne), .sex(.female)]),
            ]))
        let without = FakeSource().answering(diagnosis, []).answering(study, [])
        #expect(required(plan, [without])[study] == [diagnosis])
        let other = FakeSource(name: "other").answering(marker, [])
        #expect(required(plan, [without, other]) == [diagnosis: [], marker: [], study: [diagnosis]])
    }

    /// Each event around all before it: the number of ways back doubles with each.
    @Test(.timeLimit(.minutes(1))) func eventsAroundEachOtherAreWorkedOutOnce() throws {
        var anchors: [EventSelection] = []
        for index in 0..<CohortPlan.Limits.anchors {
            let windows = (0..<index).map { Make.after(.start(EventReference($0))) }
            anchors.append(EventSelection(index.isMultiple(of: 2) ? diagnosis : marker, windows: windows, pick: .first))
        }
        let plan = try Make.plan(anchors, where: .exists(EventReference(anchors.count - 1)))
        #expect(required(plan, [all]) == [diagnosis: [marker], marker: [diagnosis]])
    }
}

/// Shows what it was told to require as the parameters of its query.
private struct Telling: SourceAdapter {
    let source: FakeSource
    var name: String { source.name }
    var model: SourceModel { source.model }

    func probe() async throws(SourceFailure) {}
    func assess(_ request: EventRequest, in plan: ExpandedPlan) -> Assessment { source.assess(request, in: plan) }
    func assess(_ subject: Demographic) -> Assessment { source.assess(subject) }
    func patients() async throws(SourceFailure) -> [SourcePatient] { [] }
    func events(matching request: EventRequest, in plan: ExpandedPlan) async throws(SourceFailure) -> [SourceEvent] { [] }
    func nativeQueries(for request: EventRequest, in plan: ExpandedPlan) -> [NativeQuery] { [] }

    func nativeQueries(for request: EventRequest, in plan: ExpandedPlan, requiring required: [EventRequest]) -> [NativeQuery] {
        [NativeQuery(language: "SQL", text: "SELECT", parameters: required.map { "\($0.hashValue)" })]
    }
}
