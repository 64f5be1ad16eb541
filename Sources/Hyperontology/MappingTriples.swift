import RDF

/// Says mappings as triples, so that SPARQL sees them: each as a triple, and why it holds as SSSOM's OWL has it, an `owl:Axiom` about the
/// triple with the justification, the source and the confidence.
struct MappingTriples {
    let systems: [CodeSystemEntry]

    private static let sssom = "https://w3id.org/sssom/"
    private static let semapv = "https://w3id.org/semapv/vocab/"

    func add(_ mappings: [Mapping], to graph: inout GraphBuilder) {
        let byName = Dictionary(systems.map { ($0.shortName, $0) }, uniquingKeysWith: { first, _ in first })
        for (number, mapping) in mappings.enumerated() {
            guard let system = byName[mapping.system] else { continue }
            let code = Term.iri(system.iri(ofCode: mapping.code))
            graph.add(Triple(.iri(mapping.concept), .iri(mapping.match.predicate), code))
            graph.add(Triple(code, .iri(SKOS.notation), .string(mapping.code)))
            graph.add(Triple(code, .iri(SKOS.inScheme), .iri(system.iri)))
            if let label = mapping.label { graph.add(Triple(code, .iri(RDFS.label), .string(label))) }
            if let justification = mapping.justification { addReason(justification, of: mapping, code, number, to: &graph) }
        }
    }

    private func addReason(_ justification: String, of mapping: Mapping, _ code: Term, _ number: Int, to graph: inout GraphBuilder) {
        let axiom = Term.blank("mapping\(number)")
        func add(_ property: String, _ object: Term) { graph.add(Triple(axiom, .iri(property), object)) }
        add(RDFVocabulary.type, .iri(OWL.namespace + "Axiom"))
        add(OWL.namespace + "annotatedSource", .iri(mapping.concept))
        add(OWL.namespace + "annotatedProperty", .iri(mapping.match.predicate))
        add(OWL.namespace + "annotatedTarget", code)
        let name = justification.hasPrefix("semapv:") ? Self.semapv + justification.dropFirst("semapv:".count) : nil
        add(Self.sssom + "mapping_justification", name.map { .iri($0) } ?? .string(justification))
        if let source = mapping.source { add(Self.sssom + "mapping_source", .string(source)) }
        if let confidence = mapping.confidence {
            add(Self.sssom + "confidence", .literal(Literal("\(confidence)", datatype: XSD.double)))
        }
    }
}
