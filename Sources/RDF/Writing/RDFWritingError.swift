/// Why a graph cannot be written in a syntax.
public struct RDFWritingError: Error, Hashable, Sendable {
    /// What class of thing stands against it.
    public enum Code: String, Sendable {
        /// The triple is none of RDF's: its subject is a literal, its predicate no IRI, an IRI or a language tag has characters that none may have.
        case illFormed = "O0030"
        /// The triple is RDF, but this syntax has no way to say it.
        case inexpressible = "O0031"
    }

    public let code: Code
    /// One lower-case sentence without full stop, with the term in backticks.
    public let message: String

    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }
}
