import Diagnostics
import Foundation
import Synchronization
import Testing

@testable import Hyperontology

/// Releases in the layouts in which their owners publish them: every folder and file that is there beside those that are read.
@Suite struct ReleaseTests {
    private let small: SmallOntology
    private let ontology: Hyperontology

    init() throws {
        let systems = """
            co:icd10 a co:CodeSystem ; co:shortName "icd10" ; co:uri "http://hl7.org/fhir/sid/icd-10" ; rdfs:label "ICD-10" .
            co:atc a co:CodeSystem ; co:shortName "atc" ; co:uri "http://www.whocc.no/atc" ; rdfs:label "ATC" .
            co:rxnorm a co:CodeSystem ; co:shortName "rxnorm" ; co:uri "http://www.nlm.nih.gov/research/umls/rxnorm" ; rdfs:label "RxNorm" .
            """
        let drug =
            "c:Docetaxel a co:Concept ; skos:prefLabel \"Docetaxel\"@en ; skos:definition \"A drug.\"@en ; co:usedFor co:Observation .\n"
        let table =
            "subject_id\tpredicate_id\tobject_id\tmapping_source\nc:Docetaxel\tskos:exactMatch\trxnorm:72962\ttest\n"
            + "c:BreastCancer\tskos:exactMatch\tomop:4112853\ttest\n"
        small = try SmallOntology.complete(adding: [
            "vocabularies.ttl": SmallOntology.vocabularies + systems, "concepts/b.ttl": SmallOntology.prefixes + drug,
            "mappings/b.tsv": table,
        ])
        ontology = try small.load()
    }

    private struct Outcome {
        let terminology: Terminology
        let report: ImportReport
        let rows: [String]
        var skipped: [String: Int] { Dictionary(uniqueKeysWithValues: report.skipped.map { ($0.reason, $0.count) }) }
        var read: [String] { report.files.filter { $0.records != nil }.map { String($0.path.split(separator: "/").last ?? "") } }
        func unread(_ file: String) -> String? { report.files.first { $0.path.hasSuffix("/" + file) }?.unreadBecause }
    }

    /// Reads a release, and imports it twice: the second time nothing changes. Progress comes to its end.
    private func outcome(_ format: TerminologyImporter.Format, _ files: [String: String]) async throws -> Outcome {
        let release = try SmallOntology(files)
        defer { withExtendedLifetime(release) {} }
        let shares = Mutex<[String: [Double]]>([:])
        let importer = TerminologyImporter(hyperontology: ontology) { file, share in
            shares.withLock { $0[file, default: []].append(share) }
        }
        let (terminology, read) = try await importer.read(format, path: release.directory)
        for (file, shares) in shares.withLock({ $0 }) {
            #expect(shares.last == 1 && shares == shares.sorted(), "\(file): \(shares)")
        }
        #expect(!shares.withLock { $0.isEmpty })
        var (first, second) = (read, read)
        let path = try ImportedMappings(hyperontology: ontology, terminology: terminology, name: "t").write(below: small.directory, &first)
        let text = try String(contentsOfFile: path, encoding: .utf8)
        let widened = try small.load()
        #expect(widened.lint().filter { $0.diagnostic.severity == .error }.isEmpty)
        let (again, _) = try await TerminologyImporter(hyperontology: widened).read(format, path: release.directory)
        _ = try ImportedMappings(hyperontology: widened, terminology: again, name: "t").write(below: small.directory, &second)
        #expect(second.isUnchanged && !first.isUnchanged && second.mappings == first.mappings)
        #expect(try String(contentsOfFile: path, encoding: .utf8) == text)
        let rows = widened.mappings.filter { $0.file == "imports/t.tsv" }
            .map { "\($0.concept.split(separator: "/").last ?? "") \($0.match) \($0.system):\($0.code)" }
        try FileManager.default.removeItem(atPath: path)
        return Outcome(terminology: terminology, report: read, rows: rows)
    }

    private func lines(_ rows: [String]) -> String { rows.map { $0.replacing(" | ", with: "\t") }.joined(separator: "\r\n") + "\r\n" }

    // MARK: SNOMED CT

    /// One edition as it is unpacked: `SnomedCT_InternationalRF2_PRODUCTION_…`, with the views that are wanted.
    private func snomed(_ views: String..., date: String = "20250101", changed: [String] = []) -> [String: String] {
        let conceptHead = "id | effectiveTime | active | moduleId | definitionStatusId"
        let nameHead = "id | effectiveTime | active | moduleId | conceptId | languageCode | typeId | term | caseSignificanceId"
        let relationHead =
            "id | effectiveTime | active | moduleId | sourceId | destinationId | relationshipGroup | typeId | characteristicTypeId | modifierId"
        let refsetHead = "id | effectiveTime | active | moduleId | refsetId | referencedComponentId"
        let concepts = [
            "363346000 | 20020131 | 1 | m | d", "254837009 | 20020131 | 1 | m | d", "408643008 | 20020131 | 1 | m | d",
            "278054005 | 20020131 | 0 | m | d", "188147009 | 20020131 | 0 | m | d",
        ]
        let fsn = "900000000000003001"
        let names = [
            "1 | 20020131 | 1 | m | 363346000 | en | \(fsn) | Malignant neoplastic disease (disorder) | c",
            "2 | 20020131 | 1 | m | 254837009 | en | \(fsn) | Malignant neoplasm of breast (disorder) | c",
            "3 | 20020131 | 1 | m | 408643008 | en | \(fsn) | Infiltrating duct carcinoma of breast (disorder) | c",
            "4 | 20020131 | 1 | m | 188147009 | en | \(fsn) | Malignant neoplasm of nipple, old (disorder) | c",
        ]
        let relations = [
            "1 | 20020131 | 1 | m | 254837009 | 363346000 | 0 | 116680003 | c | m",
            "2 | 20020131 | 1 | m | 408643008 | 254837009 | 0 | 116680003 | c | m",
        ]
        let map = "m1 | 20250101 | 1 | m | 447562003 | 408643008 | 1 | 1 | TRUE | ALWAYS C50.9 | C50.9 | 447561005 | 447637006"
        var files: [String: String] = ["Readme_en_\(date).txt": "SNOMED CT\r\n", "release_package_information.json": "{}"]
        for view in views {
            func table(_ head: String, _ rows: [String]) -> String { lines([head] + (view == "Delta" ? changed : rows)) }
            let delta = view == "Delta"
            files["\(view)/Terminology/sct2_Concept_\(view)_INT_\(date).txt"] = table(conceptHead, concepts)
            files["\(view)/Terminology/sct2_Description_\(view)-en_INT_\(date).txt"] = lines([nameHead] + (delta ? [] : names))
            files["\(view)/Terminology/sct2_TextDefinition_\(view)-en_INT_\(date).txt"] = lines([
                nameHead, "9 | 20020131 | 1 | m | 254837009 | en | 900000000000550004 | A definition. | c",
            ])
            files["\(view)/Terminology/sct2_Relationship_\(view)_INT_\(date).txt"] = lines([relationHead] + (delta ? [] : relations))
            files["\(view)/Terminology/sct2_StatedRelationship_\(view)_INT_\(date).txt"] = lines([
                relationHead, "7 | 20020131 | 1 | m | 363346000 | 408643008 | 0 | 116680003 | c | m",
            ])
            files["\(view)/Terminology/sct2_RelationshipConcreteValues_\(view)_INT_\(date).txt"] = lines([relationHead])
            files["\(view)/Terminology/sct2_Identifier_\(view)_INT_\(date).txt"] = "alternateIdentifier\r\n"
            files["\(view)/Terminology/sct2_sRefset_OWLExpression\(view)_INT_\(date).txt"] = lines([refsetHead + " | owlExpression"])
            files["\(view)/Refset/Language/der2_cRefset_Language\(view)-en_INT_\(date).txt"] = lines([refsetHead + " | acceptabilityId"])
            files["\(view)/Refset/Content/der2_Refset_Simple\(view)_INT_\(date).txt"] = lines([refsetHead])
            files["\(view)/Refset/Content/der2_cRefset_Association\(view)_INT_\(date).txt"] = lines([
                refsetHead + " | targetComponentId", "a1 | 20200101 | 1 | m | 900000000000526001 | 188147009 | 254837009",
                "a2 | 20200101 | 1 | m | 900000000000523009 | 278054005 | 254837009",
            ])
            files["\(view)/Refset/Map/der2_iisssccRefset_ExtendedMap\(view)_INT_\(date).txt"] = lines([
                refsetHead + " | mapGroup | mapPriority | mapRule | mapAdvice | mapTarget | correlationId | mapCategoryId", map,
            ])
            files["\(view)/Refset/Map/der2_sRefset_SimpleMap\(view)_INT_\(date).txt"] = lines([
                refsetHead + " | mapTarget", "s1 | 20200101 | 1 | m | 446608001 | 408643008 | 8500/3",
                "s2 | 20200101 | 1 | m | 446608001 | 408643008 | C50.9", "s3 | 20200101 | 1 | m | 900000000000497000 | 408643008 | X",
            ])
        }
        return files
    }

    @Test(arguments: [["Snapshot"], ["Full"], ["Full", "Snapshot", "Delta"]]) func readsSNOMED(views: [String]) async throws {
        let files = views.reduce(into: [:]) { files, view in files.merge(snomed(view)) { _, new in new } }
        let found = try await outcome(.snomed, files)
        #expect(Set(found.terminology.terms.keys) == ["363346000", "254837009", "408643008", "188147009"])
        #expect(found.terminology.terms["363346000"]?.parents == [], "stated relationships are not read")
        // A retired code of old records is found where its successor is.
        #expect(found.terminology.terms["188147009"]?.parents == ["254837009"])
        #expect(found.rows.contains("BreastCancer narrower snomed:188147009"))
        #expect(
            found.terminology.links.contains(.init(code: "408643008", origin: "map", match: .broader, system: "icd10", target: "C50.9")))
        #expect(found.terminology.links.filter { $0.system == "icdo3" }.map(\.target) == ["8500/3"])
        #expect(found.skipped["an inactive concept without a successor"] == 1)
        #expect(found.skipped["a map to a system that is not known"] == 1)
        let view = views.contains("Snapshot") ? "Snapshot" : "Full"
        #expect(found.read.contains("sct2_Concept_\(view)_INT_20250101.txt"))
        #expect(found.unread("sct2_TextDefinition_\(view)-en_INT_20250101.txt") == "definitions of others are not taken over")
        #expect(found.unread("sct2_StatedRelationship_\(view)_INT_20250101.txt")?.contains("inferred relationships") == true)
        #expect(found.unread("der2_cRefset_Language\(view)-en_INT_20250101.txt")?.contains("reference set") == true)
        if views.contains("Full"), views.contains("Snapshot") {
            #expect(found.unread("sct2_Concept_Full_INT_20250101.txt") == "the snapshot says the same")
        }
    }

    @Test func aLaterDeltaBringsAReleaseUpToDate() async throws {
        let gone = "408643008 | 20250701 | 0 | m | d"
        let later = snomed("Delta", date: "20250701", changed: [gone])
        let found = try await outcome(.snomed, snomed("Snapshot").merging(later.map { ("update/" + $0, $1) }) { _, new in new })
        #expect(Set(found.terminology.terms.keys) == ["363346000", "254837009", "188147009"])
        // One that is older changes nothing.
        let earlier = snomed("Delta", date: "20010101", changed: ["408643008 | 20010101 | 0 | m | d"])
        let same = try await outcome(.snomed, snomed("Snapshot").merging(earlier.map { ("old/" + $0, $1) }) { _, new in new })
        #expect(same.terminology.terms["408643008"] != nil)
    }

    @Test func aDeltaAloneIsNoRelease() async throws {
        await #expect {
            try await outcome(.snomed, snomed("Delta"))
        } throws: {
            let first = ($0 as? DiagnosticList)?.diagnostics.first
            return first?.code == "O0201" && first?.message.contains("a delta alone") == true && first?.help != nil
        }
    }

    // MARK: LOINC

    private var loinc: [String: String] {
        let columns =
            "\"LOINC_NUM\",\"COMPONENT\",\"PROPERTY\",\"TIME_ASPCT\",\"SYSTEM\",\"SCALE_TYP\",\"METHOD_TYP\",\"CLASS\",\"STATUS\",\"CONSUMER_NAME\",\"SHORTNAME\",\"LONG_COMMON_NAME\",\"DefinitionDescription\",\"DisplayName\"\r\n"
        func row(_ code: String, _ status: String, _ name: String, _ definition: String = "") -> String {
            "\"\(code)\",\"x\",\"MCnc\",\"Pt\",\"Ser/Plas\",\"Qn\",\"\",\"CHEM\",\"\(status)\",\"\",\"PSA\",\"\(name)\",\"\(definition)\",\"\"\r\n"
        }
        return [
            "LoincLicense.txt": "x", "LoincReadMe.txt": "x",
            "LoincTable/Loinc.csv": columns
                + row("2857-1", "ACTIVE", "Prostate specific Ag [Mass/volume] in Serum or Plasma", "One line,\r\nand \"\"another\"\".")
                + row("83112-3", "ACTIVE", "Prostate specific Ag [Mass/volume] in Serum or Plasma by Immunoassay")
                + row("10508-0", "DEPRECATED", "Prostate specific Ag in Tissue, old") + row("2857-2", "ACTIVE", "wrong"),
            "LoincTable/MapTo.csv": "\"LOINC\",\"MAP_TO\",\"COMMENT\"\r\n\"10508-0\",\"83112-3\",\"\"\r\n",
            "LoincTable/SourceOrganization.csv": "\"ID\",\"COPYRIGHT_ID\"\r\n",
            "LoincTableCore/LoincTableCore.csv": columns,
            "AccessoryFiles/ComponentHierarchyBySystem/ComponentHierarchyBySystem.csv":
                "\"PATH_TO_ROOT\",\"SEQUENCE\",\"IMMEDIATE_PARENT\",\"CODE\",\"CODE_TEXT\"\r\n\"\",\"1\",\"\",\"LP7786-9\",\"Markers\"\r\n\"LP7786-9\",\"1\",\"LP7786-9\",\"2857-1\",\"PSA\"\r\n\"LP7786-9.2857-1\",\"1\",\"2857-1\",\"83112-3\",\"PSA\"\r\n",
            "AccessoryFiles/AnswerFile/AnswerList.csv":
                "\"AnswerListId\",\"AnswerListName\",\"AnswerStringId\",\"DisplayText\"\r\n\"LL360-9\",\"Pos\",\"LA6576-8\",\"Positive\"\r\n\"LL360-9\",\"Pos\",\"\",\"\"\r\n",
            "AccessoryFiles/LinguisticVariants/deDE15LinguisticVariant.csv": "\"LOINC_NUM\"\r\n",
            "AccessoryFiles/PartFile/Part.csv": "\"PartNumber\"\r\n",
        ]
    }

    @Test func readsLOINC() async throws {
        let found = try await outcome(.loinc, loinc)
        #expect(Set(found.terminology.terms.keys) == ["2857-1", "83112-3", "10508-0", "LP7786-9", "LA6576-8"])
        #expect(Set(found.rows) == ["PSA narrower loinc:83112-3", "PSA narrower loinc:10508-0"])
        #expect(found.read == ["Loinc.csv", "MapTo.csv", "ComponentHierarchyBySystem.csv", "AnswerList.csv"])
        #expect(found.unread("LoincTableCore.csv") != nil && found.unread("deDE15LinguisticVariant.csv") != nil)
        #expect(found.skipped == ["a code whose check digit is wrong": 1])
        // The name of the hierarchy until version 2.72.
        var older = loinc
        older["AccessoryFiles/MultiAxialHierarchy/MultiAxialHierarchy.csv"] = older.removeValue(
            forKey: "AccessoryFiles/ComponentHierarchyBySystem/ComponentHierarchyBySystem.csv")
        #expect(try await outcome(.loinc, older).rows.count == 2)
    }

    @Test func saysWhereAQuotationIsNotClosed() async throws {
        var broken = loinc
        broken["LoincTable/Loinc.csv"] = (broken["LoincTable/Loinc.csv"] ?? "") + "\"1-8\",\"open\r\n"
        await #expect { try await outcome(.loinc, broken) } throws: {
            ($0 as? DiagnosticList)?.diagnostics.first?.message.contains("line 7 opens a quotation mark that is never closed") == true
        }
    }

    // MARK: RxNorm

    private var rxnorm: [String: String] {
        func name(_ code: String, _ vocabulary: String, _ type: String, _ other: String, _ text: String, _ suppress: String = "N") -> String
        {
            "\(code)|ENG||||||a||||\(vocabulary)|\(type)|\(other)|\(text)||\(suppress)||\n"
        }
        let names =
            name("72962", "RXNORM", "IN", "72962", "docetaxel") + name("72962", "ATC", "IN", "L01CD02", "docetaxel")
            + name("72962", "SNOMEDCT_US", "PT", "386918005", "Docetaxel") + name("72962", "MMSL", "GN", "d04122", "docetaxel")
            + name("1860480", "RXNORM", "SCD", "1860480", "1 ML docetaxel 20 MG/ML Injection")
            + name("999", "RXNORM", "IN", "999", "old", "O")
        let relations = "72962|||RO|1860480|||has_ingredient|||RXNORM||||||\n"
        func retired(_ code: String, _ successor: String, _ text: String, _ vocabulary: String = "RXNORM") -> String {
            "1||\(text)|2019|2005|2019|\(code)||ENG|||\(vocabulary)_2019|\(code)|\(vocabulary)|SCD|\(successor)|\n"
        }
        // Merged at once, in two steps, into itself, in a circle, into two, into nothing that is there; another vocabulary's.
        let archive =
            retired("1093279", "1860480", "docetaxel 20 MG/ML, old") + retired("1093280", "1093279", "docetaxel, older")
            + retired("1860480", "1860480", "still there") + retired("500", "501", "one") + retired("501", "500", "other")
            + retired("600", "72962", "split") + retired("600", "1860480", "split") + retired("700", "1", "lost")
            + retired("800", "72962", "theirs", "MMSL")
        let histories = "214555|200503|201904|1|72962|\n72962|200503|201904|1|72962|\n"
        return [
            "Readme_Full.txt": "x", "rrf/RXNCONSO.RRF": names, "rrf/RXNREL.RRF": relations, "rrf/RXNSAT.RRF": "x\n",
            "rrf/RXNATOMARCHIVE.RRF": archive, "rrf/RXNCUI.RRF": histories, "rrf/RXNDOC.RRF": "x\n", "rrf/RXNSTY.RRF": "x\n",
            // The prescribable part of the same release: in it, half is missing.
            "prescribe/rrf/RXNCONSO.RRF": name("72962", "RXNORM", "IN", "72962", "docetaxel"), "prescribe/rrf/RXNREL.RRF": "",
            "scripts/mysql/Load_scripts_mysql_rxn_unix.sql": "x",
        ]
    }

    @Test func readsRxNorm() async throws {
        let found = try await outcome(.rxnorm, rxnorm)
        #expect(Set(found.terminology.terms.keys) == ["72962", "1860480", "1093279", "1093280", "214555"])
        #expect(
            Set(found.rows) == [
                "Docetaxel narrower rxnorm:1860480", "Docetaxel exact atc:L01CD02", "Docetaxel exact snomed:386918005",
                "Docetaxel narrower rxnorm:1093279", "Docetaxel narrower rxnorm:1093280", "Docetaxel narrower rxnorm:214555",
            ])
        #expect(found.terminology.terms["1093280"] == Terminology.Term(label: "docetaxel, older", parents: ["1860480"]))
        #expect(found.terminology.terms["214555"]?.label == "docetaxel", "RXNCUI.RRF has no names")
        #expect(found.terminology.retired == ["500", "501", "600", "700"])
        #expect(
            found.read == ["RXNCONSO.RRF", "RXNREL.RRF", "RXNATOMARCHIVE.RRF", "RXNCUI.RRF"]
                && found.report.files[0].path.hasSuffix("/rrf/RXNCONSO.RRF"))
        #expect(!found.report.files[0].path.contains("prescribe"))
        #expect(found.unread("RXNSAT.RRF") != nil)
        #expect(
            found.skipped == [
                "a name of another vocabulary": 1, "an obsolete name": 1, "a retired code that was split": 1,
                "a retired code without a successor": 3,
            ])
        // Releases without the archive are read as before.
        var smaller = rxnorm
        smaller["rrf/RXNATOMARCHIVE.RRF"] = nil
        smaller["rrf/RXNCUI.RRF"] = nil
        #expect(try await outcome(.rxnorm, smaller).terminology.terms.count == 2)
    }

    // MARK: Codes that do not exist

    /// Whatever a curator's table maps to, and the release does not have, is named with its file and line, retired or never there.
    @Test func saysWhereAMappingLeadsToACodeThatDoesNotExist() async throws {
        let files = snomed("Snapshot")
        let table = """
            subject_id\tpredicate_id\tobject_id\tmapping_source
            c:BreastCancer\tskos:exactMatch\tsnomed:408643008\ttest
            c:BreastCancer\tskos:broadMatch\tsnomed:278054005\ttest
            c:BreastCancer\tskos:narrowMatch\tsnomed:71620000\ttest
            """
        let own = try SmallOntology.complete(adding: ["mappings/later.tsv": table])
        let hyperontology = try own.load()
        let release = try SmallOntology(files)
        defer { withExtendedLifetime((own, release)) {} }
        var (terminology, report) = try await TerminologyImporter(hyperontology: hyperontology).read(.snomed, path: release.directory)
        _ = try ImportedMappings(hyperontology: hyperontology, terminology: terminology, name: "t").write(below: own.directory, &report)
        let later = report.missing.filter { $0.file == "mappings/later.tsv" }
        #expect(
            later.map(\.line) == [3, 4] && later.map(\.isRetired) == [true, false]
                && later.map(\.concept) == ["BreastCancer", "BreastCancer"])
        #expect(later.map(\.finding.diagnostic.code.rawValue) == ["O0205", "O0205"])
        #expect(later[0].finding.diagnostic.message == "`snomed:278054005`, a code of `BreastCancer`, was retired without a successor")
        #expect(later[1].finding.diagnostic.message.hasSuffix("does not exist in the source"))
        // A set of mappings does not say what exists.
        terminology.isWhole = false
        var quiet = ImportReport(format: "sssom")
        _ = ImportedMappings(hyperontology: hyperontology, terminology: terminology, name: "t").rows(&quiet)
        #expect(quiet.missing.isEmpty)
    }

    // MARK: Athena

    private var athena: [String: String] {
        [
            "readme.txt": "x", "cpt4.jar": "x",
            "CONCEPT.csv": lines([
                "concept_id | concept_name | domain_id | vocabulary_id | concept_class_id | standard_concept | concept_code | valid_start_date | valid_end_date | invalid_reason",
                "4112853 | Malignant tumor of breast | Condition | SNOMED | Disorder | S | 254837009 | 19700101 | 20991231 | ",
                "1 | Duct cancer | Condition | SNOMED | Disorder | S | 408643008 | 19700101 | 20991231 | ",
                "2 | Duct cancer, as coded | Condition | ICD10CM | code |  | C50.911 | 19700101 | 20991231 | ",
                "3 | A fracture | Condition | SNOMED | Disorder | S | 71620000 | 19700101 | 20991231 | ",
                "443392 | Malignant neoplastic disease | Condition | SNOMED | Disorder | S | 363346000 | 19700101 | 20991231 | ",
            ]),
            "CONCEPT_RELATIONSHIP.csv": lines([
                "concept_id_1 | concept_id_2 | relationship_id | valid_start_date | valid_end_date | invalid_reason",
                "1 | 4112853 | Is a | 19700101 | 20991231 | ", "2 | 1 | Maps to | 19700101 | 20991231 | ",
                "4112853 | 443392 | Is a | 19700101 | 20991231 | ", "1 | 3 | Is a | 19700101 | 20991231 | D",
            ]),
            "CONCEPT_ANCESTOR.csv": lines([
                "ancestor_concept_id | descendant_concept_id | min_levels_of_separation | max_levels_of_separation",
                "4112853 | 4112853 | 0 | 0", "4112853 | 1 | 1 | 1", "443392 | 4112853 | 1 | 1", "443392 | 1 | 2 | 2",
            ]),
            "CONCEPT_SYNONYM.csv": lines(["concept_id | concept_synonym_name | language_concept_id", "1 | IDC | 4180186"]),
            "CONCEPT_CLASS.csv": lines(["concept_class_id | concept_class_name | concept_class_concept_id"]),
            "DOMAIN.csv": lines(["domain_id | domain_name | domain_concept_id"]),
            "DRUG_STRENGTH.csv": lines(["drug_concept_id | ingredient_concept_id"]),
            "RELATIONSHIP.csv": lines(["relationship_id | relationship_name"]),
            "VOCABULARY.csv": lines(["vocabulary_id | vocabulary_name"]),
        ]
    }

    @Test func readsAthena() async throws {
        let found = try await outcome(.omop, athena)
        // Of millions of concepts those are kept that are below one of ours, or mapped there.
        #expect(Set(found.terminology.terms.keys) == ["4112853", "1", "2"])
        #expect(found.rows.contains("BreastCancer narrower omop:1") && found.rows.contains("BreastCancer narrower omop:2"))
        #expect(found.read == ["CONCEPT_ANCESTOR.csv", "CONCEPT.csv", "CONCEPT_RELATIONSHIP.csv", "CONCEPT_SYNONYM.csv"])
        #expect(found.unread("DRUG_STRENGTH.csv") != nil && found.unread("VOCABULARY.csv") != nil)
        // Without the table of ancestors, all.
        var smaller = athena
        smaller["CONCEPT_ANCESTOR.csv"] = nil
        #expect(try await outcome(.omop, smaller).terminology.terms.count == 5)
    }

    /// A download that broke off ends in the middle of a row.
    @Test(arguments: [
        (TerminologyImporter.Format.omop, "CONCEPT.csv"), (.loinc, "LoincTable/MapTo.csv"), (.rxnorm, "rrf/RXNCONSO.RRF"),
        (.snomed, "Snapshot/Terminology/sct2_Concept_Snapshot_INT_20250101.txt"),
    ]) func countsTruncatedRows(format: TerminologyImporter.Format, file: String) async throws {
        var files = format == .omop ? athena : format == .loinc ? loinc : format == .rxnorm ? rxnorm : snomed("Snapshot")
        let separator = format == .loinc ? "," : format == .rxnorm ? "|" : "\t"
        files[file] = (files[file] ?? "") + ["443392", "Mali"].joined(separator: separator)
        let found = try await outcome(format, files)
        #expect(found.skipped["a row with too few columns"] == 1, "\(found.report.skipped)")
        let line = (files[file] ?? "").utf8.count { $0 == UInt8(ascii: "\n") } + 1
        let example = found.report.skipped.first { $0.reason == "a row with too few columns" }?.examples.first
        #expect(example?.hasSuffix(":\(line)") == true, "\(example ?? "")")
    }
}
