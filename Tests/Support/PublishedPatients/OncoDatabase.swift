import Foundation
import GRDB

/// The `onco` database of `../shared`, where it is present: 683 patients that this project did not make, from its PostgreSQL dump into SQLite.
public enum OncoDatabase {
    private static let dump = PublishedPatients.folder.appendingPathComponent("omop/onco_cdm.pg.sql.gz")

    public static var isPresent: Bool { FileManager.default.fileExists(atPath: dump.path) }

    private static let tables: Set<String> = [
        "person", "condition_occurrence", "drug_exposure", "procedure_occurrence", "measurement", "observation", "death",
        "image_occurrence",
        "observation_period", "concept",
    ]

    /// Loads the tables that the bindings name.
    public static func load(into path: String) throws {
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

    private static func begin(_ line: Substring, _ database: Database) throws -> Statement? {
        guard let open = line.firstIndex(of: "("), let close = line.firstIndex(of: ")") else { return nil }
        let table = line[line.index(line.startIndex, offsetBy: 9)..<open].trimmingCharacters(in: .whitespaces)
        guard tables.contains(table) else { return nil }
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
    private static func type(of column: String) -> String {
        if column.hasSuffix("_id") || column.hasSuffix("_of_birth") { return "INTEGER" }
        return column.hasSuffix("_as_number") || column.hasPrefix("range_") ? "REAL" : "TEXT"
    }

    /// A field of PostgreSQL's COPY text format; the column's type makes a number of it.
    private static func value(_ field: String) -> String? { field == "\\N" ? nil : field }
}
