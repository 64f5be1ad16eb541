import Diagnostics
import Foundation
import Hyperontology
import Testing

@Suite struct LoadingTests {
    private func problems(_ files: [String: String]) throws -> [Diagnostic] {
        let small = try SmallOntology.complete(adding: files)
        do throws(DiagnosticList) {
            _ = try Hyperontology(directory: small.directory)
            return []
        } catch {
            return error.diagnostics
        }
    }

    private func table(_ rows: String...) -> String {
        (["subject_id\tpredicate_id\tobject_id"] + rows).joined(separator: "\n") + "\n"
    }

    @Test func saysWhereTurtleIsWrong() throws {
        let found = try problems(["concepts/b.ttl": "@prefix c: <http://c/> .\nc:A c:b \"open\n"])
        #expect(found.first?.code == "O0001")
        #expect(found.first?.message.contains("`concepts/b.ttl` line ") == true)
    }

    @Test func reportsEveryBrokenFile() throws {
        let found = try problems(["concepts/b.ttl": "c:A c:b c:d .", "bindings/x.ttl": "nonsense"])
        #expect(found.contains { $0.message.contains("concepts/b.ttl") })
        #expect(found.contains { $0.message.contains("bindings/x.ttl") })
    }

    @Test func missesTheCore() throws {
        let small = try SmallOntology(["concepts/a.ttl": SmallOntology.concepts])
        let error = #expect(throws: DiagnosticList.self) { try Hyperontology(directory: small.directory) }
        #expect(error?.diagnostics.map(\.code) == ["O0005"])
    }

    @Test func namesTheLineOfAnUnknownPrefix() throws {
        let found = try problems([
            "mappings/b.tsv": table("c:Cancer\tskos:exactMatch\tsnomde:363346000", "c:Cancer\tskos:exactMatch\tsnomed:363346000")
        ])
        #expect(found.map(\.code) == ["O0012"])
        #expect(found.first?.message.contains("`mappings/b.tsv` line 2") == true)
        #expect(found.first?.help == "did you mean `snomed`?")
    }

    @Test func refusesAnUnknownPredicate() throws {
        let found = try problems(["mappings/b.tsv": table("c:Cancer\tskos:relatedMatch\tsnomed:363346000")])
        #expect(found.map(\.code) == ["O0013"])
    }

    @Test func refusesATableWithoutItsColumns() throws {
        let found = try problems(["mappings/b.tsv": "subject_id\tobject_id\nc:Cancer\tsnomed:363346000\n"])
        #expect(found.map(\.code) == ["O0010"])
        #expect(found.first?.message.contains("`predicate_id`") == true)
    }

    @Test(arguments: ["c:Cancer\tskos:exactMatch", "c:Cancer\tskos:exactMatch\tsnomed:%zz", "a\tb\tc\td"])
    func refusesAMalformedRow(row: String) throws {
        #expect(try problems(["mappings/b.tsv": table(row)]).map(\.code) == ["O0011"])
    }

    /// As an editor writes a row that turns tabs into spaces.
    @Test func saysThatValuesAreSeparatedByTabs() throws {
        let found = try problems(["mappings/b.tsv": table("c:Cancer  skos:exactMatch  snomed:363346000")])
        #expect(found.map(\.code) == ["O0011"] && found.first?.help?.contains("tabs") == true)
    }

    @Test func readsTablesWithTheLineEndsOfWindows() throws {
        let text = table("c:Cancer\tskos:exactMatch\tsnomed:363346000", "c:PSA\tskos:exactMatch\tomop:1 ").replacing("\n", with: "\r\n")
        let ontology = try SmallOntology.complete(adding: ["mappings/b.tsv": text]).load()
        let added = ontology.mappings.filter { $0.file == "mappings/b.tsv" }
        #expect(added.map(\.code) == ["363346000", "1"])
        #expect(added.map(\.line) == [2, 3])
    }

    @Test func loadsWhatOnlyLintFindsWrong() throws {
        let concepts = SmallOntology.prefixes + "c:Lost a co:Concept ; skos:broader c:Nowhere, c:Lost ."
        #expect(try problems(["concepts/b.ttl": concepts]).isEmpty)
    }

    @Test func locatesANamedDirectory() throws {
        let small = try SmallOntology.complete()
        #expect(try Hyperontology.locate(explicit: small.directory) == small.directory)
        let error = #expect(throws: DiagnosticList.self) { try Hyperontology.locate(explicit: small.directory + "/concepts") }
        #expect(error?.diagnostics.map(\.code) == ["O0004"])
    }
}
