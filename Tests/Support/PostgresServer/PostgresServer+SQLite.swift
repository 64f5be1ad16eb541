import Foundation
import GRDB

extension PostgresServer {
    /// Copies every table of an SQLite database with its rows into a new schema; references between tables are left out.
    /// - Parameter withIndices: also what the SQLite database has as indices, and the server's statistics.
    public func copy(sqlite path: String, into database: String, schema: String, withIndices: Bool = false) throws {
        var configuration = Configuration()
        configuration.readonly = true
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        let script = try queue.read { source in
            var script = "BEGIN; CREATE SCHEMA \(schema); SET search_path TO \(schema);\n"
            let tables = try Row.fetchAll(
                source, sql: "SELECT name, sql FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'")
            for table in tables {
                let definition: String = table[1]
                script += definition.replacing(/REFERENCES \w+/, with: "") + ";\n"
                script += try rows(of: table[0], source)
            }
            script += "COMMIT;\n"
            if withIndices {
                let indices = try String.fetchAll(source, sql: "SELECT sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL")
                script += indices.map { "\($0);\n" }.joined() + "ANALYZE;\n"
            }
            return script
        }
        try queue.close()
        try run(sql: script, in: database)
    }

    private func rows(of table: String, _ source: Database) throws -> String {
        var lines = ""
        let cursor = try Row.fetchCursor(source, sql: "SELECT * FROM \"\(table)\"")
        while let row = try cursor.next() {
            let fields = row.databaseValues.map { value in
                switch value.storage {
                case .null, .blob: "\\N"
                case .int64(let number): "\(number)"
                case .double(let number): "\(number)"
                case .string(let text):
                    text.replacing("\\", with: "\\\\").replacing("\t", with: "\\t").replacing("\n", with: "\\n").replacing(
                        "\r", with: "\\r")
                }
            }
            lines += fields.joined(separator: "\t") + "\n"
        }
        return lines.isEmpty ? "" : "COPY \"\(table)\" FROM stdin;\n\(lines)\\.\n"
    }
}
