import CohortPlan
import CohortQL
import Diagnostics
import Hyperontology

extension PlanBuilder {
    // MARK: Events

    /// - Parameter value: a test in place of the one that is written.
    mutating func selection(_ syntax: SelectionSyntax, testing value: ValueSyntax? = nil) -> EventSelection? {
        let before = errorCount
        let kind = syntax.kind.eventKind
        checkForm(syntax, kind)
        let concepts =
            kind.takesConcepts ? syntax.concepts.flatMap { conceptSet($0, usedFor: kind.usedFor, place: syntax.kind.article) } : nil
        var test: ValueTest?
        if let value = value ?? syntax.value, kind == .observation, syntax.concepts == nil || concepts != nil {
            test = self.value(value, of: concepts)
        }
        var attributes = syntax.attributes.map { self.attributes($0) } ?? []
        if syntax.kind == .annotation, let structures = syntax.concepts { attributes = segmentation(of: structures) }
        let having = syntax.having.map { self.having($0) }
        let windows = syntax.windows.compactMap { self.windows($0) }.flatMap(\.self)
        let pick = pick(syntax.pick).map { ordered($0, test, of: concepts) }
        warnOfDeadWindows(windows, at: syntax.windows)
        guard errorCount == before, let pick else { return nil }
        if pick.needsNumber {
            guard case .quantity = test else {
                error(
                    "C0225", "the \(pick) of these need not have a number", at: syntax.kindSpan,
                    help: "test it for its number, or for values that have an order: `\(pick) observation of … is known`")
                return nil
            }
        }
        let request = EventRequest(kind: kind, concepts: concepts, value: test, attributes: attributes, havingSeries: having)
        return EventSelection(request, windows: windows, pick: pick)
    }

    /// Of coded values the lowest or highest in the order of their question.
    private func ordered(_ pick: Pick, _ test: ValueTest?, of concepts: ConceptSet?) -> Pick {
        guard pick.needsNumber, case .coded = test,
            let question = concepts?.include.first.flatMap({ hyperontology.concept($0.concept.rawValue) })
        else { return pick }
        let order = hyperontology.order(of: question.iri).map { ConceptIRI($0) }
        guard order.count > 1 else { return pick }
        return .ranked(pick == .lowest ? order : order.reversed())
    }

    private mutating func pick(_ syntax: PickSyntax?) -> Pick? {
        switch syntax {
        case nil: return .all
        case .first: return .first
        case .last: return .last
        case .lowest: return .lowest
        case .highest: return .highest
        case .nth(let ordinal, let fromEnd):
            guard let number = Int(ordinal.text.dropLast(2)), number > 0 else { return nil }
            let wanted = NameSyntax.ordinal(number)
            if ordinal.text != wanted {
                warn("C0286", "`\(ordinal.text)` is read as `\(wanted)`", at: ordinal.span, help: "write `\(wanted)`")
            }
            if number == 1 { return fromEnd ? .last : .first }
            return .nth(fromEnd ? -number : number)
        case .nearest(let anchor):
            guard let point = anchorPoint(anchor) else { return nil }
            if case .dates = point {
                error("C0227", "what is nearest is told of a day alone", at: anchor.span, help: "write a day, as `2020-07-01`")
                return nil
            }
            return .nearest(point)
        }
    }

    /// Reports parts that this kind of event has not.
    private mutating func checkForm(_ syntax: SelectionSyntax, _ kind: EventKind) {
        if let concepts = syntax.concepts, !kind.takesConcepts, syntax.kind != .annotation {
            let help = kind == .death ? "take it out" : "say it in braces: `having series { modality MR, body part \"Breast\" }`"
            error("C0230", "\(syntax.kind.article) is not `of` a concept", at: concepts.span, help: help)
        }
        if syntax.concepts == nil, kind == .radiotherapy || kind == .observation || syntax.kind == .annotation {
            error("C0231", "\(syntax.kind.article) must say of what", at: syntax.kindSpan, help: "add `of \"…\"`")
        }
        if let value = syntax.value, kind != .observation {
            error("C0232", "\(syntax.kind.article) has no value", at: value.span, help: "only observations have values")
        }
        if let attributes = syntax.attributes, syntax.kind != .imagingSeries {
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
    ///   - usedFor: the class of the core that they must belong to; nil for any.
    ///   - place: what the message calls the place, as `a diagnosis`.
    mutating func conceptSet(_ list: ConceptListSyntax, usedFor: String?, place: String) -> ConceptSet? {
        if list.concepts.count == 1, let named = conceptSets[list.concepts[0].text], list.concepts[0].form == .word {
            return use(named, list.concepts[0], usedFor: usedFor, place: place)
        }
        if list.concepts.count == 1, list.concepts[0].reach == .descendants {
            guard let concept = concept(list.concepts[0], usedFor: usedFor, place: place) else { return nil }
            let iri = ConceptIRI(concept.iri)
            return ConceptSet(include: [ConceptTerm(iri)], exclude: [ConceptTerm(iri, descendants: false)])
        }
        return terms(list.concepts, usedFor: usedFor, place: place).map { ConceptSet(include: $0) }
    }

    /// The terms that concepts of a list stand for; of a named set, and of what lies below a concept, each concept for itself.
    mutating func terms(_ concepts: [ConceptSyntax], usedFor: String?, place: String) -> [ConceptTerm]? {
        var terms: [ConceptTerm] = []
        let before = errorCount
        for syntax in concepts {
            if syntax.form == .word, let named = conceptSets[syntax.text] {
                guard let set = use(named, syntax, usedFor: usedFor, place: place) else { continue }
                let found = members(set.include).subtracting(members(set.exclude))
                terms += found.map { ConceptTerm(ConceptIRI($0), descendants: false) }
            } else if let concept = concept(syntax, usedFor: usedFor, place: place) {
                switch syntax.reach {
                case .withDescendants: terms.append(ConceptTerm(ConceptIRI(concept.iri)))
                case .itself: terms.append(ConceptTerm(ConceptIRI(concept.iri), descendants: false))
                case .descendants:
                    let below = hyperontology.descendants(of: concept.iri).filter { $0 != concept.iri }
                    terms += below.map { ConceptTerm(ConceptIRI($0), descendants: false) }
                }
            }
        }
        return errorCount == before ? terms : nil
    }

    private mutating func use(_ named: DefinedConcepts, _ syntax: ConceptSyntax, usedFor: String?, place: String) -> ConceptSet? {
        conceptSets[syntax.text]?.isUsed = true
        if syntax.reach != .withDescendants {
            error(
                "C0206", "`\(syntax.text)` is a set, which says itself what lies below its concepts", at: syntax.span,
                help: "write `\(syntax.text)` alone")
            return nil
        }
        guard let set = named.set else { return nil }
        let wrong = set.include.compactMap { hyperontology.concept($0.concept.rawValue) }.first { concept in
            usedFor.map { !concept.usedFor.contains($0) } ?? false
        }
        if let wrong {
            unfit(wrong, syntax, place: place)
            return nil
        }
        return set
    }

    mutating func concept(_ syntax: ConceptSyntax, usedFor: String?, place: String) -> Concept? {
        let found = syntax.form == .curie ? hyperontology.resolve(curie: syntax.text) : hyperontology.resolve(label: syntax.text)
        guard !found.isEmpty else {
            // Looking for the nearest name takes long; what is not said any more needs none.
            let help = errorCount < Parser.Limits.diagnostics ? suggestion(for: syntax, usedFor: usedFor) : nil
            error("C0203", "no concept is called \"\(syntax.text)\"", at: syntax.span, help: help)
            return nil
        }
        let fitting = found.filter { concept in usedFor.map { concept.usedFor.contains($0) } ?? true }
        guard let first = fitting.first else {
            unfit(found[0], syntax, place: place)
            return nil
        }
        guard fitting.count == 1 || first.prefLabel.lowercased() == syntax.text.lowercased() else {
            let names = fitting.prefix(5).map { "\"\($0.prefLabel)\" (c:\($0.localName))" }.joined(separator: ", ")
            error("C0205", "\"\(syntax.text)\" can mean several concepts", at: syntax.span, help: "choose one: \(names)")
            return nil
        }
        return first
    }

    private mutating func unfit(_ concept: Concept, _ syntax: ConceptSyntax, place: String) {
        let uses = concept.usedFor.sorted().map { $0.lowercasedWords }.joined(separator: " or ")
        error(
            "C0204", "\"\(concept.prefLabel)\" cannot stand for \(place)", at: syntax.span,
            help: uses.isEmpty ? "choose another concept" : "it stands for: \(uses)")
    }

    private func suggestion(for syntax: ConceptSyntax, usedFor: String?) -> String? {
        if syntax.form == .curie {
            return "no mapping has this code; name the concept in quotation marks, or look with `cohortium ontology find`"
        }
        if syntax.form == .word, let set = nearest(to: syntax.text, among: conceptSets.keys.sorted()) { return "did you mean `\(set)`?" }
        let names = hyperontology.concepts.filter { concept in usedFor.map { concept.usedFor.contains($0) } ?? true }.flatMap(\.names)
        guard let name = nearest(to: syntax.text, among: names), let concept = hyperontology.resolve(label: name).first else {
            return "look for it with `cohortium ontology find \"\(syntax.text)\"`"
        }
        let code = hyperontology.mappings(of: concept.iri).first { $0.match == .exact && ["ncit", "snomed"].contains($0.system) }
        return "did you mean \"\(name)\" (\(code.map { "\($0.system):\($0.code)" } ?? "c:\(concept.localName)"))?"
    }

    // MARK: Properties of series

    private mutating func having(_ syntax: HavingSyntax) -> [AttributeTest] {
        switch syntax {
        case .series(let list): return attributes(list)
        case .segmentation(let concepts): return segmentation(of: concepts)
        }
    }

    private mutating func segmentation(of concepts: ConceptListSyntax) -> [AttributeTest] {
        guard let structures = conceptSet(concepts, usedFor: nil, place: "a structure") else { return [] }
        // Other series than segmentations have no such property, and that is no gap in what is known of them.
        let modalities = hyperontology.modalities(holding: CoreVocabulary.segmentedStructure).map { ConceptTerm(ConceptIRI($0)) }
        let kind = AttributeTest(ConceptIRI(CoreVocabulary.modality), .coded(ConceptSet(include: modalities)))
        let structure = AttributeTest(ConceptIRI(CoreVocabulary.segmentedStructure), .coded(structures))
        return modalities.isEmpty ? [structure] : [kind, structure]
    }

    private mutating func attributes(_ list: AttributeListSyntax) -> [AttributeTest] {
        list.attributes.compactMap { attribute in
            guard let property = seriesProperty(attribute.name) else { return nil }
            return test(attribute, of: property).map { AttributeTest(ConceptIRI(property.iri), $0) }
        }
    }

    /// A property of a series by its words.
    mutating func seriesProperty(_ name: NameSyntax) -> SeriesProperty? {
        if let found = hyperontology.seriesProperties.first(where: { $0.label == name.text }) { return found }
        let names = hyperontology.seriesProperties.map(\.label).sorted()
        let help = nearest(to: name.text, among: names).map { "did you mean `\($0)`?" } ?? "there are: \(names.joined(separator: ", "))"
        error("C0250", "a series has no property called `\(name.text)`", at: name.span, help: help)
        return nil
    }

    private mutating func test(_ attribute: AttributeSyntax, of property: SeriesProperty) -> ValueTest? {
        switch (property.valueKind, attribute.value) {
        case (.coded, .coded(let list)):
            return conceptSet(list, usedFor: property.valuesFrom, place: "the property `\(property.label)`").map { .coded($0) }
        case (.quantity, .comparison), (.quantity, .range): return quantity(attribute.value, expected: property.unit).map { .quantity($0) }
        case (.flag, .flag(let flag, _)): return .flag(flag)
        case (.text, .text(let words)):
            let length = words.text.count
            guard (CohortPlan.Limits.shortestText...CohortPlan.Limits.longestText).contains(length) else {
                error(
                    "C0253", "\(length) characters are not looked for in a text", at: words.span,
                    help: "write from \(CohortPlan.Limits.shortestText) to \(CohortPlan.Limits.longestText) of them")
                return nil
            }
            return .text(words.text)
        default:
            let help =
                switch property.valueKind {
                case .coded: "write a concept, as `\(property.label) \"…\"`"
                case .quantity: "compare it, as `\(property.label) <= 2 \(property.unit ?? "1")`"
                case .flag: "write `yes` or `no`"
                case .text: "write `\(property.label) contains \"…\"`"
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
        case .visit: .visit
        case .specimen: .specimen
        case .imagingStudy: .imagingStudy
        case .imagingSeries, .annotation: .imagingSeries
        }
    }

    /// With its article, for messages.
    var article: String { (["observation", "imaging study", "imaging series", "annotation"].contains(rawValue) ? "an " : "a ") + rawValue }
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
        case .visit: "Visit"
        case .specimen: "Specimen"
        case .observationPeriod: "ObservationPeriod"
        case .record: "Record"
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

extension NameSyntax {
    /// `1st`, `2nd`, `3rd`, `4th`.
    static func ordinal(_ number: Int) -> String {
        let ending =
            switch (number % 100, number % 10) {
            case (11...13, _): "th"
            case (_, 1): "st"
            case (_, 2): "nd"
            case (_, 3): "rd"
            default: "th"
            }
        return "\(number)\(ending)"
    }
}
