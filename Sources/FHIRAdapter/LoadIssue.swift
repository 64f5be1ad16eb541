import Diagnostics
import GRDB

/// Something odd about records of one place that does not stop a load: it is counted, and the first is remembered.
struct LoadIssue: Hashable, Sendable {
    /// What is odd, by the name that it has in the store.
    enum Kind: String, Hashable, Sendable, CaseIterable {
        case withoutPatient, ofMissingPatient, withoutDate, withoutMedication, repeated
    }

    let kind: Kind
    let container: String
    let count: Int
    /// Where the first stands, as file and line, or its key.
    let first: String
}

extension LoadIssue {
    /// All issues of a store, by kind and place.
    static func all(reading database: Database) throws -> [LoadIssue] {
        let rows = try Row.fetchAll(
            database,
            sql: """
                SELECT kind, container, records, first FROM issue LEFT JOIN file ON file.id = issue.file ORDER BY container, file.name
                """)
        var issues: [LoadIssue] = []
        for row in rows {
            guard let kind = Kind(rawValue: row[0]) else { continue }
            let found = LoadIssue(kind: kind, container: row[1], count: row[2], first: row[3])
            guard let place = issues.firstIndex(where: { $0.kind == kind && $0.container == found.container }) else {
                issues.append(found)
                continue
            }
            issues[place] = LoadIssue(
                kind: kind, container: found.container, count: issues[place].count + found.count, first: issues[place].first)
        }
        return Kind.allCases.flatMap { kind in issues.filter { $0.kind == kind } }
    }

    /// What to tell who runs the node. It has counts and names, so it stays there.
    func diagnostic(source: String) -> Diagnostic {
        let what = "\(count) of the \(container) resources of source `\(source)`"
        let notes = ["the first: `\(first)`"]
        switch kind {
        case .withoutPatient:
            return Diagnostic(
                "N0411", .warning, "\(what) name no patient and are left out",
                help: "every `subject` needs a `reference` to a Patient", notes: notes)
        case .ofMissingPatient:
            return Diagnostic(
                "N0412", .warning, "\(what) are of patients that were not exported, whose sex and age are unknown",
                help: "export Patient together with the rest", notes: notes)
        case .withoutDate:
            return Diagnostic(
                "N0413", .note, "\(what) have no date that can be read, so that what depends on it is unknown",
                help: "dates are written as FHIR's `dateTime`", notes: notes)
        case .withoutMedication:
            return Diagnostic(
                "N0414", .warning, "\(what) refer to a Medication that was not exported or has no code, and are found by no drug",
                help: "export Medication together with the rest", notes: notes)
        case .repeated:
            return Diagnostic(
                "N0415", .note, "\(what) repeat an id that came before and are left out", help: "export each resource once", notes: notes)
        }
    }
}
