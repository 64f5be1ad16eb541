import CohortPlan

/// How well the parts of a condition can be evaluated, once a source is chosen for each request.
struct LeafAssessments {
    let choices: [EventRequest: SourceChoice]
    /// By named event, as far as assessed.
    let anchors: [Assessment]
    let sex: Assessment
    let birthDate: Assessment
    /// By request of which the number itself is needed: whether its source hands it over.
    let values: [EventRequest: Assessment]
    /// By request and what its events are asked to have in common with others: whether its source says what they belong to.
    let bonds: [BondedRequest: Assessment]
    /// By named event.
    let anchorRequests: [EventRequest]

    /// How well it is known which of a patient's events a selection finds.
    func assessment(of selection: EventSelection) -> Assessment {
        let points = selection.windows.map(\.anchor) + [selection.pick.anchor].compactMap(\.self)
        let placed = points.reduce(ownAssessment(of: selection)) { $0.combined(with: position(of: $1)) }
        guard selection.pick.needsNumber else { return placed }
        return placed.combined(with: values[selection.request] ?? .notEvaluable("the node has no source for it"))
    }

    /// The same, but for the events that it is measured from.
    func ownAssessment(of selection: EventSelection) -> Assessment {
        let found = (choices[selection.request] ?? .none).assessment
        let bonded = selection.windows.reduce(found) { $0.combined(with: bond(in: $1, of: selection.request)) }
        return selection.ranks.reduce(bonded) { $0.combined(with: rank($1, of: selection.request)) }
    }

    /// How well the day of a point in time is known.
    ///
    /// An event that is found too often or too seldom can be another one than is meant, so its day bounds nothing.
    func position(of point: AnchorPoint) -> Assessment {
        point.event.map { position(of: $0) } ?? .exact
    }

    /// How well it is known which events have one value of an order: told too often or too seldom, another event comes first.
    private func rank(_ rank: EventRequest, of request: EventRequest) -> Assessment {
        let choice = choices[rank] ?? .none
        guard choice.assessment.coverage == .notEvaluable || choice.source == choices[request]?.source else {
            return .notEvaluable("the events and the values that they are ordered by are in two sources")
        }
        switch choice.assessment.coverage {
        case .exact, .notEvaluable: return choice.assessment
        case .broader, .narrower, .approximate: return Assessment(.approximate, reasons: choice.assessment.reasons)
        }
    }

    /// How well it is known whether events have in common with an anchor what a window asks for.
    private func bond(in window: Window, of request: EventRequest) -> Assessment {
        guard let bond = window.bond, let event = window.anchor.event else { return .exact }
        let other = anchorRequests[event.index]
        // A study has one name everywhere; visits and specimens are numbered by each source.
        guard bond == .study || choices[request]?.source == choices[other]?.source else {
            return .notEvaluable("the two events are in two sources, which number each \(bond.rawValue) in their own way")
        }
        return [request, other].map { bonds[BondedRequest($0, bond)] ?? .notEvaluable("the node has no source for it") }
            .reduce(.exact) { $0.combined(with: $1) }
    }

    private func number(of event: EventReference) -> Assessment {
        position(of: event).combined(with: values[anchorRequests[event.index]] ?? .notEvaluable("the node has no source for it"))
    }

    func position(of event: EventReference) -> Assessment {
        let existence = anchors[event.index]
        switch existence.coverage {
        case .exact, .notEvaluable: return existence
        case .broader, .narrower, .approximate: return Assessment(.approximate, reasons: existence.reasons)
        }
    }

    /// How well a condition that is decided as a whole can be evaluated.
    ///
    /// Whether something is known or possible is asked of what a source holds: where no source can evaluate it, there is no answer,
    /// and it must not come out as unknown for every patient.
    func assessment(ofLeaf condition: Condition) -> Assessment {
        switch condition {
        case .all, .any, .not, .some, .given: return .exact
        case .known(let part):
            let whole = summary(of: part).assessmentOfWhole
            return whole.coverage == .exact || whole.coverage == .notEvaluable
                ? whole : Assessment(.approximate, reasons: whole.reasons)
        case .possible(let part): return summary(of: part).assessmentOfWhole
        case .chain(let selection, _, _): return assessment(of: selection)
        case .count(let selection, let range):
            let found = assessment(of: selection)
            return Assessment(found.coverage.counted(in: range), reasons: found.reasons)
        case .exists(let event): return anchors[event.index]
        case .relation(let event, let window):
            return position(of: event).combined(with: position(of: window.anchor)).combined(
                with: bond(in: window, of: anchorRequests[event.index]))
        case .ratio(let event, let other, _), .change(let event, let other, _): return number(of: event).combined(with: number(of: other))
        case .sex: return sex
        case .atlas(let cohort): return assessment(of: cohort)
        case .age(let point, _), .ageInMonths(let point, _): return birthDate.combined(with: position(of: point))
        }
    }

    // MARK: The whole

    /// Why leaves cannot be evaluated, each reason once.
    func gaps(in condition: Condition) -> [String] { summary(of: condition).gaps }

    /// What is known of a condition and everything in it, in one pass.
    func summary(of condition: Condition) -> ConditionSummary {
        switch condition {
        case .all(let parts): return ConditionSummary(all: parts.map(summary))
        case .any(let parts): return ConditionSummary(any: parts.map(summary))
        case .not(let part): return summary(of: part).negated
        case .some(let range, let parts): return ConditionSummary(parts.map(summary), in: range)
        case .given(let known, let part): return ConditionSummary(summary(of: part), given: summary(of: known))
        default: return ConditionSummary(leaf: assessment(ofLeaf: condition))
        }
    }
}

/// A request whose events are asked to have something in common with others.
struct BondedRequest: Hashable, Sendable {
    let request: EventRequest
    let bond: Bond

    init(_ request: EventRequest, _ bond: Bond) {
        self.request = request
        self.bond = bond
    }
}

/// What is known of a condition whose leaves are assessed.
struct ConditionSummary {
    /// Why leaves cannot be evaluated.
    var gaps: [String] = []
    /// What keeps leaves from being exact.
    var reasons: [String] = []
    /// The coverages of all leaves, seen through the negations above them. A leaf that cannot be evaluated is never found true, nor
    /// false: what is counted beside it is a lower bound on either side.
    var coverage = Coverage.exact
    /// The same of the opposite.
    var coverageOfOpposite = Coverage.exact
    /// Which truths it can have for some patient, given that leaves that cannot be evaluated are unknown for all.
    var canBeTrue = true
    var canBeFalse = true

    init(leaf: Assessment) {
        reasons = leaf.reasons
        guard leaf.coverage == .notEvaluable else {
            (coverage, coverageOfOpposite) = (leaf.coverage, leaf.coverage.negated)
            return
        }
        gaps = leaf.reasons.isEmpty ? ["it cannot be evaluated here"] : leaf.reasons
        (coverage, coverageOfOpposite) = (.narrower, .narrower)
        (canBeTrue, canBeFalse) = (false, false)
    }

    init(all parts: [ConditionSummary]) {
        self.init(combining: parts)
        (canBeTrue, canBeFalse) = (parts.allSatisfy(\.canBeTrue), parts.contains(where: \.canBeFalse))
    }

    init(any parts: [ConditionSummary]) {
        self.init(combining: parts)
        (canBeTrue, canBeFalse) = (parts.contains(where: \.canBeTrue), parts.allSatisfy(\.canBeFalse))
    }

    /// Of the statement that the number of parts that hold lies in a range.
    init(_ parts: [ConditionSummary], in range: CountRange) {
        self.init(combining: parts)
        if range.upper != nil, range.lower == 0 {
            (coverage, coverageOfOpposite) = (coverageOfOpposite, coverage)
        } else if range.upper != nil {
            coverage = coverage.combined(with: coverageOfOpposite)
            coverageOfOpposite = coverage
        }
        let forced = parts.count { !$0.canBeTrue && !$0.canBeFalse }
        let onlyTrue = parts.count { $0.canBeTrue && !$0.canBeFalse }
        let either = parts.count { $0.canBeTrue && $0.canBeFalse }
        // With so many that hold, the others that cannot be false are unknown, as are those that are never decided.
        let outcomes = (0...(onlyTrue + either)).map { held in
            range.contains(from: held, to: held + forced + max(0, onlyTrue - held))
        }
        (canBeTrue, canBeFalse) = (outcomes.contains(.yes), outcomes.contains(.no))
    }

    init(_ part: ConditionSummary, given known: ConditionSummary) {
        self.init(combining: [known, part])
        // Who is taken to be known too often or too seldom can be counted or left out on either side.
        let certainty: Coverage = known.coverage == .exact || !known.gaps.isEmpty ? .exact : .approximate
        coverage = part.coverage.combined(with: certainty)
        coverageOfOpposite = part.coverageOfOpposite.combined(with: certainty)
        (canBeTrue, canBeFalse) = (known.canBeTrue && part.canBeTrue, known.canBeTrue && part.canBeFalse)
    }

    private init(combining parts: [ConditionSummary]) {
        gaps = parts.flatMap(\.gaps).uniqued
        reasons = parts.flatMap(\.reasons).uniqued
        coverage = parts.map(\.coverage).reduce(.exact) { $0.combined(with: $1) }
        coverageOfOpposite = parts.map(\.coverageOfOpposite).reduce(.exact) { $0.combined(with: $1) }
    }

    var negated: ConditionSummary {
        var opposite = self
        (opposite.coverage, opposite.coverageOfOpposite) = (coverageOfOpposite, coverage)
        (opposite.canBeTrue, opposite.canBeFalse) = (canBeFalse, canBeTrue)
        return opposite
    }

    /// How well it can be evaluated when every leaf of it must be.
    var assessmentOfWhole: Assessment {
        gaps.isEmpty ? Assessment(coverage, reasons: reasons) : Assessment(.notEvaluable, reasons: gaps)
    }
}

extension Coverage {
    /// The coverage of a statement about a number of events that are found with this coverage.
    fileprivate func counted(in range: CountRange) -> Coverage {
        switch (self, range.lower, range.upper) {
        case (.notEvaluable, _, _), (.exact, _, _): self
        // Any number will do.
        case (_, 0, nil): .exact
        case (_, _, nil): self
        case (_, 0, _): negated
        default: .approximate
        }
    }
}

extension Assessment {
    /// The assessment of a whole whose parts have these.
    func combined(with other: Assessment) -> Assessment {
        Assessment(coverage.combined(with: other.coverage), reasons: (reasons + other.reasons).uniqued)
    }
}

extension [String] {
    /// Each once, in order of appearance.
    fileprivate var uniqued: [String] {
        var seen: Set<String> = []
        return filter { seen.insert($0).inserted }
    }
}
