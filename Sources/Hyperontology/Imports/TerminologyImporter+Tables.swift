import Diagnostics
import Foundation

// MARK: - SNOMED CT

extension TerminologyImporter {
    /// RF2: of each component the newest version counts, in a snapshot and in the full history (SNOMED CT Release File
    /// Specification, section 4).
    func readSNOMED(_ folder: String, _ terminology: inout Terminology, _ report: inout ImportReport) throws(DiagnosticList) {
        func release(_ kind: String) throws(DiagnosticList) -> String {
            try require("file `sct2_\(kind)_…`", in: folder) { $0.hasPrefix("sct2_\(kind)_") && $0.hasSuffix(".txt") }
        }
        let concepts = try newest(release("Concept"), &report) { $0[2] == "1" ? "1" : nil }
        for (code, isActive) in concepts {
            guard isActive != nil else {
                report.skip("an inactive concept", code)
                continue
            }
            guard CheckDigits.holdsVerhoeff(code) else {
                report.skip("an identifier whose check digit is wrong", code)
                continue
            }
            terminology.terms[code] = Terminology.Term(label: "")
        }
        let fullySpecified = "900000000000003001"
        for case let description? in try newest(release("Description"), &report, { $0[2] == "1" ? $0 : nil }).values
        where description.count > 7 {
            let (code, term) = (description[4], description[7])
            if description[6] == fullySpecified {
                terminology.terms[code]?.label = withoutTag(term)
            } else {
                terminology.terms[code]?.synonyms.insert(term)
            }
        }
        let isA = "116680003"
        let relations = try newest(release("Relationship"), &report) { $0.count > 7 && $0[2] == "1" && $0[7] == isA ? $0 : nil }
        for case let relation? in relations.values { terminology.terms[relation[4]]?.parents.insert(relation[5]) }
        for (code, term) in terminology.terms where term.label.isEmpty {
            terminology.terms[code] = nil
            report.skip("a concept without a fully specified name", code)
        }
        for (code, term) in terminology.terms { terminology.terms[code]?.synonyms.remove(term.label) }
    }

    /// By identifier, what the newest row says; nil where that row is not wanted.
    private func newest<Value>(
        _ path: String, _ report: inout ImportReport, _ value: ([String]) -> Value?
    ) throws(DiagnosticList) -> [String: Value?] {
        var newest: [String: (time: String, value: Value?)] = [:]
        var lines = 0
        var short: [Int] = []
        try table(path).forEach { line, cells in
            if line == 1 { return }
            lines += 1
            guard cells.count >= 5 else { return short.append(line) }
            if let known = newest[cells[0]], known.time > cells[1] { return }
            newest[cells[0]] = (cells[1], value(cells))
        }
        report.records += lines
        for line in short { report.skip("a row with too few columns", "\(lastPart(of: path)):\(line)") }
        return newest.mapValues(\.value)
    }

    /// `Malignant neoplasm of breast (disorder)` without its semantic tag.
    private func withoutTag(_ name: String) -> String {
        guard name.hasSuffix(")"), let open = name.range(of: " (", options: .backwards) else { return name }
        return String(name[..<open.lowerBound])
    }
}

// MARK: - OMOP

extension TerminologyImporter {
    /// Athena's tables, tab-separated: `CONCEPT.csv`, and where there `CONCEPT_RELATIONSHIP.csv`, `CONCEPT_ANCESTOR.csv` and
    /// `CONCEPT_SYNONYM.csv`. A source concept that maps to a standard one stands below it.
    func readOMOP(_ folder: String, _ terminology: inout Terminology, _ report: inout ImportReport) throws(DiagnosticList) {
        let concepts = try require("`CONCEPT.csv`", in: folder) { $0.lowercased() == "concept.csv" }
        try rows(of: concepts, requiring: ["concept_id", "concept_name", "vocabulary_id", "concept_code"], &report) {
            columns, cells, report in
            let id = columns.value("concept_id", of: cells)
            guard Int(id) != nil else { return report.skip("a concept id that is no number", id) }
            terminology.terms[id] = Terminology.Term(label: columns.value("concept_name", of: cells))
            let invalid = columns.value("invalid_reason", of: cells)
            guard invalid.isEmpty || invalid == "V" else { return report.skip("the code of a concept that is no longer valid", id) }
            guard let system = system(called: columns.value("vocabulary_id", of: cells)), system != "omop" else { return }
            let code = columns.value("concept_code", of: cells)
            guard CheckDigits.holds(for: code, in: system) else { return report.skip("a code whose check digit is wrong", code) }
            terminology.links.insert(.init(code: id, origin: "CONCEPT", match: .exact, system: system, target: code))
        }
        if let path = file(in: folder, where: { $0.lowercased() == "concept_relationship.csv" }) {
            try rows(of: path, requiring: ["concept_id_1", "concept_id_2", "relationship_id"], &report) { columns, cells, report in
                guard ["", "V"].contains(columns.value("invalid_reason", of: cells)) else {
                    return report.skip("a relationship that is no longer valid", cells.joined(separator: " "))
                }
                let (from, to) = (columns.value("concept_id_1", of: cells), columns.value("concept_id_2", of: cells))
                guard from != to, ["Is a", "Maps to"].contains(columns.value("relationship_id", of: cells)) else { return }
                terminology.terms[from]?.parents.insert(to)
            }
        }
        if let path = file(in: folder, where: { $0.lowercased() == "concept_ancestor.csv" }) {
            try rows(of: path, requiring: ["ancestor_concept_id", "descendant_concept_id"], &report) { columns, cells, _ in
                let (from, to) = (columns.value("descendant_concept_id", of: cells), columns.value("ancestor_concept_id", of: cells))
                if from != to { terminology.terms[from]?.parents.insert(to) }
            }
        }
        if let path = file(in: folder, where: { $0.lowercased() == "concept_synonym.csv" }) {
            try rows(of: path, requiring: ["concept_id", "concept_synonym_name"], &report) { columns, cells, _ in
                terminology.terms[columns.value("concept_id", of: cells)]?.synonyms.insert(columns.value("concept_synonym_name", of: cells))
            }
        }
    }

    /// The rows of a table with a line of column names.
    ///
    /// - Throws: `O0010` for columns that are missing, before anything is read.
    private func rows(
        of path: String, csv: Bool = false, requiring names: [String], _ report: inout ImportReport,
        _ body: (Columns, [String], inout ImportReport) -> Void
    ) throws(DiagnosticList) {
        let table = table(path, separator: UInt8(ascii: csv ? "," : "\t"), isQuoted: csv)
        let columns = Columns(try table.header())
        try columns.require(names, in: lastPart(of: path))
        var running = report
        try table.forEach { line, cells in
            if line == 1 || (cells.count == 1 && cells[0].isEmpty) { return }
            running.records += 1
            body(columns, cells, &running)
        }
        report = running
    }
}

// MARK: - LOINC and RxNorm

extension TerminologyImporter {
    /// `Loinc.csv`, and where it is there `ComponentHierarchyBySystem.csv` for what is above what.
    func readLOINC(_ path: String, _ terminology: inout Terminology, _ report: inout ImportReport) throws(DiagnosticList) {
        let isFolder = (try? FileManager.default.attributesOfItem(atPath: path)[.type]) as? FileAttributeType == .typeDirectory
        let main = isFolder ? try require("`Loinc.csv`", in: path) { $0.lowercased() == "loinc.csv" } : path
        try rows(of: main, csv: true, requiring: ["LOINC_NUM", "LONG_COMMON_NAME"], &report) { columns, cells, report in
            let code = columns.value("LOINC_NUM", of: cells)
            guard CheckDigits.holdsLOINC(code) else { return report.skip("a code whose check digit is wrong", code) }
            guard columns.value("STATUS", of: cells) != "DEPRECATED" else { return report.skip("a deprecated code", code) }
            var term = Terminology.Term(label: columns.value("LONG_COMMON_NAME", of: cells))
            for name in ["SHORTNAME", "CONSUMER_NAME", "DisplayName"] { term.synonyms.insert(columns.value(name, of: cells)) }
            term.synonyms.subtract(["", term.label])
            terminology.terms[code] = term
        }
        let folder = isFolder ? path : URL(fileURLWithPath: path).deletingLastPathComponent().path
        guard let hierarchy = file(in: folder, where: { $0.lowercased() == "componenthierarchybysystem.csv" }) else { return }
        try rows(of: hierarchy, csv: true, requiring: ["CODE", "IMMEDIATE_PARENT", "CODE_TEXT"], &report) { columns, cells, _ in
            let (code, parent) = (columns.value("CODE", of: cells), columns.value("IMMEDIATE_PARENT", of: cells))
            if terminology.terms[code] == nil { terminology.terms[code] = Terminology.Term(label: columns.value("CODE_TEXT", of: cells)) }
            if !parent.isEmpty { terminology.terms[code]?.parents.insert(parent) }
        }
    }

    /// `RXNCONSO.RRF` and `RXNREL.RRF` (RxNorm Technical Documentation, sections 12.4 and 12.8): of a row, the second concept has
    /// the relation to the first.
    func readRxNorm(_ folder: String, _ terminology: inout Terminology, _ report: inout ImportReport) throws(DiagnosticList) {
        let names = try require("`RXNCONSO.RRF`", in: folder) { $0.uppercased() == "RXNCONSO.RRF" }
        let bar = UInt8(ascii: "|")
        var records = report
        var ranks: [String: Int] = [:]
        let order = ["IN", "PIN", "MIN", "SCD", "SBD", "GPCK", "BPCK", "BN", "SCDC", "SBDC", "SCDF", "SBDF", "SCDG", "SBDG", "DF", "DFG"]
        try table(names, separator: bar).forEach { line, cells in
            records.records += 1
            guard cells.count > 16 else { return records.skip("a row with too few columns", "RXNCONSO.RRF:\(line)") }
            guard cells[11] == "RXNORM" else { return records.skip("a name of another vocabulary", "\(cells[11]) \(cells[13])") }
            guard cells[16] != "O" else { return records.skip("an obsolete name", cells[14]) }
            let (code, name) = (cells[0], cells[14])
            let rank = order.firstIndex(of: cells[12]) ?? order.count
            guard let known = ranks[code] else {
                ranks[code] = rank
                terminology.terms[code] = Terminology.Term(label: name)
                return
            }
            if rank < known, let label = terminology.terms[code]?.label {
                ranks[code] = rank
                terminology.terms[code]?.label = name
                terminology.terms[code]?.synonyms.insert(label)
            } else if terminology.terms[code]?.label != name {
                terminology.terms[code]?.synonyms.insert(name)
            }
        }
        if let path = file(in: folder, where: { $0.uppercased() == "RXNREL.RRF" }) {
            let below: Set<String> = ["has_ingredient", "consists_of", "tradename_of", "isa", "form_of", "contains", "has_ingredients"]
            try table(path, separator: bar).forEach { line, cells in
                records.records += 1
                guard cells.count > 10 else { return records.skip("a row with too few columns", "RXNREL.RRF:\(line)") }
                guard cells[10] == "RXNORM", below.contains(cells[7]), cells[0] != cells[4] else { return }
                terminology.terms[cells[4]]?.parents.insert(cells[0])
            }
        }
        report = records
    }
}
