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
