import Execution

/// A database that holds an OMOP CDM. It is read, never written to.
///
/// A connection that failed is let go, so that the next use opens it anew.
protocol OMOPDatabase: Sendable {
    var dialect: any SQLDialect { get }

    /// The tables that are there; nil when the database cannot be read, which every query will then say.
    var schema: OMOPSchema? { get }

    /// Opens the database anew and looks at its tables.
    func reopen() async throws(SourceFailure) -> OMOPSchema

    /// Runs a statement and hands every row to a function.
    /// - Returns: what the function made of the rows, without its nils.
    func rows<Value: Sendable>(of statement: OMOPStatement, _ read: @escaping @Sendable (any SQLRow) -> Value?) async throws(SourceFailure)
        -> [Value]
}
