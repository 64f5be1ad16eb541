import CohortPlan

/// How well the parts of a condition can be evaluated, once a source is chosen for each request.
struct LeafAssessments {
    let choices: [EventRequest: SourceChoice]
    /// By named event, as far as assessed.
    let anchors: [Assessment]
    let sex: Assessment
    let birthDate: Assessment

    /// How well it is known which of a patient's events a selection finds.
    func assessment(of selection: EventSelection) -> Assessment {
        let own = (choices[selection.request] ?? .none).assessment
        return selection.windows.reduce(own) { $0.combined(with: position(of: $1.anchor)) }
    }

    /// How well the day of a point in time is known.
    ///
    /// An event that is found too often or too seldom can be another one than is meant, so its day bounds nothing.
    func position(of point: AnchorPoint) -> Assessment {
        point.event.map { position(of: $0) } ?? .exact
    }

    private func position(of event: EventReference) -> Assessment {
        let existence = anchors[event.index]
        switch existence.coverage {
        case .exact, .notEvaluable: return existence
        case .broader, .narrower, .approximate: return Assessment(.approximate, reasons: existence.reasons)
        }
    }

    /// How well a condition that has no parts can be evaluated.
    func assessment(ofLeaf condition: Condition) -> Assessment {
        switch condition {
        case .all, .any, .not: return .exact
        case .count(let selection, let range):
            let found = assessment(of: selection)
            return Assessment(found.coverage.counted(in: range), reasons: found.reasons)
        case .exists(let event): return anchors[event.index]
        case .relation(let event, let window): return position(of: event).combined(with: position(of: window.anchor))
        case .sex: return sex
        case .age(let point, _): return birthDate.combined(with: position(of: point))
        }
    }

    // MARK: The whole

    /// What the counts of a plan are as a whole.
    func overall(of plan: CohortPlan) -> Coverage {
        guard decidability(of: plan.condition).canBeTrue else { return .notEvaluable }
        let condition = coverage(of: plan.condition, negated: false)
        let counted = plan.report.measures.map { measure in
            measure.event.map { event in isSetOfImages(measure, plan) ? anchors[event.index] : position(of: event) } ?? .exact
        }
        let strata = plan.report.breakdowns.map { breakdown in
            switch breakdown {
            case .sex: sex
            case .age(let point, _): birthDate.combined(with: position(of: point))
            }
        }
        // What has no value at all says so itself and takes nothing from the others.
        return (counted + strata).map(\.coverage).filter { $0 != .notEvaluable }.reduce(condition) { $0.combined(with: $1) }
    }

    /// Whether finding more events can only raise a measure: not so for the series of one event, which may be another one.
    private func isSetOfImages(_ measure: Measure, _ plan: CohortPlan) -> Bool {
        guard case .series(let event) = measure else { return true }
        return plan.anchors[event.index].pick == .all
    }

    /// The coverages of all leaves, seen through the negations above them. A leaf that cannot be evaluated is never found true:
    /// what is counted beside it is a lower bound.
    private func coverage(of condition: Condition, negated: Bool) -> Coverage {
        switch condition {
        case .all(let parts), .any(let parts):
            return parts.map { coverage(of: $0, negated: negated) }.reduce(.exact) { $0.combined(with: $1) }
        case .not(let part): return coverage(of: part, negated: !negated)
        default:
            let leaf = assessment(ofLeaf: condition).coverage
            return leaf == .notEvaluable ? .narrower : negated ? leaf.negated : leaf
        }
    }

    /// Why leaves cannot be evaluated, each reason once.
    func gaps(in condition: Condition) -> [String] {
        switch condition {
        case .all(let parts), .any(let parts): return parts.flatMap(gaps).uniqued
        case .not(let part): return gaps(in: part)
        default:
            let leaf = assessment(ofLeaf: condition)
            return leaf.coverage == .notEvaluable ? leaf.reasons : []
        }
    }

    /// Which truths a condition can have for some patient, given that leaves that cannot be evaluated are unknown for all.
    private func decidability(of condition: Condition) -> (canBeTrue: Bool, canBeFalse: Bool) {
        switch condition {
        case .all(let parts):
            let known = parts.map(decidability)
            return (known.allSatisfy(\.canBeTrue), known.contains(where: \.canBeFalse))
        case .any(let parts):
            let known = parts.map(decidability)
            return (known.contains(where: \.canBeTrue), known.allSatisfy(\.canBeFalse))
        case .not(let part):
            let known = decidability(of: part)
            return (known.canBeFalse, known.canBeTrue)
        default:
            let isEvaluable = assessment(ofLeaf: condition).coverage != .notEvaluable
            return (isEvaluable, isEvaluable)
        }
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
