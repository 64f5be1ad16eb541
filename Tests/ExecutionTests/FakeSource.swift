import CohortPlan
import Execution

/// A source that delivers what a test gave it.
struct FakeSource: SourceAdapter {
    var name = "fake"
    var model = SourceModel.omop
    var patientList: [SourcePatient] = []
    var answers: [EventRequest: (assessment: Assessment, events: [SourceEvent])] = [:]
    var sex = Assessment.exact
    var birthDate = Assessment.exact
    var failure: SourceFailure?
    /// Never answers until cancelled.
    var hangs = false

    func probe() async throws(SourceFailure) {
        if let failure { throw failure }
    }

    func assess(_ request: EventRequest, in plan: ExpandedPlan) -> Assessment {
        answers[request]?.assessment ?? .notEvaluable("nothing is bound")
    }

    func assess(_ subject: Demographic) -> Assessment { subject == .sex ? sex : birthDate }

    func patients() async throws(SourceFailure) -> [SourcePatient] {
        if hangs { try? await Task.sleep(for: .seconds(3_600)) }
        if let failure { throw failure }
        return patientList
    }

    func events(matching request: EventRequest, in plan: ExpandedPlan) async throws(SourceFailure) -> [SourceEvent] {
        if let failure { throw failure }
        return answers[request]?.events ?? []
    }

    func nativeQueries(for request: EventRequest, in plan: ExpandedPlan) -> [NativeQuery] {
        [NativeQuery(language: "SQL", text: "SELECT \(name)")]
    }
}

extension FakeSource {
    /// Adds a request that is evaluated exactly, unless said otherwise.
    func answering(_ request: EventRequest, _ events: [SourceEvent], _ assessment: Assessment = .exact) -> FakeSource {
        var copy = self
        copy.answers[request] = (assessment, events)
        return copy
    }
}

/// Words for plans, so that tests read as what they mean.
enum Make {
    static let diagnosis = EventRequest(kind: .diagnosis, concepts: concept("Cancer"))
    static let marker = EventRequest(kind: .observation, concepts: concept("Marker"))
    static let study = EventRequest(kind: .imagingStudy)
    static let series = EventRequest(kind: .imagingSeries)

    static func concept(_ name: String) -> ConceptSet { ConceptSet(include: [ConceptTerm(ConceptIRI("https://example.org/\(name)"))]) }

    static func day(_ text: String) -> DateRange? { DateRange(partial: text) }

    static func plan(
        _ anchors: [EventSelection] = [], where condition: Condition, count measures: [Measure] = [.patients],
        by breakdowns: [Breakdown] = []
    ) throws -> ExpandedPlan {
        ExpandedPlan(
            plan: try CohortPlan(anchors: anchors, condition: condition, report: Report(measures: measures, breakdowns: breakdowns)),
            expansions: [])
    }

    static func event(
        _ patient: String, _ key: String, _ start: String?, end: String? = nil, certain: Bool = true, study: String? = nil,
        series: [String] = []
    ) -> SourceEvent {
        SourceEvent(
            patient: patient, key: key, start: start.flatMap(day), end: end.flatMap(day), isCertain: certain, study: study, series: series)
    }

    static func patient(_ id: String, _ sex: Sex? = .female, born birth: String? = "1960-05-20") -> SourcePatient {
        SourcePatient(id: id, sex: sex, birthDate: birth.flatMap(day))
    }

    static func within(_ days: Int, of anchor: AnchorPoint) -> Window {
        Window(
            anchor, from: WindowBound(CalendarDistance(-days, .day), inclusive: true),
            to: WindowBound(CalendarDistance(days, .day), inclusive: true))
    }

    static func after(_ anchor: AnchorPoint) -> Window { Window(anchor, from: WindowBound(.zero, inclusive: false)) }
}
