import Diagnostics
import Hyperontology
import Testing

@Suite struct LintTests {
    private func findings(_ files: [String: String]) throws -> [LintFinding] {
        let small = try SmallOntology.complete(adding: files)
        return try withExtendedLifetime(small) { try small.load().lint() }
    }

    private func concepts(_ turtle: String) throws -> [LintFinding] {
        try findings(["concepts/b.ttl": SmallOntology.prefixes + turtle])
    }

    private let filled = "a co:Concept ; skos:definition \"d\"@en ; co:usedFor co:Diagnosis ; co:withoutCode \"a test\"@en"

    @Test func findsDanglingParents() throws {
        let found = try concepts("c:X \(filled) ; skos:prefLabel \"X\"@en ; skos:broader c:Cancr .")
        #expect(found.map(\.diagnostic.code) == ["O0101"])
        #expect(found.first?.file == "concepts/b.ttl")
        #expect(found.first?.diagnostic.help == "did you mean `Cancer`?")
    }

    @Test func findsCyclesAndStillCloses() throws {
        let turtle =
            "c:X \(filled) ; skos:prefLabel \"X\"@en ; skos:broader c:Y . c:Y \(filled) ; skos:prefLabel \"Y\"@en ; skos:broader c:X ."
        #expect(try concepts(turtle).map(\.diagnostic.code) == ["O0102", "O0102"])
        let ontology = try SmallOntology.complete(adding: ["concepts/b.ttl": SmallOntology.prefixes + turtle]).load()
        #expect(ontology.descendants(of: c("X")) == [c("X"), c("Y")])
    }

    @Test func findsWhatIsMissing() throws {
        #expect(try concepts("c:X a co:Concept .").map(\.diagnostic.code) == ["O0104", "O0105", "O0106", "O0114"])
        let quantity = "c:X \(filled) ; skos:prefLabel \"X\"@en ; co:valueKind co:QuantityValue ."
        #expect(try concepts(quantity).map(\.diagnostic.code) == ["O0113"])
    }

    @Test func findsEqualNames() throws {
        let found = try concepts("c:X \(filled) ; skos:prefLabel \"breast  Cancer\"@en .")
        #expect(found.map(\.diagnostic.code) == ["O0103"])
    }

    @Test func findsUnknownClasses() throws {
        let found = try concepts(
            "c:X a co:Concept ; skos:prefLabel \"X\"@en ; skos:definition \"d\"@en ; co:usedFor co:Diagnoses ; co:withoutCode \"a test\"@en ."
        )
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
            subject_id\tpredicate_id\tobject_id\tmapping_source
            c:Nowhere\tskos:exactMatch\tsnomed:254837009\ttest
            c:Cancer\tskos:exactMatch\tmesh:D009369\ttest
            c:Cancer\tskos:exactMatch\tsnomed:363346001\ttest
            c:PSA\tskos:exactMatch\ticdo3:8500%2F3\ttest
            """
        let found = try findings(["mappings/b.tsv": table])
        #expect(found.map(\.diagnostic.code) == ["O0107", "O0108", "O0110", "O0109"])
        #expect(found.map(\.line) == [4, 5, 6, 7])
    }

    @Test func acceptsACodeOfAConceptAndItsParent() throws {
        let table = "subject_id\tpredicate_id\tobject_id\tmapping_source\nc:BreastCancer\tskos:exactMatch\ticdo3:8500%2F3\ttest\n"
        #expect(try findings(["mappings/b.tsv": table]).isEmpty)
    }

    @Test func findsLeavesWithoutACode() throws {
        let found = try concepts("c:X a co:Concept ; skos:prefLabel \"X\"@en ; skos:definition \"d\"@en ; co:usedFor co:Diagnosis .")
        #expect(found.map(\.diagnostic.code) == ["O0114"])
        #expect(found.first?.line == 6)
    }

    @Test func findsWrongLanguages() throws {
        let names = "skos:prefLabel \"X\"@en ; skos:altLabel \"Y\" , \"Z\"@english , \"W\"@de-AT"
        #expect(try concepts("c:X \(filled) ; \(names) .").map(\.diagnostic.code) == ["O0115", "O0115"])
        let twice = try concepts("c:X \(filled) ; skos:prefLabel \"X\"@en , \"Y\"@en .")
        #expect(twice.map(\.diagnostic.code) == ["O0115"])
    }

    @Test func findsIRIsOutsideOfTheScheme() throws {
        let found = try concepts("<http://example.org/X> \(filled) ; skos:prefLabel \"X\"@en .")
        #expect(found.map(\.diagnostic.code) == ["O0116"])
        #expect(found.first?.line == 6)
    }

    @Test func findsSynonymsThatTwoConceptsShare() throws {
        let found = try concepts("c:X \(filled) ; skos:prefLabel \"X\"@en ; skos:altLabel \"Malignant  Neoplasm\"@en .")
        #expect(found.map(\.diagnostic.code) == ["O0103"])
        let other = filled.replacing("co:Diagnosis", with: "co:Value")
        #expect(try concepts("c:X \(other) ; skos:prefLabel \"X\"@en ; skos:altLabel \"Malignant Neoplasm\"@en .").isEmpty)
    }

    @Test func saysTheLineOfWhatIsWrong() throws {
        let found = try concepts("c:X \(filled) ;\n    skos:prefLabel \"X\"@en ;\n    skos:broader c:Cancr .")
        #expect(found.map(\.line) == [8])
    }

    @Test func findsBindingsThatLeaveQuestionsOpen() throws {
        let binding = """
            co:b a co:Binding ; co:model "m" ; co:binds co:Observation ;
                co:place [ co:container "t" ; co:numberField "n" ] .
            co:p a co:PropertyBinding ; co:model "m" ; co:binds co:sliceThickness ; co:absence co:MeansUnknown ;
                co:field [ co:name "f" ] .
            co:q a co:PropertyBinding ; co:model "m" ; co:binds co:sliceThickness ; co:absence co:MeansUnknown ;
                co:field [ co:name "f" ; co:unit "mm" ] .
            """
        let found = try findings(["bindings/m.ttl": SmallOntology.prefixes + binding]).filter { $0.diagnostic.code != "O0121" }
        #expect(found.map(\.diagnostic.code) == ["O0117", "O0118", "O0118"])
        #expect(found.map(\.line) == [6, 7, 9])
    }

    @Test func findsWhatAModelLeavesUnsaid() throws {
        let binding =
            "co:b a co:Binding ; co:model \"m\" ; co:binds co:Diagnosis ; co:absence co:MeansNo ; co:place [ co:container \"t\" ] .\n"
        let reason = "co:n a co:Unbound ; co:model \"m\" ; co:binds co:Observation, co:modality, co:sliceThickness, co:Patient"
        func unsaid(_ more: String) throws -> [String] {
            try findings(["bindings/m.ttl": SmallOntology.prefixes + binding + more]).filter { $0.diagnostic.code == "O0121" }
                .map { "\($0.file) \($0.diagnostic.message.split(separator: "`").last { $0.hasPrefix("co:") } ?? "")" }
        }
        #expect(try unsaid(reason + " ; co:because \"None.\"@en .").isEmpty)
        #expect(try unsaid(reason + " .").count == 4)
        #expect(
            try unsaid("") == ["co:Observation", "co:Patient", "co:modality", "co:sliceThickness"].map { "bindings/m.ttl \($0)" })
    }

    @Test func findsRowsThatSayNothingNew() throws {
        let head = "subject_id\tpredicate_id\tobject_id\tmapping_source\n"
        #expect(
            try findings(["mappings/b.tsv": head + "c:Cancer\tskos:broadMatch\tsnomed:363346000\ttest\n"]).map(\.diagnostic.code) == [
                "O0120"
            ])
        #expect(try findings(["mappings/b.tsv": head + "c:Cancer\tskos:exactMatch\tomop:443392\n"]).map(\.diagnostic.code) == ["O0119"])
        #expect(try findings(["mappings/b.tsv": head + "c:Cancer\tskos:exactMatch\tomop:x1\ttest\n"]).map(\.diagnostic.code) == ["O0110"])
    }
}
