import CohortPlan
import CohortQL
import Diagnostics
import Hyperontology

extension PlanBuilder {
    /// What patients are split by, and whether each node's numbers are wanted.
    mutating func breakdowns(_ syntax: [BreakdownSyntax], _ built: inout BuiltReport) -> [Breakdown] {
        var breakdowns: [Breakdown] = []
        for breakdown in syntax {
            let written: [BreakdownSyntax] = if case .cross(let axes) = breakdown { axes } else { [breakdown] }
            if written.contains(where: { if case .node = $0 { true } else { false } }) { built.byNode = true }
            let axes = written.compactMap { axis($0, &built) }
            guard let first = axes.first, isSound(axes, at: breakdown.span) else { continue }
            built.names["table \(breakdowns.count)"] = oneLine(breakdown.span)
            breakdowns.append(axes.count == 1 ? first : .cross(axes))
        }
        return breakdowns
    }

    /// Whether axes can make one table.
    private mutating func isSound(_ axes: [Breakdown], at span: SourceSpan) -> Bool {
        if axes.count > 3 {
            error(
                "C0275", "a table by \(axes.count) things at once is hard to protect", at: span,
                help: "cross at most 3, or write `,` for tables of their own")
            return false
        }
        let rows = axes.reduce(1) { $0 * min($1.strata.count, CohortPlan.Limits.strata) }
        if axes.count > 1, rows > CohortPlan.Limits.strata {
            error(
                "C0275", "a table of \(rows) rows is more than \(CohortPlan.Limits.strata)", at: span,
                help: "write `,` for tables of their own, or wider bands")
            return false
        }
        let several = Set(axes.compactMap(\.event).filter { !anchors[$0.index].selection.pick.isSingle })
        if several.count > 1 {
            error(
                "C0213", "this table is by two events of which a patient can have several", at: span,
                help: "write `first` or `last` where one of them is defined, or `,` for tables of their own")
            return false
        }
        return true
    }

    /// Nil for `node`, and with a mistake, which is reported.
    private mutating func axis(_ syntax: BreakdownSyntax, _ built: inout BuiltReport) -> Breakdown? {
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
        case .year(let name, let first, let last, let span):
            guard let event = reference(name, single: nil), let from = integer(first), let to = integer(last) else { return nil }
            guard 1 <= from, from <= to, to <= 9_999, to - from < NumberBands.largestCount else {
                error(
                    "C0271", "the years from \(from) to \(to) make no table", at: span,
                    help: "write the earlier year first, and at most \(NumberBands.largestCount) of them")
                return nil
            }
            return .year(event, from: from, to: to)
        case .value(let property, let name, let bands, let span):
            guard let event = reference(name, single: nil) else { return nil }
            let axis =
                property.text == BreakdownSyntax.ownValue
                ? ownValue(of: event, name, bands, at: span, &built) : self.property(property, of: event, name, bands, at: span, &built)
            return axis.map { .value(event, $0) }
        }
    }

    // MARK: Values of observations

    private mutating func ownValue(
        of event: EventReference, _ name: NameSyntax, _ bands: BandsSyntax?, at span: SourceSpan, _ built: inout BuiltReport
    ) -> ValueAxis? {
        let request = anchors[event.index].selection.request
        guard request.kind == .observation, let question = questions(of: request).first else {
            error("C0277", "`\(name.text)` has no value", at: name.span, help: "only observations have values; images have properties")
            return nil
        }
        if question.valueKind == .quantity || bands != nil {
            return self.bands(bands, of: "value of \(name.text)", question.unit, isCoded: question.valueKind == .coded, at: span)
                .map { ValueAxis(.bands($0)) }
        }
        var rows = questions(of: request).flatMap { question in
            let order = hyperontology.order(of: question.iri)
            return order + question.answers.filter { !order.contains($0) }
        }
        // Of what the event is tested for, no other value can be found.
        if case .coded(let tested) = request.value {
            let possible = members(tested.include)
            rows = rows.filter { !possible.isDisjoint(with: hyperontology.descendants(of: $0)) }
        }
        return concepts(rows, of: question.prefLabel, at: span, &built).map { ValueAxis(.concepts($0)) }
    }

    // MARK: Properties of images

    private mutating func property(
        _ property: NameSyntax, of event: EventReference, _ name: NameSyntax, _ bands: BandsSyntax?, at span: SourceSpan,
        _ built: inout BuiltReport
    ) -> ValueAxis? {
        guard let found = seriesProperty(property) else { return nil }
        guard anchors[event.index].selection.request.kind.isImaging else {
            error("C0277", "`\(name.text)` has no \(found.label)", at: name.span, help: "only images have it; name an imaging event")
            return nil
        }
        let iri = ConceptIRI(found.iri)
        switch found.valueKind {
        case .flag where bands == nil: return ValueAxis(property: iri, .flags)
        case .quantity:
            return self.bands(bands, of: "\(found.label) of \(name.text)", found.unit, isCoded: false, at: span)
                .map { ValueAxis(property: iri, .bands($0)) }
        case .coded where bands == nil:
            let values = possible(hyperontology.values(of: found).map(\.iri), of: iri, in: anchors[event.index].selection.request)
            return concepts(values, of: found.label, at: span, &built).map { ValueAxis(property: iri, .concepts($0)) }
        case .text:
            error("C0278", "the texts of \(found.label) are not listed", at: span, help: "split by a property whose values are listed")
            return nil
        case .flag, .coded:
            return self.bands(bands, of: "\(found.label) of \(name.text)", nil, isCoded: true, at: span).map { ValueAxis(.bands($0)) }
        }
    }

    /// Those values that an event can have which is tested for some of them; all where it is not, or for others.
    private func possible(_ values: [String], of property: ConceptIRI, in request: EventRequest) -> [String] {
        let tests = (request.attributes + request.havingSeries.joined()).filter { $0.property == property }
        let sets = tests.compactMap { attribute -> ConceptSet? in if case .coded(let set) = attribute.test { set } else { nil } }
        guard let first = sets.first else { return values }
        let tested = members(first.include).subtracting(members(first.exclude))
        let within = values.filter(tested.contains)
        return within.isEmpty ? values : within
    }

    // MARK: Strata

    /// A row for each concept that lies below no other of them.
    private mutating func concepts(_ concepts: [String], of what: String, at span: SourceSpan, _ built: inout BuiltReport) -> [ConceptIRI]?
    {
        let all = Set(concepts)
        var seen: Set<String> = []
        let rows = concepts.filter { concept in
            seen.insert(concept).inserted && !hyperontology.ancestors(of: concept).contains { $0 != concept && all.contains($0) }
        }
        guard (1...NumberBands.largestCount).contains(rows.count) else {
            error(
                "C0278", "the ontology lists \(rows.isEmpty ? "no" : "\(rows.count)") values of \(what)", at: span,
                help: "split by something that has from 1 to \(NumberBands.largestCount) values")
            return nil
        }
        for row in rows { built.names[row] = hyperontology.concept(row)?.prefLabel ?? row }
        return rows.map { ConceptIRI($0) }
    }

    private mutating func bands(_ syntax: BandsSyntax?, of what: String, _ expected: String?, isCoded: Bool, at span: SourceSpan)
        -> NumberBands?
    {
        guard let syntax else {
            let unit = expected.map { $0 == "1" ? "" : " \($0)" } ?? ""
            error("C0278", "\(what) is a number", at: span, help: "say its bands: `in bands of 2\(unit) from 0 to 20`")
            return nil
        }
        guard !isCoded else {
            error("C0278", "\(what) is no number", at: syntax.span, help: "take the bands out")
            return nil
        }
        guard let width = decimal(syntax.width), let lower = decimal(syntax.lower), let upper = decimal(syntax.upper),
            let unit = unit(syntax.unit, expected: expected, at: syntax.width.span)
        else { return nil }
        var count = 0
        var end = lower
        while width > ExactDecimal(0), end < upper, count <= NumberBands.largestCount {
            end = ExactDecimal(end.value + width.value)
            count += 1
        }
        guard (1...NumberBands.largestCount).contains(count), end == upper else {
            error(
                "C0271", "from \(lower) to \(upper) there are no whole bands of \(width)", at: syntax.span,
                help: "let the width go into the range, from 1 to \(NumberBands.largestCount) times")
            return nil
        }
        return NumberBands(start: lower, width: width, count: count, unit: unit)
    }
}
