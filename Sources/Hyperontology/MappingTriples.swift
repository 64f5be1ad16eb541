import RDF

/// Says mappings as triples, so that SPARQL sees them.
struct MappingTriples {
    let systems: [CodeSystemEntry]

    func add(_ mappings: [Mapping], to graph: inout GraphBuilder) {
        let byName = Dictionary(systems.map { ($0.shortName, $0) }, uniquingKeysWith: { first, _ in first })
        for mapping in mappings {
            guard let system = byName[mapping.system] else { continue }
            let code = Term.iri(system.iri(ofCode: mapping.code))
            graph.add(Triple(.iri(mapping.concept), .iri(mapping.match.predicate), code))
            graph.add(Triple(code, .iri(SKOS.notation), .string(mapping.code)))
            graph.add(Triple(code, .iri(SKOS.inScheme), .iri(system.iri)))
            if let label = mapping.label { graph.add(Triple(code, .iri(RDFS.label), .string(label))) }
        }
    }
}
