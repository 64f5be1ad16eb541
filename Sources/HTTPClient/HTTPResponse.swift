/// The answer to a request: complete, or it would have been an ``HTTPFailure``.
public struct HTTPResponse: Hashable, Sendable {
    /// RFC 9110, section 15. Never an informational one (1xx).
    public let status: Int
    public let headers: HTTPHeaders
    public let body: [UInt8]

    public init(status: Int, headers: HTTPHeaders = [:], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// Whether the request succeeded (2xx).
    public var isSuccess: Bool { (200..<300).contains(status) }

    /// The media type without its parameters, in lower case; nil when the answer does not name one.
    public var mediaType: String? {
        headers["Content-Type"].map { value in
            String(value.prefix { $0 != ";" }.filter { !$0.isWhitespace }).lowercased()
        }
    }

    /// The body as UTF-8; what is not is replaced by U+FFFD.
    public var text: String { String(decoding: body, as: UTF8.self) }
}
