public import CohortPlan

/// Executes plans over the sources of one node.
///
/// For each criterion the source with the best coverage answers; their patients are joined by the identifier that the
/// node's sources share; conditions are evaluated in bulk. The meaning is ``CohortPlan/ReferenceEvaluator``'s. What no
/// source can evaluate is unknown for every patient, and a condition that can then never be true has no count at all.
public struct PlanEngine: Sendable {
    private let sources: [any SourceAdapter]

    /// - Parameter sources: in the order of the node's configuration, which settles ties between them.
    public init(sources: [any SourceAdapter]) { self.sources = sources }

    /// Which source would answer each criterion, and how well. Looks at no patient.
    public func assess(_ plan: ExpandedPlan) -> PlanAssessment { PlanAssessment(plan, sources: sources) }

    /// Answers a plan.
    ///
    /// - Parameter deadline: when to give up; sources are cancelled then.
    /// - Throws: ``ExecutionFailure`` when a source fails, the deadline passes or the task is cancelled.
    @concurrent public func execute(_ plan: ExpandedPlan, deadline: ContinuousClock.Instant? = nil) async throws(ExecutionFailure)
        -> EngineResult
    {
        let limit = ExecutionLimit(deadline: deadline)
        try limit.check()
        await withTaskGroup(of: Void.self) { group in for source in sources { group.addTask { await source.prepare() } } }
        let assessment = assess(plan)
        guard assessment.overall != .notEvaluable else {
            return EngineResult(coverage: assessment.coverage, overall: .notEvaluable, outcome: .notEvaluable(reasons: assessment.gaps))
        }
        let needs = SourceNeeds(plan.plan, assessment)
        let sessions = sources.map { $0.session(for: plan) }
        let world = OpenWorld(plan.plan, assessment, sources)
        let necessary = NecessaryRequests(plan.plan, assessment, world)
        let fetch = try await SourceFetch.run(plan, orders: needs.orders(plan.plan, necessary), sources: sessions, limit: limit)
        let evaluation = try PlanEvaluation(plan.plan, assessment, fetch, world: world, limit: limit)
        let truth = try evaluation.condition()
        let tally = Tally(evaluation, counted: truth.yes)
        let result = CountedResult(
            population: RawCount(patients: evaluation.patients.count), unknown: RawCount(patients: truth.unknown.count),
            measures: tally.countedMeasures(), breakdowns: tally.countedBreakdowns(), summaries: tally.countedSummaries(),
            funnel: try evaluation.funnel(), overlap: try evaluation.overlap(truth), selection: tally.selection())
        return EngineResult(coverage: assessment.coverage, overall: assessment.overall, outcome: .counted(result))
    }

    /// The native queries that ``execute(_:deadline:)`` runs, by criterion. Looks at no patient.
    public func explain(_ plan: ExpandedPlan) -> [CriterionExplanation] {
        let assessment = assess(plan)
        let necessary = NecessaryRequests(plan.plan, assessment, OpenWorld(plan.plan, assessment, sources))
        return zip(plan.plan.criteria, assessment.coverage).map { criterion, coverage in
            var queries: [NativeQuery] = []
            var absence: CriterionExplanation.Absence?
            if case .events(let request) = criterion.subject, let source = assessment.requests[request]?.source {
                queries = sources[source].nativeQueries(for: request, in: plan, requiring: necessary.beside(request))
                absence = sources[source].absenceMeansNo(of: request.kind) ? .no : .unknown
            }
            return CriterionExplanation(criterion: criterion, coverage: coverage, queries: queries, absence: absence)
        }
    }
}

/// How a node goes about one criterion.
public struct CriterionExplanation: Hashable, Codable, Sendable {
    public let criterion: Criterion
    public let coverage: CriterionCoverage
    /// Empty for what is read with the patients, and for what cannot be evaluated.
    public let queries: [NativeQuery]
    /// What it means that nothing is recorded; nil for what is read with the patients, and for what cannot be evaluated.
    public let absence: Absence?

    public enum Absence: String, Hashable, Codable, Sendable {
        /// It did not happen.
        case no
        /// It may have happened or not.
        case unknown
    }
}

/// What has to be fetched for a plan, and from where.
struct SourceNeeds {
    /// By request that can be evaluated and is used, the position of its source.
    private(set) var requests: [EventRequest: Int] = [:]
    /// The sources whose patients are in scope.
    private(set) var sources: Set<Int> = []

    init(_ plan: CohortPlan, _ assessment: PlanAssessment) {
        for (anchor, known) in zip(plan.anchors, assessment.anchors) where known.coverage != .notEvaluable {
            add(anchor.request, assessment)
            for request in anchor.ranks { add(request, assessment) }
        }
        add(plan.condition, assessment)
        for cohort in plan.report.overlap { add(cohort, assessment) }
        for axis in plan.report.axes {
            switch axis {
            case .sex: add(assessment.sex)
            case .age: add(assessment.birthDate)
            case .value:
                for (request, known) in zip(plan.requests(of: axis), assessment.assessments(ofStrata: axis))
                where known.coverage != .notEvaluable { add(request, assessment) }
            case .year, .cross: break
            }
        }
        for case .age in plan.report.summaries { add(assessment.birthDate) }
    }

    /// By source, all that is fetched from it.
    func orders(_ plan: CohortPlan, _ necessary: NecessaryRequests) -> [Int: SourceOrder] {
        var orders: [Int: SourceOrder] = [:]
        for source in sources {
            let requests = plan.requests.filter { self.requests[$0] == source }
            orders[source] = SourceOrder(requests: requests, required: necessary.of(source))
        }
        return orders
    }

    private mutating func add(_ condition: Condition, _ assessment: PlanAssessment) {
        switch condition {
        case .all(let parts), .any(let parts), .some(_, let parts): for part in parts { add(part, assessment) }
        case .not(let part), .known(let part), .possible(let part): add(part, assessment)
        case .given(let known, let part): for part in [known, part] { add(part, assessment) }
        case .count(let selection, _), .chain(let selection, _, _):
            guard assessment.assessment(ofLeaf: condition).coverage != .notEvaluable else { return }
            for request in [selection.request] + selection.ranks { add(request, assessment) }
        case .exists, .relation, .ratio, .change: break
        case .sex: add(assessment.sex)
        case .age, .ageInMonths: add(assessment.birthDate)
        case .atlas(let cohort):
            guard assessment.assessment(ofLeaf: condition).coverage != .notEvaluable else { return }
            for request in cohort.requests { add(EventRequest(request), assessment) }
            if cohort.needsBirthYear { add(assessment.birthDate) }
            if cohort.needsSex { add(assessment.sex) }
        }
    }

    private mutating func add(_ request: EventRequest, _ assessment: PlanAssessment) {
        guard let source = assessment.requests[request]?.source else { return }
        requests[request] = source
        sources.insert(source)
    }

    private mutating func add(_ choice: SourceChoice) { if let source = choice.source { sources.insert(source) } }
}
