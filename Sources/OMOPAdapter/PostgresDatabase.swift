import Diagnostics
import Execution
import PostgresClient
import Synchronization

/// An OMOP CDM in one schema of a PostgreSQL database.
final class PostgresDatabase: OMOPDatabase {
    private enum Known {
        case nothing
        case schema(OMOPSchema)
        /// The last try failed then.
        case failed(ContinuousClock.Instant)
    }

    let dialect: any SQLDialect = PostgresDialect()
    /// The source's name in the node's configuration.
    private let source: String
    private let session: PostgresSession
    /// Nil for the first of the account's search path that has a table of persons.
    private let schemaName: String?
    /// The schema of the vocabulary where it is another one.
    private let vocabularyName: String?
    /// How many rows of one statement are held at most.
    private let rowLimit: Int
    private let known = Mutex(Known.nothing)
    /// How long after a failure a look at the tables is not tried again.
    private static let respite = Duration.seconds(2)

    init(source: String, session: PostgresSession, schema: String?, vocabulary: String?, rowLimit: Int) {
        self.source = source
        self.session = session
        self.schemaName = schema
        self.vocabularyName = vocabulary
        self.rowLimit = rowLimit
    }

    var schema: OMOPSchema? {
        switch known.withLock({ $0 }) {
        case .schema(let schema): schema
        case .failed(let time) where ContinuousClock.now - time < PostgresDatabase.respite: nil
        default: try? look()
        }
    }

    func reopen() async throws(SourceFailure) -> OMOPSchema {
        session.disconnect()
        known.withLock { $0 = .nothing }
        return try look()
    }

    func rows<Value: Sendable>(of statement: OMOPStatement, _ read: @escaping @Sendable (any SQLRow) -> Value?) async throws(SourceFailure)
        -> [Value]
    {
        if case .schema = known.withLock({ $0 }) {} else { _ = try look() }
        do {
            return try await session.rows(of: statement.text, statement.parameters, limit: rowLimit) { read(PostgresRowView(row: $0)) }
        } catch {
            if error.code == .noRelation { known.withLock { $0 = .nothing } }
            throw SourceFailure(source: source, diagnostic(error))
        }
    }

    // MARK: Looking at the tables

    /// What the table of persons is called wherever it is.
    private static let landmark = "person"

    /// The node waits here, seconds at most: whether a plan can be answered is decided without waiting for anything else.
    private func look() throws(SourceFailure) -> OMOPSchema {
        do {
            var schema = OMOPSchema()
            // First the vocabulary's own tables: those that an empty copy beside the patients would hide.
            if let vocabularyName {
                try require(schema: vocabularyName, key: "vocabulary", near: [])
                try add(vocabularyName, to: &schema) { OMOPSchema.vocabularyTables.contains($0.table.lowercased()) }
            }
            try add(try chosenSchema(), to: &schema) {
                vocabularyName == nil || !OMOPSchema.vocabularyTables.contains($0.table.lowercased())
            }
            if let ancestry = schema.possibleAncestry,
                try !session.rowsBlocking(of: "SELECT 1 FROM \(ancestry.reference) LIMIT 1", [], { _ in true }).isEmpty
            {
                schema.ancestry = ancestry
            }
            known.withLock { $0 = .schema(schema) }
            return schema
        } catch let failure as PostgresFailure {
            known.withLock { $0 = .failed(.now) }
            throw SourceFailure(source: source, diagnostic(failure))
        } catch {
            known.withLock { $0 = .failed(.now) }
            throw SourceFailure(
                source: source, error as? Diagnostic ?? Diagnostic("N0205", "the database of source `\(source)` reports an error"))
        }
    }

    private func add(_ name: String, to schema: inout OMOPSchema, where isWanted: (Column) -> Bool) throws(PostgresFailure) {
        for column in try session.rowsBlocking(of: PostgresDatabase.columns, [name], { Column($0) }) where isWanted(column) {
            schema.add(column: column.name, of: column.table, in: name, content: column.content, isReadable: column.isReadable)
        }
    }

    private struct Column: Sendable {
        let table: String
        let name: String
        let content: ColumnContent
        let isReadable: Bool

        init?(_ row: PostgresRow) {
            guard case .text(let table) = row[0], case .text(let name) = row[1] else { return nil }
            self.table = table
            self.name = name
            content =
                switch row[2] {
                case .text("numeric"): .decimal
                case .text("N"): .number
                case .text("S"): .text
                case .text("date"): .date
                case .text("D"): .moment
                default: .other
                }
            isReadable = row[3] == .integer(1)
        }
    }

    /// The columns of a schema's tables and views, what they hold, and whether they may be read.
    private static let columns = """
        SELECT CAST(c.relname AS text), CAST(a.attname AS text), CASE WHEN t.typname IN ('numeric', 'date') THEN CAST(t.typname AS text) ELSE CAST(t.typcategory AS text) END,
          pg_catalog.has_schema_privilege(n.oid, 'USAGE') AND pg_catalog.has_column_privilege(c.oid, a.attnum, 'SELECT')
        FROM pg_catalog.pg_namespace AS n
        JOIN pg_catalog.pg_class AS c ON c.relnamespace = n.oid AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
        JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
        JOIN pg_catalog.pg_type AS t ON t.oid = a.atttypid
        WHERE n.nspname = $1 ORDER BY c.relname, a.attnum
        """

    /// Every schema with a table of persons: its name, and its place on the account's search path.
    private static let candidates = """
        SELECT DISTINCT CAST(n.nspname AS text), pg_catalog.array_position(pg_catalog.current_schemas(false), n.nspname)
        FROM pg_catalog.pg_namespace AS n JOIN pg_catalog.pg_class AS c ON c.relnamespace = n.oid AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
        WHERE pg_catalog.lower(CAST(c.relname AS text)) = $1 AND n.nspname NOT LIKE 'pg\\_%'
        ORDER BY 2 NULLS LAST, 1
        """

    private func chosenSchema() throws -> String {
        let candidates = try session.rowsBlocking(of: PostgresDatabase.candidates, [PostgresDatabase.landmark]) { row in
            if case .text(let name) = row[0] { (name: name, isOnPath: row[1] != .null) } else { nil }
        }
        if let schemaName {
            try require(schema: schemaName, key: "schema", near: candidates.map(\.name))
            return schemaName
        }
        if let first = candidates.first, first.isOnPath { return first.name }
        throw Diagnostic(
            "N0214", "the database of source `\(source)` has no OMOP tables where its account looks",
            help: candidates.first.map { "write `schema: \($0.name)` below `postgres:`" } ?? "check the database's name in `postgres:`")
    }

    /// - Parameter key: what names the schema in the node's configuration.
    private func require(schema name: String, key: String, near candidates: [String]) throws {
        let found = try session.rowsBlocking(of: "SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = $1", [name]) { _ in true }
        guard found.isEmpty else { return }
        let near = nearest(to: name, among: candidates) ?? candidates.first
        throw Diagnostic(
            "N0214", "the database of source `\(source)` has no schema `\(name)`",
            help: near.map { "did you mean `\(key): \($0)`?" } ?? "correct `\(key):` below `postgres:`")
    }

    // MARK: What went wrong

    private func diagnostic(_ failure: PostgresFailure) -> Diagnostic {
        let notes = failure.message.isEmpty ? [] : [failure.message]
        switch failure.code {
        case .unreachable, .lost:
            return Diagnostic(
                "N0211", "the database server of source `\(source)` does not answer",
                help: "check the host and port in `postgres:`, and that the server runs", notes: notes)
        case .authentication, .noPasswordFile:
            return Diagnostic(
                "N0212", "the database server of source `\(source)` does not let this node in",
                help: "check the account in `postgres:`, and its password in `passwordFile:` or in the file that PGPASSFILE names",
                notes: notes)
        case .noDatabase:
            return Diagnostic(
                "N0213", "the server of source `\(source)` has no such database", help: "check the database's name in `postgres:`",
                notes: notes)
        case .noPermission:
            return Diagnostic(
                "N0215", "the account of source `\(source)` has no right to read all that is there",
                help: "grant it CONNECT on the database, USAGE on the schema and SELECT on its tables, without row policies", notes: notes)
        case .noRelation:
            return Diagnostic(
                "N0204", "source `\(source)` is not the OMOP database that the bindings describe",
                help: "compare its tables with `bindings/omop.ttl`", notes: notes)
        case .locked:
            return Diagnostic(
                "N0203", "the database of source `\(source)` is locked by another program", help: "ask again when the load has finished")
        case .timedOut:
            return Diagnostic(
                "N0218", "a query of source `\(source)` took longer than it may",
                help: "ask a narrower question, or look for missing indices")
        case .cancelled: return Diagnostic("N0206", "the query of source `\(source)` was interrupted")
        case .tooLarge: return .tooManyRows(source)
        case .invalidAddress, .passwordInAddress, .other:
            return Diagnostic("N0205", "the database of source `\(source)` reports an error", notes: notes)
        }
    }
}

private struct PostgresRowView: SQLRow {
    let row: PostgresRow

    subscript(column: Int) -> SQLValue {
        switch row[column] {
        case .null: .null
        case .integer(let number): .integer(number)
        case .real(let number): .real(number)
        case .text(let text): .text(text)
        case .bytes: .bytes
        }
    }
}
