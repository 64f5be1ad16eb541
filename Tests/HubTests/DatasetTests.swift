import Diagnostics
import Federation
import Foundation
import HTTPClient
import Hub
import TestFederation
import Testing

/// Nodes say what datasets they hold, and the hub publishes it.
@Suite struct DatasetTests {
    /// A description that has all that is demanded.
    private static func dataset(_ iri: String, individuals: Int = 1_237, studies: Int = 2_001, more: String = "") -> String {
        let (dcat, dct, health) = ("http://www.w3.org/ns/dcat#", "http://purl.org/dc/terms/", "http://healthdataportal.eu/ns/health#")
        func line(_ property: String, _ object: String) -> String { "<\(iri)> <\(property)> \(object) .\n" }
        let integer = "^^<http://www.w3.org/2001/XMLSchema#integer>"
        return line("http://www.w3.org/1999/02/22-rdf-syntax-ns#type", "<\(dcat)Dataset>") + line(dct + "title", "\"Breast MRI\"@en")
            + line(dct + "description", "\"Breast MRI of the north.\"@en") + line(dct + "publisher", "_:p")
            + "_:p <http://xmlns.com/foaf/0.1/name> \"North\" .\n_:p <http://xmlns.com/foaf/0.1/phone> <tel:1> .\n"
            + line(dcat + "contactPoint", "<mailto:data@example.org>")
            + line(dct + "accessRights", "<http://publications.europa.eu/resource/authority/access-right/NON_PUBLIC>")
            + line("http://data.europa.eu/r5r/applicableLegislation", "<http://data.europa.eu/eli/reg/2025/327/oj>")
            + line(health + "healthCategory", "<http://e/imaging>") + line(dct + "type", "<http://e/personal>")
            + line(health + "numberOfUniqueIndividuals", "\"\(individuals)\"\(integer)")
            + line("https://w3id.org/cohortium/core#numberOfStudies", "\"\(studies)\"\(integer)") + more
    }

    private func published(_ hub: TestHub) async throws -> String {
        let query = "CONSTRUCT { ?s ?p ?o } FROM <urn:cohortium:graph:datasets> WHERE { ?s ?p ?o }"
        let response = try await hub.send(
            .post, "/sparql", body: Array(query.utf8),
            headers: ["Content-Type": "application/sparql-query", "Accept": "application/n-triples"])
        return String(decoding: response.body, as: UTF8.self)
    }

    private func code(_ work: () async throws -> Void) async -> String? {
        do {
            try await work()
            return nil
        } catch let failure as HubFailure {
            return failure.diagnostics.first?.code.rawValue
        } catch {
            return "\(error)"
        }
    }

    @Test func whatANodeDescribesIsPublished() async throws {
        let hub = try await TestHub.start()
        let (north, south) = (try await hub.node("north"), try await hub.node("south"))
        let claim = "<http://e/n> <https://w3id.org/cohortium/core#describedBy> <urn:cohortium:node:south> .\n"
        let receipt = try await north.client.handIn(DatasetReport(triples: Self.dataset("http://e/n", more: claim)))
        #expect(receipt.datasets == 1)
        // Few studies cannot be of many patients.
        _ = try await south.client.handIn(DatasetReport(triples: Self.dataset("http://e/s", studies: 4)))
        let found = try await published(hub)
        #expect(found.contains("<http://e/n> <https://w3id.org/cohortium/core#describedBy> <urn:cohortium:node:north>"))
        #expect(!found.contains("<http://e/n> <https://w3id.org/cohortium/core#describedBy> <urn:cohortium:node:south>"))
        #expect(found.contains("<http://e/s> <https://w3id.org/cohortium/core#describedBy> <urn:cohortium:node:south>"))
        #expect(found.contains("\"1235\"^^<http://www.w3.org/2001/XMLSchema#nonNegativeInteger>") && !found.contains("1237"))
        #expect(found.contains("\"2000\"") && !found.contains("\"2001\""))
        #expect(found.components(separatedBy: "numberOfStudies").count == 2)
        #expect(!found.contains("tel:1") && found.components(separatedBy: "\"North\"").count == 3, "each has its own publisher")

        // The hub remembers; what is shut out, or described no more, is gone.
        let again = try await hub.restarted()
        #expect(try await published(again).contains("<http://e/n>"))
        try await again.administration.revoke("south")
        #expect(try await !published(again).contains("<http://e/s>"))
        _ = try await north.client.handIn(DatasetReport(triples: ""))
        #expect(try await published(again).isEmpty)
        await again.stop()
    }

    @Test func whatIsIncompleteOrOfOthersIsNotTaken() async throws {
        let hub = try await TestHub.start()
        let (north, south) = (try await hub.node("north"), try await hub.node("south"))
        _ = try await north.client.handIn(DatasetReport(triples: Self.dataset("http://e/d")))
        #expect(await code { _ = try await south.client.handIn(DatasetReport(triples: Self.dataset("http://e/d"))) } == "F0523")
        #expect(await code { _ = try await south.client.handIn(DatasetReport(triples: "<http://e/x> <nonsense")) } == "F0523")
        let bare = "<http://e/x> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <http://www.w3.org/ns/dcat#Dataset> .\n"
        #expect(await code { _ = try await south.client.handIn(DatasetReport(triples: bare)) } == "F0521")
        #expect(try await !published(hub).contains("http://e/x"))
        await hub.stop()
    }
}
