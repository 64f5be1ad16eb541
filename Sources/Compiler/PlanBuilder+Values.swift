import CohortPlan
import CohortQL
import Diagnostics
import Hyperontology

extension PlanBuilder {
    // MARK: Values

    /// The test of an observation's value, checked against what the observation is.
    mutating func value(_ syntax: ValueSyntax, of concepts: ConceptSet?) -> ValueTest? {
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
        case .ordinal(let comparison, let concept): return ordinal(comparison, concept, of: questions)
        case .ordinalRange(let low, let high): return ordinal(from: low, to: high, of: questions)
        case .known(let span): return known(questions, at: span)
        case .comparison(let comparison, let number, nil) where questions.contains { !hyperontology.order(of: $0.iri).isEmpty }:
            return ordinal(comparison, number, of: questions)
        case .comparison, .range:
            if let wrong = questions.first(where: { $0.valueKind == .coded }) {
                let example = wrong.answers.first.flatMap { hyperontology.concept($0)?.prefLabel } ?? "Positive"
                error("C0241", "\"\(wrong.prefLabel)\" is a coded value, not a number", at: syntax.span, help: "write `is \"\(example)\"`")
                return nil
            }
            return quantity(syntax, expected: questions.first?.unit).map { .quantity($0) }
        case .assuming(let number):
            switch value(number, of: concepts) {
            case .quantity(let range): return .assumed(range)
            case nil: return nil
            default:
                error("C0241", "this value has no unit to assume", at: number.span, help: "take `assume unit` out")
                return nil
            }
        case .text(let words):
            error("C0251", "an observation's text is not looked into", at: words.span, help: "write `is \"Positive\"`")
            return nil
        case .flag(_, let span):
            error("C0251", "an observation is not `yes` or `no`", at: span, help: "write `is \"Positive\"`")
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
        case .coded, .flag, .ordinal, .ordinalRange, .known, .assuming, .text: return nil
        }
        guard let unit = unit(unitSyntax, expected: expected, at: syntax.span) else { return nil }
        return QuantityRange(from: lower, to: upper, unit: unit)
    }

    mutating func decimal(_ number: NumberSyntax) -> ExactDecimal? {
        guard let text = text(of: number.text, at: number.span, isDate: false) else { return nil }
        if let value = ExactDecimal(text) { return value }
        error("C0245", "`\(text)` has too many digits", at: number.span, help: "use at most 30")
        return nil
    }

    mutating func unit(_ syntax: NameSyntax?, expected: String?, at span: SourceSpan) -> String? {
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

    // MARK: Ordinals and known values

    /// The answers on one side of an answer, in the order of its question.
    private mutating func ordinal(_ comparison: ComparisonSyntax, _ concept: ConceptSyntax, of questions: [Concept]) -> ValueTest? {
        guard let (order, place) = place(of: concept, among: questions) else { return nil }
        return side(comparison, of: place, in: order, at: concept.span)
    }

    private mutating func ordinal(from low: ConceptSyntax, to high: ConceptSyntax, of questions: [Concept]) -> ValueTest? {
        guard let (order, first) = place(of: low, among: questions), let (_, last) = place(of: high, among: questions) else { return nil }
        guard first <= last else {
            error(
                "C0244", "the range from \(low.text) to \(high.text) is empty", at: low.span.union(high.span),
                help: "write the lower value first")
            return nil
        }
        return answers(order[first...last])
    }

    /// `>= 4` for an answer that is called by its question's name and the number, `PI-RADS 4`.
    private mutating func ordinal(_ comparison: ComparisonSyntax, _ number: NumberSyntax, of questions: [Concept]) -> ValueTest? {
        guard let text = text(of: number.text, at: number.span, isDate: false) else { return nil }
        for question in questions {
            let order = hyperontology.order(of: question.iri)
            let place = order.firstIndex { iri in
                (hyperontology.concept(iri)?.names ?? []).contains { name in question.names.contains { name == "\($0) \(text)" } }
            }
            if let place { return side(comparison, of: place, in: order, at: number.span) }
        }
        noPlace(text, questions, at: number.span)
        return nil
    }

    private mutating func side(_ comparison: ComparisonSyntax, of place: Int, in order: [String], at span: SourceSpan) -> ValueTest? {
        let found: ArraySlice<String> =
            switch comparison {
            case .less: order[..<place]
            case .atMost: order[...place]
            case .more: order[(place + 1)...]
            case .atLeast: order[place...]
            case .equal: order[place...place]
            }
        guard !found.isEmpty else {
            let name = hyperontology.concept(order[place])?.prefLabel ?? order[place]
            error(
                "C0244", "nothing is \(comparison.rawValue) \"\(name)\" in its order", at: span,
                help: "it is the \(comparison == .less ? "lowest" : "highest")")
            return nil
        }
        return answers(found)
    }

    private func answers(_ iris: ArraySlice<String>) -> ValueTest { .coded(ConceptSet(include: iris.map { ConceptTerm(ConceptIRI($0)) })) }

    private mutating func place(of syntax: ConceptSyntax, among questions: [Concept]) -> (order: [String], place: Int)? {
        guard let concept = concept(syntax, usedFor: "Value", place: "a value") else { return nil }
        for question in questions {
            let order = hyperontology.order(of: question.iri)
            if let place = order.firstIndex(of: concept.iri) { return (order, place) }
        }
        noPlace(concept.prefLabel, questions, at: syntax.span)
        return nil
    }

    private mutating func noPlace(_ name: String, _ questions: [Concept], at span: SourceSpan) {
        let question = questions.first?.prefLabel ?? ""
        let order = questions.map { hyperontology.order(of: $0.iri) }.first { !$0.isEmpty } ?? []
        let names = order.compactMap { hyperontology.concept($0)?.prefLabel }.map { "\"\($0)\"" }.joined(separator: ", ")
        error(
            "C0249",
            order.isEmpty ? "the values of \"\(question)\" have no order" : "\"\(name)\" has no place in the order of \"\(question)\"",
            at: span, help: order.isEmpty ? "name the values: `is one of (…)`" : "the order is \(names)")
    }

    /// A value that the hyperontology knows, or a number in a unit that can be converted.
    mutating func known(_ questions: [Concept], at span: SourceSpan) -> ValueTest? {
        if !questions.isEmpty, questions.allSatisfy({ $0.valueKind == .quantity }) {
            let unit = questions[0].unit ?? "1"
            let isComparable = questions.allSatisfy { question in
                guard let own = UCUMUnit(question.unit ?? "1"), let other = UCUMUnit(unit) else { return false }
                return own.isCommensurable(with: other)
            }
            if isComparable { return .quantity(QuantityRange(unit: unit)) }
        }
        let answers = questions.flatMap(\.answers)
        guard !answers.isEmpty, questions.allSatisfy({ $0.valueKind == .coded }) else {
            let name = questions.first?.prefLabel ?? "the observation"
            error(
                "C0252", "the hyperontology does not say which values \"\(name)\" can have", at: span,
                help: "name the values: `is one of (…)`")
            return nil
        }
        return .coded(ConceptSet(include: answers.map { ConceptTerm(ConceptIRI($0)) }))
    }
}
