import Foundation

/// Where a PostgreSQL database is, who asks, and how the line is protected.
///
/// A URL of libpq (`postgresql://account@host:port/database?sslmode=verify-full&sslrootcert=…`), without a password: that comes
/// from a file of its own, from the file that `PGPASSFILE` names, or from `~/.pgpass`.
public struct PostgresAddress: Sendable, Hashable {
    public let url: String
    /// A file whose first line is the password; read for each connection, so that it can be changed.
    public let passwordFile: String?

    /// - Throws: for what is no such URL, and for one that holds a password. The message repeats nothing of the URL.
    public init(url: String, passwordFile: String? = nil) throws(PostgresFailure) {
        guard url.hasPrefix("postgresql://") || url.hasPrefix("postgres://"), let options = PostgresHandle.options(of: url) else {
            throw PostgresFailure(.invalidAddress)
        }
        guard options["password"] == nil, options["sslpassword"] == nil else { throw PostgresFailure(.passwordInAddress) }
        self.url = url
        self.passwordFile = passwordFile
    }

    /// What libpq is given to connect.
    func keywords() throws(PostgresFailure) -> [(String, String)] {
        // What stands after `dbname` holds over what stands in the URL.
        var keywords = [("dbname", url), ("client_encoding", "UTF8"), ("fallback_application_name", "cohortium")]
        if let passwordFile {
            guard let data = FileManager.default.contents(atPath: passwordFile),
                let line = String(decoding: data, as: UTF8.self).split(whereSeparator: \.isNewline).first
            else { throw PostgresFailure(.noPasswordFile) }
            keywords.append(("password", String(line)))
        }
        return keywords
    }
}
