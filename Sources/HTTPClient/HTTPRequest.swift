/// The method of a request (RFC 9110, section 9): a token, case sensitive.
public struct HTTPMethod: Hashable, Sendable, RawRepresentable, ExpressibleByStringLiteral {
    public let rawValue: String

    public init(rawValue: String) { self.rawValue = rawValue }
    public init(stringLiteral value: String) { self.rawValue = value }

    public static let get: HTTPMethod = "GET"
    public static let head: HTTPMethod = "HEAD"
    public static let post: HTTPMethod = "POST"
    public static let put: HTTPMethod = "PUT"
    public static let patch: HTTPMethod = "PATCH"
    public static let delete: HTTPMethod = "DELETE"
}

/// The certificate by which this side shows who it is (mutual TLS), as PEM files.
public struct ClientCertificate: Hashable, Sendable {
    /// The certificate, followed by those above it.
    public let certificateFile: String
    public let privateKeyFile: String
    /// Of the private key, where that is encrypted.
    public let password: String?

    public init(certificateFile: String, privateKeyFile: String, password: String? = nil) {
        self.certificateFile = certificateFile
        self.privateKeyFile = privateKeyFile
        self.password = password
    }
}

/// One HTTP request and the bounds on its answer.
///
/// There is no way to leave out the check of a server's certificate: whoever uses a private authority names its file.
/// Redirects are not followed; the answer that names one is returned as it came.
public struct HTTPRequest: Hashable, Sendable {
    public var method: HTTPMethod
    /// Absolute, `http` or `https`.
    public var url: String
    public var headers: HTTPHeaders
    public var body: [UInt8]
    /// For the whole exchange, from the look-up of the name to the last byte.
    public var timeout: Duration
    /// For the look-up of the name, the connection and the TLS handshake.
    public var connectTimeout: Duration
    /// How many bytes the answer's body may have; a larger one is ``HTTPFailure/tooLarge(limit:)``.
    public var maximumBodySize: Int
    /// A file that is there and may be written: it takes the body of an answer with a status from 200 to 299, which is then not held in memory.
    public var destination: String?
    /// A PEM file of the authorities that are trusted *instead of* the system's.
    public var caFile: String?
    public var clientCertificate: ClientCertificate?
    /// The proxy's URL, with credentials if it needs them; an empty text for none at all. When nil, the environment decides
    /// (`https_proxy`, `http_proxy`, `all_proxy`, `no_proxy`, as libcurl reads them).
    public var proxy: String?

    public init(
        method: HTTPMethod = .get, url: String, headers: HTTPHeaders = [:], body: [UInt8] = [], timeout: Duration = .seconds(30),
        connectTimeout: Duration = .seconds(10), maximumBodySize: Int = 64 << 20, caFile: String? = nil,
        clientCertificate: ClientCertificate? = nil, proxy: String? = nil
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.timeout = timeout
        self.connectTimeout = connectTimeout
        self.maximumBodySize = maximumBodySize
        self.caFile = caFile
        self.clientCertificate = clientCertificate
        self.proxy = proxy
    }
}

extension HTTPRequest {
    /// Why it cannot be sent as it is: what would let a value leave its place in the message (RFC 9110, sections 5.1, 5.5 and 9.1).
    var fault: String? {
        if !method.rawValue.isToken { return "the method is not a token" }
        if url.utf8.contains(where: { $0 <= 0x20 || $0 == 0x7F }) { return "the URL has a blank or a control character" }
        for (name, value) in headers.fields {
            if !name.isToken { return "a header's name is not a token" }
            if value.utf8.contains(where: { ($0 < 0x20 && $0 != 0x09) || $0 == 0x7F }) {
                return "the value of the header `\(name)` has a control character"
            }
        }
        return nil
    }
}

extension String {
    /// RFC 9110, section 5.6.2.
    fileprivate var isToken: Bool {
        !isEmpty && utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && !"\"(),/:;<=>?@[\\]{}".utf8.contains($0) }
    }
}
