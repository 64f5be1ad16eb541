import Diagnostics
import Disclosure
import Federation
import Logging
import RDF

/// What the node's operator says of its datasets, as the hospital's policy lets it out.
struct NodeDatasets: Sendable {
    let path: String?
    let gate: DisclosureGate

    /// The descriptions as they are now.
    /// - Throws: what is wrong with them.
    func report() throws(DiagnosticList) -> DatasetReport {
        let graph = try DatasetCatalogue.read(path, through: gate)
        return DatasetReport(triples: NTriplesWriter.text(of: graph.triples()))
    }
}

extension NodeAgent {
    /// Tells the hub what datasets the node describes: at its start, and when the description has changed.
    func tellDatasets() async throws {
        try await keepTelling("the hub did not take the descriptions of the datasets", every: NodeAgent.datasetPause) {
            do throws(DiagnosticList) { return try datasets.report() } catch {
                for found in error.diagnostics { logger.error("\(found.message)", metadata: ["code": "\(found.code)"]) }
                return nil
            }
        } to: { report throws(HubFailure) in
            _ = try await client.handIn(report)
        }
    }
}
