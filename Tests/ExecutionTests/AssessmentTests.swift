import CohortPlan
import Execution
import Testing

@Suite struct AssessmentTests {
    private let index = EventReference(0)
    private let here = Condition.count(EventSelection(Make.diagnosis), .atLeastOne)
    private let away = Condition.count(EventSelection(Make.marker), .atLeastOne)

    private func source(_ coverage: Coverage, name: String = "fake") -> FakeSource {
        FakeSource(name: name, patientList: [Make.patient("a"), Make.patient("b", .male)])
            .answering(
                Make.diagnosis, [Make.event("a", "1", "2020-01-01")], Assessment(coverage, reasons: coverage == .exact ? [] : ["because"])
            )
            .answering(Make.study, [Make.event("a", "s", "2020-01-01", study: "s", series: ["x"])])
    }

    @Test(arguments: [
        (Coverage.exact, Coverage.exact, Coverage.exact, Coverage.exact), (.broader, .broader, .narrower, .approximate),
        (.narrower, .narrower, .broader, .approximate), (.approximate, .approximate, .approximate, .approximate),
    ])
    func negationFlipsABound(leaf: Coverage, plain: Coverage, negated: Coverage, exactlyTwo: Coverage) throws {
        let engine = PlanEngine(sources: [source(leaf)])
        #expect(engine.assess(try Make.plan(where: here)).overall == plain)
        #expect(engine.assess(try Make.plan(where: .not(here))).overall == negated)
        #expect(engine.assess(try Make.plan(where: .count(EventSelection(Make.diagnosis), .zero))).overall == negated)
        #expect(engine.assess(try Make.plan(where: .count(EventSelection(Make.diagnosis), CountRange(2, 2)))).overall == exactlyTwo)
        #expect(engine.assess(try Make.plan(where: .any([here, .not(here)]))).overall == exactlyTwo)
    }

    @Test func anAnchorThatMayBeAnotherEventBoundsNothing() throws {
        let engine = PlanEngine(sources: [source(.broader)])
        let anchor = EventSelection(Make.diagnosis, pick: .first)
        let near = Condition.count(EventSelection(Make.study, windows: [Make.within(9, of: .start(index))]), .atLeastOne)
        #expect(engine.assess(try Make.plan([anchor], where: .exists(index))).overall == .broader)
        #expect(engine.assess(try Make.plan([anchor], where: near)).overall == .approximate)
        #expect(engine.assess(try Make.plan([anchor], where: .age(.start(index), CountRange(40, nil)))).overall == .approximate)
    }

    @Test func choosesTheSourceWithTheBestCoverage() throws {
        let engine = PlanEngine(sources: [
            source(.approximate, name: "first"), source(.broader, name: "second"), source(.exact, name: "third"),
            source(.exact, name: "fourth"),
        ])
        let coverage = engine.assess(try Make.plan(where: here)).coverage
        #expect(coverage == [CriterionCoverage(criterionID: "condition ", coverage: .exact, source: "third")])
    }

    @Test func whatCanNeverBeTrueHasNoCount() async throws {
        let engine = PlanEngine(sources: [source(.exact)])
        for condition in [away, .not(away), .all([here, away]), .count(EventSelection(Make.marker), .zero), .not(.any([here, away]))] {
            let result = try await engine.execute(try Make.plan(where: condition))
            #expect(result.overall == .notEvaluable)
            guard case .notEvaluable(let reasons) = result.outcome else {
                Issue.record("counted what cannot be evaluated")
                continue
            }
            #expect(reasons == ["nothing is bound"])
        }
    }

    @Test func whatCanStillBeTrueIsALowerBound() async throws {
        let engine = PlanEngine(sources: [source(.exact)])
        let either = try await engine.execute(try Make.plan(where: .any([here, away])))
        #expect(either.overall == .narrower)
        #expect(either.counted?.selection.patients == ["a"])
        #expect(either.counted?.unknown.patients == 1)
        let notBoth = try await engine.execute(try Make.plan(where: .not(.all([here, away]))))
        #expect(notBoth.overall == .narrower)
        #expect(notBoth.counted?.selection.patients == ["b"])
        #expect(PlanEngine(sources: [source(.broader)]).assess(try Make.plan(where: .any([here, away]))).overall == .approximate)
    }

    @Test func whatHangsOnAnEventThatCannotBeEvaluatedCannotBeEither() async throws {
        let engine = PlanEngine(sources: [source(.exact)])
        let anchors = [
            EventSelection(Make.marker, pick: .first),
            EventSelection(Make.study, windows: [Make.within(9, of: .start(index))], pick: .first),
        ]
        for condition in [
            Condition.exists(index), .exists(EventReference(1)), .age(.start(index), CountRange(0, nil)),
            .relation(EventReference(1), Make.after(.date(CalendarDate(daysSinceEpoch: 0)))),
            .count(EventSelection(Make.study, windows: [Make.after(.start(index))]), .zero),
        ] {
            #expect(try await engine.execute(try Make.plan(anchors, where: condition)).counted == nil)
        }
        let chained = EventReference(1)
        let result = try await engine.execute(
            try Make.plan(anchors, where: here, count: [.patients, .studies(chained)], by: [.age(.start(index), bandWidth: 10)]))
        #expect(result.overall == .exact)
        #expect(result.counted?.measures.map(\.value).last == .notEvaluable(reasons: ["nothing is bound"]))
        #expect(result.counted?.measures.first?.value.count?.patients == 1)
        #expect(result.counted?.breakdowns.first?.content == .notEvaluable(reasons: ["nothing is bound"]))
    }

    @Test func aNodeWithoutSourcesEvaluatesNothing() async throws {
        let result = try await PlanEngine(sources: []).execute(try Make.plan(where: .sex(.female)))
        #expect(result.overall == .notEvaluable)
        #expect(result.counted == nil)
    }

    @Test func explainsWithTheSourcesOwnQueries() throws {
        let plan = try Make.plan(where: .all([here, away, .sex(.female)]))
        let explained = PlanEngine(sources: [source(.exact, name: "clinic")]).explain(plan)
        #expect(explained.map { $0.queries.map(\.text) } == [["SELECT clinic"], [], []])
        #expect(explained.map(\.coverage.coverage) == [.exact, .notEvaluable, .exact])
    }
}
