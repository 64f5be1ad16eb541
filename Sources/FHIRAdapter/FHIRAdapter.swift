public import CohortPlan
public import Diagnostics
public import Execution
public import Hyperontology

/// FHIR R4 (4.0.1) from a folder of bulk NDJSON, one resource or Bundle a line, of any types.
///
/// The export is loaded into a store of the adapter's own, an SQLite file, when it is first needed and again when its
/// files have changed; each request becomes one SELECT over the store for each resource type that the bindings name,
/// with bound parameters alone. A line that cannot be read fails the load. The patient identifier that the node's sources
/// share is the Patient's logical id. A date that is missing or cannot be read leaves the record without one. Of resources
/// with the same type and id the first counts; files are read in the order of their names.
public struct FHIRAdapter: SourceAdapter {
    public let name: String
    public var model: SourceModel { .fhir }
    private let bindings: ModelBindings
    private let store: FHIRStore

    /// - Parameters:
    ///   - name: the source's name in the node's configuration.
    ///   - directory: the folder of the `.ndjson` files; read when first needed, never written.
    ///   - storePath: the file of the store; made and replaced as needed.
    ///   - bindings: the hyperontology's bindings for `fhir`.
    ///   - codeSystems: the short names of code systems, by the URIs that stand in `Coding.system`.
    public init(name: String, directory: String, storePath: String, bindings: ModelBindings, codeSystems: [String: CodeSystem]) {
        self.name = name
        self.bindings = bindings
        store = FHIRStore(
            source: name, directory: directory, path: storePath, places: BoundPlaces(bindings),
            codings: FHIRCodingReader(codeSystems: codeSystems))
    }

    public func probe() async throws(SourceFailure) {
        try store.reopen()
        try requirePatients()
    }

    /// What is odd about the export without stopping it from being loaded: records that name no patient, have no date, repeat
    /// another or refer to what was not exported, each sort with its number and where the first stands.
    ///
    /// For who runs the node: it has counts and places, so it must not leave the node.
    /// - Throws: ``SourceFailure`` when the export cannot be loaded.
    public func loadIssues() async throws(SourceFailure) -> [Diagnostic] {
        try store.issues().map { $0.diagnostic(source: name) }
    }

    public func assess(_ request: EventRequest, in plan: ExpandedPlan) -> Assessment { lower(request, plan).assessment }

    public func assessValues(of request: EventRequest, in plan: ExpandedPlan) -> Assessment { FHIRAdapter.assessValues(of: request) }

    /// Whether the number that a request tests is handed over with its events.
    static func assessValues(of request: EventRequest) -> Assessment {
        if request.value?.range != nil { return .exact }
        return .notEvaluable("a number is handed over only where it is tested")
    }

    public func assess(_ bond: Bond, of request: EventRequest, in plan: ExpandedPlan) -> Assessment {
        RequestLowering(plan: plan, bindings: bindings, places: store.places, contents: store.contents).assess(bond, of: request)
    }

    public func absenceMeansNo(of kind: EventKind) -> Bool { bindings.absenceMeansNo(of: kind.rawValue) }

    public func assess(_ subject: Demographic) -> Assessment {
        guard let place = bindings.patient else { return .notEvaluable("no resource type of patients is bound") }
        guard store.contents?.resourceTypes.contains(place.container) ?? true else {
            return .notEvaluable("no \(place.container) was exported")
        }
        switch subject {
        case .sex:
            return place.field("sexField") != nil && !bindings.sexCodes.isEmpty
                ? .exact : .notEvaluable("`\(place.container)` tells no sex")
        case .birthDate:
            return place.field("birthDateField") != nil ? .exact : .notEvaluable("`\(place.container)` tells no date of birth")
        }
    }

    public func patients() async throws(SourceFailure) -> [SourcePatient] {
        try requirePatients()
        return try await store.read { (reading) throws(SourceFailure) in try await reading.patients(sexCodes: bindings.sexCodes) }
    }

    public func events(matching request: EventRequest, in plan: ExpandedPlan) async throws(SourceFailure) -> [SourceEvent] {
        let lowered = lower(request, plan)
        guard !lowered.queries.isEmpty else {
            throw failure(LoweringGap(lowered.assessment.reasons.first ?? "nothing is bound for it"))
        }
        return try await store.read { (reading) throws(SourceFailure) in try await reading.events(lowered) }
    }

    public func nativeQueries(for request: EventRequest, in plan: ExpandedPlan) -> [NativeQuery] {
        lower(request, plan).queries.map { NativeQuery(language: "SQL", text: $0.statement.text, parameters: $0.statement.parameters) }
    }

    /// Without them nobody could be told to have no record of something.
    private func requirePatients() throws(SourceFailure) {
        guard let place = bindings.patient, place.field("patientField") != nil else {
            throw failure(LoweringGap("no resource type of patients is bound"))
        }
        guard try store.resourceTypes().contains(place.container) else { throw failure(LoweringGap("no \(place.container) was exported")) }
    }

    private func lower(_ request: EventRequest, _ plan: ExpandedPlan) -> LoweredRequest {
        RequestLowering(plan: plan, bindings: bindings, places: store.places, contents: store.contents).lower(request)
    }

    private func failure(_ gap: LoweringGap) -> SourceFailure {
        SourceFailure(
            source: name,
            Diagnostic(
                "N0409", "the export of source `\(name)` cannot answer what was asked of it", help: "compare it with `bindings/fhir.ttl`",
                notes: [gap.reason]))
    }
}
