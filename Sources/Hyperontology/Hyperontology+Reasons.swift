public import RDF

/// Why one concept or code stands below another, or means the same.
public struct Reasons: Sendable, Hashable {
    /// The relation that holds, as the IRI of a SKOS property.
    public let relation: String
    /// What stands in it to what.
    public let lower: String
    public let upper: String
    /// Each after those on which it rests; the last is the relation.
    public let steps: [InferenceStep]
}

extension Hyperontology {
    /// Why one of two concepts or codes stands below the other, or means the same; nil when it does neither.
    ///
    /// What the files state of both and of all that is above them is handed to a ``Reasoner``, with what SKOS and SSSOM say of their
    /// properties. The strongest relation counts: the same, then below, in either direction, then nearly the same.
    ///
    /// - Parameters: IRIs of concepts, or of codes as ``CodeSystemEntry/iri(ofCode:)`` makes them.
    public func reasons(between first: String, and second: String) -> Reasons? {
        var reasoner = Reasoner()
        reasoner.add(Reasoner.skosAxioms + Reasoner.mappingAxioms)
        reasoner.add(statements(about: [first, second]))
        let candidates = [
            (SKOS.exactMatch, first, second), (SKOS.broaderTransitive, first, second), (SKOS.broaderTransitive, second, first),
            (SKOS.closeMatch, first, second),
        ]
        for (relation, lower, upper) in candidates {
            guard let steps = reasoner.explanation(of: Triple(.iri(lower), .iri(relation), .iri(upper))) else { continue }
            return Reasons(relation: relation, lower: lower, upper: upper, steps: steps)
        }
        return nil
    }

    /// The file and line that state a triple; nil for what follows, and for what stands in no file that is known.
    public func place(of statement: Triple) -> (file: String, line: Int?)? {
        guard let subject = statement.subject.iri, let object = statement.object.iri else { return nil }
        if let mapping = mappings(of: subject).first(where: { mapping in
            mapping.match.predicate == statement.predicate.iri && iri(of: mapping) == object
        }) {
            return (mapping.file, mapping.line)
        }
        guard let file = origins[subject]?.first else { return nil }
        let places = SubjectPlaces(directory: directory, files: [file])
        return (file, places.line(of: subject, in: file, at: shortened(object)))
    }

    /// What a CURIE, a name or an IRI means, as an IRI: of a concept, or else of a code of a known system.
    public func iri(named name: String) -> String? {
        if concept(name) != nil { return name }
        if let colon = name.firstIndex(of: ":"), let system = codeSystem(name[..<colon].lowercased()), system.shortName != "c" {
            return system.iri(ofCode: String(name[name.index(after: colon)...]))
        }
        return (concept(CoreVocabulary.concept + name) ?? resolve(curie: name).first ?? resolve(label: name).first)?.iri
    }

    private func iri(of mapping: Mapping) -> String? { codeSystem(mapping.system)?.iri(ofCode: mapping.code) }

    /// The steps upwards and the mappings of some concepts, of what their codes mean, and of all that is above.
    private func statements(about iris: [String]) -> [Triple] {
        let predicates = [SKOS.broader, SKOS.exactMatch, SKOS.broadMatch, SKOS.narrowMatch, SKOS.closeMatch]
        let matches = predicates.dropFirst()
        var concepts = Set(iris)
        for iri in iris { concepts.formUnion(matches.flatMap { graph.subjects(with: $0, .iri(iri)) }.compactMap(\.iri)) }
        concepts.formUnion(concepts.flatMap(ancestors))
        return concepts.sorted().flatMap { concept in
            predicates.flatMap { predicate in graph.triples(subject: .iri(concept), predicate: .iri(predicate)) }
        }
    }
}
