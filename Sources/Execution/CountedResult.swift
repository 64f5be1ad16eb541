public import CohortPlan

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
    /// In the order of the report's summaries.
    public let summaries: [CountedPart<RawStatistics>]
    /// By step of the report's funnel, who is left.
    public let funnel: [RawCount]
    /// Nil where the report asks for none.
    public let overlap: CountedPart<RawOverlap>?
    /// The counted patients and their images, for dispatch inside the node.
    public let selection: PatientSelection
    /// By source that was asked: who of its patients is known to others, and who is not. For who runs the node.
    public let identities: [SourceIdentities]

    public init(
        population: RawCount, unknown: RawCount, measures: [CountedMeasure], breakdowns: [CountedBreakdown],
        summaries: [CountedPart<RawStatistics>] = [], funnel: [RawCount] = [], overlap: CountedPart<RawOverlap>? = nil,
        selection: PatientSelection, identities: [SourceIdentities] = []
    ) {
        self.identities = identities
        self.population = population
        self.unknown = unknown
        self.measures = measures
        self.breakdowns = breakdowns
        self.summaries = summaries
        self.funnel = funnel
        self.overlap = overlap
        self.selection = selection
    }
}

/// One part of a report, or why it has none here.
public enum CountedPart<Content: Hashable & Sendable>: Hashable, Sendable {
    case content(Content)
    /// What it takes cannot be evaluated in this node's sources.
    case notEvaluable(reasons: [String])
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

/// How many patients are in which of several cohorts. It never leaves the node.
public struct RawOverlap: Hashable, Sendable {
    /// By ``CohortPlan/Report/overlapCells``.
    public let cells: [RawCount]
    /// By other cohort, who is in it.
    public let cohorts: [RawCount]
    /// By other cohort, for whom that is unknown.
    public let unknown: [RawCount]

    public init(cells: [RawCount], cohorts: [RawCount], unknown: [RawCount]) {
        self.cells = cells
        self.cohorts = cohorts
        self.unknown = unknown
    }
}
