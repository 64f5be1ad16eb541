import Diagnostics
import Disclosure
import Federation
import Foundation
import RDF

extension NodeService {
    /// More than a hospital holds.
    private static let mostDatasets = 1_000

    /// Keeps what a node says of its datasets. What a node may say is looked at here as well: a dataset that lacks something, or that somebody
    /// else describes, is not taken.
    func accept(_ report: DatasetReport, from node: StoredNode) async throws -> DatasetReceipt {
        let others = try await core.store.datasets().filter { $0.node != node.name }
        let catalogue = core.catalogue
        let count = try await core.workers.run {
            let graph: Graph
            do throws(RDFSyntaxErrors) {
                graph = try NodeDatasets.graph(of: report.triples)
            } catch {
                let found = error.errors.first
                throw Problem.badInput(
                    Diagnostic(
                        "F0523", "the descriptions of datasets are no N-Triples: line \(found?.line ?? 0): \(found?.message ?? "")",
                        help: "bring hub and node to the same version"))
            }
            var problems = DatasetCatalogue.lacks(graph)
            let found = DatasetCatalogue.datasets(graph)
            if found.count > Self.mostDatasets {
                problems.append(
                    Diagnostic("F0523", "\(found.count) datasets are more than \(Self.mostDatasets)", help: "describe series of datasets"))
            }
            var taken = Set(DatasetCatalogue.datasets(catalogue))
            for other in others {
                if let graph = try? NodeDatasets.graph(of: other.triples) { taken.formUnion(DatasetCatalogue.datasets(graph)) }
            }
            problems += found.filter(taken.contains).map {
                Diagnostic("F0523", "somebody else describes the dataset <\($0.iri ?? "")>", help: "name it by an IRI of your own")
            }
            guard problems.isEmpty else { throw Problem.badInput(problems) }
            return found.count
        }
        try await core.store.store(report, of: node.name, now: Date())
        return DatasetReceipt(datasets: count)
    }
}

/// What nodes say of their datasets, as the hub publishes it.
enum NodeDatasets {
    static func graph(of triples: String) throws(RDFSyntaxErrors) -> Graph {
        var builder = GraphBuilder()
        builder.add(document: try RDFParser().parse(Array(triples.utf8), syntax: .ntriples, base: "urn:cohortium:datasets"))
        return builder.build()
    }

    /// The hub's own descriptions with those of nodes, through the hub's gate; each says which node it is of.
    static func published(_ described: [HubStore.DescribedDatasets], beside catalogue: Graph, through gate: DisclosureGate) -> Graph {
        var builder = GraphBuilder()
        for triple in catalogue.triples() { builder.add(triple) }
        for (place, entry) in described.enumerated() {
            // It was read once before it was kept.
            guard let graph = try? graph(of: entry.triples) else { continue }
            let published = DatasetCatalogue.published(graph, through: gate)
            // Blank nodes of different nodes are different, whatever their labels.
            func apart(_ term: Term) -> Term { if case .blank(let label) = term { .blank("d\(place)\(label)") } else { term } }
            for triple in published.triples() { builder.add(Triple(apart(triple.subject), triple.predicate, apart(triple.object))) }
            for dataset in DatasetCatalogue.datasets(published) {
                builder.add(Triple(dataset, .iri(DatasetCatalogue.node), .iri(NodeGraph.iri(entry.node))))
            }
        }
        return builder.build()
    }
}
