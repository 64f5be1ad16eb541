public import CohortPlan

/// Which source answers which part of a plan, and how well. Made without looking at any patient.
public struct PlanAssessment: Sendable {
    /// In the order of ``CohortPlan/CohortPlan/criteria``.
    public let coverage: [CriterionCoverage]
    /// What the counts will be, seen as a whole; ``CohortPlan/Coverage/notEvaluable`` when no patient could ever be found to meet the condition.
    public let overall: Coverage
    /// Why parts of the condition cannot be evaluated; empty when all can.
    public let gaps: [String]

    let requests: [EventRequest: SourceChoice]
    let sex: SourceChoice
    let birthDate: SourceChoice
    /// By named event: how well it is known whether it exists, the events that it is anchored on included.
    let anchors: [Assessment]
    private let plan: CohortPlan
    private let values: [EventRequest: Assessment]
    private let bonds: [BondedRequest: Assessment]

    init(_ expanded: ExpandedPlan, sources: [any SourceAdapter]) {
        let plan = expanded.plan
        let choices = PlanAssessment.choices(expanded, sources)
        let sex = SourceChoice(among: sources) { $0.assess(Demographic.sex) }
        let birthDate = SourceChoice(among: sources) { $0.assess(Demographic.birthDate) }
        self.plan = plan
        self.requests = choices
        self.sex = sex
        self.birthDate = birthDate
        let valued = plan.valuedRequests.map { request in
            let source = choices[request]?.source
            return (
                request,
                source.map { sources[$0].assessValues(of: request, in: expanded) } ?? .notEvaluable("the node has no source for it")
            )
        }
        self.values = Dictionary(uniqueKeysWithValues: valued)
        self.bonds = PlanAssessment.bonds(expanded, choices, sources)
        self.anchors = PlanAssessment.anchors(of: plan, choices, values, bonds)
        let leaves = LeafAssessments(
            choices: choices, anchors: anchors, sex: sex.assessment, birthDate: birthDate.assessment, values: values,
            bonds: bonds, anchorRequests: plan.anchors.map(\.request))
        let gapsOfBonds = bonds.filter { $0.value.coverage == .notEvaluable }
        self.coverage = plan.selectedCriteria.map { criterion, selection in
            let choice =
                switch criterion.subject {
                case .events(let request): choices[request] ?? .none
                case .sex: sex
                case .birthDate: birthDate
                }
            let own = selection.map { leaves.ownAssessment(of: $0) } ?? choice.assessment
            var reasons = own.reasons
            // What is asked of two named events has no criterion of its own.
            if case .events(let request) = criterion.subject {
                reasons += gapsOfBonds.filter { $0.key.request == request }.flatMap(\.value.reasons).sorted()
                    .filter { !own.reasons.contains($0) }
            }
            return CriterionCoverage(
                criterionID: criterion.id, coverage: own.coverage, reasons: reasons, source: choice.source.map { sources[$0].name })
        }
        self.gaps = leaves.gaps(in: plan.condition)
        self.overall = leaves.overall(of: plan)
    }

    /// How well a condition without parts of its own can be evaluated.
    func assessment(ofLeaf condition: Condition) -> Assessment { leaves.assessment(ofLeaf: condition) }

    /// How well the day of a point in time is known.
    func assessment(of point: AnchorPoint) -> Assessment { leaves.position(of: point) }

    /// How well patients can be split.
    func assessment(of breakdown: Breakdown) -> Assessment { leaves.assessment(of: breakdown) }

    private var leaves: LeafAssessments {
        LeafAssessments(
            choices: requests, anchors: anchors, sex: sex.assessment, birthDate: birthDate.assessment, values: values,
            bonds: bonds, anchorRequests: plan.anchors.map(\.request))
    }

    /// By stratum of an axis, how well it is known which events fall into it, `unknown` left out; none for what is read with the patients
    /// or of a day.
    func assessments(ofStrata axis: Breakdown) -> [Assessment] { leaves.assessments(ofStrata: axis) }

    /// How well a summary's numbers are known.
    func assessment(of summary: Summary) -> Assessment { leaves.assessment(of: summary) }

    /// Why it cannot be said who is in another cohort; nil where it can.
    func gaps(ofOverlap cohort: Condition) -> [String]? { leaves.gapsOfCohort(cohort) }

    /// Who answers each request. What an event is split by is asked of who knows the event.
    private static func choices(_ expanded: ExpandedPlan, _ sources: [any SourceAdapter]) -> [EventRequest: SourceChoice] {
        let plan = expanded.plan
        var choices: [EventRequest: SourceChoice] = [:]
        for case .events(let request) in plan.criteria.map(\.subject) where choices[request] == nil {
            choices[request] = SourceChoice(among: sources) { $0.assess(request, in: expanded) }
        }
        for selection in plan.selections {
            guard let owner = choices[selection.request]?.source else { continue }
            for request in selection.ranks where choices[request] == nil {
                choices[request] = SourceChoice(of: owner, among: sources) { $0.assess(request, in: expanded) }
            }
        }
        for axis in plan.report.axes {
            guard let event = axis.event, let owner = choices[plan.anchors[event.index].request]?.source else { continue }
            for request in plan.requests(of: axis) where choices[request] == nil {
                choices[request] = SourceChoice(of: owner, among: sources) { $0.assess(request, in: expanded) }
            }
        }
        return choices
    }

    /// Who says what the events of a request belong to: its own source.
    private static func bonds(
        _ expanded: ExpandedPlan, _ choices: [EventRequest: SourceChoice], _ sources: [any SourceAdapter]
    ) -> [BondedRequest: Assessment] {
        var bonds: [BondedRequest: Assessment] = [:]
        for (request, asked) in expanded.plan.bonds {
            guard let source = choices[request]?.source else { continue }
            for bond in asked { bonds[BondedRequest(request, bond)] = sources[source].assess(bond, of: request, in: expanded) }
        }
        return bonds
    }

    private static func anchors(
        of plan: CohortPlan, _ choices: [EventRequest: SourceChoice], _ values: [EventRequest: Assessment],
        _ bonds: [BondedRequest: Assessment]
    ) -> [Assessment] {
        var assessed: [Assessment] = []
        for anchor in plan.anchors {
            let known = LeafAssessments(
                choices: choices, anchors: assessed, sex: .exact, birthDate: .exact, values: values,
                bonds: bonds, anchorRequests: plan.anchors.map(\.request))
            assessed.append(known.assessment(of: anchor))
        }
        return assessed
    }
}

/// The source that answers something, and how well.
struct SourceChoice: Sendable {
    /// Its position among the node's sources; nil when none can.
    let source: Int?
    let assessment: Assessment

    static let none = SourceChoice(source: nil, assessment: .notEvaluable("the node has no source for it"))

    private init(source: Int?, assessment: Assessment) {
        self.source = source
        self.assessment = assessment
    }

    /// One source, as far as it can.
    init(of owner: Int, among sources: [any SourceAdapter], assess: (any SourceAdapter) -> Assessment) {
        let assessment = assess(sources[owner])
        self.init(source: assessment.coverage == .notEvaluable ? nil : owner, assessment: assessment)
    }

    /// The source with the best coverage; of equal ones the first in the node's configuration.
    init(among sources: [any SourceAdapter], assess: (any SourceAdapter) -> Assessment) {
        let assessments = sources.map(assess)
        guard let best = assessments.indices.min(by: { assessments[$0].coverage.rank < assessments[$1].coverage.rank }) else {
            self = .none
            return
        }
        if assessments[best].coverage != .notEvaluable {
            self.init(source: best, assessment: assessments[best])
        } else {
            let reasons = zip(sources, assessments).flatMap { source, assessment in
                assessment.reasons.map { sources.count > 1 ? "\(source.name): \($0)" : $0 }
            }
            self.init(source: nil, assessment: Assessment(.notEvaluable, reasons: reasons))
        }
    }
}

extension Coverage {
    /// By which the better one comes first.
    fileprivate var rank: Int {
        switch self {
        case .exact: 0
        case .broader, .narrower: 1
        case .approximate: 2
        case .notEvaluable: 3
        }
    }
}
