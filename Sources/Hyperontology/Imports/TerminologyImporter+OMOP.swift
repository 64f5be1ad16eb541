import Diagnostics
import Foundation

extension TerminologyImporter {
    /// Athena's tables, tab-separated: `CONCEPT.csv`, and where there `CONCEPT_RELATIONSHIP.csv`, `CONCEPT_ANCESTOR.csv` and
    /// `CONCEPT_SYNONYM.csv`. A source concept that maps to a standard one stands below it.
    ///
    /// With `CONCEPT_ANCESTOR.csv`, which holds all that is above a concept, only what is below concepts of ours is kept: a whole
    /// vocabulary has millions of others.
    func readOMOP(_ folder: String, _ terminology: inout Terminology, _ report: inout ImportReport) throws(DiagnosticList) {
        let concepts = try require("`CONCEPT.csv`", in: folder) { $0.lowercased() == "concept.csv" }
        func table(_ name: String) -> String? { file(in: folder) { $0.lowercased() == name } }
        let relationships = table("concept_relationship.csv")
        let ancestors = try table("concept_ancestor.csv").map { path throws(DiagnosticList) in try ancestry(path, relationships, &report) }
        func isWanted(_ id: String) -> Bool { ancestors.map { $0[id] != nil } ?? true }

        try rows(of: concepts, requiring: ["concept_id", "concept_name", "vocabulary_id", "concept_code"], &report) { row, report in
            let id = row["concept_id"]
            guard Int(id) != nil else { return report.skip("a concept id that is no number", "\(row.place) \(id)") }
            guard isWanted(id) else { return }
            terminology.terms[id] = Terminology.Term(label: row["concept_name"], parents: ancestors?[id] ?? [])
            let invalid = row["invalid_reason"]
            guard invalid.isEmpty || invalid == "V" else { return report.skip("the code of a concept that is no longer valid", id) }
            guard let system = system(called: row["vocabulary_id"]), system != "omop" else { return }
            let code = row["concept_code"]
            guard CheckDigits.holds(for: code, in: system) else { return report.skip("a code whose check digit is wrong", code) }
            terminology.links.insert(.init(code: id, origin: "CONCEPT", match: .exact, system: system, target: code))
        }
        if let relationships {
            try eachRelationship(relationships, &report) { from, to in
                if isWanted(from), isWanted(to) { terminology.terms[from]?.parents.insert(to) }
            }
        }
        if let path = table("concept_synonym.csv") {
            try rows(of: path, requiring: ["concept_id", "concept_synonym_name"], &report) { row, _ in
                terminology.terms[row["concept_id"]]?.synonyms.insert(row["concept_synonym_name"])
            }
        }
        leaveOthers(in: folder, "a table that says nothing of what is below or the same", &report)
    }

    /// By concept below one of ours, or mapped to such a one: those of ours that are above it.
    private func ancestry(_ path: String, _ relationships: String?, _ report: inout ImportReport) throws(DiagnosticList) -> [String: Set<
        String
    >] {
        var above = Dictionary(uniqueKeysWithValues: (ownCodes["omop"] ?? []).map { ($0, Set<String>()) })
        let own = Set(above.keys)
        try rows(of: path, requiring: ["ancestor_concept_id", "descendant_concept_id"], &report) { row, _ in
            let (lower, upper) = (row["descendant_concept_id"], row["ancestor_concept_id"])
            if lower != upper, own.contains(upper) { above[lower, default: []].insert(upper) }
        }
        guard let relationships else { return above }
        let standard = Set(above.keys)
        var unreported = report
        try eachRelationship(relationships, &unreported) { from, to in
            if standard.contains(to), above[from] == nil { above[from] = [] }
        }
        return above
    }

    private func eachRelationship(_ path: String, _ report: inout ImportReport, _ body: (String, String) -> Void) throws(DiagnosticList) {
        try rows(of: path, requiring: ["concept_id_1", "concept_id_2", "relationship_id"], &report) { row, report in
            guard ["", "V"].contains(row["invalid_reason"]) else {
                return report.skip("a relationship that is no longer valid", row.cells.joined(separator: " "))
            }
            let (from, to) = (row["concept_id_1"], row["concept_id_2"])
            if from != to, ["Is a", "Maps to"].contains(row["relationship_id"]) { body(from, to) }
        }
    }
}
