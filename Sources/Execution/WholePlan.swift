public import CohortPlan

/// How much of who was counted is told beside the counts.
public enum ResultDetail: Sendable, Hashable {
    /// Nothing: numbers alone.
    case counts
    /// The counted patients.
    case patients
    /// The counted patients, and their images.
    case images
}

/// A plan that one source answers alone, for a source that can answer it as one.
///
/// Its meaning is the engine's: what no source can evaluate is unknown for every patient.
public struct WholePlan: Sendable {
    public let expanded: ExpandedPlan
    /// The plan's condition as it holds where absence may say nothing.
    public let condition: Condition
    /// The steps of the report's funnel.
    public let funnel: [Condition]
    /// The conditions of the other cohorts that the counted one is laid over; empty where none is asked for or one of them cannot be evaluated.
    public let overlap: [Condition]
    /// By breakdown of the report, the strata of which it is known who is in them; nil for one that cannot be evaluated.
    ///
    /// By axis, and by stratum of the axis without `unknown`.
    public let strata: [[[Bool]]?]
    public let detail: ResultDetail
    private let assessment: PlanAssessment

    /// Nil where more than one source has a part in the answer, or none.
    init?(_ expanded: ExpandedPlan, _ assessment: PlanAssessment, _ needs: SourceNeeds, _ world: OpenWorld, detail: ResultDetail) {
        guard needs.sources.count == 1 else { return nil }
        let report = expanded.plan.report
        self.expanded = expanded
        self.assessment = assessment
        self.detail = detail
        condition = world.condition(expanded.plan.condition)
        funnel = report.funnel.map(world.condition)
        let canOverlap = report.overlap.allSatisfy { assessment.gaps(ofOverlap: $0) == nil }
        overlap = canOverlap ? report.overlap.map(world.condition) : []
        strata = report.breakdowns.map { breakdown in
            guard assessment.assessment(of: breakdown).coverage != .notEvaluable else { return nil }
            return breakdown.axes.map { axis in
                let known = assessment.assessments(ofStrata: axis)
                return axis.strata.dropLast().indices.map { known.indices.contains($0) ? known[$0].coverage != .notEvaluable : true }
            }
        }
    }

    public var plan: CohortPlan { expanded.plan }

    /// Whether the source can evaluate a condition that has no parts, or is decided as a whole.
    public func isEvaluable(_ leaf: Condition) -> Bool { assessment.assessment(ofLeaf: leaf).coverage != .notEvaluable }

    /// Whether the source can evaluate a named event.
    public func isEvaluable(_ event: EventReference) -> Bool {
        assessment.anchors.indices.contains(event.index) && assessment.anchors[event.index].coverage != .notEvaluable
    }

    /// Whether a summary's numbers are known.
    public func isEvaluable(_ summary: Summary) -> Bool { assessment.assessment(of: summary).coverage != .notEvaluable }
}

/// Whether a source answers a whole plan as one.
public enum WholeOffer: Hashable, Codable, Sendable {
    /// It does, with these queries; where what it holds turns out not to be plain enough, the plan is answered criterion by criterion.
    case queries([NativeQuery])
    /// It does not; one sentence, free of any count.
    case declined(reason: String)
}

/// What a source counted for a whole plan. It stays inside the node.
public struct WholeAnswer: Sendable {
    /// All patients of the source.
    public var population = 0
    /// For whom the condition is unknown.
    public var unknown = 0
    /// By measure of the report; nothing for one that cannot be evaluated.
    public var measures: [RawCount]
    /// By breakdown, place in its table, and measure; empty for a breakdown that cannot be evaluated.
    public var tables: [[[RawCount]]]
    /// By step of the funnel, who is left.
    public var funnel: [Int]
    /// By set of cohorts as bits, the counted one being the lowest: who is in exactly these.
    public var cells: [Int: Int] = [:]
    /// By other cohort, who is in it.
    public var others: [Int]
    /// By other cohort, for whom that is unknown.
    public var othersUnknown: [Int]
    /// The identifiers of the counted patients, where they were asked for.
    public var patients: [String] = []

    /// All zero.
    public init(_ whole: WholePlan) {
        let count = whole.plan.report.measures.count
        measures = [RawCount](repeating: RawCount(patients: 0), count: count)
        tables = zip(whole.plan.report.breakdowns, whole.strata).map { breakdown, strata in
            guard strata != nil else { return [] }
            let row = [RawCount](repeating: RawCount(patients: 0), count: count)
            return [[RawCount]](repeating: row, count: breakdown.strata.count)
        }
        funnel = [Int](repeating: 0, count: whole.funnel.count)
        others = [Int](repeating: 0, count: whole.overlap.count)
        othersUnknown = others
    }
}

extension SourceAdapter {
    /// Criterion by criterion.
    public func offer(for whole: WholePlan) -> WholeOffer { .declined(reason: "this source answers criterion by criterion") }
    public func answer(_ whole: WholePlan) async throws(SourceFailure) -> WholeAnswer? { nil }
}
