import Diagnostics
import Foundation
import Testing

@testable import Hyperontology

/// Imports of small releases in each published form, made here.
@Suite struct ImportTests {
    private let small: SmallOntology
    private let ontology: Hyperontology

    init() throws {
        small = try SmallOntology.complete()
        ontology = try small.load()
    }

    private func read(
        _ format: TerminologyImporter.Format, _ files: [String: String], path: String? = nil, system: String? = nil
    ) async throws -> (Terminology, ImportReport) {
        let release = try SmallOntology(files)
        let target = path.map { release.directory + "/" + $0 } ?? release.directory
        defer { withExtendedLifetime(release) {} }
        return try await TerminologyImporter(hyperontology: ontology).read(format, path: target, system: system)
    }

    private func rows(_ terminology: Terminology) -> [String] {
        var report = ImportReport(format: "test")
        return ImportedMappings(hyperontology: ontology, terminology: terminology, name: "test").rows(&report)
            .map { "\($0.concept.split(separator: "/").last ?? "") \($0.match) \($0.system):\($0.code)" }
    }

    private func lines(_ rows: String...) -> String { rows.map { $0.replacing(" | ", with: "\t") }.joined(separator: "\r\n") + "\r\n" }

    // MARK: - Tables

    private var release: [String: String] {
        [
            "Snapshot/Terminology/sct2_Concept_Snapshot_INT_20250101.txt": lines(
                "id | effectiveTime | active | moduleId | definitionStatusId", "363346000 | 20020131 | 1 | m | d",
                "254837009 | 20020131 | 1 | m | d", "408643008 | 20020131 | 1 | m | d", "278054005 | 20020131 | 1 | m | d",
                "254838004 | 20020131 | 1 | m | d", "254838004 | 20200131 | 0 | m | d", "254838005 | 20020131 | 1 | m | d"),
            "Snapshot/Terminology/sct2_Description_Snapshot-en_INT_20250101.txt": lines(
                "id | effectiveTime | active | moduleId | conceptId | languageCode | typeId | term | caseSignificanceId",
                "1 | 20020131 | 1 | m | 363346000 | en | 900000000000003001 | Malignant neoplastic disease (disorder) | c",
                "2 | 20020131 | 1 | m | 254837009 | en | 900000000000003001 | Malignant neoplasm of breast (disorder) | c",
                "3 | 20020131 | 1 | m | 254837009 | en | 900000000000013009 | Breast cancer | c",
                "4 | 20020131 | 1 | m | 408643008 | en | 900000000000003001 | Infiltrating duct carcinoma of breast (disorder) | c"),
            "Snapshot/Terminology/sct2_Relationship_Snapshot_INT_20250101.txt": lines(
                "id | effectiveTime | active | moduleId | sourceId | destinationId | relationshipGroup | typeId | characteristicTypeId | m",
                "1 | 20020131 | 1 | m | 254837009 | 363346000 | 0 | 116680003 | c | m",
                "2 | 20020131 | 1 | m | 408643008 | 254837009 | 0 | 116680003 | c | m",
                "3 | 20020131 | 0 | m | 363346000 | 408643008 | 0 | 116680003 | c | m",
                "4 | 20020131 | 1 | m | 408643008 | 363346000 | 0 | 363698007 | c | m"),
        ]
    }

    @Test func readsSNOMED() async throws {
        let (terminology, report) = try await read(.snomed, release)
        #expect(Set(terminology.terms.keys) == ["363346000", "254837009", "408643008"])
        #expect(terminology.terms["254837009"]?.label == "Malignant neoplasm of breast")
        #expect(terminology.terms["254837009"]?.synonyms == ["Breast cancer"])
        #expect(terminology.terms["408643008"]?.parents == ["254837009"])
        #expect(
            Dictionary(uniqueKeysWithValues: report.skipped.map { ($0.reason, $0.count) }) == [
                "an inactive concept without a successor": 1, "an identifier whose check digit is wrong": 1,
                "a concept without a fully specified name": 1,
            ])
        #expect(rows(terminology) == ["BreastCancer narrower snomed:408643008", "Cancer narrower snomed:408643008"])
    }

    @Test func saysWhichFileOfAReleaseIsMissing() async throws {
        await #expect {
            try await read(.snomed, ["sct2_Concept_Snapshot_x.txt": "id\n"])
        } throws: { ($0 as? DiagnosticList)?.diagnostics.first?.message.contains("sct2_Description_") == true }
        await #expect {
            try await read(.omop, ["CONCEPT.csv": "concept_id\tconcept_name\n"])
        } throws: { ($0 as? DiagnosticList)?.diagnostics.map(\.code) == ["O0010", "O0010"] }
    }

    @Test func readsOMOP() async throws {
        let (terminology, report) = try await read(
            .omop,
            [
                "CONCEPT.csv": lines(
                    "concept_id | concept_name | domain_id | vocabulary_id | concept_class_id | standard_concept | concept_code | invalid_reason",
                    "4112853 | Malignant tumor of breast | Condition | SNOMED | Disorder | S | 254837009 | ",
                    "1 | Duct cancer | Condition | SNOMED | Disorder | S | 408643008 | ",
                    "2 | C50 thing | Condition | ICD10CM | code |  | C50 | ",
                    "3 | Wrong | Condition | SNOMED | Disorder | S | 408643009 | ",
                    "x | No number | Condition | SNOMED | Disorder | S | 1 | ",
                    "4 | Gone | Condition | SNOMED | Disorder | S | 363346000 | D"),
                "CONCEPT_RELATIONSHIP.csv": lines(
                    "concept_id_1 | concept_id_2 | relationship_id | invalid_reason", "1 | 4112853 | Is a | ", "2 | 4112853 | Maps to | ",
                    "4112853 | 4112853 | Maps to | ", "4 | 4112853 | Is a | D", "1 | 99 | Is a | "),
                "CONCEPT_SYNONYM.csv": lines("concept_id | concept_synonym_name | language_concept_id", "1 | IDC | 4180186"),
            ])
        #expect(terminology.terms["1"]?.parents == ["4112853"])
        #expect(terminology.terms["2"]?.parents == ["4112853"])
        #expect(terminology.terms["1"]?.synonyms == ["IDC"])
        #expect(terminology.links.contains(.init(code: "4112853", origin: "CONCEPT", match: .exact, system: "snomed", target: "254837009")))
        #expect(
            report.skipped.map(\.reason) == [
                "a code whose check digit is wrong", "a concept id that is no number", "a parent that the source does not define",
                "a relationship that is no longer valid", "the code of a concept that is no longer valid",
            ])
        #expect(report.records == 12)
    }

    @Test func readsLOINC() async throws {
        let main = """
            "LOINC_NUM","COMPONENT","STATUS","SHORTNAME","LONG_COMMON_NAME"
            "2857-1","Prostate specific Ag","ACTIVE","PSA SerPl-mCnc","Prostate specific Ag [Mass/volume] in Serum or Plasma"
            "2857-2","x","ACTIVE","x","wrong digit"
            "10508-0","x","DEPRECATED","x","old, ""quoted"", code"
            """
        let hierarchy = """
            PATH_TO_ROOT,SEQUENCE,IMMEDIATE_PARENT,CODE,CODE_TEXT
            ,1,,LP7786-9,Tumor markers
            LP7786-9,1,LP7786-9,2857-1,PSA
            """
        let (terminology, report) = try await read(.loinc, ["LoincTable/Loinc.csv": main, "x/ComponentHierarchyBySystem.csv": hierarchy])
        #expect(terminology.terms["2857-1"]?.synonyms == ["PSA SerPl-mCnc"])
        #expect(terminology.terms["2857-1"]?.parents == ["LP7786-9"])
        #expect(terminology.terms["10508-0"] == nil)
        #expect(report.skipped.map(\.reason) == ["a code whose check digit is wrong", "a deprecated code"])
    }

    @Test func readsRxNorm() async throws {
        func name(_ code: String, _ vocabulary: String, _ type: String, _ text: String, _ suppress: String = "N") -> String {
            "\(code)|ENG||||||a||||\(vocabulary)|\(type)|c|\(text)||\(suppress)||\n"
        }
        let names =
            name("72962", "RXNORM", "IN", "docetaxel") + name("72962", "RXNORM", "TMSY", "Docetaxel synonym")
            + name("1860480", "RXNORM", "SCD", "1 ML docetaxel 20 MG/ML Injection") + name("1", "MMSL", "BN", "x")
            + name("2", "RXNORM", "IN", "y", "O")
        let relations = "72962|||RO|1860480|||has_ingredient|||RXNORM||||||\n1860480|||RO|72962|||ingredient_of|||RXNORM||||||\n"
        let (terminology, report) = try await read(.rxnorm, ["rrf/RXNCONSO.RRF": names, "rrf/RXNREL.RRF": relations])
        #expect(terminology.terms["1860480"]?.parents == ["72962"])
        #expect(terminology.terms["72962"]?.parents.isEmpty == true)
        #expect(terminology.terms["72962"]?.label == "docetaxel")
        #expect(report.skipped.map(\.reason) == ["a name of another vocabulary", "an obsolete name"])
    }

    // MARK: - Texts and graphs

    private let obo = """
        format-version: 1.4

        [Term]
        id: DOID:1612
        name: breast cancer
        synonym: "breast tumor" RELATED []
        synonym: "malignant tumor of the breast" EXACT []
        is_a: DOID:162 ! cancer
        xref: SNOMEDCT:254837009 {source="x"}
        xref: UMLS:C0006142

        [Term]
        id: DOID:162
        name: cancer

        [Term]
        id: DOID:9
        name: gone
        is_obsolete: true

        [Typedef]
        id: part_of
        """

    @Test func readsOBO() async throws {
        let (terminology, report) = try await read(.obo, ["d.obo": obo], path: "d.obo", system: "doid")
        #expect(Set(terminology.terms.keys) == ["DOID:1612", "DOID:162"])
        #expect(terminology.terms["DOID:1612"]?.parents == ["DOID:162"])
        #expect(terminology.terms["DOID:1612"]?.synonyms == ["malignant tumor of the breast"])
        #expect(terminology.links.map(\.target) == ["254837009"])
        #expect(report.skipped.map(\.reason) == ["a reference to a system that is not known", "an obsolete term"])
        await #expect { try await read(.obo, ["d.obo": obo], path: "d.obo") } throws: {
            ($0 as? DiagnosticList)?.diagnostics.first?.code == "O0202"
        }
    }

    @Test(arguments: ["turtle", "xml"]) func readsOWL(syntax: String) async throws {
        let turtle = """
            @prefix owl: <http://www.w3.org/2002/07/owl#> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
            @prefix skos: <http://www.w3.org/2004/02/skos/core#> . @prefix obo: <http://purl.obolibrary.org/obo/> .
            obo:DOID_1612 a owl:Class ; rdfs:label "breast cancer"@en ; rdfs:subClassOf obo:DOID_162 , [ a owl:Restriction ] ;
                skos:exactMatch <http://snomed.info/sct/254837009> , <http://example.org/x> .
            obo:DOID_162 a owl:Class ; rdfs:label "cancer" .
            obo:DOID_9 a owl:Class ; rdfs:label "gone" ; owl:deprecated true .
            """
        let xml = """
            <?xml version="1.0"?>
            <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:owl="http://www.w3.org/2002/07/owl#"
              xmlns:rdfs="http://www.w3.org/2000/01/rdf-schema#" xmlns:skos="http://www.w3.org/2004/02/skos/core#">
              <owl:Class rdf:about="http://purl.obolibrary.org/obo/DOID_1612"><rdfs:label xml:lang="en">breast cancer</rdfs:label>
                <rdfs:subClassOf rdf:resource="http://purl.obolibrary.org/obo/DOID_162"/>
                <skos:exactMatch rdf:resource="http://snomed.info/sct/254837009"/><skos:exactMatch rdf:resource="http://example.org/x"/></owl:Class>
              <owl:Class rdf:about="http://purl.obolibrary.org/obo/DOID_162"><rdfs:label>cancer</rdfs:label></owl:Class>
              <owl:Class rdf:about="http://purl.obolibrary.org/obo/DOID_9"><owl:deprecated>true</owl:deprecated></owl:Class>
            </rdf:RDF>
            """
        let file = syntax == "xml" ? "d.owl" : "d.ttl"
        let (terminology, report) = try await read(.owl, [file: syntax == "xml" ? xml : turtle], path: file, system: "doid")
        #expect(Set(terminology.terms.keys) == ["DOID:1612", "DOID:162"])
        #expect(terminology.terms["DOID:1612"]?.parents == ["DOID:162"])
        #expect(terminology.links.map(\.target) == ["254837009"])
        #expect(report.skipped.map(\.reason) == ["a deprecated class", "a match of a system that is not known"])
    }

    @Test(arguments: ["tsv", "json"]) func readsSSSOM(form: String) async throws {
        let tsv = """
            #curie_map:
            subject_id\tsubject_label\tpredicate_id\tobject_id\tpredicate_modifier
            snomed:254837009\tbreast cancer\tskos:exactMatch\ticdo3:8500/3\t
            icdo3:8520/3\tlobular\tskos:broadMatch\tsnomed:254837009\t
            snomed:254837009\tx\tskos:exactMatch\ticdo3:8000/3\tNot
            snomed:254837009\tx\tskos:relatedMatch\ticdo3:8000/3\t
            mesh:D1\tx\tskos:exactMatch\tsnomed:254837009\t
            """
        let json = """
            {"mapping_set_id": "x", "mappings": [
              {"subject_id": "snomed:254837009", "subject_label": "breast cancer", "predicate_id": "skos:exactMatch", "object_id": "icdo3:8500/3"},
              {"subject_id": "icdo3:8520/3", "predicate_id": "skos:broadMatch", "object_id": "snomed:254837009"},
              {"subject_id": "snomed:254837009", "predicate_id": "skos:exactMatch", "object_id": "icdo3:8000/3", "predicate_modifier": "Not"},
              {"subject_id": "snomed:254837009", "predicate_id": "skos:relatedMatch", "object_id": "icdo3:8000/3"},
              {"subject_id": "mesh:D1", "predicate_id": "skos:exactMatch", "object_id": "snomed:254837009"}]}
            """
        let file = "m." + form
        let (terminology, report) = try await read(.sssom, [file: form == "tsv" ? tsv : json], path: file, system: "snomed")
        #expect(Set(terminology.links.map { "\($0.match) \($0.target)" }) == ["exact 8500/3", "narrower 8520/3"])
        #expect(report.records == 5)
        #expect(
            report.skipped.map(\.reason) == [
                "a code of a system that is not known", "a mapping that is denied", "a predicate without a meaning here",
            ])
    }

    // MARK: - What imports do

    @Test func widensConceptsAndIsIdempotent() async throws {
        let (terminology, _) = try await read(.snomed, release)
        var first = ImportReport(format: "snomed")
        let mappings = ImportedMappings(hyperontology: ontology, terminology: terminology, name: "snomed")
        let path = try mappings.write(below: small.directory, &first)
        #expect(!first.isUnchanged)
        #expect(first.mappings == 2)
        let widened = try small.load()
        #expect(widened.mappings(of: c("BreastCancer")).map(\.code) == ["254837009", "408643008"])
        #expect(widened.mappings(of: c("BreastCancer")).last?.match == .narrower)
        #expect(widened.mappings(of: c("BreastCancer")).last?.source == "snomed: below 254837009 Malignant neoplasm of breast")
        #expect(widened.lint().isEmpty)

        // The second import sees the first one's rows, and writes the same.
        let written = try String(contentsOfFile: path, encoding: .utf8)
        var second = ImportReport(format: "snomed")
        _ = try ImportedMappings(hyperontology: widened, terminology: terminology, name: "snomed").write(below: small.directory, &second)
        #expect(second.isUnchanged)
        #expect(try String(contentsOfFile: path, encoding: .utf8) == written)
        #expect(second.mappings == first.mappings)
    }

    @Test func takesOverWhatMeansTheSame() async throws {
        var terminology = Terminology(system: "snomed")
        terminology.terms["254837009"] = .init(label: "breast cancer")
        terminology.links = [
            .init(code: "254837009", origin: "x", match: .exact, system: "omop", target: "7"),
            .init(code: "254837009", origin: "x", match: .exact, system: "icdo3", target: "8500/3"),
            .init(code: "254837009", origin: "x", match: .exact, system: "nowhere", target: "1"),
        ]
        var report = ImportReport(format: "test")
        let found = ImportedMappings(hyperontology: ontology, terminology: terminology, name: "test").rows(&report)
        #expect(found.map(\.code) == ["7"])
        #expect(report.skipped.contains { $0.reason == "a code of a system that is not known" })
    }

    /// SNOMED CT has a metastasis in the colon below the cancers of the colon. Our concepts do not, and they decide.
    @Test func leavesOutWhatOurConceptsPlaceElsewhere() async throws {
        let concepts = """
            c:Metastasis a co:Concept ; skos:prefLabel "Metastasis"@en ; skos:definition "d"@en ; co:usedFor co:Diagnosis ; skos:broader c:Cancer .
            """
        let table = "subject_id\tpredicate_id\tobject_id\tmapping_source\nc:Metastasis\tskos:exactMatch\tsnomed:94222008\ttest\n"
        let small = try SmallOntology.complete(adding: ["concepts/b.ttl": SmallOntology.prefixes + concepts, "mappings/b.tsv": table])
        var terminology = Terminology(system: "snomed")
        terminology.terms = [
            "363346000": .init(label: "cancer"), "254837009": .init(label: "breast cancer", parents: ["363346000"]),
            "94222008": .init(label: "metastasis in bone", parents: ["254837009"]),
            "1": .init(label: "a kind of it", parents: ["94222008"]),
        ]
        var report = ImportReport(format: "test")
        let rows = try ImportedMappings(hyperontology: small.load(), terminology: terminology, name: "test").rows(&report)
        #expect(Set(rows.map { "\($0.concept.split(separator: "/").last ?? "") \($0.code)" }) == ["Cancer 1", "Metastasis 1"])
        #expect(
            report.skipped.first { $0.reason == "a code that our concepts place elsewhere" }?.examples == [
                "94222008 is Metastasis, not BreastCancer"
            ])
    }

    @Test func endsInCycles() {
        var terminology = Terminology(system: "snomed")
        terminology.terms = [
            "a": .init(label: "a", parents: ["c"]), "b": .init(label: "b", parents: ["a"]), "c": .init(label: "c", parents: ["b"]),
        ]
        #expect(Set(terminology.descendants(of: "a", terminology.children)) == ["b", "c"])
    }

    @Test func refusesWhatIsNoText() async throws {
        let release = try SmallOntology([:])
        try FileManager.default.createDirectory(atPath: release.directory, withIntermediateDirectories: true)
        let path = release.directory + "/m.obo"
        try Data([0x5B, 0xFF, 0xFE, 0x0A]).write(to: URL(fileURLWithPath: path))
        await #expect {
            try await TerminologyImporter(hyperontology: ontology).read(.obo, path: path, system: "doid")
        } throws: { ($0 as? DiagnosticList)?.diagnostics.first?.message.contains("line 1 is no UTF-8") == true }
    }
}
