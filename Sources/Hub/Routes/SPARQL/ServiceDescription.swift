import FederatedSPARQL
import Hyperontology
import RDF
import SPARQL

/// What the endpoint says of itself: SPARQL 1.1 Service Description, with statistics of its graphs in VoID.
struct ServiceDescription {
    let address: String
    let dataset: Dataset
    /// Whether patients of the federation can be counted.
    let asksFederation: Bool

    private static let sd = "http://www.w3.org/ns/sparql-service-description#"
    private static let void = "http://rdfs.org/ns/void#"
    private static let formats = "http://www.w3.org/ns/formats/"

    var triples: [Triple] {
        let service = Term.iri(address + "#service")
        let data = Term.iri(address + "#dataset")
        var triples = [
            Triple(service, Self.type, Self.term("Service")),
            Triple(service, Self.term("endpoint"), .iri(address)),
            Triple(service, Self.term("supportedLanguage"), Self.term("SPARQL11Query")),
            Triple(service, Self.term("defaultDataset"), data),
            Triple(data, Self.type, Self.term("Dataset")),
        ]
        for format in [
            "SPARQL_Results_JSON", "SPARQL_Results_XML", "SPARQL_Results_CSV", "SPARQL_Results_TSV", "Turtle", "N-Triples", "RDF_XML",
        ] {
            triples.append(Triple(service, Self.term("resultFormat"), .iri(Self.formats + format)))
        }
        let graph = Term.iri(address + "#default-graph")
        triples.append(Triple(data, Self.term("defaultGraph"), graph))
        triples += statistics(of: graph, dataset.statistics())
        for (number, name) in dataset.names.enumerated() {
            let named = Term.iri(address + "#named-graph-\(number)")
            let graph = Term.iri(address + "#graph-\(number)")
            triples.append(Triple(data, Self.term("namedGraph"), named))
            triples.append(Triple(named, Self.type, Self.term("NamedGraph")))
            triples.append(Triple(named, Self.term("name"), .iri(name)))
            triples.append(Triple(named, Self.term("graph"), graph))
            triples += statistics(of: graph, dataset.statistics(of: name))
        }
        if asksFederation {
            // None of its triples is stored, so there are no numbers of them.
            let named = Term.iri(address + "#federation")
            triples.append(Triple(data, Self.term("namedGraph"), named))
            triples.append(Triple(named, Self.type, Self.term("NamedGraph")))
            triples.append(Triple(named, Self.term("name"), .iri(FederationVocabulary.graphName)))
            triples.append(Triple(service, Self.term("supportedLanguage"), .iri(CoreVocabulary.core + "CohortQL")))
        }
        return triples
    }

    private static let type = Term.iri(RDFVocabulary.type)

    private static func term(_ name: String) -> Term { .iri(sd + name) }

    private func statistics(of graph: Term, _ counts: GraphStatistics?) -> [Triple] {
        let kinds = [Triple(graph, Self.type, Self.term("Graph")), Triple(graph, Self.type, .iri(Self.void + "Dataset"))]
        guard let counts else { return kinds }
        let numbers = [
            ("triples", counts.triples), ("distinctSubjects", counts.subjects), ("distinctObjects", counts.objects),
            ("properties", counts.properties), ("classes", counts.classes),
        ]
        return kinds
            + numbers.map { name, number in
                Triple(graph, .iri(Self.void + name), .literal(Literal(String(number), datatype: XSD.integer)))
            }
    }
}
