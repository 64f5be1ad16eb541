/// Why there is no answer to a request.
public enum HTTPFailure: Error, Hashable, Sendable {
    /// The name of the server, or of the proxy, has no address.
    case couldNotResolve
    /// Nobody takes connections there.
    case couldNotConnect
    /// It took longer than the request allowed.
    case timedOut
    /// The certificate of one side did not satisfy the other.
    case certificateRejected(reason: String)
    /// A file that the request names, of authorities or of its own certificate, cannot be read or is not what it should be.
    case unusableFile(path: String)
    /// The task that waited for it was cancelled.
    case cancelled
    /// The connection broke before the answer was complete.
    case truncated
    /// The body is larger than the request allowed, in bytes.
    case tooLarge(limit: Int)
    /// The request cannot be sent as it is.
    case invalidRequest(reason: String)
    /// Anything else, in libcurl's words.
    case other(String)
}

extension HTTPFailure: CustomStringConvertible {
    /// Lower case, without a full stop, to stand behind what could not be reached.
    public var description: String {
        switch self {
        case .couldNotResolve: "its name has no address"
        case .couldNotConnect: "nothing takes connections there"
        case .timedOut: "it did not answer in time"
        case .certificateRejected(let reason): "the TLS certificate was rejected (\(reason))"
        case .unusableFile(let path): "the file `\(path)` is missing or holds no certificate in PEM"
        case .cancelled: "the request was cancelled"
        case .truncated: "the connection broke before the answer was complete"
        case .tooLarge(let limit): "the answer has more than \(limit) bytes"
        case .invalidRequest(let reason): "the request cannot be sent: \(reason)"
        case .other(let message): message
        }
    }
}
