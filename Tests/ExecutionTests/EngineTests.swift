import CohortPlan
import Execution
import Testing

@Suite struct EngineTests {
    private let people = [Make.patient("a"), Make.patient("b", .male, born: "1990"), Make.patient("c", nil, born: nil)]

    private func source(_ answers: [(EventRequest, [SourceEvent])]) -> FakeSource {
        answers.reduce(FakeSource(patientList: people)) { $0.answering($1.0, $1.1) }
    }

    private func counted(_ plan: ExpandedPlan, _ sources: any SourceAdapter...) async throws -> CountedResult {
        let result = try await PlanEngine(sources: sources).execute(plan)
        return try #require(result.counted)
    }

    @Test func countsPatientsOfWhomTheConditionIsTrueAndReportsTheUnknown() async throws {
        let plan = try Make.plan(where: .sex(.female))
        let result = try await counted(plan, source([]))
        #expect(result.selection.patients == ["a"])
        #expect(result.unknown.patients == 1)
        #expect(result.population.patients == 3)
        #expect(result.measures.first?.value.count?.patients == 1)
    }

    @Test(arguments: [
        (CountRange.atLeastOne, ["a"], 1), (CountRange.zero, ["c"], 1), (CountRange(2, nil), ["a"], 0), (CountRange(1, 1), [], 1),
    ])
    func countsEventsWithWhatIsUncertain(range: CountRange, found: [String], unknown: Int) async throws {
        let events = [
            Make.event("a", "1", "2020-01-01"), Make.event("a", "2", "2020-02-01"), Make.event("b", "3", "2020-01-01", certain: false),
        ]
        let plan = try Make.plan(where: .count(EventSelection(Make.diagnosis), range))
        let result = try await counted(plan, source([(Make.diagnosis, events)]))
        #expect(result.selection.patients == found)
        #expect(result.unknown.patients == unknown)
    }

    /// The events of one patient and what `first` and `last` make of them: the key, or nothing when it is unknown.
    struct PickCase: Sendable {
        let events: [String]
        let first: String?
        let last: String?

        init(_ events: [String], first: String?, last: String?) {
            self.events = events
            self.first = first
            self.last = last
        }
    }

    private static let picks: [PickCase] = [
        PickCase(["1 2020-01-02", "2 2020-01-01"], first: "2", last: "1"),
        PickCase(["2 2020-01-01", "1 2020-01-01"], first: "1", last: "1"),
        // A month may come before its days, or after them.
        PickCase(["1 2020-01-15", "2 2020-01"], first: nil, last: nil),
        PickCase(["1 2020-01-15", "2 2020-02"], first: "1", last: "2"),
        PickCase(["1 2020-03-15", "2 2020-02"], first: "2", last: "1"),
        // An event that may match matters only where it could come before.
        PickCase(["1 2020-01-15", "2 2020-01-10 ?"], first: nil, last: "1"),
        PickCase(["1 2020-01-15", "2 2020-01-15 ?"], first: "1", last: "1"),
        PickCase(["2 2020-01-15", "1 2020-01-15 ?"], first: nil, last: nil),
        PickCase(["1 2020-01-15", "2 -"], first: nil, last: nil),
        PickCase(["1 2020-01-15 ?"], first: nil, last: nil),
        // The only one is the first, however little is known of its day.
        PickCase(["1 2020"], first: "1", last: "1"),
    ]

    @Test(arguments: EngineTests.picks)
    func picksOnlyWhatIsSettled(example: PickCase) async throws {
        let delivered = example.events.map { text in
            let parts = text.split(separator: " ").map(String.init)
            return Make.event(
                "a", parts[0], parts[1] == "-" ? nil : parts[1], certain: parts.count < 3, study: parts[0], series: [parts[0]])
        }
        for (pick, expected) in [(Pick.first, example.first), (.last, example.last)] {
            let plan = try Make.plan([EventSelection(Make.study, pick: pick)], where: .exists(EventReference(0)))
            let result = try await counted(plan, source([(Make.study, delivered)]))
            #expect(result.selection.selectedSeries(of: EventReference(0)).map(\.study) == (expected.map { [$0] } ?? []), "\(pick)")
            // That there is one is known wherever one matches for certain.
            #expect(result.unknown.patients == (example.events.allSatisfy { $0.hasSuffix("?") } ? 1 : 0), "\(pick)")
        }
    }

    @Test(arguments: [
        ("2020-03-01", Truth.yes), ("2020-01-31", .no), ("2020-02-01", .no), ("2020", .unknown), ("2020-02", .unknown), ("2020-03", .yes),
    ])
    func comparesPartialDatesInThreeValues(marker: String, expected: Truth) async throws {
        let plan = try Make.plan(
            [EventSelection(Make.diagnosis, pick: .first)],
            where: .count(EventSelection(Make.marker, windows: [Make.after(.start(EventReference(0)))]), .atLeastOne))
        let result = try await counted(
            plan, source([(Make.diagnosis, [Make.event("a", "1", "2020-02-01")]), (Make.marker, [Make.event("a", "2", marker)])]))
        #expect((result.selection.patients == ["a"]) == (expected == .yes))
        #expect((result.unknown.patients == 1) == (expected == .unknown))
    }

    @Test func aMonthEndsOnItsLastDay() async throws {
        let window = Window(.start(EventReference(0)), from: WindowBound(CalendarDistance(1, .month), inclusive: true))
        let plan = try Make.plan(
            [EventSelection(Make.diagnosis, pick: .first)], where: .count(EventSelection(Make.marker, windows: [window]), .atLeastOne))
        let result = try await counted(
            plan,
            source([
                (Make.diagnosis, [Make.event("a", "1", "2020-01-31"), Make.event("b", "2", "2020-01-31")]),
                (Make.marker, [Make.event("a", "3", "2020-02-29"), Make.event("b", "4", "2020-02-28")]),
            ]))
        #expect(result.selection.patients == ["a"])
    }

    @Test func anEndThatIsNotRecordedIsUnknownAndAMissingEventIsNo() async throws {
        let plan = try Make.plan(
            [EventSelection(Make.diagnosis, pick: .first), EventSelection(Make.marker, pick: .last)],
            where: .relation(EventReference(1), Make.after(.end(EventReference(0)))))
        let result = try await counted(
            plan,
            source([
                (Make.diagnosis, [Make.event("a", "1", "2020-01-01", end: "2020-02-01"), Make.event("b", "2", "2020-01-01")]),
                (
                    Make.marker,
                    [Make.event("a", "3", "2020-03-01"), Make.event("b", "4", "2020-03-01"), Make.event("c", "5", "2020-03-01")]
                ),
            ]))
        #expect(result.selection.patients == ["a"])
        #expect(result.unknown.patients == 1)
    }

    @Test func ageIsInCompletedYearsAndKnownOnlyAsFarAsTheDatesAre() async throws {
        let plan = try Make.plan(
            [EventSelection(Make.diagnosis, pick: .first)], where: .age(.start(EventReference(0)), CountRange(30, 59)),
            by: [.age(.start(EventReference(0)), bandWidth: 10), .sex])
        let result = try await counted(
            plan,
            source([
                (
                    Make.diagnosis,
                    [Make.event("a", "1", "2020-05-19"), Make.event("b", "2", "2020-06-01"), Make.event("c", "3", "2020-06-01")]
                )
            ]))
        // `a` is 59 for one more day; `b`, born some day of 1990, is 29 or 30; of `c` no birth date is recorded.
        #expect(result.selection.patients == ["a"])
        #expect(result.unknown.patients == 2)
        guard case .strata(let ages) = result.breakdowns[0].content, case .strata(let sexes) = result.breakdowns[1].content else {
            Issue.record("no strata")
            return
        }
        #expect(ages.map(\.name) == Breakdown.age(.start(EventReference(0)), bandWidth: 10).strata)
        #expect(ages.filter { $0.values[0].count?.patients == 1 }.map(\.name) == ["50-59"])
        #expect(sexes.map { $0.values[0].count?.patients } == [1, 0, 0, 0])
    }

    @Test func countsDistinctStudiesAndSeriesAndThePatientsBehindThem() async throws {
        let images = [
            Make.event("a", "s1", "2020-01-01", study: "s1", series: ["x1", "x2"]),
            Make.event("a", "s2", "2020-02-01", study: "s2", series: ["x3"]),
            Make.event("b", "s3", "2020-01-01", study: "s3", series: []), Make.event("c", "s4", "2020-01-01", certain: false, study: "s4"),
        ]
        let all = EventReference(0)
        let last = EventReference(1)
        let plan = try Make.plan(
            [EventSelection(Make.study), EventSelection(Make.study, pick: .last)], where: .exists(all),
            count: [.patients, .studies(all), .series(all), .studies(last), .series(last)])
        let result = try await counted(plan, source([(Make.study, images)]))
        #expect(result.measures.map { $0.value.count?.units } == [2, 3, 3, 2, 1])
        #expect(result.measures.map { $0.value.count?.patients } == [2, 2, 1, 2, 1])
        #expect(result.selection.selectedSeries(of: last) == [SelectedSeries(patient: "a", study: "s2", series: "x3")])
        #expect(result.unknown.patients == 1)
    }

    @Test func joinsPatientsOfSeveralSources() async throws {
        let clinical = FakeSource(name: "clinic", patientList: people).answering(Make.diagnosis, [Make.event("a", "1", "2020-01-01")])
        let images = FakeSource(
            name: "pacs", model: .dicom, patientList: [Make.patient("a"), Make.patient("d")], sex: .notEvaluable("no sex here")
        ).answering(Make.study, [Make.event("a", "s1", "2020-01-03", study: "s1", series: ["x"]), Make.event("d", "s2", "2020-01-03")])
        let plan = try Make.plan(
            [EventSelection(Make.diagnosis, pick: .first)],
            where: .all([
                .sex(.female), .count(EventSelection(Make.study, windows: [Make.within(7, of: .start(EventReference(0)))]), .atLeastOne),
            ]))
        let result = try await counted(plan, images, clinical)
        #expect(result.selection.patients == ["a"])
        #expect(result.population.patients == 4)
        #expect(PlanEngine(sources: [images, clinical]).assess(plan).coverage.map(\.source) == ["clinic", "clinic", "pacs"])
    }

    @Test func aRawCountShowsNoNumber() {
        #expect(!"\(RawCount(patients: 4_711))".contains("4711"))
        #expect(!"\(RawValue.count(RawCount(patients: 4_711)))".contains("4711"))
        #expect(!"\(PatientSelection(patients: ["secret"]))".contains("secret"))
    }
}
