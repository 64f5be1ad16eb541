import CohortPlan
import Foundation
import Testing

@Suite struct ReferenceEvaluatorTests {
    private let cancer = ConceptIRI("c:Cancer")
    private let drug = ConceptIRI("c:Drug")
    private let marker = ConceptIRI("c:Marker")
    private let positive = ConceptIRI("c:Positive")
    private let modality = ConceptIRI("co:modality")
    private let magnetic = ConceptIRI("c:MR")

    private func set(_ concept: ConceptIRI) -> ConceptSet { ConceptSet(include: [ConceptTerm(concept)]) }

    private func day(_ text: String) throws -> DateRange { try #require(DateRange(partial: text)) }

    private func evaluator(_ anchors: [EventSelection], _ condition: Condition, _ report: Report = Report(measures: [.patients])) throws
        -> ReferenceEvaluator
    {
        let plan = try CohortPlan(anchors: anchors, condition: condition, report: report)
        let sets = [cancer, drug, marker, positive, magnetic].map { Expansion(set: set($0), concepts: [$0], codes: [], gaps: [:]) }
        return ReferenceEvaluator(ExpandedPlan(plan: plan, expansions: sets))
    }

    private func patient(_ events: [RecordedEvent], sex: Sex? = .female, birth: String? = "1960-05-01") -> PatientRecord {
        PatientRecord(id: "p", sex: sex, birthDate: birth.flatMap { DateRange(partial: $0) }, events: events)
    }

    private func diagnosis(_ date: String?, key: String = "1") -> RecordedEvent {
        RecordedEvent(key: key, kind: .diagnosis, concept: cancer, start: date.flatMap { DateRange(partial: $0) })
    }

    private func before(_ days: Int, _ anchor: AnchorPoint) -> Window {
        Window(anchor, from: WindowBound(CalendarDistance(-days, .day), inclusive: true), to: WindowBound(.zero, inclusive: false))
    }

    @Test func firstWithinAWindowIsNotTheFirstEver() throws {
        let index = EventSelection(EventRequest(kind: .diagnosis, concepts: set(cancer)), pick: .first)
        let after = Window(.start(EventReference(0)), from: WindowBound(.zero, inclusive: false))
        let drugs = EventRequest(kind: .medication, concepts: set(drug))
        let events = [
            diagnosis("2020-01-10"), RecordedEvent(key: "2", kind: .medication, concept: drug, start: try day("2019-06-01")),
            RecordedEvent(key: "3", kind: .medication, concept: drug, start: try day("2020-02-01")),
        ]
        let within = try evaluator([index, EventSelection(drugs, windows: [after], pick: .first)], .exists(EventReference(1)))
        #expect(within.truth(for: patient(events)) == .yes)
        let ever = try evaluator([index, EventSelection(drugs, pick: .first)], .relation(EventReference(1), after))
        #expect(ever.truth(for: patient(events)) == .no)
    }

    @Test func aPartialDateThatCouldComeFirstMakesTheAnchorUnknown() throws {
        let index = EventSelection(EventRequest(kind: .diagnosis, concepts: set(cancer)), pick: .first)
        let inMay = Window(
            .date(try #require(CalendarDate("2020-05-01"))), from: WindowBound(.zero, inclusive: true),
            to: WindowBound(.zero, inclusive: true))
        let evaluator = try evaluator([index], .relation(EventReference(0), inMay))
        #expect(evaluator.truth(for: patient([diagnosis("2020-05-01"), diagnosis("2020", key: "2")])) == .unknown)
        #expect(evaluator.truth(for: patient([diagnosis("2020-05-01"), diagnosis("2021", key: "2")])) == .yes)
        #expect(evaluator.truth(for: patient([diagnosis("2020-05-01"), diagnosis(nil, key: "2")])) == .unknown)
    }

    /// Which one is first may be unknown where there certainly is one; and the only one is the first, however little is known of its day.
    @Test func aPartialDateIsADate() throws {
        let index = EventSelection(EventRequest(kind: .diagnosis, concepts: set(cancer)), pick: .first)
        let exists = try evaluator([index], .exists(EventReference(0)))
        #expect(exists.truth(for: patient([diagnosis("2020-05-01"), diagnosis("2020", key: "2")])) == .yes)
        #expect(exists.truth(for: patient([diagnosis(nil)])) == .yes)
        let before = Window(.date(try #require(CalendarDate("2021-01-01"))), to: WindowBound(.zero, inclusive: false))
        let relation = try evaluator([index], .relation(EventReference(0), before))
        #expect(relation.truth(for: patient([diagnosis("2020")])) == .yes)
        #expect(relation.truth(for: patient([diagnosis("2021")])) == .no)
        #expect(relation.truth(for: patient([diagnosis(nil)])) == .unknown)
        #expect(relation.truth(for: patient([diagnosis("2020"), diagnosis("2021-06", key: "2")])) == .yes)
    }

    @Test func aMissingValueIsUnknownAndNotFalse() throws {
        let request = EventRequest(kind: .observation, concepts: set(marker), value: .coded(set(positive)))
        let any = try evaluator([], .count(EventSelection(request), .atLeastOne))
        let none = try evaluator([], .not(.count(EventSelection(request), .atLeastOne)))
        let unvalued = patient([RecordedEvent(key: "1", kind: .observation, concept: marker, start: try day("2020-01-01"))])
        #expect(any.truth(for: unvalued) == .unknown)
        #expect(none.truth(for: unvalued) == .unknown)
        #expect(any.truth(for: patient([])) == .no)
    }

    @Test func windowsAreOpenAtTheAnchor() throws {
        let index = EventSelection(EventRequest(kind: .diagnosis, concepts: set(cancer)), pick: .first)
        let study = EventRequest(kind: .imagingStudy)
        let evaluator = try evaluator([index], .count(EventSelection(study, windows: [before(60, .start(EventReference(0)))]), .atLeastOne))
        for (date, expected) in [
            ("2020-03-01", Truth.no), ("2020-02-29", .yes), ("2020-01-01", .yes), ("2019-12-31", .no), ("2020-02", .yes),
        ] {
            let image = RecordedEvent(key: "2.25.1", kind: .imagingStudy, start: try day(date))
            #expect(evaluator.truth(for: patient([diagnosis("2020-03-01"), image])) == expected, "\(date)")
        }
    }

    @Test func havingSeriesMeansOneSeriesAndCountsTheMatchingOnes() throws {
        let test = AttributeTest(modality, .coded(set(magnetic)))
        let request = EventRequest(kind: .imagingStudy, havingSeries: [[test]])
        let event = EventReference(0)
        let evaluator = try evaluator(
            [EventSelection(request, pick: .last)], .exists(event),
            Report(measures: [.patients, .studies(event), .series(event)], breakdowns: [.sex]))
        let study = RecordedEvent(
            key: "2.25.1", kind: .imagingStudy, start: try day("2020-01-01"),
            series: [
                RecordedSeries(uid: "2.25.1.1", values: [modality: .coded(magnetic)]),
                RecordedSeries(uid: "2.25.1.2", values: [modality: .coded(drug)]), RecordedSeries(uid: "2.25.1.3", values: [:]),
            ])
        let result = evaluator.evaluate([patient([study])])
        #expect(result.measures.map(\.units) == [1, 1, 1])
        #expect(result.tables[0][0].map(\.units) == [1, 1, 1])
        #expect(result.tables[0][1].map(\.units) == [0, 0, 0])
    }

    @Test func agesOfPartialBirthDatesAreRanges() throws {
        let anchor = AnchorPoint.date(try #require(CalendarDate("2020-05-01")))
        let evaluator = try evaluator([], .age(anchor, CountRange(60, nil)))
        #expect(evaluator.truth(for: patient([], birth: "1960-05-01")) == .yes)
        #expect(evaluator.truth(for: patient([], birth: "1960-05-02")) == .no)
        #expect(evaluator.truth(for: patient([], birth: "1960")) == .unknown)
        #expect(evaluator.truth(for: patient([], birth: nil)) == .unknown)
    }

    @Test func plansComeBackFromJSONAndInvalidOnesDoNot() throws {
        let index = EventSelection(EventRequest(kind: .diagnosis, concepts: set(cancer)), windows: [], pick: .first)
        let plan = try CohortPlan(
            anchors: [index], condition: .all([.sex(.female), .age(.start(EventReference(0)), CountRange(40, 60))]),
            report: Report(measures: [.patients], breakdowns: [.sex, .age(.start(EventReference(0)), bandWidth: 10)]))
        let data = try JSONEncoder().encode(plan)
        #expect(try JSONDecoder().decode(CohortPlan.self, from: data) == plan)
        #expect(throws: InvalidPlan.self) {
            try CohortPlan(anchors: [], condition: .exists(EventReference(0)), report: Report(measures: [.patients]))
        }
        #expect(throws: InvalidPlan.self) {
            try CohortPlan(anchors: [index], condition: .sex(.male), report: Report(measures: [.studies(EventReference(0))]))
        }
    }
}

@Suite struct PlanBoundsTests {
    /// A plan that came over a network must not make date arithmetic overflow.
    @Test(arguments: [Int.max, Int.min, 100_001])
    func windowsAreBounded(_ amount: Int) throws {
        let date = AnchorPoint.date(try #require(CalendarDate("2020-01-01")))
        let window = Window(date, from: WindowBound(CalendarDistance(amount, .year), inclusive: true))
        #expect(throws: InvalidPlan.self) {
            try CohortPlan(
                anchors: [], condition: .count(EventSelection(EventRequest(kind: .death), windows: [window]), .atLeastOne),
                report: Report(measures: [.patients]))
        }
    }
}
