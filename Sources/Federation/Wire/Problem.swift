public import Diagnostics

/// An error over HTTP: `application/problem+json` (RFC 9457), with the same codes as the command line's diagnostics.
public struct Problem: Hashable, Codable, Sendable, Error {
    public static let mediaType = "application/problem+json"

    /// `urn:cohortium:problem:` and the code.
    public let type: String
    /// What this kind of problem is called, whatever its details.
    public let title: String
    /// The HTTP status.
    public let status: Int
    public let detail: String
    public let code: DiagnosticCode
    /// All that is wrong.
    public let diagnostics: [Diagnostic]

    /// - Parameter diagnostics: the first error among them is what ``detail`` says.
    public init(status: Int, title: String, _ diagnostics: [Diagnostic]) {
        let first = diagnostics.first { $0.severity == .error } ?? diagnostics.first
        code = first?.code ?? "F0000"
        type = "urn:cohortium:problem:\(code)"
        self.title = title
        self.status = status
        detail = first?.message ?? title
        self.diagnostics = diagnostics
    }

    public init(status: Int, title: String, _ diagnostic: Diagnostic) { self.init(status: status, title: title, [diagnostic]) }
}
