import CohortPlan
import Diagnostics
import Disclosure
import Execution
import Federation
import Foundation
import Hyperontology
import RDF
import SPARQL
import Synchronization

/// What the hub says in RDF, a graph each: the hyperontology, the nodes, what they cover, the datasets. All of it is public.
final class HubGraphs: Sendable {
    static let hyperontology = "urn:cohortium:graph:hyperontology"
    static let nodes = "urn:cohortium:graph:nodes"
    static let coverage = "urn:cohortium:graph:coverage"
    static let datasets = "urn:cohortium:graph:datasets"

    /// The graphs at one time, with a text that is another whenever one of them is.
    struct Snapshot: Sendable {
        let named: [Dataset.NamedGraph]
        let dataset: Dataset
        let version: String

        init(named: [Dataset.NamedGraph], version: String) {
            self.named = named
            self.version = version
            dataset = Dataset(named: named, defaults: Set(named.map(\.name)))
        }

        /// A dataset that stays as it is.
        init(_ dataset: Dataset, version: String) {
            (named, self.dataset, self.version) = ([], dataset, version)
        }

        /// The same with further graphs, which are no part of the default graph.
        func with(_ others: [Dataset.NamedGraph]) -> Dataset {
            Dataset(named: named + others, defaults: Set(named.map(\.name)))
        }
    }

    private let core: HubCore
    private let service: NodeService
    private let catalogue: Graph
    private let last = Mutex<(key: String, snapshot: Snapshot)?>(nil)
    private let run = Secret.make(bytes: 9)

    init(core: HubCore, nodes: NodeService) {
        self.core = core
        service = nodes
        catalogue = core.catalogue
    }

    /// The graphs as they are now.
    func current() async throws -> Snapshot {
        let listing = try await service.listing().filter { $0.state != .revoked }
        let states = listing.map {
            "\($0.name) \($0.state) \($0.since.timeIntervalSince1970) \($0.models.map(\.rawValue)) \($0.dataVersion ?? "")"
        }
        let reports = try await core.store.coverageReports()
        let described = try await core.store.datasets()
        let current = core.versions.current
        let datasets = described.map { "\($0.node) \($0.at)" }
        let key = ([current.hyperontology.version] + states + datasets + reports.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" })
            .joined(separator: "\n")
        if let last = last.withLock({ $0 }), last.key == key { return last.snapshot }
        var coverage: [String: [String: Coverage]] = [:]
        for node in reports.keys { coverage[node] = try await core.store.coverage(by: node) }
        let (hyperontology, catalogue, covered) = (current.hyperontology, catalogue, coverage)
        let gate = HubCore.gate(core.configuration)
        let version = run + "-" + Digest.name(of: key).suffix(12)
        let snapshot = try await core.workers.run {
            Snapshot(
                named: [
                    Dataset.NamedGraph(
                        name: Self.hyperontology, graph: hyperontology.graph, closures: hyperontology.closures),
                    Dataset.NamedGraph(name: Self.nodes, graph: NodeGraph.nodes(listing)),
                    Dataset.NamedGraph(name: Self.coverage, graph: NodeGraph.coverage(covered)),
                    Dataset.NamedGraph(
                        name: Self.datasets, graph: NodeDatasets.published(described, beside: catalogue, through: gate)),
                ], version: version)
        }
        last.withLock { $0 = (key, snapshot) }
        return snapshot
    }
}
