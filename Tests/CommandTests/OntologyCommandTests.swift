import Federation
import Foundation
import Hub
import TestFederation
import Testing

/// `cohortium ontology` as a curator and a researcher use it.
@Suite struct OntologyCommandTests {
    private func cohortium(_ arguments: String..., environment: [String: String] = [:]) async throws -> ProgramRun {
        try await ProgramRun.cohortium(
            ["ontology"] + arguments, environment: ["COHORTIUM_ONTOLOGIES": Project.ontologies].merging(environment) { $1 })
    }

    @Test func saysWhyACodeCounts() async throws {
        let run = try await cohortium("why", "snomed:254837009", "Malignant Neoplasm")
        #expect(run.status == 0, "\(run.errors)")
        let lines = run.output.split(separator: "\n").map(String.init)
        #expect(lines.last?.contains("snomed:254837009  broaderTransitive  \"Malignant Neoplasm\"") == true, "\(run.output)")
        #expect(lines.contains { $0.contains("mappings/snomed.tsv:") } && lines.contains { $0.contains("concepts/tumours.ttl:") })
        #expect(lines.contains { $0.contains("by prp-spo2") || $0.contains("by prp-trp") })
        let none = try await cohortium("why", "Lung", "Breast Carcinoma")
        #expect(none.status == 1 && none.errors.contains("U0017"))
        let unknown = try await cohortium("why", "Breast Carcnoma", "Lung")
        #expect(unknown.status == 1 && unknown.errors.contains("did you mean \"Breast Carcinoma\"?"))
    }

    @Test func exportsTheSameInEverySyntax() async throws {
        let folder = try TemporaryFolder()
        var counts: [String] = []
        for (format, name) in [("turtle", "o.ttl"), ("ntriples", "o.nt"), ("rdfxml", "o.rdf")] {
            let run = try await cohortium("export", "--format", format)
            #expect(run.status == 0, "\(run.errors)")
            let file = try folder.write(run.output, to: name)
            let query = try folder.write("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", to: "q.rq")
            counts.append(try await ProgramRun.cohortium(["sparql", query, "--graph", file, "--format", "csv"]).output)
        }
        #expect(Set(counts).count == 1 && counts[0].contains("n"), "\(counts)")
        let statistics = try await cohortium("stats", "--json")
        let triples = try #require(statistics.output.firstMatch(of: /"triples"\s*:\s*(\d+)/)?.1)
        #expect(counts[0].contains(triples))
    }

    /// RDF of strangers is read by the process beside the program; what it takes too much of, or hides, is refused with its place.
    @Test func importsStrangersRDFInAnotherProcess() async throws {
        let folder = try TemporaryFolder()
        let head =
            "<rdf:RDF xmlns:rdf=\"&rdf;\" xmlns:owl=\"http://www.w3.org/2002/07/owl#\" xmlns:rdfs=\"http://www.w3.org/2000/01/rdf-schema#\">"
        let body = """
            <owl:Class rdf:about="http://purl.obolibrary.org/obo/NCIT_C4872"><rdfs:label>Breast Carcinoma</rdfs:label></owl:Class>
            <owl:Class rdf:about="http://purl.obolibrary.org/obo/NCIT_C1"><rdfs:label>A kind</rdfs:label>
            <rdfs:subClassOf rdf:resource="http://purl.obolibrary.org/obo/NCIT_C4872"/></owl:Class></rdf:RDF>
            """
        let entity = "<!DOCTYPE rdf:RDF [ <!ENTITY rdf \"http://www.w3.org/1999/02/22-rdf-syntax-ns#\"> ]>\n"
        let good = try folder.write(entity + head + body, to: "n.owl")
        let run = try await cohortium("import", "owl", good, "--system", "ncit", "--into", folder.path("into"), "--json")
        #expect(run.status == 0, "\(run.errors)")
        #expect(run.output.contains("\"terms\" : 2") || run.output.contains("\"terms\":2"), "\(run.output)")
        let again = try await cohortium("import", "owl", good, "--system", "ncit", "--into", folder.path("into"))
        #expect(again.output.contains("which is as it was"), "\(again.output)")

        let secret = try folder.write("<!ENTITY leaked 'secret'>", to: "secret.ent")
        let hostile = try folder.write("<!DOCTYPE r [ <!ENTITY % x SYSTEM \"file://\(secret)\"> %x; ]>" + head + body, to: "h.owl")
        let truncated = try folder.write(entity + head + body.dropLast(60), to: "t.owl")
        let garbled = folder.path("g.owl")
        try (Data((entity + head).utf8) + Data([0xFF, 0xFE]) + Data(body.utf8)).write(to: URL(fileURLWithPath: garbled))
        for (file, words) in [(hostile, "parameter entity"), (truncated, "line "), (garbled, "UTF-8")] {
            let run = try await cohortium("import", "owl", file, "--system", "ncit", "--into", folder.path("other"))
            #expect(run.status == 1 && run.errors.contains(words) && run.errors.contains(file), "\(run.errors)")
            #expect(!FileManager.default.fileExists(atPath: folder.path("other")), "nothing is written of a broken file")
        }
    }

    @Test func showsWhatNodesCover() async throws {
        let (hub, folder) = (try await TestHub.start(), try TemporaryFolder())
        _ = try await hub.node("north")
        let token = try await hub.administration.addResearcher("ada")
        try folder.write(token, to: "token")
        let client = try folder.write(
            "hubs:\n  - url: \(hub.url)\n    ca: \(hub.authority)\n    token: token\n    proxy: \"\"\n", to: "client.yaml")
        let run = try await cohortium("show", "PSA", "--coverage", "--client", client)
        #expect(run.status == 0, "\(run.errors)")
        #expect(run.output.contains("north") && run.output.contains("it has not said what it covers"))
        await hub.stop()
    }
}
