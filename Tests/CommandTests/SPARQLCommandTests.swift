import Disclosure
import Federation
import Foundation
import Hub
import TestFederation
import Testing

/// `cohortium sparql`: files, a hub's graphs, and, with a token, the patients of its nodes.
@Suite struct SPARQLCommandTests {
    private static let count = """
        PREFIX co: <https://w3id.org/cohortium/core#>
        PREFIX c: <https://w3id.org/cohortium/concept/>
        SELECT (COUNT(DISTINCT ?p) AS ?n) { ?p co:diagnosis/co:concept c:BreastCarcinoma }
        """

    private func sparql(_ arguments: String..., input: String = "") async throws -> ProgramRun {
        try await ProgramRun.cohortium(
            ["sparql"] + arguments, input: input,
            environment: [
                "COHORTIUM_ONTOLOGIES": Project.ontologies, "http_proxy": "", "https_proxy": "", "HTTP_PROXY": "", "HTTPS_PROXY": "",
                "all_proxy": "", "ALL_PROXY": "",
            ])
    }

    @Test func countsPatientsWithAToken() async throws {
        let (hub, folder) = (try await TestHub.start(), try TemporaryFolder())
        let north = try await hub.node("north")
        let token = try folder.write(try await hub.administration.addResearcher("ada") + "\n", to: "token.txt")
        let query = try folder.write(Self.count, to: "q.rq")

        async let first = north.answerNext(.published(40))
        let table = try await sparql(query, "--hub", hub.url, "--ca", hub.authority, "--token", token)
        _ = try await first
        #expect(table.status == 0, "\(table.errors)")
        #expect(table.output.contains("40") && table.output.contains("n"))

        async let second = north.answerNext(.suppressed(threshold: 11))
        let held = try await sparql(query, "--hub", hub.url, "--ca", hub.authority, "--token", token, "--format", "csv")
        _ = try await second
        #expect(held.status == 0 && held.output == "n\r\n\r\n", "\(held.output) \(held.errors)")
        await hub.stop()
    }

    @Test func tellsWhyATokenDoesNotServe() async throws {
        let (hub, folder) = (try await TestHub.start(), try TemporaryFolder())
        _ = try await hub.node("north")
        let query = try folder.write(Self.count, to: "q.rq")
        let without = try await sparql(query, "--hub", hub.url, "--ca", hub.authority)
        #expect(without.status != 0 && without.errors.contains("F0601"), "\(without.errors)")
        let wrong = try folder.write("nobody's", to: "wrong.txt")
        let unknown = try await sparql(query, "--hub", hub.url, "--ca", hub.authority, "--token", wrong)
        #expect(unknown.status != 0 && unknown.errors.contains("F0601"), "\(unknown.errors)")
        let missing = try await sparql(query, "--hub", hub.url, "--ca", hub.authority, "--token", folder.path("none.txt"))
        #expect(missing.status != 0 && missing.errors.contains("U0019"), "\(missing.errors)")
        // A token is not sent where others could read it.
        let open = try await sparql(query, "--hub", "http://hub.invalid", "--token", wrong)
        #expect(open.status != 0 && open.errors.contains("U0019") && !open.errors.contains("nobody's"), "\(open.errors)")
        await hub.stop()
    }

    @Test func asksAHubsGraphsWithoutOne() async throws {
        let hub = try await TestHub.start()
        let ask = "SELECT ?c { ?c <http://www.w3.org/2004/02/skos/core#prefLabel> \"Breast Carcinoma\"@en }"
        for format in ["csv", "json", "xml", "tsv"] {
            let run = try await sparql("-", "--hub", hub.url, "--ca", hub.authority, "--format", format, input: ask)
            #expect(run.status == 0 && run.output.contains("concept/BreastCarcinoma"), "\(format): \(run.errors)")
        }
        let graph = try await sparql(
            "-", "--hub", hub.url, "--ca", hub.authority, "--format", "ntriples",
            input: "DESCRIBE <https://w3id.org/cohortium/concept/BreastCarcinoma>")
        #expect(graph.status == 0 && graph.output.contains("prefLabel"), "\(graph.errors)")
        await hub.stop()
    }

    /// Every mapping says why it holds and who says so, in the words of SSSOM.
    @Test func saysWhyAMappingHolds() async throws {
        let run = try await sparql(
            "-", "--format", "csv",
            input: """
                PREFIX owl: <http://www.w3.org/2002/07/owl#> PREFIX sssom: <https://w3id.org/sssom/>
                PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
                SELECT ?concept ?match ?why ?source {
                  ?axiom a owl:Axiom ; owl:annotatedSource ?concept ; owl:annotatedProperty ?match ; owl:annotatedTarget ?code ;
                    sssom:mapping_justification ?why ; sssom:mapping_source ?source ; sssom:confidence ?confidence .
                  ?code skos:notation "C9245"
                }
                """)
        #expect(run.status == 0, "\(run.errors)")
        let rows = run.output.split(separator: "\r\n")
        #expect(rows.count == 2, "\(run.output)")
        #expect(rows.last?.contains("concept/InvasiveBreastCarcinoma,http://www.w3.org/2004/02/skos/core#exactMatch") == true)
        #expect(rows.last?.contains("https://w3id.org/semapv/vocab/ManualMappingCuration") == true)
        #expect(rows.last?.contains("NCI Thesaurus") == true)
    }

    @Test func explainsAQuery() async throws {
        let run = try await sparql(
            "-", "--explain",
            input: """
                SELECT ?d { ?d <http://www.w3.org/2004/02/skos/core#broader>* <https://w3id.org/cohortium/concept/BreastCarcinoma> }
                """)
        #expect(run.status == 0, "\(run.errors)")
        #expect(run.output.contains("as written") && run.output.contains("closure(<http://www.w3.org/2004/02/skos/core#broader>*)"))
    }
}
