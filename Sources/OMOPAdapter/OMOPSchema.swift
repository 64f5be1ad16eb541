import GRDB

/// The tables and views of a database, with their columns. Names are compared as SQLite does, without regard to case.
struct OMOPSchema: Sendable, Hashable {
    private let columns: [String: Set<String>]

    init(reading database: Database) throws {
        let rows = try Row.fetchAll(
            database,
            sql: """
                SELECT object.name, column.name FROM sqlite_master AS object JOIN pragma_table_info(object.name) AS column
                WHERE object.type IN ('table', 'view')
                """)
        var columns: [String: Set<String>] = [:]
        for row in rows {
            let table: String = row[0]
            let column: String = row[1]
            columns[table.lowercased(), default: []].insert(column.lowercased())
        }
        self.columns = columns
    }

    func hasTable(_ table: SQLIdentifier) -> Bool { columns[table.name.lowercased()] != nil }

    func has(_ column: SQLIdentifier, in table: SQLIdentifier) -> Bool {
        columns[table.name.lowercased()]?.contains(column.name.lowercased()) ?? false
    }
}
