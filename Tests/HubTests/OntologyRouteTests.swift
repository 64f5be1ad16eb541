import CohortPlan
import Diagnostics
import Execution
import Federation
import Foundation
import HTTPClient
import Hub
import Hyperontology
import TestFederation
import Testing

/// The hub's hyperontology to look into: search, pages, hierarchy, mappings, reasons, coverage, and its change while the hub serves.
@Suite struct OntologyRouteTests {
    private struct Page: Decodable {
        struct Reference: Decodable {
            let iri: String
            let label: String
            let coverage: String?
        }
        struct Place: Decodable {
            let ancestors: [Reference]
            let parents: [Reference]
            let children: [Reference]
        }
        struct Code: Decodable {
            let system: String
            let code: String
            let predicate: String
            let justification: String?
            let source: String?
        }
        struct Name: Decodable {
            let text: String
            let language: String?
        }

        let iri: String
        let label: String
        let definition: String?
        let names: [Name]
        let hierarchy: Place
        let mappings: [Code]
    }

    private struct Found: Decodable {
        let iri: String
        let label: String
        let foundBy: String
        let language: String?
        let fit: String
        let coverage: String?
    }

    private struct Version: Decodable {
        struct Trouble: Decodable {
            let code: String
            let message: String?
        }

        let version: String
        let concepts: Int
        let isCurrent: Bool
        let trouble: [Trouble]
    }

    private struct Reasons: Decodable {
        struct Step: Decodable {
            let rule: String?
            let file: String?
            let line: Int?
        }

        let relation: String
        let lower: String
        let upper: String
        let steps: [Step]
    }

    private func get<Value: Decodable>(
        _ hub: TestHub, _ path: String, token: String? = nil, as type: Value.Type = Value.self
    ) async throws -> Value {
        let response = try await hub.send(.get, path, headers: headers(token))
        #expect(response.status == 200, "\(path): \(String(decoding: response.body, as: UTF8.self))")
        return try JSONDecoder().decode(type, from: Data(response.body))
    }

    private func problem(_ hub: TestHub, _ path: String, token: String? = nil) async throws -> (status: Int, code: String) {
        let response = try await hub.send(.get, path, headers: headers(token))
        return (response.status, try CanonicalJSON.decode(Problem.self, from: response.body).code.rawValue)
    }

    private func headers(_ token: String?) -> HTTPHeaders { token.map { ["Authorization": "Bearer \($0)"] } ?? [:] }

    // MARK: Search and browse

    @Test func findsByNamesLanguagesTyposAndCodes() async throws {
        let hub = try await TestHub.start()
        let breast = CoreVocabulary.concept + "BreastCarcinoma"
        for text in ["breast%20carcinoma", "brest+carcinoma", "snomed:254837009"] {
            #expect(try await get(hub, "/v1/ontology/find?text=\(text)", as: [Found].self).contains { $0.iri == breast }, "\(text)")
        }
        let french = try await get(hub, "/v1/ontology/find?text=poumon&language=fr", as: [Found].self)
        #expect(french.first?.label == "Lung" && french.first?.language == "fr")
        let few = try await get(hub, "/v1/ontology/find?text=carcinoma&limit=3&for=Diagnosis", as: [Found].self)
        #expect(few.count == 3 && few.allSatisfy { $0.coverage == nil })
        #expect(try await problem(hub, "/v1/ontology/find") == (422, "F0624"))
        #expect(try await problem(hub, "/v1/ontology/find?text=\(String(repeating: "a", count: 201))") == (422, "F0624"))
        await hub.stop()
    }

    @Test func showsAConceptWhateverItIsCalled() async throws {
        let hub = try await TestHub.start()
        for name in ["BreastCarcinoma", "Breast%20Carcinoma", "eucaim:CLIN1000060"] {
            let page = try await get(hub, "/v1/ontology/concepts/\(name)", as: Page.self)
            #expect(page.iri == CoreVocabulary.concept + "BreastCarcinoma" && page.definition != nil)
            #expect(page.names.contains { $0.language == "de" })
            #expect(page.hierarchy.ancestors.contains { $0.label == "Malignant Neoplasm" })
            #expect(page.hierarchy.children.count > 1)
            #expect(page.mappings.contains { $0.system == "snomed" && $0.predicate.hasSuffix("Match") && $0.source != nil })
        }
        let place = try await get(hub, "/v1/ontology/concepts/BreastCarcinoma/hierarchy", as: Page.Place.self)
        #expect(!place.parents.isEmpty && place.parents.allSatisfy { parent in place.ancestors.contains { $0.iri == parent.iri } })
        let codes = try await get(hub, "/v1/ontology/concepts/BreastCarcinoma/mappings", as: [Page.Code].self)
        #expect(codes.allSatisfy { $0.source != nil && $0.justification?.hasPrefix("semapv:") == true })
        for path in ["", "/hierarchy", "/mappings", "/reasons?for=Cancer"] {
            #expect(try await problem(hub, "/v1/ontology/concepts/Brest\(path)") == (404, "F0645"))
        }
        await hub.stop()
    }

    @Test func saysWhyACodeCounts() async throws {
        let hub = try await TestHub.start()
        let reasons = try await get(hub, "/v1/ontology/concepts/MalignantNeoplasm/reasons?for=snomed:254837009", as: Reasons.self)
        #expect(reasons.relation.hasSuffix("broaderTransitive") && reasons.upper.hasSuffix("MalignantNeoplasm"))
        #expect(reasons.steps.last?.rule != nil)
        #expect(reasons.steps.contains { $0.file == "mappings/snomed.tsv" && $0.line != nil })
        #expect(reasons.steps.contains { $0.file == "concepts/tumours.ttl" && $0.line != nil })
        #expect(try await problem(hub, "/v1/ontology/concepts/Lung/reasons?for=BreastCarcinoma") == (404, "F0644"))
        #expect(try await problem(hub, "/v1/ontology/concepts/Lung/reasons") == (422, "F0643"))
        await hub.stop()
    }

    // MARK: Coverage by node

    private let psa = ConceptIRI(CoreVocabulary.concept + "ProstateSpecificAntigen")
    private let lung = ConceptIRI(CoreVocabulary.concept + "Lung")

    @Test func tellsResearchersWhatEachNodeCovers() async throws {
        let hub = try await TestHub.start()
        let (north, _) = (try await hub.node("north"), try await hub.node("south"))
        let token = try await hub.administration.addResearcher("ada")
        let researcher = ResearcherClient(hub.client, token: token)
        let none = try await researcher.coverage(of: "ProstateSpecificAntigen")
        #expect(none.map(\.node) == ["north", "south"] && none.allSatisfy { $0.reportedAt == nil && $0.uses.isEmpty })

        let version = try Project.hyperontology().version
        let entries = [
            ConceptCoverage(concept: psa, kind: .observation, coverage: .narrower, reasons: ["no code for some"]),
            ConceptCoverage(concept: lung, kind: .imagingSeries, coverage: .notEvaluable, reasons: ["no images"]),
        ]
        let receipt = try await north.client.handIn(CoverageReport(hyperontology: version, concepts: entries))
        #expect(receipt.concepts == 2)
        let found = try await researcher.coverage(of: "Prostate Specific Antigen")
        #expect(found.first?.uses == [entries[0]] && found.first?.isOfThisVersion == true && found.first?.reportedAt != nil)
        #expect(found.last?.node == "south" && found.last?.reportedAt == nil)

        // Search and browse, as one node sees it.
        let hits = try await get(hub, "/v1/ontology/find?text=prostate%20specific&node=north", token: token, as: [Found].self)
        #expect(hits.map(\.label) == ["Prostate Specific Antigen"] && hits.first?.coverage == "narrower")
        #expect(try await get(hub, "/v1/ontology/find?text=lung&node=north", token: token, as: [Found].self).isEmpty)
        let place = try await get(hub, "/v1/ontology/concepts/Chest/hierarchy?node=north", token: token, as: Page.Place.self)
        #expect(place.children.first { $0.iri == lung.rawValue }?.coverage == "notEvaluable")
        #expect(place.children.contains { $0.coverage == nil })
        #expect(try await problem(hub, "/v1/ontology/find?text=lung&node=south", token: token) == (404, "F0642"))
        #expect(try await problem(hub, "/v1/ontology/find?text=lung&node=nroth", token: token) == (404, "F0642"))

        // What a node says anew is all that counts; another hyperontology is told apart.
        _ = try await north.client.handIn(CoverageReport(hyperontology: "other", concepts: []))
        let anew = try await researcher.coverage(of: "ProstateSpecificAntigen")
        #expect(anew.first?.uses == [] && anew.first?.isOfThisVersion == false && anew.first?.reportedAt != nil)
        // Who is shut out covers nothing any more.
        try await hub.administration.revoke("north")
        #expect(try await researcher.coverage(of: "ProstateSpecificAntigen").map(\.node) == ["south"])
        await hub.stop()
    }

    @Test func coverageIsNotForEverybody() async throws {
        let hub = try await TestHub.start()
        let north = try await hub.node("north")
        _ = try await north.client.handIn(CoverageReport(hyperontology: "x", concepts: []))
        for path in [
            "concepts/Lung/coverage", "find?text=lung&node=north", "concepts/Lung?node=north", "concepts/Lung/hierarchy?node=north",
        ] {
            #expect(try await problem(hub, "/v1/ontology/\(path)") == (401, "F0601"), "\(path)")
            #expect(try await problem(hub, "/v1/ontology/\(path)", token: "wrong") == (401, "F0601"), "\(path)")
        }
        // A report is a node's alone, signed, and readable text.
        #expect(try await hub.send(.post, "/v1/node/coverage", body: Array("{}".utf8)).status == 401)
        let steering = ConceptCoverage(concept: lung, kind: .imagingSeries, coverage: .exact, reasons: ["a\u{1B}[31m"])
        let failure = await #expect(throws: HubFailure.self) {
            try await north.client.handIn(CoverageReport(hyperontology: "x", concepts: [steering]))
        }
        #expect(failure?.diagnostics.first?.code == "F0641")
        await hub.stop()
    }

    // MARK: Change while the hub serves

    @Test func takesWhatChangesAndKeepsWhatItHasWhereThatIsBroken() async throws {
        let folder = try TemporaryFolder()
        try FileManager.default.copyItem(atPath: Project.ontologies, toPath: folder.path("o"))
        let hub = try await TestHub.start(hyperontology: try Hyperontology(directory: folder.path("o")))
        let token = try await hub.administration.addResearcher("ada")
        let before = try await get(hub, "/v1/ontology/version", as: Version.self)
        #expect(before.isCurrent)
        let prefixes =
            "@prefix co: <https://w3id.org/cohortium/core#> . @prefix c: <https://w3id.org/cohortium/concept/> .\n"
            + "@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n"
        func concept(_ name: String, _ more: String = "") -> String {
            prefixes + "c:\(name) a co:Concept ; skos:prefLabel \"\(name)\"@en ; skos:definition \"New.\"@en ; co:usedFor co:Diagnosis ;\n"
                + "    co:withoutCode \"a test\"@en \(more) .\n"
        }
        func until(_ what: String, _ holds: (Version) -> Bool) async throws -> Version {
            for _ in 0..<600 {
                let now = try await get(hub, "/v1/ontology/version", token: token, as: Version.self)
                if holds(now) { return now }
                try await Task.sleep(for: .milliseconds(100))
            }
            throw NeverCameAbout(description: what)
        }

        try folder.write(concept("Newly"), to: "o/concepts/new.ttl")
        let changed = try await until("a new version") { $0.version != before.version }
        #expect(changed.concepts == before.concepts + 1 && changed.isCurrent)
        #expect(try await get(hub, "/v1/ontology/find?text=newly", as: [Found].self).first?.label == "Newly")
        let query =
            "ASK { <https://w3id.org/cohortium/concept/Newly> ?p ?o }".addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
        let asked = try await hub.send(.get, "/sparql?query=\(query)", headers: ["Accept": "application/sparql-results+json"])
        #expect(String(decoding: asked.body, as: UTF8.self).contains("true"))

        // Truncated, a cycle, a code whose check digit is wrong, one concept in two files: each is told with its place.
        let mappingHead = "subject_id\tpredicate_id\tobject_id\tmapping_source\n"
        let cases = [
            ("o/concepts/new.ttl", String(concept("Newly").dropLast(12)), "O0001", "concepts/new.ttl"),
            ("o/concepts/new.ttl", concept("Newly", "; skos:broader c:Newly"), "O0102", "concepts/new.ttl:"),
            ("o/concepts/new.ttl", concept("Newly", "; skos:broader c:Nothing"), "O0101", "concepts/new.ttl:"),
            ("o/concepts/new.ttl", concept("BreastCarcinoma"), "O0111", "concepts/"),
            ("o/mappings/new.tsv", mappingHead + "c:Newly\tskos:exactMatch\tsnomed:254837008\ttest\n", "O0110", "mappings/new.tsv:2"),
            ("o/mappings/new.tsv", mappingHead + "c:Newly\tskos:exactMatch\n", "O0011", "mappings/new.tsv"),
        ]
        for (file, text, code, place) in cases {
            try folder.write(text, to: file)
            let broken = try await until("trouble \(code)") { $0.trouble.contains { $0.code == code } }
            #expect(broken.version == changed.version && !broken.isCurrent)
            #expect(broken.trouble.contains { $0.code == code && $0.message?.contains(place) == true }, "\(broken.trouble)")
            #expect(try await get(hub, "/v1/ontology/find?text=newly", as: [Found].self).first?.label == "Newly")
            // Everybody may know that, but not what the operator's files say.
            let open = try await get(hub, "/v1/ontology/version", as: Version.self)
            #expect(!open.isCurrent && open.trouble.allSatisfy { $0.message == nil })
            try folder.write(concept("Newly"), to: "o/concepts/new.ttl")
            try? FileManager.default.removeItem(atPath: folder.path("o/mappings/new.tsv"))
            _ = try await until("peace") { $0.isCurrent }
        }
        await hub.stop()
    }
}
