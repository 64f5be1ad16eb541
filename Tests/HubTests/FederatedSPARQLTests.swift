import CohortPlan
import Disclosure
import Execution
import Federation
import Foundation
import HTTPClient
import Hub
import Hyperontology
import TestFederation
import Testing

/// The virtual federation over HTTP: SPARQL and CohortQL at one endpoint, through the gate, with its provenance.
@Suite struct FederatedSPARQLTests {
    private static let prefixes = """
        PREFIX co: <https://w3id.org/cohortium/core#>
        PREFIX c: <https://w3id.org/cohortium/concept/>

        """

    private func post(
        _ hub: TestHub, _ query: String, token: String?, type: String = "application/sparql-query", accept: String = "text/csv"
    )
        async throws -> HTTPResponse
    {
        var headers: HTTPHeaders = ["Content-Type": type, "Accept": accept]
        if let token { headers.append("Authorization", "Bearer \(token)") }
        return try await hub.send(.post, "/sparql?timeout=20", body: Array(query.utf8), headers: headers)
    }

    private func text(_ response: HTTPResponse) -> String { String(decoding: response.body, as: UTF8.self) }

    @Test func countsThroughTheGate() async throws {
        let hub = try await TestHub.start()
        let token = try await hub.administration.addResearcher("ada")
        let (north, south) = (try await hub.node("north"), try await hub.node("south"))
        async let first = north.answerNext(.published(40))
        async let second = south.answerNext(.suppressed(threshold: 11))
        let query = Self.prefixes + "SELECT (COUNT(DISTINCT ?p) AS ?n) { ?p co:diagnosis/co:concept c:BreastCarcinoma ; co:sex c:Female }"
        let response = try await post(hub, query, token: token)
        _ = try await (first, second)
        #expect(response.status == 200)
        #expect(text(response) == "n\r\n40\r\n")
        #expect(response.headers["Cohortium-Nodes"] == "\"north\";state=answered;coverage=exact, \"south\";state=answered;coverage=exact")
        #expect(response.headers["Cohortium-Coverage"] == "exact")

        // The same question in CohortQL has the same plan.
        let written = "cohort A { patients where sex is female and any diagnosis of \"Breast Carcinoma\" }\nreport A count patients"
        async let third = north.answerNext(.published(40))
        async let fourth = south.answerNext(.suppressed(threshold: 11))
        let other = try await post(hub, written, token: token, type: "application/vnd.cohortium.cohortql")
        _ = try await (third, fourth)
        #expect(text(other) == "patients\r\n40\r\n")
        #expect(other.headers["Cohortium-Plan"] == response.headers["Cohortium-Plan"])

        // How it came about is a graph, its owner's alone.
        let id = try #require(response.headers["Cohortium-Query"])
        #expect(response.headers["Link"]?.hasPrefix("<urn:cohortium:query:\(id)>") == true)
        let provenance =
            Self.prefixes
            + "SELECT ?node ?state ?coverage FROM <urn:cohortium:query:\(id)> { ?x co:node ?node ; co:state ?state ; co:coverage ?coverage } ORDER BY ?node"
        let graph = try await post(hub, provenance, token: token)
        #expect(text(graph) == "node,state,coverage\r\nnorth,answered,exact\r\nsouth,answered,exact\r\n")
        let stranger = try await hub.administration.addResearcher("eve")
        #expect(try await post(hub, provenance, token: stranger).status == 404)
        #expect(try await post(hub, provenance, token: nil).status == 401)
        await hub.stop()
    }

    @Test func tablesHoldEveryGroup() async throws {
        let hub = try await TestHub.start()
        let token = try await hub.administration.addResearcher("ada")
        let north = try await hub.node("north")
        async let first = north.answerNext(.suppressed(threshold: 11))
        let query =
            Self.prefixes
            + "SELECT ?node ?sex (COUNT(DISTINCT ?p) AS ?n) { ?p co:death ?d ; co:sex ?sex ; co:node ?node } GROUP BY ?node ?sex"
        let response = try await post(hub, query, token: token)
        _ = try await first
        let female = "https://w3id.org/cohortium/concept/"
        #expect(text(response) == "node,sex,n\r\nnorth,\(female)Female,\r\nnorth,\(female)Male,\r\nnorth,other,\r\nnorth,,\r\n")
        await hub.stop()
    }

    /// A funnel and an overlap come back as SPARQL has them, with what is held back without a value.
    @Test func funnelsAndOverlapsComeThroughTheGate() async throws {
        let hub = try await TestHub.start()
        let token = try await hub.administration.addResearcher("ada")
        let north = try await hub.node("north")
        async let first = north.answerNext(.published(40))
        let funnel =
            Self.prefixes
                + """
                SELECT ?a ?b (?b / ?a AS ?share) { { SELECT (COUNT(DISTINCT ?p) AS ?a) { ?p co:visit ?v } }
                  { SELECT (COUNT(DISTINCT ?p) AS ?b) { ?p co:visit ?v ; co:death ?d } } }
                """
        #expect(text(try await post(hub, funnel, token: token)) == "a,b,share\r\n40,40,1\r\n")
        _ = try await first
        async let second = north.answerNext(.suppressed(threshold: 11))
        let overlap =
            Self.prefixes
                + """
                SELECT ?seen ?dead (COUNT(DISTINCT ?p) AS ?n) {
                  ?p a co:Patient BIND(EXISTS { ?p co:visit ?v } AS ?seen) BIND(EXISTS { ?p co:death ?d } AS ?dead) } GROUP BY ?seen ?dead
                """
        #expect(text(try await post(hub, overlap, token: token)) == "seen,dead,n\r\ntrue,false,\r\nfalse,true,\r\ntrue,true,\r\n")
        _ = try await second
        async let third = north.answerNext(.published(40))
        let years =
            Self.prefixes
            + "SELECT ?year (COUNT(DISTINCT ?p) AS ?n) { ?p co:death ?d . ?d co:start ?s } GROUP BY (YEAR(?s) AS ?year) HAVING (?year >= 2019 && ?year <= 2020)"
        #expect(text(try await post(hub, years, token: token)) == "year,n\r\n2019,40\r\n2020,40\r\n")
        _ = try await third
        await hub.stop()
    }

    @Test func refusesWithoutAsking() async throws {
        let hub = try await TestHub.start()
        _ = try await hub.node("north")
        let token = try await hub.administration.addResearcher("ada")
        let rows = try await post(hub, Self.prefixes + "SELECT ?p { ?p co:death ?d }", token: token)
        #expect(rows.status == 400)
        #expect(text(rows).contains("S0501") && text(rows).contains("\"line\":3") && text(rows).contains("COUNT(DISTINCT ?p)"))
        let count = Self.prefixes + "SELECT (COUNT(DISTINCT ?p) AS ?n) { ?p co:death ?d }"
        #expect(try await post(hub, count, token: nil).status == 401)
        let unit =
            Self.prefixes + "SELECT (COUNT(DISTINCT ?p) AS ?n) { ?p co:observation [ co:concept c:ProstateSpecificAntigen ; co:value 4 ] }"
        let wrong = try await post(hub, unit, token: token)
        #expect(wrong.status == 400 && text(wrong).contains("C0246") && text(wrong).contains("\"line\":3"))
        await hub.stop()
    }

    @Test func saysWhatNodesCover() async throws {
        let hub = try await TestHub.start()
        let north = try await hub.node("north")
        _ = try await north.client.heartbeat(models: [.omop], working: [], dataVersion: "2025-10")
        let state = try await post(
            hub,
            Self.prefixes
                + "SELECT ?name ?state ?version { ?n a co:Node ; <http://www.w3.org/2000/01/rdf-schema#label> ?name ; co:state ?state ; co:dataVersion ?version }",
            token: nil)
        #expect(text(state) == "name,state,version\r\nnorth,answering,2025-10\r\n")
        let before = Self.prefixes + "ASK { GRAPH <urn:cohortium:graph:coverage> { ?node ?covers ?concept } }"
        #expect(text(try await post(hub, before, token: nil, accept: "text/csv")).contains("false"), "it has not said what it covers")
        let breast = ConceptCoverage(
            concept: ConceptIRI(CoreVocabulary.concept + "BreastCarcinoma"), kind: .diagnosis, coverage: .exact, reasons: [])
        _ = try await north.client.handIn(CoverageReport(hyperontology: try Project.hyperontology().version, concepts: [breast]))
        let covered = try await post(
            hub, Self.prefixes + "ASK { GRAPH <urn:cohortium:graph:coverage> { <urn:cohortium:node:north> co:covers c:BreastCarcinoma } }",
            token: nil, accept: "text/csv")
        #expect(text(covered).contains("true"))
        let description = try await hub.send(.get, "/sparql", headers: ["Accept": "text/turtle"])
        for graph in ["hyperontology", "nodes", "coverage", "datasets", "federation"] {
            #expect(text(description).contains("urn:cohortium:graph:\(graph)"))
        }
        await hub.stop()
    }

    private static let dataset = """
        @prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> . @prefix foaf: <http://xmlns.com/foaf/0.1/> .
        @prefix r5r: <http://data.europa.eu/r5r/> . @prefix health: <http://healthdataportal.eu/ns/health#> .
        @prefix vcard: <http://www.w3.org/2006/vcard/ns#> . @prefix co: <https://w3id.org/cohortium/core#> .
        <http://e/d> a dcat:Dataset ; dct:title "Breast MRI"@en ; dct:description "Breast MRI of two sites."@en ;
            dct:publisher [ a foaf:Organization ; foaf:name "Hospital" ; foaf:phone <tel:1> ] ;
            dcat:contactPoint [ vcard:hasEmail <mailto:data@example.org> ] ;
            dct:accessRights <http://publications.europa.eu/resource/authority/access-right/NON_PUBLIC> ;
            r5r:applicableLegislation <http://data.europa.eu/eli/reg/2025/327/oj> ; health:healthCategory <http://e/imaging> ;
            dct:type <http://e/personal> ; health:numberOfUniqueIndividuals 1237 ; co:numberOfStudies 4 ; dct:creator "Somebody" .
        """

    @Test func publishesDatasets() async throws {
        let folder = try TemporaryFolder()
        try Data(Self.dataset.utf8).write(to: URL(fileURLWithPath: folder.path("breast.ttl")))
        let datasets = folder.path("")
        let hub = try await TestHub.start { $0.datasets = datasets }
        let response = try await post(
            hub, "CONSTRUCT { ?s ?p ?o } FROM <urn:cohortium:graph:datasets> WHERE { ?s ?p ?o }", token: nil,
            accept: "application/n-triples")
        let found = text(response)
        #expect(found.contains("\"Breast MRI\"@en") && found.contains("mailto:data@example.org") && found.contains("\"Hospital\""))
        // Rounded, held back, and not of the template.
        #expect(found.contains("\"1235\"") && !found.contains("1237"))
        #expect(!found.contains("numberOfStudies") && !found.contains("tel:1") && !found.contains("Somebody"))
        await hub.stop()
        try Data("<http://e/d> a <http://www.w3.org/ns/dcat#Dataset> .".utf8).write(to: URL(fileURLWithPath: folder.path("breast.ttl")))
        await #expect(throws: (any Error).self) { try await TestHub.start { $0.datasets = datasets } }
    }

    @Test func compressesForWhoAsks() async throws {
        let hub = try await TestHub.start()
        let query = "/sparql?query=SELECT%20*%20%7B%3Fs%20%3Fp%20%3Fo%7D%20LIMIT%202000"
        let plain = try await hub.send(.get, query, headers: ["Accept": "text/csv", "Accept-Encoding": "identity"])
        #expect(plain.headers["Content-Encoding"] == nil)
        let packed = try await hub.send(.get, query, headers: ["Accept": "text/csv", "Accept-Encoding": "br;q=1, gzip;q=0.5"])
        if packed.headers["Content-Encoding"] == "gzip" {
            #expect(packed.body.starts(with: [0x1F, 0x8B]))
            #expect(packed.body.count * 2 < plain.body.count)
            #expect(try Self.unpacked(packed.body) == plain.body)
        } else {
            Issue.record("not compressed")
        }
        #expect(packed.headers["Vary"]?.contains("Accept-Encoding") == true)
        await hub.stop()
    }

    private static func unpacked(_ bytes: [UInt8]) throws -> [UInt8] {
        let folder = try TemporaryFolder()
        try Data(bytes).write(to: URL(fileURLWithPath: folder.path("a.gz")))
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["gzip", "-dc", folder.path("a.gz")]
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return Array(data)
    }
}
