import RDF

extension Hyperontology {
    /// The modalities whose series alone have a property, as `co:heldBy` lists them; empty where any can. Sorted.
    public func modalities(holding property: String) -> [String] {
        graph.objects(of: .iri(property), CoreVocabulary.core + "heldBy").compactMap(\.iri).sorted()
    }

    /// The answers of an observation from the lowest to the highest, as `co:order` lists them; empty where they have no order.
    ///
    /// Not every answer need be in the list: one that cannot be compared, as *cannot be assessed*, is not.
    public func order(of observation: String) -> [String] {
        guard let head = graph.objects(of: .iri(observation), CoreVocabulary.core + "order").first else { return [] }
        return graph.list(at: head)?.compactMap(\.iri) ?? []
    }
}
