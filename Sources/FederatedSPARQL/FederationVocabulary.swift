public import Hyperontology
import RDF

/// The names by which a SPARQL query asks the federation (`core.ttl`, the virtual federation).
public struct FederationVocabulary: Sendable {
    /// The name of the graph that stands for the patients of all nodes. None of its triples is stored anywhere.
    public static let graphName = "urn:cohortium:graph:federation"

    /// By IRI of a property of patients, the class of its events.
    let events: [String: EventClass]
    /// By IRI of a class, the class.
    let classes: [String: EventClass]
    /// By IRI, what may be asked of a series.
    let seriesProperties: [String: SeriesProperty]

    public init(_ hyperontology: Hyperontology) {
        let classes = Dictionary(hyperontology.eventClasses.map { ($0.iri, $0) }, uniquingKeysWith: { first, _ in first })
        var events: [String: EventClass] = [:]
        for triple in hyperontology.graph.triples(predicate: Term.iri(Self.domain), object: Term.iri(Self.patient)) {
            guard let property = triple.subject.iri,
                let range = hyperontology.graph.objects(of: triple.subject, Self.range).compactMap(\.iri).first, let found = classes[range]
            else { continue }
            events[property] = found
        }
        self.events = events
        self.classes = classes
        seriesProperties = Dictionary(hyperontology.seriesProperties.map { ($0.iri, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// Whether triples with this predicate are the federation's alone.
    func isOwn(_ predicate: String) -> Bool { events[predicate] != nil || predicate == Self.sex || predicate == Self.node }

    /// Whether it is a class of whose members no graph has any.
    func isOwn(class iri: String) -> Bool { iri == Self.patient || classes[iri] != nil }

    static let domain = RDFS.namespace + "domain"
    static let range = RDFS.namespace + "range"

    static let patient = CoreVocabulary.core + "Patient"
    static let sex = CoreVocabulary.core + "sex"
    static let node = CoreVocabulary.core + "node"
    static let concept = CoreVocabulary.core + "concept"
    static let exactConcept = CoreVocabulary.core + "exactConcept"
    static let value = CoreVocabulary.core + "value"
    static let unit = CoreVocabulary.core + "unit"
    static let start = CoreVocabulary.core + "start"
    static let end = CoreVocabulary.core + "end"
    static let rank = CoreVocabulary.core + "rank"
    static let valueRank = CoreVocabulary.core + "valueRank"
    static let nearestTo = CoreVocabulary.core + "nearestTo"
    static let overallRank = CoreVocabulary.core + "overallRank"
    static let ageAtStart = CoreVocabulary.core + "ageAtStart"
    static let ageAtEnd = CoreVocabulary.core + "ageAtEnd"
    static let ageInMonthsAtStart = CoreVocabulary.core + "ageInMonthsAtStart"
    static let series = CoreVocabulary.core + "series"
    static let segmentation = CoreVocabulary.core + "segmentation"

    static let female = CoreVocabulary.concept + "Female"
    static let male = CoreVocabulary.concept + "Male"

    /// The datatype of quantities with a UCUM unit (Lefrançois and Zimmermann, The Unified Code for Units of Measure in RDF, 2018).
    static let quantity = "https://w3id.org/cdt/ucum"

    /// What may be said of an event, for messages.
    static let eventProperties = [
        concept, exactConcept, value, unit, start, end, rank, overallRank, valueRank, nearestTo, ageAtStart, ageAtEnd, ageInMonthsAtStart,
        series, segmentation,
    ]
}
