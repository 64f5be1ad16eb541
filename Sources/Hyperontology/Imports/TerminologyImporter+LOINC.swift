import Diagnostics
import Foundation

extension TerminologyImporter {
    /// `Loinc.csv`, and where they are there `ComponentHierarchyBySystem.csv` (`MultiAxialHierarchy.csv` until version 2.72) for what is
    /// above what, `AnswerList.csv` for answers, and `MapTo.csv` for what a deprecated code was replaced by, below which it stands.
    func readLOINC(_ path: String, _ terminology: inout Terminology, _ report: inout ImportReport) throws(DiagnosticList) {
        let isFolder = (try? FileManager.default.attributesOfItem(atPath: path)[.type]) as? FileAttributeType == .typeDirectory
        let main = isFolder ? try require("`Loinc.csv`", in: path) { $0.lowercased() == "loinc.csv" } : path
        let folder = isFolder ? path : URL(fileURLWithPath: path).deletingLastPathComponent().path
        func table(_ names: String...) -> String? { file(in: folder) { names.contains($0.lowercased()) } }

        var deprecated: [String: String] = [:]
        try rows(of: main, csv: true, requiring: ["LOINC_NUM", "LONG_COMMON_NAME"], &report) { row, report in
            let code = row["LOINC_NUM"]
            guard CheckDigits.holdsLOINC(code) else { return report.skip("a code whose check digit is wrong", "\(row.place) \(code)") }
            if row["STATUS"] == "DEPRECATED" {
                deprecated[code] = row["LONG_COMMON_NAME"]
                return
            }
            var term = Terminology.Term(label: row["LONG_COMMON_NAME"])
            term.synonyms = Set(["SHORTNAME", "CONSUMER_NAME", "DisplayName"].map { row[$0] }).subtracting(["", term.label])
            terminology.terms[code] = term
        }
        if let path = table("mapto.csv") {
            try rows(of: path, csv: true, requiring: ["LOINC", "MAP_TO"], &report) { row, _ in
                let (code, other) = (row["LOINC"], row["MAP_TO"])
                guard let label = deprecated[code], terminology.terms[other] != nil else { return }
                terminology.terms[code, default: Terminology.Term(label: label)].parents.insert(other)
            }
        }
        for code in deprecated.keys where terminology.terms[code] == nil {
            terminology.retired.insert(code)
            report.skip("a deprecated code", code)
        }
        if let path = table("componenthierarchybysystem.csv", "multiaxialhierarchy.csv") {
            try rows(of: path, csv: true, requiring: ["CODE", "IMMEDIATE_PARENT", "CODE_TEXT"], &report) { row, _ in
                let (code, parent) = (row["CODE"], row["IMMEDIATE_PARENT"])
                terminology.terms[code, default: Terminology.Term(label: row["CODE_TEXT"])].parents.formUnion(
                    parent.isEmpty ? [] : [parent])
            }
        }
        if let path = table("answerlist.csv") {
            try rows(of: path, csv: true, requiring: ["AnswerStringId", "DisplayText"], &report) { row, report in
                let code = row["AnswerStringId"]
                if code.isEmpty { return }
                guard CheckDigits.holdsLOINC(code) else { return report.skip("a code whose check digit is wrong", "\(row.place) \(code)") }
                if terminology.terms[code] == nil { terminology.terms[code] = Terminology.Term(label: row["DisplayText"]) }
            }
        }
        if isFolder { leaveOthers(in: folder, "a table that says nothing of what is below or the same", &report) }
    }
}
