/// A class of events of `core.ttl`.
public struct EventClass: Sendable, Hashable {
    public let iri: String
    /// The plan's word for it: `imagingStudy` (`co:planKind`).
    public let planKind: String
    /// CohortQL's words for it: `imaging study` (`rdfs:label`).
    public let label: String
    /// What it is, for documentation and completion.
    public let comment: String

    /// The name by which `co:usedFor` refers to it: `ImagingStudy`.
    public var localName: String { iri.hasPrefix(CoreVocabulary.core) ? String(iri.dropFirst(CoreVocabulary.core.count)) : iri }
}

/// Something that may be asked of an imaging series: a `co:SeriesProperty` of `core.ttl`.
public struct SeriesProperty: Sendable, Hashable {
    public let iri: String
    /// The keyword in `having series { … }`: `slice thickness`.
    public let label: String
    public let comment: String
    public let valueKind: Concept.ValueKind
    /// For quantities: the UCUM unit.
    public let unit: String?
    /// For coded values: the local name of the class whose concepts may be the value, `ModalityValue`.
    public let valuesFrom: String?
}
