import RDF

extension Hyperontology {
    /// The modalities whose series alone have a property, as `co:heldBy` lists them; empty where any can. Sorted.
    public func modalities(holding property: String) -> [String] {
        graph.objects(of: .iri(property), CoreVocabulary.core + "heldBy").compactMap(\.iri).sorted()
    }

    /// The concepts that a table by a coded property of series has rows for: those of `co:listedBy`, where it takes others too, else of
    /// `co:valuesFrom`. In the order of the files.
    public func values(of property: SeriesProperty) -> [Concept] {
        let listed = graph.objects(of: .iri(property.iri), CoreVocabulary.core + "listedBy").compactMap(\.iri).first
            .map { String($0.dropFirst(CoreVocabulary.core.count)) }
        guard let use = listed ?? property.valuesFrom else { return [] }
        return concepts.filter { $0.usedFor.contains(use) }
    }

    /// The answers of an observation from the lowest to the highest, as `co:order` lists them for it or for the nearest observation above it;
    /// empty where they have no order.
    ///
    /// Not every answer need be in the list: one that cannot be compared, as *cannot be assessed*, is not.
    public func order(of observation: String) -> [String] {
        var (level, seen) = ([observation], Set([observation]))
        while !level.isEmpty {
            for iri in level {
                guard let head = graph.objects(of: .iri(iri), CoreVocabulary.core + "order").first else { continue }
                return graph.list(at: head)?.compactMap(\.iri) ?? []
            }
            level = level.flatMap { concept($0)?.parents ?? [] }.filter { seen.insert($0).inserted }
        }
        return []
    }
}
