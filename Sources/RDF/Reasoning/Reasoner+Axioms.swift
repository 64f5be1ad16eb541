extension Reasoner {
    /// What the SKOS Recommendation states of its properties (sections 8.3 and 10.3), for the rules to work on.
    public static let skosAxioms: [Triple] = {
        func axiom(_ subject: String, _ predicate: String, _ object: String) -> Triple {
            Triple(.iri(SKOS.namespace + subject), .iri(predicate), .iri(object))
        }
        let subproperties = [
            ("broader", "broaderTransitive"), ("narrower", "narrowerTransitive"), ("broaderTransitive", "semanticRelation"),
            ("narrowerTransitive", "semanticRelation"), ("related", "semanticRelation"), ("broadMatch", "broader"),
            ("narrowMatch", "narrower"), ("relatedMatch", "related"), ("exactMatch", "closeMatch"), ("closeMatch", "mappingRelation"),
            ("broadMatch", "mappingRelation"), ("narrowMatch", "mappingRelation"), ("relatedMatch", "mappingRelation"),
            ("mappingRelation", "semanticRelation"),
        ]
        let inverses = [("broader", "narrower"), ("broaderTransitive", "narrowerTransitive"), ("broadMatch", "narrowMatch")]
        return subproperties.map { axiom($0, RDFS.subPropertyOf, SKOS.namespace + $1) }
            + inverses.map { axiom($0, OWL.inverseOf, SKOS.namespace + $1) }
            + ["broaderTransitive", "narrowerTransitive", "exactMatch"].map { axiom($0, RDFVocabulary.type, OWL.transitiveProperty) }
            + ["related", "relatedMatch", "exactMatch", "closeMatch"].map { axiom($0, RDFVocabulary.type, OWL.symmetricProperty) }
    }()

    /// What the predicates of SSSOM mapping sets mean beside SKOS's own axioms: which of other vocabularies say the same, and what follows
    /// from one mapping after another (the chaining rules of the SSSOM documentation).
    ///
    /// What is exactly the same has the same broader, narrower and close matches, and stands in the same place of a hierarchy; what is
    /// broader than something broader is broader.
    public static let mappingAxioms: [Triple] = {
        let subproperties = [
            (OWL.equivalentClass, SKOS.exactMatch), (OWL.sameAs, SKOS.exactMatch), (RDFS.subClassOf, SKOS.broadMatch),
            ("http://www.geneontology.org/formats/oboInOwl#hasDbXref", SKOS.closeMatch),
        ]
        let carried = [SKOS.broadMatch, SKOS.narrowMatch, SKOS.closeMatch, SKOS.broaderTransitive]
        return subproperties.map { Triple(.iri($0), .iri(RDFS.subPropertyOf), .iri($1)) }
            + [SKOS.broadMatch, SKOS.narrowMatch].map { Triple(.iri($0), .iri(RDFVocabulary.type), .iri(OWL.transitiveProperty)) }
            + carried.flatMap { chain($0, from: SKOS.exactMatch, $0) + chain($0, from: $0, SKOS.exactMatch) }
    }()

    /// The axiom that values of the second property of values of the first are values of a third.
    private static func chain(_ property: String, from first: String, _ second: String) -> [Triple] {
        let name = [property, first, second].map { $0.split(separator: "#").last ?? "" }.joined(separator: "-")
        let (head, tail) = (Term.blank("chain-" + name), Term.blank("chain-rest-" + name))
        return [
            Triple(.iri(property), .iri(OWL.propertyChainAxiom), head), Triple(head, .iri(RDFVocabulary.first), .iri(first)),
            Triple(head, .iri(RDFVocabulary.rest), tail), Triple(tail, .iri(RDFVocabulary.first), .iri(second)),
            Triple(tail, .iri(RDFVocabulary.rest), .iri(RDFVocabulary.nil)),
        ]
    }
}
