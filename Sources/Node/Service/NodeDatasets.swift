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
        var told: DatasetReport?
        var backoff = Backoff()
        while true {
            var pause = NodeAgent.datasetPause
            do {
                let report = try datasets.report()
                if report != told {
                    do throws(HubFailure) {
                        _ = try await client.handIn(report)
                        told = report
                        backoff = Backoff()
                    } catch {
                        try end(on: error)
                        log(error, "the hub did not take the descriptions of the datasets")
                        pause = error.isTemporary ? backoff.next() : pause
                    }
                }
            } catch let list as DiagnosticList {
                for found in list.diagnostics { logger.error("\(found.message)", metadata: ["code": "\(found.code)"]) }
            }
            try await Task.sleep(for: pause)
        }
    }
}
