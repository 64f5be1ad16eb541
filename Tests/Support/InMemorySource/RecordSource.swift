public import CohortPlan
public import Execution

/// A source over patients in memory: what an adapter is expected to deliver, worked out apart from the reference evaluator.
public struct RecordSource: SourceAdapter {
    public let name = "records"
    public let model = SourceModel.omop
    let records: [PatientRecord]
    /// The kinds of events that this source does not hold.
    let missing: Set<EventKind>

    /// The kinds of events of which no record says nothing.
    let open: Set<EventKind>
    let handsOverValues: Bool

    public init(records: [PatientRecord], missing: Set<EventKind> = [], open: Set<EventKind> = [], handsOverValues: Bool = true) {
        self.open = open
        self.handsOverValues = handsOverValues
        self.records = records
        self.missing = missing
    }

    public func probe() async throws(SourceFailure) {}
    public func assess(_ request: EventRequest, in plan: ExpandedPlan) -> Assessment {
        missing.contains(request.kind) ? .notEvaluable("no \(request.kind.rawValue) is held here") : .exact
    }
    public func assessValues(of request: EventRequest, in plan: ExpandedPlan) -> Assessment {
        handsOverValues ? .exact : .notEvaluable("no number is handed over here")
    }
    public func assess(_ bond: Bond, of request: EventRequest, in plan: ExpandedPlan) -> Assessment { .exact }
    public func assess(_ subject: Demographic) -> Assessment { .exact }
    public func absenceMeansNo(of kind: EventKind) -> Bool { !open.contains(kind) }
    public func nativeQueries(for request: EventRequest, in plan: ExpandedPlan) -> [NativeQuery] { [] }

    public func patients() async throws(SourceFailure) -> [SourcePatient] {
        records.map { SourcePatient(id: $0.id, sex: $0.sex, birthDate: $0.birthDate) }
    }

    public func events(matching request: EventRequest, in plan: ExpandedPlan) async throws(SourceFailure) -> [SourceEvent] {
        func expand(_ set: ConceptSet) -> Set<ConceptIRI> { Set(plan.expansion(of: set)?.concepts ?? []) }
        return records.flatMap { record in
            record.events.flatMap { event -> [SourceEvent] in
                switch request.kind {
                case .imagingStudy where event.kind == .imagingStudy: study(event, of: record, request, expand)
                case .imagingSeries where event.kind == .imagingStudy: series(event, of: record, request, expand)
                case event.kind: clinical(event, of: record, request, expand)
                case .procedure where event.kind == .radiotherapy: clinical(event, of: record, request, expand)
                default: []
                }
            }
        }
    }

    /// Leaves out all that it may.
    public func events(
        matching request: EventRequest, in plan: ExpandedPlan, requiring required: [EventRequest]
    ) async throws(SourceFailure) -> [SourceEvent] {
        var found = try await events(matching: request, in: plan)
        for other in required {
            let patients = Set(try await events(matching: other, in: plan).map(\.patient))
            found = found.filter { patients.contains($0.patient) }
        }
        return found
    }

    private func clinical(
        _ event: RecordedEvent, of record: PatientRecord, _ request: EventRequest, _ expand: (ConceptSet) -> Set<ConceptIRI>
    ) -> [SourceEvent] {
        if let set = request.concepts, !(event.concept.map { expand(set).contains($0) } ?? false) { return [] }
        var truth = Truth.yes
        switch request.value {
        case .coded(let set): truth = event.coded.map { Truth(expand(set).contains($0)) } ?? .unknown
        case .quantity(let range): truth = event.quantity.map { range.contains($0, comparator: event.comparator) } ?? .unknown
        case .assumed(let range):
            truth =
                event.quantity.map { range.contains(Quantity($0.value, $0.unit ?? range.unit), comparator: event.comparator) } ?? .unknown
        case .flag, .text: truth = .unknown
        case nil: break
        }
        guard truth != .no else { return [] }
        let value = event.quantity.map { RecordedValue.quantity($0, comparator: event.comparator) } ?? .absent
        return [
            SourceEvent(
                patient: record.id, key: event.key, start: event.start, end: event.end, isCertain: truth == .yes, value: value,
                visit: event.kind == .visit ? event.key : event.visit, specimen: event.kind == .specimen ? event.key : event.specimen)
        ]
    }

    private func study(
        _ event: RecordedEvent, of record: PatientRecord, _ request: EventRequest, _ expand: (ConceptSet) -> Set<ConceptIRI>
    ) -> [SourceEvent] {
        let truths = request.havingSeries.map { group in event.series.map { self.truth(of: group, in: $0, expand) } }
        let truth = truths.map(\.disjunction).conjunction
        guard truth != .no else { return [] }
        let matching = event.series.indices.filter { index in truths.isEmpty || truths.contains { $0[index] == .yes } }
        return [
            SourceEvent(
                patient: record.id, key: event.key, start: event.start, isCertain: truth == .yes, study: event.key,
                series: matching.map { event.series[$0].uid }, visit: event.visit)
        ]
    }

    private func series(
        _ event: RecordedEvent, of record: PatientRecord, _ request: EventRequest, _ expand: (ConceptSet) -> Set<ConceptIRI>
    ) -> [SourceEvent] {
        event.series.compactMap { series in
            let truth = self.truth(of: request.attributes, in: series, expand)
            guard truth != .no else { return nil }
            return SourceEvent(
                patient: record.id, key: series.uid, start: event.start, isCertain: truth == .yes, study: event.key, series: [series.uid],
                visit: event.visit)
        }
    }

    private func truth(of tests: [AttributeTest], in series: RecordedSeries, _ expand: (ConceptSet) -> Set<ConceptIRI>) -> Truth {
        tests.map { test in
            switch (test.test, series.values[test.property]) {
            case (.coded(let set), .coded(let concept)): Truth(expand(set).contains(concept))
            case (.quantity(let range), .quantity(let quantity)): range.contains(quantity)
            case (.flag(let wanted), .flag(let flag)): Truth(flag == wanted)
            case (.text(let words), .text(let text)): Truth(text.lowercased().contains(words.lowercased()))
            default: .unknown
            }
        }.conjunction
    }
}
