public import Diagnostics
import HTTPClient

/// Why a hub did not do what it was asked.
public struct HubFailure: Error, Hashable, Sendable {
    public enum Code: Hashable, Sendable {
        /// The hub, or the way to it, is away; the same request may succeed later.
        case unavailable
        /// One side's certificate did not satisfy the other.
        case certificateRejected
        /// The hub does not know who asks.
        case unauthorized
        /// The hub will not do it, however often it is asked.
        case refused
        /// What came back is no answer of a hub.
        case unexpected
    }

    public let code: Code
    public let diagnostics: [Diagnostic]

    public init(code: Code, diagnostics: [Diagnostic]) {
        self.code = code
        self.diagnostics = diagnostics
    }

    init(_ code: Code, _ diagnostic: Diagnostic) { self.init(code: code, diagnostics: [diagnostic]) }

    /// Whether asking again may help.
    public var isTemporary: Bool { code == .unavailable }
}

extension HubFailure {
    init(_ failure: HTTPFailure, hub: String) {
        switch failure {
        case .certificateRejected:
            self.init(
                .certificateRejected,
                Diagnostic(
                    "F0402", "the hub `\(hub)` cannot be trusted: \(failure)",
                    help: "name the file of the authority that signed its certificate with `--ca`"))
        case .invalidRequest:
            self.init(
                .refused, Diagnostic("F0403", "the hub's address `\(hub)` is wrong: \(failure)", help: "write it as `https://host:port`"))
        default:
            self.init(
                .unavailable,
                Diagnostic(
                    "F0401", "the hub `\(hub)` cannot be reached: \(failure)", help: "check that it runs, its address, and the proxy's"))
        }
    }

    /// - Parameter response: one without success.
    init(_ response: HTTPResponse, hub: String) {
        if response.mediaType == Problem.mediaType, let problem = try? CanonicalJSON.decode(Problem.self, from: response.body) {
            self.init(code: HubFailure.code(response.status), diagnostics: problem.diagnostics)
            return
        }
        self.init(
            HubFailure.code(response.status),
            Diagnostic(
                "F0404", "`\(hub)` answered with HTTP status \(response.status)", help: "check that a hub, and no proxy, is at this address"
            ))
    }

    private static func code(_ status: Int) -> Code {
        switch status {
        case 401: .unauthorized
        case 408, 425, 429, 502, 503, 504: .unavailable
        case 400..<500: .refused
        case 500..<600: .unavailable
        default: .unexpected
        }
    }
}
