/// Why a PostgreSQL server did not give what was asked of it.
public struct PostgresFailure: Error, Hashable, Sendable {
    public enum Code: Hashable, Sendable {
        /// The address is not one, or holds what does not belong there.
        case invalidAddress
        /// A password stands in the address, where logs and process lists would show it.
        case passwordInAddress
        /// The file with the password cannot be read.
        case noPasswordFile
        /// Nobody answers there, or not in time.
        case unreachable
        /// The server does not let this account in.
        case authentication
        case noDatabase
        /// The account has no right to what was asked for.
        case noPermission
        /// A table, column or schema that a statement names is not there.
        case noRelation
        /// Another program holds a lock for longer than we wait.
        case locked
        /// The statement took longer than it may.
        case timedOut
        /// Whoever asked has stopped waiting.
        case cancelled
        /// The connection broke.
        case lost
        /// The answer has more rows than were asked to be kept.
        case tooLarge
        case other
    }

    public let code: Code
    /// The SQLSTATE, where the server gave one.
    public let state: String?
    /// In the words of libpq or the server. May hold the text of a record; never holds a password.
    public let message: String

    public init(_ code: Code, state: String? = nil, _ message: String = "") {
        self.code = code
        self.state = state
        self.message = message
    }

    /// - Parameter state: an SQLSTATE (the manual's appendix A).
    init(state: String, _ message: String) {
        self.init(PostgresFailure.code(ofState: state), state: state, message)
    }

    static func code(ofState state: String) -> Code {
        switch state {
        case "3D000": .noDatabase
        case "42501": .noPermission
        case "42P01", "42703", "3F000": .noRelation
        case "55P03": .locked
        case "57014": .timedOut
        case _ where state.hasPrefix("28"): .authentication
        case _ where state.hasPrefix("08") || state.hasPrefix("57P"): .lost
        default: .other
        }
    }
}
