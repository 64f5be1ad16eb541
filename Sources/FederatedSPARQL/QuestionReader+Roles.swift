import Diagnostics
import Hyperontology
import RDF
import SPARQL

extension QuestionReader {
    /// Finds out what a group's triples say: events first, then what is said of them.
    /// - Returns: what they ask of the patient beside events.
    mutating func learn(_ group: inout Group) -> [Part] {
        let hasPaths = group.elements.filter { $0.predicate == nil }
        var rest: [PatternElement] = []
        for element in group.elements where element.predicate != nil {
            if !introduces(element, in: group.id) { rest.append(element) }
        }
        // Series belong to studies, whichever stands first.
        let series = rest.filter { $0.predicate == FederationVocabulary.series }
        var parts: [Part] = []
        for element in series + rest.filter({ $0.predicate != FederationVocabulary.series }) {
            noting { reader throws(Diagnostic) in
                if let part = try reader.learn(element, in: group.id) { parts.append(part) }
            }
        }
        for element in hasPaths {
            noting { reader throws(Diagnostic) in try reader.learn(path: element, in: group.id) }
        }
        return parts
    }

    /// Whether the triple says which variable is the patient or an event.
    private mutating func introduces(_ element: PatternElement, in group: Int) -> Bool {
        guard let predicate = element.predicate, let subject = element.subject.slot else { return false }
        if predicate == RDFVocabulary.type, element.object.term?.iri == FederationVocabulary.patient {
            meet(patient: subject, at: element.span)
            return true
        }
        if predicate == FederationVocabulary.sex || predicate == FederationVocabulary.node {
            meet(patient: subject, at: element.span)
            return false
        }
        guard let kind = vocabulary.events[predicate] else { return false }
        meet(patient: subject, at: element.span)
        guard let object = element.object.slot else {
            diagnostics.append(
                refusal(
                    Refusal.pattern, "an event has no name outside of its node", at: element.span,
                    help: "put a variable there, and say of what it is with `co:concept`"))
            return true
        }
        if let known = events[object] {
            if known.kind != kind || known.group != group {
                diagnostics.append(
                    refusal(
                        Refusal.pattern, "`\(name(of: object))` is asked for twice", at: element.span,
                        help: "use a variable of its own for each event"))
            }
            return true
        }
        roles[object] = .event(object)
        eventOrder.append(object)
        events[object] = AskedEvent(slot: object, kind: kind, span: element.span ?? query.slotSpans[object], group: group)
        return true
    }

    private mutating func meet(patient: Slot, at span: SourceSpan?) {
        patients.insert(patient)
        roles[patient] = .patient
        guard patients.count > 1 else { return }
        patients = [patient]
        diagnostics.append(
            refusal(
                Refusal.pattern, "two patients cannot be compared with each other", at: span,
                help: "ask of one patient, with the same variable throughout"))
    }

    // MARK: What is said of them

    private mutating func learn(_ element: PatternElement, in group: Int) throws(Diagnostic) -> Part? {
        guard let predicate = element.predicate, let subject = element.subject.slot else {
            throw refusal(
                Refusal.pattern, "the federation's graph is asked about patients, and this triple has none", at: element.span,
                help: "ask the graph <urn:cohortium:graph:hyperontology> about concepts")
        }
        switch roles[subject] {
        case .patient: return try learn(ofPatient: predicate, element)
        case .event(let slot):
            try learn(ofEvent: slot, predicate, element, in: group)
        case .series(let slot): try learn(ofSeries: slot, predicate, element)
        default:
            throw refusal(
                Refusal.pattern, "nothing says what `\(name(of: subject))` is of a patient", at: element.span,
                help: "connect it: `?p co:diagnosis \(name(of: subject))`")
        }
        return nil
    }

    private mutating func learn(ofPatient predicate: String, _ element: PatternElement) throws(Diagnostic) -> Part? {
        switch predicate {
        case FederationVocabulary.sex:
            if let slot = element.object.slot {
                roles[slot] = .sex
                return nil
            }
            return .condition(try sex(element.object.term, at: element.span))
        case FederationVocabulary.node:
            guard let slot = element.object.slot else {
                throw refusal(
                    Refusal.grouping, "nobody chooses the nodes of which patients are counted", at: element.span,
                    help: "group by the node: `?p co:node ?node` and `GROUP BY ?node`")
            }
            roles[slot] = .node
            return nil
        default:
            throw unknown(predicate, of: "a patient", among: Array(vocabulary.events.keys) + [FederationVocabulary.sex], at: element.span)
        }
    }

    func sex(_ term: Term?, at span: SourceSpan?) throws(Diagnostic) -> MappedText {
        switch term {
        case .iri(FederationVocabulary.female)?: return MappedText("sex is female", from: span)
        case .iri(FederationVocabulary.male)?: return MappedText("sex is male", from: span)
        case .literal(let literal)? where ["female", "male", "other"].contains(literal.lexicalForm):
            return MappedText("sex is \(literal.lexicalForm)", from: span)
        default:
            throw refusal(
                Refusal.value, "this is not recorded as a sex", at: span, help: "write `c:Female`, `c:Male` or \"other\"")
        }
    }

    private mutating func learn(ofEvent slot: Slot, _ predicate: String, _ element: PatternElement, in group: Int) throws(Diagnostic) {
        guard let event = events[slot] else { return }
        guard event.group == group else {
            throw refusal(
                Refusal.pattern, "what is said of `\(name(of: slot))` stands in different groups", at: element.span,
                help: "say it where `\(name(of: slot))` is asked for; alternatives are said with `VALUES` or `IN`")
        }
        if let property = vocabulary.seriesProperties[predicate], event.kind.planKind == "imagingSeries" {
            var value = event.attributes[predicate] ?? AskedValue()
            try learn(value: &value, element, as: .attribute(slot, property: predicate), isFlag: property.valueKind == .flag)
            events[slot]?.attributes[predicate] = value
            return
        }
        switch predicate {
        case RDFVocabulary.type:
            guard element.object.term?.iri == event.kind.iri else {
                throw refusal(
                    Refusal.pattern, "`\(name(of: slot))` is \(event.kind.label), and nothing else", at: element.span,
                    help: "leave this out")
            }
        case FederationVocabulary.concept, FederationVocabulary.exactConcept:
            let isExact = predicate == FederationVocabulary.exactConcept
            if let object = element.object.slot {
                roles[object] = isExact ? .exactConcept(slot) : .concept(slot)
            } else {
                try add(concepts: [element.object.term], reach: isExact ? "exactly " : "", to: slot, at: element.span)
            }
        case FederationVocabulary.value:
            var value = event.value
            try learn(value: &value, element, as: .value(slot), isFlag: false)
            events[slot]?.value = value
        case FederationVocabulary.unit:
            let unit = try text(element)
            events[slot]?.value.unit = unit
        case FederationVocabulary.start: try note(.start(slot), element)
        case FederationVocabulary.end: try note(.end(slot), element)
        case FederationVocabulary.ageAtStart: try note(.age(slot, .start), element)
        case FederationVocabulary.ageAtEnd: try note(.age(slot, .end), element)
        case FederationVocabulary.ageInMonthsAtStart: try note(.age(slot, .startInMonths), element)
        case FederationVocabulary.rank, FederationVocabulary.overallRank:
            guard let rank = element.object.term?.literal.flatMap({ Int($0.lexicalForm) }), rank != 0, event.rank == nil else {
                throw refusal(
                    Refusal.whichEvent, "a rank is one whole number, and not zero", at: element.span,
                    help: "`co:rank 1` is the first, `co:rank -1` the last")
            }
            try requireUnranked(event, at: element.span)
            events[slot]?.rank = rank
            events[slot]?.isRankOverall = predicate == FederationVocabulary.overallRank
        case FederationVocabulary.valueRank:
            guard let rank = element.object.term?.literal.flatMap({ Int($0.lexicalForm) }), rank == 1 || rank == -1 else {
                throw refusal(
                    Refusal.whichEvent, "only the smallest and the greatest number can be asked for", at: element.span,
                    help: "`co:valueRank 1` is the smallest, `co:valueRank -1` the greatest")
            }
            try requireUnranked(event, at: element.span)
            events[slot]?.valueRank = rank
        case FederationVocabulary.nearestTo:
            try requireUnranked(event, at: element.span)
            if let other = element.object.slot {
                events[slot]?.nearest = .event(other, isEnd: false)
            } else if let literal = element.object.term?.literal, literal.datatype == XSD.date {
                events[slot]?.nearest = .date(literal.lexicalForm)
            } else {
                throw refusal(
                    Refusal.time, "an event is nearest to another, or to a day", at: element.span,
                    help: "put the variable of an event there, or a day, as \"2020-01-31\"^^xsd:date")
            }
        case FederationVocabulary.series where event.kind.planKind == "imagingStudy":
            guard let object = element.object.slot else {
                throw refusal(Refusal.pattern, "a series has no name outside of its node", at: element.span, help: "put a variable there")
            }
            roles[object] = .series(object)
            series[object] = AskedSeries(study: slot)
            events[slot]?.series.append(object)
        case FederationVocabulary.segmentation where event.kind.planKind == "imagingStudy":
            let structure = try concept(element.object.term, at: element.span)
            events[slot]?.segmentations.append(structure)
        default:
            throw unknown(predicate, of: event.kind.label, among: FederationVocabulary.eventProperties, at: element.span)
        }
    }

    private func requireUnranked(_ event: AskedEvent, at span: SourceSpan?) throws(Diagnostic) {
        guard event.isSingle else { return }
        throw refusal(
            Refusal.whichEvent, "which `\(name(of: event.slot))` is meant is said twice", at: span,
            help: "say it once: by `co:rank`, `co:valueRank` or `co:nearestTo`")
    }

    private mutating func learn(ofSeries slot: Slot, _ predicate: String, _ element: PatternElement) throws(Diagnostic) {
        guard let property = vocabulary.seriesProperties[predicate] else {
            throw unknown(predicate, of: "a series", among: Array(vocabulary.seriesProperties.keys), at: element.span)
        }
        var value = series[slot]?.attributes[predicate] ?? AskedValue()
        try learn(value: &value, element, as: .attribute(slot, property: predicate), isFlag: property.valueKind == .flag)
        series[slot]?.attributes[predicate] = value
    }

    private mutating func learn(value: inout AskedValue, _ element: PatternElement, as role: Role, isFlag: Bool) throws(Diagnostic) {
        value.span = element.span
        if let slot = element.object.slot {
            roles[slot] = role
            value.isAsked = true
        } else if isFlag {
            guard let flag = element.object.term?.flag else {
                throw refusal(Refusal.value, "this property is `true` or `false`", at: element.span, help: "write one of them")
            }
            value.flag = flag
        } else if let literal = element.object.term?.literal {
            let (number, unit) = try quantity(literal, at: element.span)
            value.comparisons.append((.equal, number, unit))
        } else {
            value.alternatives.append(try concept(element.object.term, at: element.span))
        }
    }

    private mutating func note(_ role: Role, _ element: PatternElement) throws(Diagnostic) {
        guard let slot = element.object.slot else {
            throw refusal(
                Refusal.time, "this is compared in a filter", at: element.span, help: "put a variable there, and `FILTER(?value >= …)`")
        }
        roles[slot] = role
    }

    private func text(_ element: PatternElement) throws(Diagnostic) -> String {
        guard let text = element.object.term?.literal?.lexicalForm else {
            throw refusal(Refusal.value, "a unit is a text", at: element.span, help: "write a UCUM unit, as \"ng/mL\"")
        }
        return text
    }

    /// `co:concept/skos:broader* c:X`, which is what `co:concept c:X` means already.
    private mutating func learn(path element: PatternElement, in group: Int) throws(Diagnostic) {
        let upwards: Set<String> = [SKOS.broader, RDFS.subClassOf]
        var isStrict = false
        var step: String?
        switch element.path {
        case .zeroOrMore(.predicate(.term(let term))): step = term.iri
        case .oneOrMore(.predicate(.term(let term))): (step, isStrict) = (term.iri, true)
        default: break
        }
        guard let step, upwards.contains(step), let subject = element.subject.slot else {
            throw refusal(
                Refusal.pattern, "a path is not followed through patients' records", at: element.span,
                help: "write `co:concept`, which means what lies below the concept as well")
        }
        switch roles[subject] {
        case .concept(let event), .exactConcept(let event):
            try add(concepts: [element.object.term], reach: isStrict ? "descendants of " : "", to: event, at: element.span)
        default:
            throw refusal(
                Refusal.pattern, "nothing says that `\(name(of: subject))` is the concept of an event", at: element.span,
                help: "write `?event co:concept/skos:broader* c:…`")
        }
    }

    private func unknown(_ predicate: String, of what: String, among known: [String], at span: SourceSpan?) -> Diagnostic {
        func short(_ iri: String) -> String {
            iri.hasPrefix(CoreVocabulary.core) ? "co:" + iri.dropFirst(CoreVocabulary.core.count) : "<\(iri)>"
        }
        let names = known.map(short).sorted()
        let help =
            nearest(to: short(predicate), among: names).map { "did you mean `\($0)`?" } ?? "there are \(names.joined(separator: ", "))"
        return refusal(Refusal.pattern, "`\(short(predicate))` is not asked of \(what)", at: span, help: help)
    }
}

extension PatternElement {
    /// The predicate's IRI; nil for a variable and for a path.
    var predicate: String? { if case .predicate(.term(let term)) = path { term.iri } else { nil } }
}

extension PatternTerm {
    var term: Term? { if case .term(let term) = self { term } else { nil } }
}

extension Term {
    /// The truth value that it is.
    var flag: Bool? {
        guard let literal, literal.datatype == XSD.boolean else { return nil }
        return ["true": true, "1": true, "false": false, "0": false][literal.lexicalForm]
    }
}
