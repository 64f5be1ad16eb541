import CohortPlan
import CohortQL
import Diagnostics

extension PlanBuilder {
    /// The report, or `count patients` when the text has none.
    mutating func report(_ syntax: ReportSyntax?) -> (report: Report, byNode: Bool)? {
        guard let syntax else { return (Report(measures: [.patients]), false) }
        let before = errorCount
        let measures = syntax.measures.compactMap { measure($0) }
        var byNode = false
        var breakdowns: [Breakdown] = []
        for breakdown in syntax.breakdowns {
            let written: [BreakdownSyntax] = if case .cross(let axes) = breakdown { axes } else { [breakdown] }
            if written.contains(where: { if case .node = $0 { true } else { false } }) { byNode = true }
            let axes = written.compactMap { axis($0) }
            if axes.count > 3 {
                error(
                    "C0275", "a table by \(axes.count) things at once is hard to protect", at: syntax.span,
                    help: "cross at most 3, or write `,` for tables of their own")
            }
            if let first = axes.first { breakdowns.append(axes.count == 1 ? first : .cross(axes)) }
        }
        return errorCount == before ? (Report(measures: measures, breakdowns: breakdowns), byNode) : nil
    }

    /// What patients are split by; nil for `node`, and with a mistake, which is reported.
    private mutating func axis(_ syntax: BreakdownSyntax) -> Breakdown? {
        switch syntax {
        case .sex: return .sex
        case .node, .cross: return nil
        case .age(let anchor, let number, let span):
            guard let width = integer(number) else { return nil }
            guard (1...100).contains(width) else {
                error("C0271", "a band of \(width) years is no band", at: span, help: "write `in bands of 10 years`")
                return nil
            }
            return anchorPoint(anchor).map { .age($0, bandWidth: width) }
        }
    }

    private mutating func measure(_ syntax: MeasureSyntax) -> Measure? {
        if syntax.unit == .patients {
            if let event = syntax.event {
                error("C0272", "patients are counted of the cohort, not of an event", at: event.span, help: "write `patients` alone")
            }
            return .patients
        }
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
