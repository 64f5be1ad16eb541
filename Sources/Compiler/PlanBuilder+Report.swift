import CohortPlan
import CohortQL
import Diagnostics
import Hyperontology

/// A report, the names of its parts, and where it is asked.
struct BuiltReport {
    var report = Report(measures: [.patients])
    /// By part: `measure 0`, `table 0`, `summary 0`, `step 0`, `cohort 0`; a concept's row by its IRI.
    var names: [String: String] = [:]
    /// The other cohorts of an overlap, with what they mean.
    var cohorts: [(name: String, meaning: Meaning)] = []
    var byNode = false
    var scope = QueryScope()
}

extension PlanBuilder {
    /// The report, or `count patients` when the text has none.
    /// - Parameters:
    ///   - cohort: the one that is counted.
    ///   - meaning: what that means; nil when it has a mistake.
    mutating func report(_ syntax: ReportSyntax?, of cohort: CohortSyntax, _ meaning: Meaning?) -> BuiltReport? {
        guard let syntax else { return BuiltReport() }
        let before = errorCount
        var built = BuiltReport()
        let measures = syntax.measures.compactMap { measure($0) }
        for (index, measure) in syntax.measures.enumerated() { built.names["measure \(index)"] = oneLine(measure.span) }
        let breakdowns = breakdowns(syntax.breakdowns, &built)
        let summaries = syntax.summaries.compactMap { summary($0) }
        for (index, summary) in syntax.summaries.enumerated() { built.names["summary \(index)"] = oneLine(summary.span) }
        let funnel = syntax.hasFunnel ? self.funnel(of: cohort, meaning, &built) : []
        for name in syntax.overlap { overlap(with: name, counted: cohort, &built) }
        built.scope = scope(syntax.scope)
        guard errorCount == before else { return nil }
        built.report = Report(
            measures: measures, breakdowns: breakdowns, summaries: summaries, funnel: funnel,
            overlap: built.cohorts.map(\.meaning.condition))
        return built
    }

    // MARK: Funnels and overlaps

    /// The parts of `patients where …` in their order.
    private func funnel(of cohort: CohortSyntax, _ meaning: Meaning?, _ built: inout BuiltReport) -> [Condition] {
        guard let meaning else { return [] }
        let words: [SourceSpan]
        switch (cohort.condition, cohort.expression) {
        case (.and(let parts, _), _): words = parts.map(\.span)
        case (_, .combined(.intersection, let parts)): words = parts.map { $0.names.map(\.span).reduce($0.names[0].span) { $0.union($1) } }
        default: words = []
        }
        if case .all(let parts) = meaning.condition, parts.count == words.count {
            for (index, span) in words.enumerated() { built.names["step \(index)"] = oneLine(span) }
            return parts
        }
        built.names["step 0"] = cohort.condition.map { oneLine($0.span) } ?? cohort.name.text
        return [meaning.condition]
    }

    private mutating func overlap(with name: NameSyntax, counted: CohortSyntax, _ built: inout BuiltReport) {
        guard name.text != counted.name.text, !built.cohorts.contains(where: { $0.name == name.text }) else {
            error("C0276", "`\(name.text)` is laid over itself", at: name.span, help: "name each cohort once, and not the counted one")
            return
        }
        guard built.cohorts.count < CohortPlan.Limits.overlap else {
            error(
                "C0276", "an overlap has at most \(CohortPlan.Limits.overlap) other cohorts", at: name.span,
                help: "write another report for the others")
            return
        }
        guard let meaning = membership(in: name) else { return }
        built.names["cohort \(built.cohorts.count)"] = name.text
        built.cohorts.append((name.text, meaning))
    }

    // MARK: Summaries

    private mutating func summary(_ syntax: SummarySyntax) -> Summary? {
        switch syntax {
        case .age(let anchor, _): return anchorPoint(anchor).map { .age($0) }
        case .days(let first, let last, _):
            guard let from = anchorPoint(first), let to = anchorPoint(last) else { return nil }
            return .days(from: from, to: to)
        case .value(let name, let unit, let span):
            guard let event = reference(name, single: nil) else { return nil }
            let request = anchors[event.index].selection.request
            guard case .quantity(let range) = request.value else {
                error(
                    "C0225", "`\(name.text)` need not have a number", at: name.span,
                    help: "define it as an observation whose number is tested: `\(name.text) = first observation of … is known`")
                return nil
            }
            let expected = questions(of: request).first?.unit ?? range.unit
            guard let unit else { return .number(event, unit: expected) }
            return self.unit(unit, expected: expected, at: span).map { .number(event, unit: $0) }
        }
    }

    /// The concepts that a request asks for by name.
    func questions(of request: EventRequest) -> [Concept] {
        request.concepts?.include.compactMap { hyperontology.concept($0.concept.rawValue) } ?? []
    }

    private mutating func measure(_ syntax: MeasureSyntax) -> Measure? {
        if syntax.unit == .patients {
            if let event = syntax.event {
                error("C0272", "patients are counted of the cohort, not of an event", at: event.span, help: "write `patients` alone")
            }
            return .patients
        }
        if syntax.unit == .events { return syntax.event.flatMap { reference($0, single: nil) }.map { .events($0) } }
        guard let event = imagingEvent(of: syntax) else { return nil }
        return syntax.unit == .studies ? .studies(event) : .series(event)
    }

    private mutating func imagingEvent(of syntax: MeasureSyntax) -> EventReference? {
        let images = anchorsInScope.filter { anchors[$0].selection.request.kind.isImaging }
        guard let name = syntax.event else {
            if images.count == 1 {
                usedAnchors.insert(images[0])
                return EventReference(images[0])
            }
            let help =
                images.isEmpty
                ? "name an imaging event: `baseline = last imaging study …`"
                : "write `\(syntax.unit.rawValue) of \(anchors[images[0]].name.text)`"
            error("C0273", "it is not said of which event \(syntax.unit.rawValue) are counted", at: syntax.span, help: help)
            return nil
        }
        guard let event = reference(name, single: nil) else { return nil }
        guard anchors[event.index].selection.request.kind.isImaging else {
            error(
                "C0274", "`\(name.text)` has no \(syntax.unit.rawValue)", at: name.span,
                help: images.first.map { "did you mean `\(anchors[$0].name.text)`?" } ?? "only imaging events have them")
            return nil
        }
        return event
    }
}
