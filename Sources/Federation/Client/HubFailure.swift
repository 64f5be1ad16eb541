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
        /// What came back is no answer of a hub: something on the way answered in its place.
        case unexpected
        /// A file or an address that this side was configured with is of no use.
        case misconfigured
        /// Whoever waited for it has stopped.
        case cancelled
    }

    /// The code by which a hub tells a node that its operator has shut it out: asking again is of no use.
    public static let shutOut: DiagnosticCode = "F0611"

    public let code: Code
    public let diagnostics: [Diagnostic]

    public init(code: Code, diagnostics: [Diagnostic]) {
        self.code = code
        self.diagnostics = diagnostics
    }

    init(_ code: Code, _ diagnostic: Diagnostic) { self.init(code: code, diagnostics: [diagnostic]) }

    /// Whether asking again may help.
    public var isTemporary: Bool { code == .unavailable }

    /// Whether the hub's operator has shut this node out.
    public var isShutOut: Bool { code == .refused && diagnostics.contains { $0.code == HubFailure.shutOut } }
}

extension HubFailure {
    init(_ failure: HTTPFailure, hub: String) {
        switch failure {
        case .certificateRejected:
            self.init(
                .certificateRejected,
                Diagnostic(
                    "F0402", "the hub `\(hub)` cannot be trusted: \(failure)",
                    help: "under `ca`, name the file of the authority that signed the hub's certificate: the hub's `ca.pem`"))
        case .invalidRequest:
            self.init(
                .misconfigured,
                Diagnostic("F0403", "the hub's address `\(hub)` is wrong: \(failure)", help: "write it as `https://host:port`"))
        case .unusableFile(let path):
            self.init(
                .misconfigured,
                Diagnostic(
                    "F0406", "the hub `\(hub)` cannot be checked: \(failure)",
                    help: "put the hub's `ca.pem` there, or name another file than `\(path)` under `ca`"))
        case .tooLarge:
            self.init(
                .unexpected,
                Diagnostic("F0404", "`\(hub)` sent no answer of a hub: \(failure)", help: "check that a hub is at this address"))
        case .cancelled: self.init(failure as any Error)
        default:
            self.init(
                .unavailable,
                Diagnostic(
                    "F0401", "the hub `\(hub)` cannot be reached: \(failure)", help: "check that it runs, its address, and the proxy's"))
        }
    }

    /// The task that waited was cancelled.
    init(_ cancelled: any Error) {
        self.init(code: .cancelled, diagnostics: [Diagnostic("F0405", "the request was cancelled", notes: ["\(cancelled)"])])
    }

    /// - Parameter response: one without success. Only a hub's own words are its decision; a page of something on the way is none.
    init(_ response: HTTPResponse, hub: String) {
        if response.mediaType == Problem.mediaType, let problem = try? CanonicalJSON.decode(Problem.self, from: response.body) {
            self.init(code: HubFailure.code(response.status), diagnostics: problem.diagnostics)
            return
        }
        let code = HubFailure.code(response.status)
        self.init(
            code == .unavailable ? code : .unexpected,
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
