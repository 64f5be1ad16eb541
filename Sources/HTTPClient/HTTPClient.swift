/// Sends HTTP requests through libcurl: HTTP/1.1, and HTTP/2 where TLS agrees on it.
///
/// A client has one thread on which all of its transfers run, and keeps connections open for the next request; copies share both.
/// Make one and pass it on. Cancelling the task that waits ends the transfer at once.
public struct HTTPClient: Sendable {
    private let loop: TransferLoop

    public init() { loop = TransferLoop() }

    /// Sends a request and waits for its complete answer, whatever its status.
    public func send(_ request: HTTPRequest) async throws(HTTPFailure) -> HTTPResponse {
        if let fault = request.fault { throw .invalidRequest(reason: fault) }
        return try await loop.run(request).get()
    }

    /// The TLS library that libcurl uses, as `OpenSSL/3.0.17`.
    public static var tlsLibrary: String { CurlMulti.tlsLibrary }
}
