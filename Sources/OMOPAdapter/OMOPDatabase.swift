import Diagnostics
import Execution
import GRDB
import Synchronization

/// A read-only connection to the SQLite file that holds an OMOP CDM, opened when first needed.
///
/// A connection that failed is let go, so that the next use opens the file anew.
final class OMOPDatabase: Sendable {
    private struct Connection {
        let queue: DatabaseQueue
        let schema: OMOPSchema
    }

    /// The source's name in the node's configuration.
    private let source: String
    private let path: String
    /// How long to wait for another program's lock.
    private let patience: Duration
    private let connection = Mutex<Connection?>(nil)

    init(source: String, path: String, patience: Duration) {
        self.source = source
        self.path = path
        self.patience = patience
    }

    /// The tables that are there; nil when the file cannot be read, which every query will then say.
    var schema: OMOPSchema? { try? connect().schema }

    /// Opens the file anew and looks at its tables.
    func reopen() throws(SourceFailure) -> OMOPSchema {
        connection.withLock { $0 = nil }
        return try connect().schema
    }

    /// Runs a statement and hands every row to a function.
    /// - Returns: what the function made of the rows, without its nils.
    func rows<Value: Sendable>(
        of statement: OMOPStatement, _ read: @escaping @Sendable (Row) throws -> Value?
    ) async throws(SourceFailure) -> [Value] {
        let queue = try connect().queue
        do {
            return try await queue.read { database in
                let cursor = try Row.fetchCursor(database, sql: statement.text, arguments: StatementArguments(statement.parameters))
                var values: [Value] = []
                while let row = try cursor.next() {
                    if let value = try read(row) { values.append(value) }
                }
                return values
            }
        } catch {
            connection.withLock { $0 = nil }
            throw SourceFailure(source: source, Diagnostic(describing: error, source: source))
        }
    }

    private func connect() throws(SourceFailure) -> Connection {
        do {
            return try connection.withLock { connection in
                if let connection { return connection }
                var configuration = Configuration()
                configuration.readonly = true
                configuration.busyMode = .timeout(patience / .seconds(1))
                let queue = try DatabaseQueue(path: path, configuration: configuration)
                let opened = Connection(queue: queue, schema: try queue.read(OMOPSchema.init(reading:)))
                connection = opened
                return opened
            }
        } catch {
            throw SourceFailure(source: source, Diagnostic(describing: error, source: source))
        }
    }
}

/// A statement with the values bound to its parameters; nothing that came with a plan stands in its text.
struct OMOPStatement: Hashable, Sendable {
    let text: String
    let parameters: [String]
}

extension Diagnostic {
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
        case .SQLITE_INTERRUPT, .SQLITE_ABORT:
            self.init("N0206", "the query of source `\(source)` was interrupted")
        default:
            self.init("N0205", "the database of source `\(source)` reports an error", notes: [error.message ?? error.description])
        }
    }
}
