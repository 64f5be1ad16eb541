import CohortPlan
import Execution
import InMemorySource
import Testing

/// Where a binding says that absence is no evidence, no record is unknown: never yes, and never no.
@Suite struct OpenWorldTests {
    private static let patients = [
        PatientRecord(
            id: "a", sex: .female, birthDate: DateRange(partial: "1960-01-01"),
            events: [RecordedEvent(key: "1", kind: .diagnosis, concept: Words.diseases[0], start: DateRange(partial: "2020-01-01"))]),
        PatientRecord(
            id: "b", sex: .female, birthDate: DateRange(partial: "1960-01-01"),
            events: [RecordedEvent(key: "2", kind: .death, start: DateRange(partial: "2021-01-01"))]),
    ]
    private static let disease = EventSelection(
        EventRequest(kind: .diagnosis, concepts: ConceptSet(include: [ConceptTerm(Words.diseases[0])])), pick: .first)
    private static let all = EventSelection(disease.request)
    private static let index = EventReference(0)
    private static let after = Window(.start(index), from: WindowBound(.zero, inclusive: true))

    private func result(_ condition: Condition, open: Set<EventKind>) async throws -> EngineResult {
        let plan = try CohortPlan(
            anchors: [OpenWorldTests.disease], condition: condition,
            report: Report(measures: [.patients], funnel: [condition], overlap: [condition]))
        let source = RecordSource(records: OpenWorldTests.patients, open: open)
        return try await PlanEngine(sources: [source]).execute(ExpandedPlan(plan: plan, expansions: RandomPlans.expansions))
    }

    struct Row: Sendable {
        let condition: Condition
        let closed: (yes: [String], unknown: Int)
        let open: (yes: [String], unknown: Int)
    }

    private static let rows = [
        Row(condition: .count(all, .atLeastOne), closed: (["a"], 0), open: (["a"], 1)),
        Row(condition: .count(all, .zero), closed: (["b"], 0), open: ([], 1)),
        Row(condition: .not(.count(all, .atLeastOne)), closed: (["b"], 0), open: ([], 1)),
        Row(condition: .exists(index), closed: (["a"], 0), open: (["a"], 1)),
        Row(condition: .age(.start(index), CountRange(50, nil)), closed: (["a"], 0), open: (["a"], 1)),
        Row(
            condition: .relation(index, Window(.date(CalendarDate(daysSinceEpoch: 0)), from: WindowBound(.zero, inclusive: true))),
            closed: (["a"], 0), open: (["a"], 1)),
        Row(condition: .possible(.count(all, .atLeastOne)), closed: (["a"], 0), open: (["a", "b"], 0)),
        Row(condition: .known(.count(all, .atLeastOne)), closed: (["a", "b"], 0), open: (["a"], 0)),
        Row(condition: .some(CountRange(0, 0), [.exists(index), .sex(.male)]), closed: (["b"], 0), open: ([], 1)),
        // A death after a diagnosis that nobody knows of.
        Row(
            condition: .count(EventSelection(EventRequest(kind: .death), windows: [after]), .atLeastOne), closed: ([], 0), open: ([], 1)),
        Row(condition: .any([.sex(.female), .exists(index)]), closed: (["a", "b"], 0), open: (["a", "b"], 0)),
    ]

    @Test(arguments: 0..<rows.count) func noRecordIsUnknown(_ number: Int) async throws {
        let row = OpenWorldTests.rows[number]
        let worlds: [(open: Set<EventKind>, expected: (yes: [String], unknown: Int))] = [([], row.closed), ([.diagnosis], row.open)]
        for (open, expected) in worlds {
            let counted = try #require(try await result(row.condition, open: open).counted)
            #expect(counted.selection.patients == expected.yes, "\(row.condition)")
            #expect(counted.unknown.patients == expected.unknown, "\(row.condition)")
            #expect(counted.funnel.map(\.patients) == [expected.yes.count])
            guard case .content(let overlap)? = counted.overlap else { throw CancellationError() }
            #expect(overlap.cohorts.map(\.patients) == [expected.yes.count] && overlap.unknown.map(\.patients) == [expected.unknown])
        }
    }

    @Test func explainSaysWhatNoRecordMeans() throws {
        let plan = try CohortPlan(
            anchors: [],
            condition: .all([.count(OpenWorldTests.all, .atLeastOne), .count(EventSelection(EventRequest(kind: .death)), .zero)]),
            report: Report(measures: [.patients]))
        let engine = PlanEngine(sources: [RecordSource(records: [], open: [.diagnosis])])
        #expect(engine.explain(ExpandedPlan(plan: plan, expansions: [])).map(\.absence) == [.unknown, .no])
    }
}
