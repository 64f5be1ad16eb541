import Diagnostics
import Hyperontology
import RDF
import SPARQL

extension QuestionReader {
    // MARK: Concepts

    /// A concept as CohortQL names it: one of ours by its own name, a code by its system's.
    func concept(_ term: Term?, at span: SourceSpan?) throws(Diagnostic) -> MappedText {
        guard let iri = term?.iri else {
            throw refusal(
                Refusal.concept, "a concept is named by its IRI here", at: span,
                help: "look for it: `SELECT ?c { ?c skos:prefLabel \"…\"@en }` in <urn:cohortium:graph:hyperontology>")
        }
        if iri.hasPrefix(CoreVocabulary.concept), hyperontology.concept(iri) != nil {
            return MappedText("c:" + iri.dropFirst(CoreVocabulary.concept.count), from: span)
        }
        for (system, code) in codes(iri) where !hyperontology.mappings(ofCode: code, in: system).isEmpty {
            return MappedText("\(system):\(code)", from: span)
        }
        let names = hyperontology.concepts.map(\.iri)
        let suggestion = nearest(to: iri, among: names).map { "did you mean <\($0)>?" }
        throw refusal(
            Refusal.concept, "no concept and no mapped code is <\(iri)>", at: span,
            help: suggestion ?? "look for it with `/v1/ontology/find?text=…`")
    }

    /// The codes that an IRI can mean: behind an IRI of a code system, or an OBO identifier.
    private func codes(_ iri: String) -> [(system: String, code: String)] {
        var found: [(String, String)] = []
        for system in hyperontology.codeSystems {
            for base in system.uris where iri.hasPrefix(base) {
                let rest = iri.dropFirst(base.count).drop { "/#".contains($0) }
                if !rest.isEmpty { found.append((system.shortName, rest.removingEncoding)) }
            }
        }
        let obo = "http://purl.obolibrary.org/obo/"
        if iri.hasPrefix(obo) {
            let parts = iri.dropFirst(obo.count).split(separator: "_", maxSplits: 1)
            if parts.count == 2 { found.append((parts[0].lowercased(), String(parts[1]))) }
        }
        return found
    }

    mutating func add(concepts terms: [Term?], reach: String, to slot: Slot, at span: SourceSpan?) throws(Diagnostic) {
        guard events[slot]?.concepts.isEmpty == true else {
            throw refusal(
                Refusal.concept, "of what `\(name(of: slot))` is stands here a second time", at: span,
                help: "name alternatives together: `VALUES ?c { … }` or `FILTER(?c IN (…))`")
        }
        var found: [MappedText] = []
        for term in terms { found.append(MappedText(reach) + (try concept(term, at: span))) }
        events[slot]?.concepts = found
    }

    func list(_ concepts: [MappedText]) -> MappedText {
        concepts.count == 1 ? concepts[0] : MappedText("one of (") + MappedText.joined(concepts, separator: ", ") + MappedText(")")
    }

    // MARK: Numbers

    /// A number and its unit; nil where none is written.
    func quantity(_ literal: Literal, at span: SourceSpan?) throws(Diagnostic) -> (MappedText, String?) {
        var text = literal.lexicalForm
        var unit: String?
        if literal.datatype == FederationVocabulary.quantity {
            let parts = text.split(separator: " ", maxSplits: 1)
            text = parts.first.map(String.init) ?? ""
            unit = parts.count > 1 ? parts[1].trimmingPrefix(while: \.isWhitespace).description : "1"
        } else if ![XSD.integer, XSD.decimal, XSD.double, XSD.float].contains(literal.datatype) {
            throw refusal(
                Refusal.value, "this is no number and no concept", at: span,
                help: "write a quantity, \"4 ng/mL\"^^<\(FederationVocabulary.quantity)>, or a concept")
        }
        if text.hasPrefix("+") { text.removeFirst() }
        guard text.wholeMatch(of: /[0-9]+(\.[0-9]+)?/) != nil else {
            throw refusal(
                Refusal.value, "the number `\(text)` cannot be compared here", at: span, help: "write digits, as `4` or `4.5`")
        }
        return (MappedText(text, from: span), unit)
    }

    // MARK: Filters on values

    /// `VALUES` for concepts and coded values.
    mutating func attachValues(of group: Group) {
        for (slots, rows) in group.values {
            noting { reader throws(Diagnostic) in
                guard slots.count == 1 else {
                    throw reader.refusal(
                        Refusal.pattern, "rows of several values do not describe an event", at: reader.query.slotSpans[slots.first ?? 0],
                        help: "give each variable `VALUES` of its own")
                }
                let span = reader.query.slotSpans[slots[0]]
                guard try reader.attach(alternatives: rows.map { $0[0] }, to: slots[0], in: group.id, at: span) else {
                    throw reader.refusal(
                        Refusal.pattern, "`VALUES` names concepts and values alone", at: span,
                        help: "use it for what stands behind `co:concept` or `co:value`")
                }
            }
        }
    }

    /// One of several terms, for a concept or a coded value; false where the variable is neither.
    mutating func attach(alternatives terms: [Term?], to slot: Slot, in group: Int, at span: SourceSpan?) throws(Diagnostic) -> Bool {
        switch roles[slot] {
        case .concept(let event):
            try requireSame(group, event, at: span)
            try add(concepts: terms, reach: "", to: event, at: span)
        case .exactConcept(let event):
            try requireSame(group, event, at: span)
            try add(concepts: terms, reach: "exactly ", to: event, at: span)
        case .value, .attribute:
            if terms.count == 1, let literal = terms[0]?.literal {
                if let flag = terms[0]?.flag {
                    try change(slot, in: group, at: span) { $0.flag = flag }
                } else {
                    let (number, unit) = try quantity(literal, at: span)
                    try change(slot, in: group, at: span) { $0.comparisons.append((.equal, number, unit)) }
                }
                return true
            }
            var found: [MappedText] = []
            for term in terms { found.append(try concept(term, at: span)) }
            try change(slot, in: group, at: span) { $0.alternatives += found }
        default: return false
        }
        return true
    }

    /// An order of values: numbers, or the concepts of a scheme.
    mutating func attach(_ comparison: Expression.Comparison, _ term: Term, to slot: Slot, in group: Int, at span: SourceSpan?)
        throws(Diagnostic)
    {
        guard comparison != .unequal else {
            throw refusal(
                Refusal.value, "what a value is not leaves open whether it is known", at: span,
                help: "name the values that are meant, or ask for none with `FILTER NOT EXISTS { … }`")
        }
        if let literal = term.literal {
            let (number, unit) = try quantity(literal, at: span)
            try change(slot, in: group, at: span) { $0.comparisons.append((comparison, number, unit)) }
        } else {
            let name = try concept(term, at: span)
            try change(slot, in: group, at: span) { $0.comparisons.append((comparison, name, "")) }
        }
    }

    private func requireSame(_ group: Int, _ event: Slot, at span: SourceSpan?) throws(Diagnostic) {
        guard events[event]?.group == group else {
            throw refusal(
                Refusal.pattern, "what is said of `\(name(of: event))` stands in different groups", at: span,
                help: "say it where `\(name(of: event))` is asked for")
        }
    }

    private mutating func change(_ slot: Slot, in group: Int, at span: SourceSpan?, _ work: (inout AskedValue) -> Void) throws(Diagnostic) {
        switch roles[slot] {
        case .value(let event):
            try requireSame(group, event, at: span)
            if var value = events[event]?.value {
                value.span = span
                work(&value)
                events[event]?.value = value
            }
        case .attribute(let owner, let property):
            try requireSame(group, series[owner]?.study ?? owner, at: span)
            if var value = series[owner]?.attributes[property] ?? events[owner]?.attributes[property] {
                value.span = span
                work(&value)
                if series[owner] != nil { series[owner]?.attributes[property] = value } else { events[owner]?.attributes[property] = value }
            }
        default: break
        }
    }
}

extension Substring {
    /// With `%XX` resolved.
    fileprivate var removingEncoding: String {
        var bytes: [UInt8] = []
        var rest = self.utf8[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), let value = UInt8(String(Substring(rest.prefix(2))), radix: 16), rest.count >= 2 {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
