import GRDB

/// The tables and views of a database, with their columns. Names are compared as SQLite does, without regard to case.
struct OMOPSchema: Sendable, Hashable {
    /// By table, its columns and whether a type was declared for them.
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
            columns[table.lowercased(), default: [:]][column.lowercased()] = OMOPValue.code(row[2]) != nil
        }
        self.columns = columns
    }

    func hasTable(_ table: SQLIdentifier) -> Bool { columns[table.name.lowercased()] != nil }

    func has(_ column: SQLIdentifier, in table: SQLIdentifier) -> Bool {
        columns[table.name.lowercased()]?[column.name.lowercased()] != nil
    }

    /// Whether SQLite converts what is compared with a column: not where no type was declared, so that `"1"` is not 1 there.
    func isTyped(_ column: SQLIdentifier, in table: SQLIdentifier) -> Bool {
        columns[table.name.lowercased()]?[column.name.lowercased()] ?? true
    }
}
