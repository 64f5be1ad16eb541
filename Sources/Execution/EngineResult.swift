public import CohortPlan

/// What the engine made of a plan. It stays inside the node, as every ``RawCount`` does.
public struct EngineResult: Sendable {
    /// How each criterion was evaluated, in the order of ``CohortPlan/CohortPlan/criteria``.
    public let coverage: [CriterionCoverage]
    /// What the counts are, seen as a whole: exact, an upper bound, a lower bound, neither, or nothing.
    public let overall: Coverage
    public let outcome: Outcome

    public enum Outcome: Sendable {
        case counted(CountedResult)
        /// No patient could ever be found to meet the condition, so there is no count, not even zero.
        case notEvaluable(reasons: [String])
    }

    public init(coverage: [CriterionCoverage], overall: Coverage, outcome: Outcome) {
        self.coverage = coverage
        self.overall = overall
        self.outcome = outcome
    }

    /// The counts, when there are any.
    public var counted: CountedResult? {
        if case .counted(let result) = outcome { return result }
        return nil
    }
}

/// How one criterion was evaluated. It says nothing of any patient and may be published.
public struct CriterionCoverage: Hashable, Codable, Sendable {
    /// The ``CohortPlan/Criterion/id``.
    public let criterionID: String
    /// How well the source finds what the criterion means, before any negation above it.
    public let coverage: Coverage
    /// One sentence for each thing that keeps it from being exact.
    public let reasons: [String]
    /// The chosen source's name in the node's configuration; nil when none can evaluate it.
    public let source: String?

    public init(criterionID: String, coverage: Coverage, reasons: [String] = [], source: String?) {
        self.criterionID = criterionID
        self.coverage = coverage
        self.reasons = reasons
        self.source = source
    }
}

/// The exact counts of a plan, and who was counted.
public struct CountedResult: Sendable {
    /// All patients of the sources that were used.
    public let population: RawCount
    /// Those for whom the condition is unknown.
    public let unknown: RawCount
    /// In the order of the report's measures.
    public let measures: [CountedMeasure]
    /// In the order of the report's breakdowns.
    public let breakdowns: [CountedBreakdown]
    /// The counted patients and their images, for dispatch inside the node.
    public let selection: PatientSelection

    public init(
        population: RawCount, unknown: RawCount, measures: [CountedMeasure], breakdowns: [CountedBreakdown], selection: PatientSelection
    ) {
        self.population = population
        self.unknown = unknown
        self.measures = measures
        self.breakdowns = breakdowns
        self.selection = selection
    }
}

/// One measure over all counted patients.
public struct CountedMeasure: Hashable, Sendable {
    public let measure: Measure
    public let value: RawValue

    public init(_ measure: Measure, _ value: RawValue) {
        self.measure = measure
        self.value = value
    }
}

/// One table: every measure in every stratum.
public struct CountedBreakdown: Hashable, Sendable {
    public let breakdown: Breakdown
    public let content: Content

    public enum Content: Hashable, Sendable {
        /// In the order of ``CohortPlan/Breakdown/strata``, each once.
        case strata([CountedStratum])
        /// What patients would be split by cannot be evaluated in this node's sources.
        case notEvaluable(reasons: [String])
    }

    public init(_ breakdown: Breakdown, _ content: Content) {
        self.breakdown = breakdown
        self.content = content
    }
}

/// One row of a table.
public struct CountedStratum: Hashable, Sendable {
    /// One of ``CohortPlan/Breakdown/strata``.
    public let name: String
    /// In the order of the report's measures.
    public let values: [RawValue]

    public init(_ name: String, _ values: [RawValue]) {
        self.name = name
        self.values = values
    }
}

/// The counted patients, and the series that each imaging event of the plan finds for them.
public struct PatientSelection: Hashable, Sendable {
    /// Sorted.
    public let patients: [String]
    private let series: [EventReference: [SelectedSeries]]

    /// - Parameter series: by imaging event; each list sorted by patient, study and series.
    public init(patients: [String], series: [EventReference: [SelectedSeries]] = [:]) {
        self.patients = patients
        self.series = series
    }

    /// The series that a named event finds for the counted patients, sorted; empty for an event that is no image.
    public func selectedSeries(of event: EventReference) -> [SelectedSeries] { series[event] ?? [] }
}

extension PatientSelection: CustomReflectable {
    /// Empty, so that interpolation into a log or a message by mistake shows no identifier.
    public var customMirror: Mirror { Mirror(self, children: []) }
}

/// One series of a counted patient.
public struct SelectedSeries: Hashable, Sendable, Comparable {
    /// The identifier that all sources of the node share.
    public let patient: String
    /// The Study Instance UID.
    public let study: String
    /// The Series Instance UID.
    public let series: String

    public init(patient: String, study: String, series: String) {
        self.patient = patient
        self.study = study
        self.series = series
    }

    public static func < (left: SelectedSeries, right: SelectedSeries) -> Bool {
        (left.patient, left.study, left.series) < (right.patient, right.study, right.series)
    }
}
