public import CohortPlan
import Diagnostics
public import Execution
public import HTTPClient
public import Hyperontology

/// FHIR R4 from a server's search interface (FHIR R4, section 3.1.1).
///
/// For each execution the resources that its plan needs are fetched once, narrowed by codes where the server was seen to do that right,
/// and looked through here by the code that reads an export (``FHIRAdapter``), so that both say the same of the same patients. A type
/// that is not in the server's CapabilityStatement is not evaluable.
public struct FHIRServerAdapter: SourceAdapter {
    public let name: String
    public var model: SourceModel { .fhir }
    private let server: FHIRServer
    private let bindings: ModelBindings
    private let places: BoundPlaces
    private let codings: FHIRCodingReader
    private let profile: ServerProfile
    /// For one execution; nil for an adapter that none has begun with.
    private let session: ServerSession?

    /// - Parameters:
    ///   - name: the source's name in the node's configuration.
    ///   - service: who this node is to a server that gives tokens; nil for one that does not.
    ///   - bindings: the hyperontology's bindings for `fhir`.
    ///   - codeSystems: the short names of code systems, by the URIs that stand in `Coding.system`.
    public init(
        name: String, address: ServiceAddress, service: BackendService? = nil, bindings: ModelBindings, codeSystems: [String: CodeSystem],
        http: HTTPClient
    ) {
        self.name = name
        self.bindings = bindings
        server = FHIRServer(source: name, address: address, service: service, http: http)
        places = BoundPlaces(bindings)
        codings = FHIRCodingReader(codeSystems: codeSystems)
        profile = ServerProfile()
        session = nil
    }

    private init(_ adapter: FHIRServerAdapter, session: ServerSession) {
        name = adapter.name
        server = adapter.server
        bindings = adapter.bindings
        places = adapter.places
        codings = adapter.codings
        profile = adapter.profile
        self.session = session
    }

    public func session(for plan: ExpandedPlan) -> any SourceAdapter { FHIRServerAdapter(self, session: begin(plan)) }

    private func begin(_ plan: ExpandedPlan) -> ServerSession {
        let bindings = bindings
        return ServerSession(server: server, profile: profile, places: places, codings: codings) { served in
            SearchNeeds(plan, bindings: bindings, served: served)
        }
    }

    /// How long a question waits to hear what a server can that was not reached before.
    private static let patience = Duration.seconds(10)

    public func prepare() async {
        guard profile.types == nil else { return }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { _ = try? await profile.renew(server) }
            group.addTask { try? await Task.sleep(for: FHIRServerAdapter.patience) }
            await group.next()
            group.cancelAll()
        }
    }

    public func probe() async throws(SourceFailure) {
        let types = try await profile.renew(server)
        guard let place = bindings.patient, types[place.container] != nil else {
            throw server.failure(
                "N0450", "the server of `\(name)` cannot be searched for \(bindings.patient?.container ?? "patients")",
                help: "without them nobody could be told to have no record of something")
        }
    }

    // MARK: Assessing

    public func assess(_ request: EventRequest, in plan: ExpandedPlan) -> Assessment {
        let lowered = lower(request, plan).assessment
        guard request.concepts != nil, let types = profile.types, lowered.coverage != .notEvaluable else { return lowered }
        let containers = Set((bindings.events[request.kind.rawValue]?.places ?? []).map(\.container)).sorted()
        let blindSpots = Set(containers.compactMap { type in types[type].flatMap { blindSpot(of: type, $0, types) } }).sorted()
        guard !blindSpots.isEmpty else { return lowered }
        return Assessment(lowered.coverage.combined(with: .narrower), reasons: lowered.reasons + blindSpots)
    }

    /// What a search for codes does not find of a type on this server.
    private func blindSpot(
        of type: String, _ known: ServerProfile.TypeProfile, _ types: [String: ServerProfile.TypeProfile]
    ) -> String? {
        let isNarrowed = known.parameters.contains("code")
        if places.medicationField(of: type) != nil {
            if types["Medication"] == nil { return "this server cannot be searched for Medication, which records may point at" }
            return isNarrowed ? "a medication that stands inside a record of \(type) is not searched for" : nil
        }
        let searchesComponents = known.parameters.contains("combo-code") || known.parameters.contains("component-code")
        return type == "Observation" && isNarrowed && !searchesComponents
            ? "this server does not search the components of observations" : nil
    }

    public func assessValues(of request: EventRequest, in plan: ExpandedPlan) -> Assessment { FHIRAdapter.assessValues(of: request) }

    public func assess(_ bond: Bond, of request: EventRequest, in plan: ExpandedPlan) -> Assessment {
        lowering(plan).assess(bond, of: request)
    }

    public func absenceMeansNo(of kind: EventKind) -> Bool { bindings.absenceMeansNo(of: kind.rawValue) }

    public func assess(_ subject: Demographic) -> Assessment {
        guard let place = bindings.patient else { return .notEvaluable("no resource type of patients is bound") }
        guard profile.types.map({ $0[place.container] != nil }) ?? true else {
            return .notEvaluable("this server cannot be searched for \(place.container)")
        }
        switch subject {
        case .sex:
            return place.field("sexField") != nil && !bindings.sexCodes.isEmpty
                ? .exact : .notEvaluable("`\(place.container)` tells no sex")
        case .birthDate: return place.field("birthDateField") != nil ? .exact : .notEvaluable("`\(place.container)` tells no date of birth")
        }
    }

    // MARK: Answering

    public func patients() async throws(SourceFailure) -> [SourcePatient] {
        guard let session else { throw outsideOfExecution }
        return try await StoreReading(queue: try await session.store(), source: name).patients(sexCodes: bindings.sexCodes)
    }

    public func events(matching request: EventRequest, in plan: ExpandedPlan) async throws(SourceFailure) -> [SourceEvent] {
        let lowered = lower(request, plan)
        guard !lowered.queries.isEmpty else {
            throw server.failure(
                "N0409",
                "source `\(name)` was asked for what it cannot tell: \(lowered.assessment.reasons.first ?? "nothing is bound for it")",
                help: "ask what `explain` shows")
        }
        guard let session else { throw outsideOfExecution }
        let store = try await session.store()
        return try await StoreReading(queue: store, source: name).events(lowered)
    }

    public func nativeQueries(for request: EventRequest, in plan: ExpandedPlan) -> [NativeQuery] {
        let served = profile.types.map { Set($0.keys) } ?? Set(places.events.keys)
        guard
            let alone = try? CohortPlan(
                anchors: [], condition: .count(EventSelection(request), .atLeastOne), report: Report(measures: [.patients]))
        else { return [] }
        let needs = SearchNeeds(ExpandedPlan(plan: alone, expansions: plan.expansions), bindings: bindings, served: served)
        return needs.types.filter { $0.key != bindings.patient?.container || request.kind == .death }.sorted { $0.key < $1.key }.map {
            type, need in
            switch need {
            case .everything: NativeQuery(language: "FHIR", text: "POST \(type)/_search")
            case .codes(let codes):
                NativeQuery(language: "FHIR", text: "POST \(type)/_search code=…", parameters: codes.map { "\($0.system)|\($0.code)" })
            }
        }
    }

    private func lower(_ request: EventRequest, _ plan: ExpandedPlan) -> LoweredRequest {
        lowering(plan).lower(request)
    }

    private func lowering(_ plan: ExpandedPlan) -> RequestLowering {
        RequestLowering(plan: plan, bindings: bindings, places: places, contents: profile.types.map { StoreContents(served: Set($0.keys)) })
    }

    private var outsideOfExecution: SourceFailure {
        server.failure("N0409", "source `\(name)` was asked outside of an execution", help: "ask through `session`")
    }
}
