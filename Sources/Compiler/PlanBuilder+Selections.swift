import CohortPlan
import CohortQL
import Diagnostics
import Hyperontology

extension PlanBuilder {
    // MARK: Events

    mutating func selection(_ syntax: SelectionSyntax, laterNames: Set<String> = []) -> EventSelection? {
        let before = diagnostics.count { $0.severity == .error }
        let kind = syntax.kind.eventKind
        checkForm(syntax, kind)
        let takesConcepts = !kind.isImaging && kind != .death
        let concepts = takesConcepts ? syntax.concepts.flatMap { conceptSet($0, usedFor: kind.usedFor, place: syntax.kind.article) } : nil
        var value: ValueTest?
        if let test = syntax.value, kind == .observation { value = self.value(test, of: concepts, at: syntax) }
        let attributes = syntax.attributes.map { self.attributes($0) } ?? []
        let having = syntax.having.map { self.attributes($0) }
        let windows = syntax.windows.compactMap { window($0, laterNames: laterNames) }
        guard diagnostics.count(where: { $0.severity == .error }) == before else { return nil }
        let request = EventRequest(kind: kind, concepts: concepts, value: value, attributes: attributes, havingSeries: having)
        return EventSelection(request, windows: windows, pick: syntax.pick.map { $0 == .first ? .first : .last } ?? .all)
    }

    /// Reports parts that this kind of event has not.
    private mutating func checkForm(_ syntax: SelectionSyntax, _ kind: EventKind) {
        if let concepts = syntax.concepts, kind.isImaging || kind == .death {
            let help = kind == .death ? "take it out" : "say it in braces: `having series { modality MR, body part \"Breast\" }`"
            error("C0230", "\(syntax.kind.article) is not `of` a concept", at: concepts.span, help: help)
        }
        if syntax.concepts == nil, kind == .radiotherapy || kind == .observation {
            error("C0231", "\(syntax.kind.article) must say of what", at: syntax.kindSpan, help: "add `of \"…\"`")
        }
        if let value = syntax.value, kind != .observation {
            error("C0232", "\(syntax.kind.article) has no value", at: value.span, help: "only observations have values")
        }
        if let attributes = syntax.attributes, kind != .imagingSeries {
            error(
                "C0233", "\(syntax.kind.article) has no properties of a series", at: attributes.span,
                help: kind == .imagingStudy ? "write `having series` before the brace" : "take the braces out")
        }
        if let having = syntax.having.first, kind != .imagingStudy {
            error(
                "C0234", "\(syntax.kind.article) has no series", at: having.span,
                help: kind == .imagingSeries ? "write the braces right after `imaging series`" : "take it out")
        }
    }

    // MARK: Concepts

    /// The concepts of a list.
    /// - Parameters:
    ///   - usedFor: the class of the core that they must belong to.
    ///   - place: what the message calls the place, as `a diagnosis`.
    mutating func conceptSet(_ list: ConceptListSyntax, usedFor: String, place: String) -> ConceptSet? {
        let terms = list.concepts.compactMap { syntax -> ConceptTerm? in
            guard let concept = concept(syntax, usedFor: usedFor, place: place) else { return nil }
            return ConceptTerm(ConceptIRI(concept.iri), descendants: !syntax.isExact)
        }
        return terms.count == list.concepts.count ? ConceptSet(include: terms) : nil
    }

    private mutating func concept(_ syntax: ConceptSyntax, usedFor: String, place: String) -> Concept? {
        let found = syntax.form == .curie ? hyperontology.resolve(curie: syntax.text) : hyperontology.resolve(label: syntax.text)
        guard !found.isEmpty else {
            error("C0203", "no concept is called \"\(syntax.text)\"", at: syntax.span, help: suggestion(for: syntax, usedFor: usedFor))
            return nil
        }
        let fitting = found.filter { $0.usedFor.contains(usedFor) }
        guard let first = fitting.first else {
            let uses = found[0].usedFor.sorted().map { $0.lowercasedWords }.joined(separator: " or ")
            error(
                "C0204", "\"\(found[0].prefLabel)\" cannot stand for \(place)", at: syntax.span,
                help: uses.isEmpty ? "choose another concept" : "it stands for: \(uses)")
            return nil
        }
        guard fitting.count == 1 || first.prefLabel.lowercased() == syntax.text.lowercased() else {
            let names = fitting.prefix(5).map { "\"\($0.prefLabel)\" (c:\($0.localName))" }.joined(separator: ", ")
            error("C0205", "\"\(syntax.text)\" can mean several concepts", at: syntax.span, help: "choose one: \(names)")
            return nil
        }
        return first
    }

    private func suggestion(for syntax: ConceptSyntax, usedFor: String) -> String? {
        if syntax.form == .curie {
            return "no mapping has this code; name the concept in quotation marks, or look with `cohortium ontology find`"
        }
        let names = hyperontology.concepts.filter { $0.usedFor.contains(usedFor) }.flatMap(\.names)
        guard let name = nearest(to: syntax.text, among: names), let concept = hyperontology.resolve(label: name).first else {
            return "look for it with `cohortium ontology find \"\(syntax.text)\"`"
        }
        let code = hyperontology.mappings(of: concept.iri).first { $0.match == .exact && ["ncit", "snomed"].contains($0.system) }
        return "did you mean \"\(name)\" (\(code.map { "\($0.system):\($0.code)" } ?? "c:\(concept.localName)"))?"
    }

    // MARK: Values

    /// The test of an observation's value, checked against what the observation is.
    private mutating func value(_ syntax: ValueSyntax, of concepts: ConceptSet?, at selection: SelectionSyntax) -> ValueTest? {
        let questions = concepts?.include.compactMap { hyperontology.concept($0.concept.rawValue) } ?? []
        switch syntax {
        case .coded(let list):
            if let wrong = questions.first(where: { $0.valueKind == .quantity }) {
                error(
                    "C0240", "\"\(wrong.prefLabel)\" is a number, not a coded value", at: syntax.span,
                    help: "compare it: `> 4 \(wrong.unit ?? "1")`")
                return nil
            }
            guard let answers = conceptSet(list, usedFor: "Value", place: "a value") else { return nil }
            checkAnswers(answers, list, of: questions)
            return .coded(answers)
        case .comparison, .range:
            if let wrong = questions.first(where: { $0.valueKind == .coded }) {
                let example = wrong.answers.first.flatMap { hyperontology.concept($0)?.prefLabel } ?? "Positive"
                error("C0241", "\"\(wrong.prefLabel)\" is a coded value, not a number", at: syntax.span, help: "write `is \"\(example)\"`")
                return nil
            }
            return quantity(syntax, expected: questions.first?.unit).map { .quantity($0) }
        case .flag(_, let span):
            error("C0242", "an observation is not `yes` or `no`", at: span, help: "write `is \"Positive\"`")
            return nil
        }
    }

    private mutating func checkAnswers(_ answers: ConceptSet, _ list: ConceptListSyntax, of questions: [Concept]) {
        let allowed = Set(questions.flatMap(\.answers).flatMap { hyperontology.descendants(of: $0) + hyperontology.ancestors(of: $0) })
        guard !allowed.isEmpty else { return }
        for term in answers.include where !allowed.contains(term.concept.rawValue) {
            let names = questions.flatMap(\.answers).prefix(6).compactMap { hyperontology.concept($0)?.prefLabel }.map { "\"\($0)\"" }
            error(
                "C0243",
                "\"\(hyperontology.concept(term.concept.rawValue)?.prefLabel ?? term.concept.rawValue)\" is no answer to \"\(questions.first?.prefLabel ?? "")\"",
                at: list.span, help: "the answers are \(names.joined(separator: ", "))")
        }
    }

    /// A range of numbers, its unit checked against the one that is expected.
    mutating func quantity(_ syntax: ValueSyntax, expected: String?) -> QuantityRange? {
        let (lower, upper, unitSyntax): (QuantityBound?, QuantityBound?, NameSyntax?)
        switch syntax {
        case .comparison(let comparison, let number, let unit):
            guard let value = decimal(number) else { return nil }
            let open = QuantityBound(value, inclusive: false)
            let closed = QuantityBound(value, inclusive: true)
            unitSyntax = unit
            switch comparison {
            case .less: (lower, upper) = (nil, open)
            case .atMost: (lower, upper) = (nil, closed)
            case .more: (lower, upper) = (open, nil)
            case .atLeast: (lower, upper) = (closed, nil)
            case .equal: (lower, upper) = (closed, closed)
            }
        case .range(let low, let high, let unit):
            guard let first = decimal(low), let last = decimal(high) else { return nil }
            if last < first {
                error(
                    "C0244", "the range from \(low.text) to \(high.text) is empty", at: syntax.span, help: "write the smaller number first")
                return nil
            }
            (lower, upper, unitSyntax) = (QuantityBound(first, inclusive: true), QuantityBound(last, inclusive: true), unit)
        case .coded, .flag: return nil
        }
        guard let unit = unit(unitSyntax, expected: expected, at: syntax.span) else { return nil }
        return QuantityRange(from: lower, to: upper, unit: unit)
    }

    private mutating func decimal(_ number: NumberSyntax) -> ExactDecimal? {
        if let value = ExactDecimal(number.text) { return value }
        error("C0245", "`\(number.text)` has too many digits", at: number.span, help: "use at most 30")
        return nil
    }

    private mutating func unit(_ syntax: NameSyntax?, expected: String?, at span: SourceSpan) -> String? {
        guard let syntax else {
            guard let expected, expected != "1" else { return "1" }
            error("C0246", "the number has no unit", at: span, help: "write it with a UCUM unit, as `\(expected)`")
            return nil
        }
        guard let unit = UCUMUnit(syntax.text) else {
            error(
                "C0247", "`\(syntax.text)` is no UCUM unit that is known here", at: syntax.span,
                help: expected.map { "write `\($0)`" } ?? "write it as in UCUM, `ng/mL`")
            return nil
        }
        if let expected, let wanted = UCUMUnit(expected), !unit.isCommensurable(with: wanted) {
            error(
                "C0248", "`\(syntax.text)` and `\(expected)` measure different things", at: syntax.span,
                help: "use a unit that can be converted to `\(expected)`")
            return nil
        }
        return syntax.text
    }

    // MARK: Properties of series

    private mutating func attributes(_ list: AttributeListSyntax) -> [AttributeTest] {
        list.attributes.compactMap { attribute in
            guard let property = hyperontology.seriesProperties.first(where: { $0.label == attribute.name.text }) else {
                let names = hyperontology.seriesProperties.map(\.label).sorted()
                let help =
                    nearest(to: attribute.name.text, among: names).map { "did you mean `\($0)`?" }
                    ?? "there are: \(names.joined(separator: ", "))"
                error("C0250", "a series has no property called `\(attribute.name.text)`", at: attribute.name.span, help: help)
                return nil
            }
            return test(attribute, of: property).map { AttributeTest(ConceptIRI(property.iri), $0) }
        }
    }

    private mutating func test(_ attribute: AttributeSyntax, of property: SeriesProperty) -> ValueTest? {
        switch (property.valueKind, attribute.value) {
        case (.coded, .coded(let list)):
            return conceptSet(list, usedFor: property.valuesFrom ?? "Value", place: "the property `\(property.label)`").map { .coded($0) }
        case (.quantity, .comparison), (.quantity, .range): return quantity(attribute.value, expected: property.unit).map { .quantity($0) }
        case (.flag, .flag(let flag, _)): return .flag(flag)
        default:
            let help =
                switch property.valueKind {
                case .coded: "write a concept, as `\(property.label) \"…\"`"
                case .quantity: "compare it, as `\(property.label) <= 2 \(property.unit ?? "1")`"
                case .flag: "write `yes` or `no`"
                }
            error("C0251", "the property `\(property.label)` is not tested like this", at: attribute.value.span, help: help)
            return nil
        }
    }
}

extension EventKindSyntax {
    var eventKind: EventKind {
        switch self {
        case .diagnosis: .diagnosis
        case .procedure: .procedure
        case .medication: .medication
        case .radiotherapy: .radiotherapy
        case .observation: .observation
        case .death: .death
        case .imagingStudy: .imagingStudy
        case .imagingSeries: .imagingSeries
        }
    }

    /// With its article, for messages.
    var article: String { (["observation", "imaging study", "imaging series"].contains(rawValue) ? "an " : "a ") + rawValue }
}

extension EventKind {
    /// The class of the core that concepts of such an event belong to, by local name.
    var usedFor: String {
        switch self {
        case .diagnosis: "Diagnosis"
        case .procedure: "Procedure"
        case .medication: "Medication"
        case .radiotherapy: "Radiotherapy"
        case .observation: "Observation"
        case .imagingStudy: "ImagingStudy"
        case .imagingSeries: "ImagingSeries"
        case .death: "Death"
        }
    }
}

extension String {
    /// `BodyPartValue` as `body part value`.
    var lowercasedWords: String {
        reduce(into: "") { text, character in
            if character.isUppercase, !text.isEmpty { text.append(" ") }
            text.append(contentsOf: character.lowercased())
        }
    }
}
