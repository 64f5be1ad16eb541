import Foundation
import Hyperontology
import RDF

/// The names that codes have in lists which the project did not write (`../shared`).
struct PublishedNames {
    /// By system and code, as `snomed:254837009`: every name that one of the lists has for it, in lower case.
    private(set) var names: [String: Set<String>] = [:]
    /// The concepts of the lists in OMOP's form.
    private(set) var records: [Record] = []

    /// A concept of OMOP's vocabularies.
    struct Record {
        let id: String
        let name: String
        let domain: String
        /// As our mappings name it; nil where none of ours.
        let system: String?
        let code: String
    }

    static let shared = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("shared")

    static var areThere: Bool { FileManager.default.fileExists(atPath: shared.appendingPathComponent("oracles/codes").path) }

    private static let systems = [
        "SNOMED": "snomed", "LOINC": "loinc", "RxNorm": "rxnorm", "ICDO3": "icdo3", "ATC": "atc", "ICD10CM": "icd10cm",
    ]

    /// - Parameter beside: names of lists that are not among the shared files, as ``PublishedPackages`` has them.
    init(beside others: [String: Set<String>] = [:]) throws {
        names = others
        try readPhenotypeLibrary()
        for name in ["nj", "gibleed", "onco"] { try readDump("data/omop/\(name)_cdm.pg.sql.gz") }
        try readEUCAIM()
        try readDiseaseOntology()
        try readPatients()
        for line in try Self.text("data/dicom-standard/part3_modality.csv").split(whereSeparator: \.isNewline).dropFirst() {
            let cells = Self.cells(line)
            if cells.count > 1 { add("dicom-modality", cells[0], cells[1]) }
        }
    }

    subscript(system: String, code: String) -> Set<String>? { names[system + ":" + code] }

    static func normalised(_ name: String) -> String { name.lowercased().split(whereSeparator: \.isWhitespace).joined(separator: " ") }

    private mutating func add(_ system: String, _ code: String, _ name: String) {
        names[system + ":" + code, default: []].insert(Self.normalised(name))
    }

    /// An OMOP concept, by its id and by the code that it stands for.
    private mutating func add(id: String, name: String, domain: String, vocabulary: String, code: String) {
        add("omop", id, name)
        records.append(Record(id: id, name: Self.normalised(name), domain: domain, system: Self.systems[vocabulary], code: code))
        if let system = Self.systems[vocabulary] { add(system, code, name) }
        // A morphology at a site, `8972/3-C34.1`, is called `Pulmonary blastoma, of upper lobe, lung`.
        if vocabulary == "ICDO3", let dash = code.firstIndex(of: "-"), code.contains("/") {
            let words = name.components(separatedBy: " of ")
            for count in 1..<max(2, words.count) {
                let morphology = words.prefix(count).joined(separator: " of ")
                add("icdo3", String(code[..<dash]), morphology.hasSuffix(",") ? String(morphology.dropLast()) : morphology)
            }
        }
    }

    /// The codes of patients' records, with the names that the records give them.
    private mutating func readPatients() throws {
        let systems = [
            "http://snomed.info/sct": "snomed", "http://loinc.org": "loinc", "http://www.nlm.nih.gov/research/umls/rxnorm": "rxnorm",
            "http://hl7.org/fhir/sid/icd-10-cm": "icd10cm", "http://cancerstaging.org": "ajcc",
        ]
        let pattern = /"system":\s*"([^"]+)",\s*"code":\s*"([^"]+)",\s*"display":\s*"([^"]+)"/
        for path in [
            "data/fhir/mcode/resources.ndjson.gz", "data/fhir/synthea-r4/Condition.ndjson.gz", "data/fhir/synthea-r4/Procedure.ndjson.gz",
        ]
        where FileManager.default.fileExists(atPath: Self.shared.appendingPathComponent(path).path) {
            for found in try Self.unpacked(path, with: "/usr/bin/gunzip").matches(of: pattern) {
                if let system = systems[String(found.1)] { add(system, String(found.2), String(found.3)) }
            }
        }
    }

    private mutating func readPhenotypeLibrary() throws {
        let text = try Self.unpacked("oracles/codes/concepts_from_phenotype_library.csv.xz", with: "/usr/bin/xz")
        for line in text.split(whereSeparator: \.isNewline).dropFirst() {
            let cells = Self.cells(line)
            if cells.count > 6 { add(id: cells[0], name: cells[1], domain: cells[2], vocabulary: cells[3], code: cells[6]) }
        }
    }

    private mutating func readDump(_ path: String) throws {
        let text = try Self.unpacked(path, with: "/usr/bin/gunzip")
        guard let start = text.range(of: "COPY cdm.concept (") else { return }
        let rest = text[start.upperBound...]
        let columns = rest.prefix { $0 != ")" }.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
        func place(_ name: String) -> Int { columns.firstIndex(of: name) ?? 0 }
        let (id, name, vocabulary, code) = (place("concept_id"), place("concept_name"), place("vocabulary_id"), place("concept_code"))
        let domain = place("domain_id")
        for line in rest.split(separator: "\n", omittingEmptySubsequences: false).dropFirst() {
            if line == "\\." { break }
            let cells = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
            add(id: cells[id], name: cells[name], domain: cells[domain], vocabulary: cells[vocabulary], code: cells[code])
        }
    }

    private mutating func readEUCAIM() throws {
        var labels: [String: String] = [:]
        for row in try Self.table("data/eucaim-hyperontology-codes.tsv") {
            labels[row["code"] ?? ""] = row["label"]
            add("eucaim", row["code"] ?? "", row["label"] ?? "")
        }
        let columns = [
            "SNOMEDCT": "snomed", "LOINC": "loinc", "ICD10": "icd10", "ICDO3": "icdo3", "NCIT": "ncit", "RadLex": "radlex",
            "OMOP_Concept_ID": "omop",
        ]
        for row in try Self.table("data/eucaim-hyperontology-mappings.tsv") {
            guard let label = labels[row["code"] ?? ""] else { continue }
            for (column, system) in columns {
                for code in (row[column] ?? "").split(whereSeparator: { ",; ".contains($0) }) { add(system, String(code), label) }
            }
        }
    }

    private mutating func readDiseaseOntology() throws {
        let text = try Self.unpacked("data/ontologies/doid.ttl.xz", with: "/usr/bin/xz")
        let triples = try RDFParser().parse(Array(text.utf8), syntax: .turtle, base: "http://purl.obolibrary.org/obo/")
        let oboInOWL = "http://www.geneontology.org/formats/oboInOwl#"
        var names: [Term: [String]] = [:]
        for triple in triples where [RDFS.label, oboInOWL + "hasExactSynonym"].contains(triple.predicate.iri) {
            if let name = triple.object.literal?.lexicalForm { names[triple.subject, default: []].append(name) }
        }
        for triple in triples where triple.predicate == .iri(oboInOWL + "hasDbXref") {
            guard let reference = triple.object.literal?.lexicalForm, let colon = reference.firstIndex(of: ":") else { continue }
            let code = String(reference[reference.index(after: colon)...])
            let system =
                reference.hasPrefix("SNOMED")
                ? "snomed" : reference.hasPrefix("NCI") ? "ncit" : reference.hasPrefix("ICD10CM:") ? "icd10cm" : nil
            if let system { for name in names[triple.subject] ?? [] { add(system, code, name) } }
        }
    }

    // MARK: - Files

    private static func text(_ path: String) throws -> String {
        try String(contentsOf: shared.appendingPathComponent(path), encoding: .utf8)
    }

    static func table(_ path: String) throws -> [[String: String]] {
        let lines = try text(path).split(separator: "\n")
        let columns = lines[0].split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
        return lines.dropFirst().map { line in
            Dictionary(uniqueKeysWithValues: zip(columns, line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)))
        }
    }

    private static func unpacked(_ path: String, with tool: String) throws -> String {
        try PublishedPackages.output(of: tool, ["-dc", shared.appendingPathComponent(path).path]).text
    }

    /// One line of comma-separated values; quotation marks may stand around a value and are doubled within one.
    private static func cells(_ line: Substring) -> [String] {
        var cells = [""]
        var isQuoted = false
        for character in line {
            switch character {
            case "\"": isQuoted.toggle()
            case "," where !isQuoted: cells.append("")
            default: cells[cells.count - 1].append(character)
            }
        }
        return cells
    }
}
