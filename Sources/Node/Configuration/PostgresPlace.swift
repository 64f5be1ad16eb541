import Diagnostics
public import PostgresClient

/// Where an OMOP database on a PostgreSQL server is.
public struct PostgresPlace: Sendable, Hashable {
    public let address: PostgresAddress
    /// The schema of its tables; nil for where the account looks by itself.
    public let schema: String?
    /// The schema of the OMOP vocabulary, where it is another one.
    public let vocabulary: String?

    /// - Throws: `N0121` for what is no address, `N0122` for one that holds a password. Neither repeats it.
    init(url: String, schema: String?, vocabulary: String?, passwordFile: String?, source: String) throws(Diagnostic) {
        do {
            address = try PostgresAddress(url: url, passwordFile: passwordFile)
        } catch {
            throw error.code == .passwordInAddress
                ? Diagnostic(
                    "N0122", "the address of the source `\(source)` holds a password, which logs and backups would keep",
                    help: "put the password alone into a file that only the node may read, and name it with `passwordFile:`")
                : Diagnostic(
                    "N0121", "`postgres:` of the source `\(source)` is not an address of a PostgreSQL database",
                    help: "write `postgresql://account@host:5432/database?sslmode=verify-full`")
        }
        self.schema = schema
        self.vocabulary = vocabulary
    }
}
