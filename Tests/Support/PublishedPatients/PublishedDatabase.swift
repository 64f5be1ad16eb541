public import Foundation
import GRDB

/// An OMOP database of `../shared`, where it is present: patients that this project did not make, as a PostgreSQL dump of a schema `cdm`.
public enum PublishedDatabase: String, CaseIterable, Sendable {
    /// 683 patients with cancers, of whom the FHIR sets hold the same.
    case onco
    /// 28 patients with cancers and markers.
    case nj
    /// 2,694 patients with gastrointestinal bleeding.
    case gibleed

    public var dump: URL { PublishedPatients.folder.appendingPathComponent("omop/\(rawValue)_cdm.pg.sql.gz") }
    public var isPresent: Bool { FileManager.default.fileExists(atPath: dump.path) }
    public static var areAllPresent: Bool { allCases.allSatisfy(\.isPresent) }

    private static let tables: Set<String> = [
        "person", "condition_occurrence", "drug_exposure", "procedure_occurrence", "measurement", "observation", "death",
        "image_occurrence",
        "observation_period", "concept", "concept_ancestor", "cdm_source",
    ]

    /// Loads the tables that the bindings name into SQLite.
    public func load(into path: String) throws {
        let text = String(decoding: try PublishedPatients.gunzip(dump), as: UTF8.self)
        let queue = try DatabaseQueue(path: path)
        try queue.write { database in
            var insert: Statement?
            for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
                if line.hasPrefix("COPY cdm.") {
                    insert = try begin(line, database)
                } else if line == "\\." {
                    insert = nil
                } else if let insert {
                    let fields = line.split(separator: "\t", omittingEmptySubsequences: false)
                    let values = fields.map { field -> (any DatabaseValueConvertible)? in value(String(field)) }
                    try insert.execute(arguments: StatementArguments(values))
                }
            }
        }
        try queue.close()
    }

    private func begin(_ line: Substring, _ database: Database) throws -> Statement? {
        guard let open = line.firstIndex(of: "("), let close = line.firstIndex(of: ")") else { return nil }
        let table = line[line.index(line.startIndex, offsetBy: 9)..<open].trimmingCharacters(in: .whitespaces)
        guard PublishedDatabase.tables.contains(table) else { return nil }
        let columns = line[line.index(after: open)..<close].split(separator: ",").map {
            $0.trimmingCharacters(in: CharacterSet(charactersIn: " \""))
        }
        let names = columns.map { "\"\($0)\"" }.joined(separator: ", ")
        let declared = columns.map { "\"\($0)\" \(type(of: $0))" }.joined(separator: ", ")
        try database.execute(sql: "CREATE TABLE \"\(table)\" (\(declared))")
        return try database.makeStatement(
            sql: "INSERT INTO \"\(table)\" (\(names)) VALUES (\(columns.map { _ in "?" }.joined(separator: ", ")))")
    }

    /// The type of a column of the CDM, by its conventions for names.
    private func type(of column: String) -> String {
        if column.hasSuffix("_id") || column.hasSuffix("_of_birth") { return "INTEGER" }
        return column.hasSuffix("_as_number") || column.hasPrefix("range_") ? "REAL" : "TEXT"
    }

    /// A field of PostgreSQL's COPY text format; the column's type makes a number of it.
    private func value(_ field: String) -> String? { field == "\\N" ? nil : field }
}
