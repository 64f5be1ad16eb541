import CohortPlan
import Execution
import Federation
import Foundation
import Hyperontology
import RDF

/// Nodes and what they cover, in RDF. No number of patients is in it, and no trouble that a node has.
enum NodeGraph {
    /// The IRI of a node.
    static func iri(_ name: String) -> String { "urn:cohortium:node:" + name }

    static func core(_ name: String) -> Term { .iri(CoreVocabulary.core + name) }

    /// The nodes with their states: since when, the models of their sources, the versions of their data.
    static func nodes(_ listing: [NodeListing]) -> Graph {
        var graph = GraphBuilder()
        for node in listing {
            let subject = Term.iri(iri(node.name))
            func add(_ property: String, _ object: Term) { graph.add(Triple(subject, core(property), object)) }
            graph.add(Triple(subject, .iri(RDFVocabulary.type), core("Node")))
            graph.add(Triple(subject, .iri(RDFS.label), .string(node.name)))
            add("state", .string(node.state.rawValue))
            add("since", time(node.since))
            for model in node.models { add("model", .string(model.rawValue)) }
            if let version = node.dataVersion { add("dataVersion", .string(version)) }
        }
        return graph.build()
    }

    /// What each node said that its sources cover of each concept; nothing of a node that has not said it yet.
    /// - Parameter covered: by node and concept.
    static func coverage(_ covered: [String: [String: Coverage]]) -> Graph {
        var graph = GraphBuilder()
        for (node, concepts) in covered.sorted(by: { $0.key < $1.key }) {
            for (concept, found) in concepts.sorted(by: { $0.key < $1.key }) {
                graph.add(Triple(.iri(iri(node)), core(property(found)), .iri(concept)))
            }
        }
        return graph.build()
    }

    private static func property(_ coverage: Coverage) -> String {
        switch coverage {
        case .exact: "covers"
        case .narrower: "coversLess"
        case .broader: "coversMore"
        case .approximate: "coversRoughly"
        case .notEvaluable: "doesNotCover"
        }
    }

    static func time(_ date: Date) -> Term { .literal(Literal(date.formatted(.iso8601), datatype: XSD.dateTime)) }
}
