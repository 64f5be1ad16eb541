import CohortQL
import Compiler
import Diagnostics
import Disclosure
import Federation
import Foundation
import Hyperontology
import RDF

/// What the hub's services share: what it knows, what it remembers, its key, and the bell that wakes those who wait.
struct HubCore: Sendable {
    let configuration: HubConfiguration
    let versions: OntologyVersions
    let store: HubStore
    let key: SigningKey
    let bell = Bell()
    let queue = WaitingNodes()
    /// What is published of the datasets that the hub's operator describes.
    let catalogue: Graph
    /// For what computes for long, so that it keeps no node and no other researcher waiting.
    let workers = WorkerPool()

    /// - Throws: what is wrong with the store or the key.
    init(_ configuration: HubConfiguration, hyperontology: Hyperontology) throws(DiagnosticList) {
        self.configuration = configuration
        versions = OntologyVersions(hyperontology)
        catalogue = try DatasetCatalogue.read(configuration.datasets, through: HubCore.gate(configuration))
        do {
            store = try HubStore(path: configuration.store)
            key = try SigningKey.load(orMakeAt: configuration.signingKey)
        } catch {
            throw DiagnosticList([error])
        }
    }

    /// What numbers of datasets pass through.
    static func gate(_ configuration: HubConfiguration) -> DisclosureGate {
        DisclosureGate(DisclosurePolicy(threshold: configuration.threshold, roundingBase: configuration.roundingBase))
    }

    /// The version of now; whoever answers takes it once.
    var hyperontology: Hyperontology { versions.current.hyperontology }

    /// The topics that the bell rings for.
    enum Topic {
        static func work(for node: String) -> String { "node \(node)" }
        static func query(_ id: String) -> String { "query \(id)" }
    }
}

extension Problem {
    static func unauthorised(_ message: String, help: String) -> Problem {
        Problem(status: 401, title: "Not known", Diagnostic("F0601", message, help: help))
    }

    static func notFound(_ what: String) -> Problem {
        Problem(status: 404, title: "Not found", Diagnostic("F0602", "there is no \(what), or it is not yours", help: "check its id"))
    }

    static func badInput(_ diagnostics: [Diagnostic]) -> Problem { Problem(status: 422, title: "Bad input", diagnostics) }
    static func badInput(_ diagnostic: Diagnostic) -> Problem { badInput([diagnostic]) }
}
