/// Something that can be asked for: one concept of `concepts/*.ttl`.
public struct Concept: Sendable, Hashable {
    /// What kind of answer an observation of the concept has.
    public enum ValueKind: String, Sendable, Hashable {
        case coded, quantity, flag
        /// Free text, which is looked into for words.
        case text
    }

    /// A name in a language.
    public struct Name: Sendable, Hashable {
        public let text: String
        /// The language tag; nil when none is given.
        public let language: String?

        public init(text: String, language: String?) {
            self.text = text
            self.language = language
        }
    }

    public let iri: String
    /// The preferred name: the English one where there is one, else one without a language, else the first by language.
    public let prefLabel: String
    /// Every preferred name, one a language; sorted by language.
    public let prefLabels: [Name]
    /// All other names; sorted by text.
    public let synonyms: [Name]
    /// What is meant, in our words.
    public let definition: String?
    /// The concepts directly above; sorted. One that no file defines may be among them (``Hyperontology/lint()`` tells).
    public let parents: [String]
    /// The classes of the core that it may stand for, by local name: `Diagnosis`, `Value`, `BodyPartValue`.
    public let usedFor: Set<String>
    /// For observations: what kind of answer there is.
    public let valueKind: ValueKind?
    /// For quantities: the UCUM unit in which a number without one would be read by people.
    public let unit: String?
    /// For coded observations: the concepts that may be the answer; sorted.
    public let answers: [String]

    public init(
        iri: String, prefLabel: String, prefLabels: [Name], synonyms: [Name], definition: String?, parents: [String], usedFor: Set<String>,
        valueKind: ValueKind?, unit: String?, answers: [String]
    ) {
        self.iri = iri
        self.prefLabel = prefLabel
        self.prefLabels = prefLabels
        self.synonyms = synonyms
        self.definition = definition
        self.parents = parents
        self.usedFor = usedFor
        self.valueKind = valueKind
        self.unit = unit
        self.answers = answers
    }

    /// Every name, the preferred one first.
    public var names: [String] {
        [prefLabel] + prefLabels.map(\.text).filter { $0 != prefLabel } + synonyms.map(\.text)
    }

    /// The part of the IRI after the hyperontology's namespace for concepts, else the whole IRI.
    public var localName: String {
        iri.hasPrefix(CoreVocabulary.concept) ? String(iri.dropFirst(CoreVocabulary.concept.count)) : iri
    }
}
