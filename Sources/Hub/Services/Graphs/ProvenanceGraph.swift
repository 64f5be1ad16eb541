import CohortPlan
import Diagnostics
import Disclosure
import Execution
import Federation
import Foundation
import RDF

/// How an answer of the federation came about, in RDF: each node's state and coverage, what was counted and what is held back.
struct ProvenanceGraph {
    static let prefix = "urn:cohortium:query:"

    let id: String
    let cohortQL: String
    let result: QueryResult

    var name: String { Self.prefix + id }

    var graph: Graph {
        var graph = GraphBuilder()
        let activity = Term.iri(name)
        func add(_ subject: Term, _ property: String, _ object: Term) { graph.add(Triple(subject, NodeGraph.core(property), object)) }
        graph.add(Triple(activity, .iri(RDFVocabulary.type), .iri(Self.prov + "Activity")))
        graph.add(Triple(activity, .iri(Self.prov + "startedAtTime"), NodeGraph.time(result.status.submittedAt)))
        add(activity, "state", .string(result.status.state.rawValue))
        add(activity, "planHash", .string(result.planHash))
        add(activity, "cohortQL", .string(cohortQL))
        if let overall = result.overall { add(activity, "coverage", .string(overall.rawValue)) }
        for (number, measure) in (result.total?.measures ?? []).enumerated() {
            let subject = Term.iri("\(name)#measure-\(number)")
            add(activity, "counted", subject)
            switch measure.count {
            case .published(let value): add(subject, "count", Self.number(value))
            case .suppressed(let threshold): add(subject, "heldBackUnder", Self.number(threshold))
            }
            add(subject, "nodesHeldBack", Self.number(measure.nodesSuppressed))
            add(subject, "nodesAbsent", Self.number(measure.nodesAbsent))
        }
        let labels = Dictionary(result.criteria.map { ($0.id, $0.label) }, uniquingKeysWith: { first, _ in first })
        for node in result.nodes {
            let subject = Term.iri("\(name)#node-\(node.name)")
            graph.add(Triple(activity, .iri(Self.prov + "wasAssociatedWith"), .iri(NodeGraph.iri(node.name))))
            add(activity, "asked", subject)
            add(subject, "node", .string(node.name))
            add(subject, "state", .string(node.state.rawValue))
            add(subject, "since", NodeGraph.time(node.since))
            if let overall = node.overall { add(subject, "coverage", .string(overall.rawValue)) }
            for reason in node.reasons + [node.failure?.message].compactMap(\.self) { add(subject, "reason", .string(reason)) }
            for criterion in node.criteria {
                let part = Term.iri("\(name)#node-\(node.name)-\(criterion.criterionID.replacing(" ", with: "-"))")
                add(subject, "criterion", part)
                graph.add(Triple(part, .iri(RDFS.label), .string(labels[criterion.criterionID] ?? criterion.criterionID)))
                add(part, "coverage", .string(criterion.coverage.rawValue))
                for reason in criterion.reasons { add(part, "reason", .string(reason)) }
            }
        }
        return graph.build()
    }

    private static let prov = "http://www.w3.org/ns/prov#"

    private static func number(_ value: Int) -> Term { .literal(Literal(String(value), datatype: XSD.integer)) }
}
