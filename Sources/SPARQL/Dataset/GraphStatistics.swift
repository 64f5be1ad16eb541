import RDF

/// The numbers that VoID gives of a graph (section 4.6.1).
public struct GraphStatistics: Sendable, Hashable {
    public let triples: Int
    public let subjects: Int
    public let objects: Int
    public let properties: Int
    /// The objects of `rdf:type`.
    public let classes: Int
}

extension Dataset {
    /// The numbers of the default graph, or of the graph with a name; nil when there is none. Counted anew each time.
    public func statistics(of name: String? = nil) -> GraphStatistics? {
        let source = name.map { name in parts.first { $0.name == name }?.source } ?? defaultSource
        guard let source else { return nil }
        let type = dictionary.id(of: .iri(RDFVocabulary.type))
        var triples = 0
        var subjects: Set<TermID> = []
        var objects: Set<TermID> = []
        var properties: Set<TermID> = []
        var classes: Set<TermID> = []
        for match in source.match() {
            triples += 1
            subjects.insert(match.subject)
            objects.insert(match.object)
            properties.insert(match.predicate)
            if match.predicate == type { classes.insert(match.object) }
        }
        return GraphStatistics(
            triples: triples, subjects: subjects.count, objects: objects.count, properties: properties.count, classes: classes.count)
    }
}
