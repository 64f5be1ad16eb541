/// How much a diagnostic weighs: an error stops, a warning and a note do not.
public enum Severity: String, Codable, Sendable, Comparable {
    case note, warning, error

    private var rank: Int {
        switch self {
        case .note: 0
        case .warning: 1
        case .error: 2
        }
    }

    public static func < (left: Severity, right: Severity) -> Bool { left.rank < right.rank }
}

/// A stable name of one kind of message: a letter for the area and four digits, as `C0203`.
///
/// `C` CohortQL and its compiler, `S` SPARQL, `O` the hyperontology, `N` nodes and sources, `F` federation and hub,
/// `P` policy and disclosure, `D` dispatch, `U` the command line and its surroundings. The command line, HTTP
/// (RFC 9457 `type` and `code`) and editors show the same code.
public struct DiagnosticCode: Hashable, Codable, Sendable, RawRepresentable, ExpressibleByStringLiteral, CustomStringConvertible {
    public let rawValue: String

    public init(rawValue: String) { self.rawValue = rawValue }
    public init(stringLiteral value: String) { self.rawValue = value }
    public init(from decoder: any Decoder) throws { self.rawValue = try decoder.singleValueContainer().decode(String.self) }
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(rawValue)
    }

    public var description: String { rawValue }
}

/// One message to a person, as a value; rendering it is another step (``DiagnosticRenderer``).
///
/// The words: one sentence, lower case, no full stop, what the user wrote in backticks or quotation marks, no names
/// of our types. What to do about it stands in ``help``.
public struct Diagnostic: Hashable, Codable, Sendable, Error {
    public let code: DiagnosticCode
    public let severity: Severity
    public let message: String
    /// Where, when the message is about a place in a text.
    public let span: SourceSpan?
    /// One fix, or the nearest thing that exists.
    public let help: String?
    /// Further facts, in the order of reading.
    public let notes: [String]

    public init(
        _ code: DiagnosticCode, _ severity: Severity, _ message: String, at span: SourceSpan? = nil, help: String? = nil,
        notes: [String] = []
    ) {
        self.code = code
        self.severity = severity
        self.message = Self.clipped(message)
        self.span = span
        self.help = help.map(Self.clipped)
        self.notes = notes
    }

    /// What a message quotes may be as long as its text; the message is not.
    private static func clipped(_ words: String) -> String { words.utf8.count > 2_000 ? words.prefix(500) + "…" : words }

    /// An error.
    public init(_ code: DiagnosticCode, _ message: String, at span: SourceSpan? = nil, help: String? = nil, notes: [String] = []) {
        self.init(code, .error, message, at: span, help: help, notes: notes)
    }
}

extension Sequence<Diagnostic> {
    /// Whether any of them is an error.
    public var containsErrors: Bool { contains { $0.severity == .error } }
}

/// Several diagnostics thrown as one: what a stage found wrong with one text.
public struct DiagnosticList: Error, Sendable, Codable, Hashable {
    public let diagnostics: [Diagnostic]

    public init(_ diagnostics: [Diagnostic]) { self.diagnostics = diagnostics }
}
