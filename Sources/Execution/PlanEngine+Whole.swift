public import CohortPlan

extension PlanEngine {
    /// Whether one source would answer a plan as one, and with which queries; why not, where it would not. Looks at no patient.
    public func explainWhole(_ plan: ExpandedPlan, detail: ResultDetail = .counts) -> WholeOffer {
        let assessment = assess(plan)
        guard assessment.overall != .notEvaluable else { return .declined(reason: "the plan cannot be evaluated here") }
        let needs = SourceNeeds(plan.plan, assessment)
        guard let whole = WholePlan(plan, assessment, needs, OpenWorld(plan.plan, assessment, sources), detail: detail),
            let source = needs.sources.first
        else { return .declined(reason: "several sources answer parts of the plan") }
        return sources[source].offer(for: whole)
    }

    /// What the one source of a plan answers as one; nil where there are several, or it does not.
    func answerWhole(_ whole: WholePlan?, from source: (any SourceAdapter)?, _ assessment: PlanAssessment, _ limit: ExecutionLimit)
        async throws(ExecutionFailure) -> CountedResult?
    {
        guard let whole, let source, let answer = try await limit.run({ try await source.answer(whole) }) else { return nil }
        return CountedResult(whole, answer, assessment)
    }
}

extension ExecutionLimit {
    /// Runs something that a source does, until the deadline passes.
    fileprivate func run<Value: Sendable>(_ body: @escaping @Sendable () async throws -> Value) async throws(ExecutionFailure) -> Value {
        do {
            return try await withThrowingTaskGroup(of: Value.self) { group in
                group.addTask { try await body() }
                if let deadline {
                    group.addTask {
                        try await Task.sleep(until: deadline, clock: .continuous)
                        throw ExecutionFailure.deadlinePassed
                    }
                }
                defer { group.cancelAll() }
                guard let value = try await group.next() else { throw ExecutionFailure.cancelled }
                return value
            }
        } catch let failure as ExecutionFailure { throw failure } catch let failure as SourceFailure {
            // A source that is interrupted fails in its own way.
            try check()
            throw .source(failure)
        } catch {
            try check()
            throw .cancelled
        }
    }
}

extension CountedResult {
    /// What one source counted, with the gaps of the report.
    fileprivate init(_ whole: WholePlan, _ answer: WholeAnswer, _ assessment: PlanAssessment) {
        let report = whole.plan.report
        func value(_ index: Int, _ counts: [RawCount]) -> RawValue {
            if let event = report.measures[index].event, !whole.isEvaluable(event) {
                return .notEvaluable(reasons: assessment.anchors[event.index].reasons)
            }
            return .count(counts[index])
        }
        let breakdowns = report.breakdowns.indices.map { index -> CountedBreakdown in
            let breakdown = report.breakdowns[index]
            guard whole.strata[index] != nil else {
                return CountedBreakdown(breakdown, .notEvaluable(reasons: assessment.assessment(of: breakdown).reasons))
            }
            let strata = zip(zip(breakdown.strata, assessment.gaps(in: breakdown.axes)), answer.tables[index]).map { stratum, counts in
                CountedStratum(
                    stratum.0, counts.indices.map { number in stratum.1.map { .notEvaluable(reasons: $0) } ?? value(number, counts) })
            }
            return CountedBreakdown(breakdown, .strata(strata))
        }
        var overlap: CountedPart<RawOverlap>?
        if !report.overlap.isEmpty {
            if let gaps = report.overlap.lazy.compactMap({ assessment.gaps(ofOverlap: $0) }).first {
                overlap = .notEvaluable(reasons: gaps)
            } else {
                overlap = .content(
                    RawOverlap(
                        cells: report.overlapCells.map { RawCount(patients: answer.cells[$0] ?? 0) },
                        cohorts: answer.others.map { RawCount(patients: $0) },
                        unknown: answer.othersUnknown.map { RawCount(patients: $0) }))
            }
        }
        self.init(
            population: RawCount(patients: answer.population), unknown: RawCount(patients: answer.unknown),
            measures: report.measures.indices.map { CountedMeasure(report.measures[$0], value($0, answer.measures)) },
            breakdowns: breakdowns,
            summaries: report.summaries.map { .notEvaluable(reasons: assessment.assessment(of: $0).reasons) },
            funnel: answer.funnel.map { RawCount(patients: $0) }, overlap: overlap,
            selection: PatientSelection(patients: answer.patients))
    }
}
