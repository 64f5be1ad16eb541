public import CohortPlan
public import Diagnostics

/// The models of data that a source can be in.
public enum SourceModel: String, Codable, Sendable, CaseIterable { case omop, fhir, dicom }

/// A source of a node, seen by the engine: what it can answer of a plan, and the patients and events for it.
///
/// An adapter lowers requests to its own queries by the hyperontology's bindings; nothing that came over the network
/// becomes part of a query's text. An adapter never guesses: what it cannot evaluate it names in its assessment, and
/// what fails is thrown, never returned as fewer events.
public protocol SourceAdapter: Sendable {
    /// The name in the node's configuration.
    var name: String { get }
    var model: SourceModel { get }

    /// Reaches the source and checks that it has what the bindings need.
    /// - Throws: ``SourceFailure`` when it is away or not what was configured.
    func probe() async throws(SourceFailure)

    /// What is odd about the source without stopping it from being used. For who runs the node alone: it holds counts and places.
    func loadIssues() async throws(SourceFailure) -> [Diagnostic]

    /// Finds out what the source can, where that is not known yet, before a plan is assessed. It fails in silence: a source that is away
    /// says so when it is asked.
    func prepare() async

    /// The source as one execution sees it: what is fetched for one request of the plan may serve the next one, and never another plan.
    func session(for plan: ExpandedPlan) -> any SourceAdapter

    /// How well this source can answer a request. Decided without looking at any patient.
    func assess(_ request: EventRequest, in plan: ExpandedPlan) -> Assessment

    /// Whether it hands over the numbers of the events that match a request (``SourceEvent/value``).
    func assessValues(of request: EventRequest, in plan: ExpandedPlan) -> Assessment

    /// Whether it says what the events that match a request belong to: ``SourceEvent/visit``, ``SourceEvent/study``, ``SourceEvent/specimen``.
    func assess(_ bond: Bond, of request: EventRequest, in plan: ExpandedPlan) -> Assessment

    /// How well it can tell a patient's sex or birth date.
    func assess(_ subject: Demographic) -> Assessment

    /// Whether no record of a kind of event means that nothing happened, as the binding says; else it is unknown whether it did.
    func absenceMeansNo(of kind: EventKind) -> Bool

    /// All patients of the source, each once.
    func patients() async throws(SourceFailure) -> [SourcePatient]

    /// The events that match a request, certainly or possibly; those that surely do not match are left out.
    func events(matching request: EventRequest, in plan: ExpandedPlan) async throws(SourceFailure) -> [SourceEvent]

    /// The same events, but those of a patient for whom one of the required requests finds no event at all may be left out.
    ///
    /// A source that can, joins there instead of sending what the engine would drop. Others answer as ``events(matching:in:)`` does.
    func events(matching request: EventRequest, in plan: ExpandedPlan, requiring required: [EventRequest]) async throws(SourceFailure)
        -> [SourceEvent]

    /// All that a plan needs of this source. A source that can, reads it as one, at one moment; others are asked for one part after the other.
    func deliver(_ order: SourceOrder, in plan: ExpandedPlan) async throws(SourceFailure) -> SourceDelivery

    /// The native queries that ``events(matching:in:)`` runs for a request, with the values bound to them.
    func nativeQueries(for request: EventRequest, in plan: ExpandedPlan) -> [NativeQuery]

    /// The native queries that ``events(matching:in:requiring:)`` runs; a source that delivers a whole plan as one sends them as parts of one.
    func nativeQueries(for request: EventRequest, in plan: ExpandedPlan, requiring required: [EventRequest]) -> [NativeQuery]
}

extension SourceAdapter {
    public func loadIssues() async throws(SourceFailure) -> [Diagnostic] { [] }
    /// Nothing, for sources that are known without being asked.
    public func prepare() async {}
    /// Itself, for sources that keep nothing from one request to the next.
    public func session(for plan: ExpandedPlan) -> any SourceAdapter { self }

    public func events(matching request: EventRequest, in plan: ExpandedPlan, requiring required: [EventRequest])
        async throws(SourceFailure) -> [SourceEvent]
    { try await events(matching: request, in: plan) }

    public func nativeQueries(for request: EventRequest, in plan: ExpandedPlan, requiring required: [EventRequest]) -> [NativeQuery] {
        nativeQueries(for: request, in: plan)
    }

    public func absenceMeansNo(of kind: EventKind) -> Bool { true }

    /// Images say their study; nothing else is said.
    public func assess(_ bond: Bond, of request: EventRequest, in plan: ExpandedPlan) -> Assessment {
        if bond == .study, request.kind.isImaging { return .exact }
        return .notEvaluable("this source does not say which \(bond.rawValue) \(request.kind.words) belong to")
    }

    public func assessValues(of request: EventRequest, in plan: ExpandedPlan) -> Assessment {
        .notEvaluable("this source tests numbers but does not hand them over")
    }
}

/// What a source can tell of a patient beside events.
public enum Demographic: Hashable, Sendable, CaseIterable { case sex, birthDate }

/// How well something can be evaluated, with the reasons for whatever is not exact.
public struct Assessment: Hashable, Codable, Sendable {
    public let coverage: Coverage
    /// One sentence each, free of any count.
    public let reasons: [String]

    public init(_ coverage: Coverage, reasons: [String] = []) {
        self.coverage = coverage
        self.reasons = reasons
    }

    public static let exact = Assessment(.exact)
    public static func notEvaluable(_ reason: String) -> Assessment { Assessment(.notEvaluable, reasons: [reason]) }
}

/// A patient as a source knows them.
public struct SourcePatient: Hashable, Sendable {
    /// The identifier that all sources of the node share.
    public let id: String
    public let sex: Sex?
    public let birthDate: DateRange?

    public init(id: String, sex: Sex?, birthDate: DateRange?) {
        self.id = id
        self.sex = sex
        self.birthDate = birthDate
    }
}

/// A record that matches a request.
public struct SourceEvent: Hashable, Sendable {
    public let patient: String
    /// Stable and unique; breaks ties of date. For images the study's UID, for a series the series' UID.
    public let key: String
    public let start: DateRange?
    public let end: DateRange?
    /// Whether it matches for certain. An event that may match counts as unknown.
    public let isCertain: Bool
    /// For images: the study.
    public let study: String?
    /// For images: the series that a report counts, each certain to match; with `having series`, those that meet one of the groups.
    public let series: [String]
    /// For observations, where the source hands it over: the number that is recorded.
    public let value: RecordedValue
    /// Where the plan asks for it (``CohortPlan/CohortPlan/bonds``) and the source says it: the visit in which it was recorded.
    public let visit: String?
    /// In the same way, the specimen in which it was found.
    public let specimen: String?
    /// For rows of OMOP tables: what else a cohort with the semantics of ATLAS goes by.
    public let row: SourceRow?

    public init(
        patient: String, key: String, start: DateRange?, end: DateRange? = nil, isCertain: Bool = true, study: String? = nil,
        series: [String] = [], value: RecordedValue = .absent, visit: String? = nil, specimen: String? = nil, row: SourceRow? = nil
    ) {
        self.patient = patient
        self.key = key
        self.start = start
        self.end = end
        self.isCertain = isCertain
        self.study = study
        self.series = series
        self.value = value
        self.visit = visit
        self.specimen = specimen
        self.row = row
    }

    /// What it belongs to; nil where that is not recorded.
    public func belongs(to bond: Bond) -> String? {
        switch bond {
        case .visit: visit
        case .study: study
        case .specimen: specimen
        }
    }
}

/// What a row of an OMOP table has beside its days.
public struct SourceRow: Hashable, Sendable {
    public let number: Int
    public let concept: Int?
    public let visit: Int?

    public init(number: Int, concept: Int?, visit: Int?) {
        self.number = number
        self.concept = concept
        self.visit = visit
    }
}

/// A query in a source's own language, for `explain`.
public struct NativeQuery: Hashable, Codable, Sendable {
    /// `SQL`, `FHIR`, `DICOMweb`.
    public let language: String
    public let text: String
    /// The values bound to its parameters, in order, as text.
    public let parameters: [String]

    public init(language: String, text: String, parameters: [String] = []) {
        self.language = language
        self.text = text
        self.parameters = parameters
    }
}

/// Why a source could not answer: the node's state, never a smaller count.
public struct SourceFailure: Error, Hashable, Sendable {
    /// `N…` codes.
    public let diagnostic: Diagnostic
    /// The source's name in the node's configuration.
    public let source: String

    public init(source: String, _ diagnostic: Diagnostic) {
        self.source = source
        self.diagnostic = diagnostic
    }
}
