import Diagnostics
import Disclosure
import Federation
import Foundation
import HTTPClient
import Node
import RDF
import TestFederation
import Testing

/// From the operator's Turtle file to the hub's graph.
@Suite struct NodeDatasetTests {
    private static let turtle = """
        @prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> . @prefix foaf: <http://xmlns.com/foaf/0.1/> .
        @prefix r5r: <http://data.europa.eu/r5r/> . @prefix health: <http://healthdataportal.eu/ns/health#> .
        @prefix vcard: <http://www.w3.org/2006/vcard/ns#> . @prefix co: <https://w3id.org/cohortium/core#> . @prefix dpv: <https://w3id.org/dpv#> .
        <http://e/north-breast> a dcat:Dataset ; dct:title "Breast MRI"@en ; dct:description "Breast MRI of the north."@en ;
            dct:publisher [ a foaf:Organization ; foaf:name "North" ; dcat:contactPoint [ vcard:hasEmail <mailto:n@example.org> ] ] ;
            dcat:contactPoint [ vcard:hasEmail <mailto:data@example.org> ] ; dpv:hasPurpose dpv:ScientificResearch ;
            dct:accessRights <http://publications.europa.eu/resource/authority/access-right/NON_PUBLIC> ;
            r5r:applicableLegislation <http://data.europa.eu/eli/reg/2025/327/oj> ; health:healthCategory <http://e/imaging> ;
            dct:type <http://e/personal> ; health:numberOfUniqueIndividuals 158 ; co:numberOfStudies 9 ; dct:creator "Somebody" .
        """

    @Test func aFileIsPublishedByTheHub() async throws {
        let (hub, hospital) = (try await TestHub.start(), try await NodeHospital(patients: 20))
        try hospital.folder.write(Self.turtle, to: "node-1/datasets.ttl")
        try await hospital.enrol(hub)
        let node = WorkingNode(try hospital.agent(hub))
        let query = "CONSTRUCT { ?s ?p ?o } FROM <urn:cohortium:graph:datasets> WHERE { ?s ?p ?o }"
        var found = ""
        for _ in 0..<100 where found.isEmpty {
            try await Task.sleep(for: .milliseconds(100))
            let response = try await hub.send(
                .post, "/sparql", body: Array(query.utf8),
                headers: ["Content-Type": "application/sparql-query", "Accept": "application/n-triples"])
            found = String(decoding: response.body, as: UTF8.self)
        }
        #expect(found.contains("<urn:cohortium:node:north>") && found.contains("\"Breast MRI\"@en") && found.contains("ScientificResearch"))
        #expect(found.contains("mailto:n@example.org") && found.contains("mailto:data@example.org"))
        #expect(found.contains("\"160\"") && !found.contains("158"))
        #expect(!found.contains("numberOfStudies") && !found.contains("Somebody"))
        await node.stop()
        await hub.stop()
    }

    /// The hospital's own threshold holds, whatever the hub's is; a node that cannot describe its datasets does not start.
    @Test func theHospitalsPolicyHolds() async throws {
        let folder = try TemporaryFolder()
        let file = try folder.write(Self.turtle, to: "d/one.ttl")
        func told(_ threshold: Int, _ path: String) throws -> String {
            let gate = DisclosureGate(DisclosurePolicy(threshold: threshold, roundingBase: 10))
            return try DatasetCatalogue.read(path, through: gate).triples().map { "\($0.predicate) \($0.object)" }.joined(separator: "\n")
        }
        #expect(try told(100, file).contains("160") && told(100, folder.path("d")).contains("160"))
        #expect(try !told(200, file).contains("numberOfUniqueIndividuals"))
        #expect(try DatasetCatalogue.read(nil, through: DisclosureGate(DisclosurePolicy())).triples().isEmpty)
        #expect(throws: DiagnosticList.self) { try told(11, folder.path("none.ttl")) }
        let hospital = try await NodeHospital(patients: 5)
        try hospital.folder.write("<http://e/x> a <http://www.w3.org/ns/dcat#Dataset> .", to: "node-1/datasets.ttl")
        let hub = try await TestHub.start()
        try await hospital.enrol(hub)
        let problems = #expect(throws: DiagnosticList.self) { try hospital.agent(hub) }
        #expect(problems?.diagnostics.contains { $0.code.rawValue == "F0521" } == true)
        await hub.stop()
    }
}
