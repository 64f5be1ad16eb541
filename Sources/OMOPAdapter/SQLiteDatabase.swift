import Diagnostics
import Execution
import GRDB
import Synchronization

/// A read-only connection to an SQLite file, opened when first needed.
final class SQLiteDatabase: OMOPDatabase {
    private struct Connection {
        let queue: DatabaseQueue
        let schema: OMOPSchema
        /// Which file it was opened on.
        let file: FileIdentity?
    }

    let dialect: any SQLDialect = SQLiteDialect()
    /// The source's name in the node's configuration.
    private let source: String
    private let path: String
    /// How long to wait for another program's lock.
    private let patience: Duration
    /// How many rows of one statement are held at most.
    private let rowLimit: Int
    private let connection = Mutex<Connection?>(nil)

    init(source: String, path: String, patience: Duration, rowLimit: Int) {
        self.source = source
        self.path = path
        self.patience = patience
        self.rowLimit = rowLimit
    }

    var schema: OMOPSchema? { try? connect().schema }

    func reopen() async throws(SourceFailure) -> OMOPSchema {
        connection.withLock { $0 = nil }
        return try connect().schema
    }

    func rows<Value: Sendable>(of statement: OMOPStatement, _ read: @escaping @Sendable (any SQLRow) -> Value?) async throws(SourceFailure)
        -> [Value]
    {
        let queue = try connect().queue
        let (source, rowLimit) = (self.source, self.rowLimit)
        do {
            return try await queue.read { database in
                let cursor = try Row.fetchCursor(database, sql: statement.text, arguments: StatementArguments(statement.parameters))
                var values: [Value] = []
                while let row = try cursor.next() {
                    guard let value = read(SQLiteRow(row: row)) else { continue }
                    guard values.count < rowLimit else { throw SourceFailure(source: source, .tooManyRows(source)) }
                    values.append(value)
                }
                return values
            }
        } catch let failure as SourceFailure { throw failure } catch {
            connection.withLock { $0 = nil }
            throw SourceFailure(source: source, Diagnostic(describing: error, source: source))
        }
    }

    private func connect() throws(SourceFailure) -> Connection {
        do {
            return try connection.withLock { connection in
                // A file that was replaced or moved away is not answered from, though it could still be read.
                let file = FileIdentity(path)
                if let connection, connection.file == file { return connection }
                connection = nil
                var configuration = Configuration()
                configuration.readonly = true
                configuration.busyMode = .timeout(patience / .seconds(1))
                // Up to 64 MiB of pages are kept: joins look persons up one by one, all over the file.
                configuration.prepareDatabase { try $0.execute(sql: "PRAGMA cache_size = -65536") }
                let queue = try DatabaseQueue(path: path, configuration: configuration)
                let opened = Connection(queue: queue, schema: try queue.read(SQLiteDatabase.schema), file: file)
                connection = opened
                return opened
            }
        } catch { throw SourceFailure(source: source, Diagnostic(describing: error, source: source)) }
    }

    private static func schema(_ database: Database) throws -> OMOPSchema {
        let rows = try Row.fetchAll(
            database,
            sql: """
                SELECT object.name, column.name, column.type FROM sqlite_master AS object JOIN pragma_table_info(object.name) AS column
                WHERE object.type IN ('table', 'view') ORDER BY object.name, column.cid
                """)
        var schema = OMOPSchema()
        for row in rows.map(SQLiteRow.init) {
            guard case .text(let table) = row[0], case .text(let column) = row[1] else { continue }
            let declared = if case .text(let type) = row[2] { type } else { "" }
            schema.add(column: column, of: table, content: content(declared))
        }
        if let ancestry = schema.possibleAncestry, try Row.fetchOne(database, sql: "SELECT 1 FROM \(ancestry.reference) LIMIT 1") != nil {
            schema.ancestry = ancestry
        }
        return schema
    }

    /// SQLite's rules of affinity (https://www.sqlite.org/datatype3.html, section 3.1).
    private static func content(_ declaredType: String) -> ColumnContent {
        let type = declaredType.uppercased()
        if type.contains("INT") { return .number }
        if ["CHAR", "CLOB", "TEXT"].contains(where: type.contains) { return .text }
        return type.isEmpty || type.contains("BLOB") ? .other : .number
    }
}

private struct SQLiteRow: SQLRow {
    let row: Row

    subscript(column: Int) -> SQLValue {
        let value: DatabaseValue = row[column]
        return switch value.storage {
        case .null: .null
        case .int64(let number): .integer(number)
        case .double(let number): .real(number)
        case .string(let text): .text(text)
        case .blob: .bytes
        }
    }
}

extension Diagnostic {
    /// An answer that is too long to be held.
    static func tooManyRows(_ source: String) -> Diagnostic {
        Diagnostic(
            "N0217", "the answer of source `\(source)` is larger than this node can hold",
            help: "ask for fewer events: name concepts, values or dates")
    }

    /// What went wrong with a database, in the words of who runs the node.
    fileprivate init(describing error: any Error, source: String) {
        guard let error = error as? DatabaseError else {
            self.init("N0206", "the query of source `\(source)` was interrupted")
            return
        }
        switch error.resultCode {
        case .SQLITE_CANTOPEN:
            self.init(
                "N0201", "the database of source `\(source)` cannot be opened",
                help: "check that the file exists and that the node may read it")
        case .SQLITE_NOTADB, .SQLITE_CORRUPT:
            self.init(
                "N0202", "the file of source `\(source)` is not a sound SQLite database", help: "check the path in the node's configuration"
            )
        case .SQLITE_BUSY, .SQLITE_LOCKED:
            self.init(
                "N0203", "the database of source `\(source)` is locked by another program", help: "ask again when the load has finished")
        case .SQLITE_INTERRUPT, .SQLITE_ABORT: self.init("N0206", "the query of source `\(source)` was interrupted")
        default: self.init("N0205", "the database of source `\(source)` reports an error", notes: [error.message ?? error.description])
        }
    }
}
