import GRDB

/// Inserts rows into one table through one prepared statement.
struct OMOPInserter {
    private let statement: Statement

    /// - Parameter columns: those that are filled; the others stay empty.
    init(_ table: String, _ columns: [String], in database: Database) throws {
        let places = Array(repeating: "?", count: columns.count).joined(separator: ", ")
        statement = try database.makeStatement(sql: "INSERT INTO \(table) (\(columns.joined(separator: ", "))) VALUES (\(places))")
    }

    func insert(_ values: [(any DatabaseValueConvertible)?]) throws {
        try statement.execute(arguments: StatementArguments(values))
    }
}
