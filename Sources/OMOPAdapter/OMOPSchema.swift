import GRDB

/// The tables and views of a database, with their columns. Names are compared as SQLite does, without regard to case.
struct OMOPSchema: Sendable, Hashable {
    /// By table, its columns and whether they hold numbers by declaration.
    private let columns: [String: [String: Bool]]

    init(reading database: Database) throws {
        let rows = try Row.fetchAll(
            database,
            sql: """
                SELECT object.name, column.name, column.type FROM sqlite_master AS object JOIN pragma_table_info(object.name) AS column
                WHERE object.type IN ('table', 'view')
                """)
        var columns: [String: [String: Bool]] = [:]
        for row in rows {
            guard let table = OMOPValue.text(row[0]), let column = OMOPValue.text(row[1]) else { continue }
            columns[table.lowercased(), default: [:]][column.lowercased()] = OMOPSchema.isNumeric(OMOPValue.text(row[2]) ?? "")
        }
        self.columns = columns
    }

    func hasTable(_ table: SQLIdentifier) -> Bool { columns[table.name.lowercased()] != nil }

    func has(_ column: SQLIdentifier, in table: SQLIdentifier) -> Bool {
        columns[table.name.lowercased()]?[column.name.lowercased()] != nil
    }

    /// Whether SQLite makes a number of what is compared with a column; elsewhere `"1"` is not 1.
    func isNumeric(_ column: SQLIdentifier, in table: SQLIdentifier) -> Bool {
        columns[table.name.lowercased()]?[column.name.lowercased()] ?? true
    }

    /// SQLite's rules of affinity (https://www.sqlite.org/datatype3.html, section 3.1).
    private static func isNumeric(_ declaredType: String) -> Bool {
        let type = declaredType.uppercased()
        if type.contains("INT") { return true }
        return !type.isEmpty && !["CHAR", "CLOB", "TEXT", "BLOB"].contains(where: type.contains)
    }
}
