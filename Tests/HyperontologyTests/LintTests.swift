import Diagnostics
import Hyperontology
import Testing

@Suite struct LintTests {
    private func findings(_ files: [String: String]) throws -> [LintFinding] {
        try SmallOntology.complete(adding: files).load().lint()
    }

    private func concepts(_ turtle: String) throws -> [LintFinding] {
        try findings(["concepts/b.ttl": SmallOntology.prefixes + turtle])
    }

    private let filled = "a co:Concept ; skos:definition \"d\" ; co:usedFor co:Diagnosis"

    @Test func findsDanglingParents() throws {
        let found = try concepts("c:X \(filled) ; skos:prefLabel \"X\" ; skos:broader c:Cancr .")
        #expect(found.map(\.diagnostic.code) == ["O0101"])
        #expect(found.first?.file == "concepts/b.ttl")
        #expect(found.first?.diagnostic.help == "did you mean `Cancer`?")
    }

    @Test func findsCyclesAndStillCloses() throws {
        let turtle = "c:X \(filled) ; skos:prefLabel \"X\" ; skos:broader c:Y . c:Y \(filled) ; skos:prefLabel \"Y\" ; skos:broader c:X ."
        #expect(try concepts(turtle).map(\.diagnostic.code) == ["O0102", "O0102"])
        let ontology = try SmallOntology.complete(adding: ["concepts/b.ttl": SmallOntology.prefixes + turtle]).load()
        #expect(ontology.descendants(of: c("X")) == [c("X"), c("Y")])
    }

    @Test func findsWhatIsMissing() throws {
        #expect(try concepts("c:X a co:Concept .").map(\.diagnostic.code) == ["O0104", "O0105", "O0106"])
        let quantity = "c:X \(filled) ; skos:prefLabel \"X\" ; co:valueKind co:QuantityValue ."
        #expect(try concepts(quantity).map(\.diagnostic.code) == ["O0113"])
    }

    @Test func findsEqualNames() throws {
        let found = try concepts("c:X \(filled) ; skos:prefLabel \"breast  Cancer\"@en .")
        #expect(found.map(\.diagnostic.code) == ["O0103"])
    }

    @Test func findsUnknownClasses() throws {
        let found = try concepts("c:X a co:Concept ; skos:prefLabel \"X\" ; skos:definition \"d\" ; co:usedFor co:Diagnoses .")
        #expect(found.map(\.diagnostic.code) == ["O0112"])
        #expect(found.first?.diagnostic.help == "did you mean `co:Diagnosis`?")
    }

    @Test func findsConceptsDefinedTwice() throws {
        #expect(try concepts("c:Cancer a co:Concept .").map(\.diagnostic.code) == ["O0111"])
    }

    @Test func findsBadMappings() throws {
        let table = """
            #curie_map:
            #  mesh: http://id.nlm.nih.gov/mesh/
            subject_id\tpredicate_id\tobject_id
            c:Nowhere\tskos:exactMatch\tsnomed:254837009
            c:Cancer\tskos:exactMatch\tmesh:D009369
            c:Cancer\tskos:exactMatch\tsnomed:363346001
            c:PSA\tskos:exactMatch\ticdo3:8500%2F3
            """
        let found = try findings(["mappings/b.tsv": table])
        #expect(found.map(\.diagnostic.code) == ["O0107", "O0108", "O0110", "O0109"])
        #expect(found.map(\.line) == [4, 5, 6, 7])
    }

    @Test func acceptsACodeOfAConceptAndItsParent() throws {
        let table = "subject_id\tpredicate_id\tobject_id\nc:BreastCancer\tskos:exactMatch\ticdo3:8500%2F3\n"
        #expect(try findings(["mappings/b.tsv": table]).isEmpty)
    }
}
