import Foundation

/// Where a service inside the hospital is, and who this node is to it.
public struct ServiceAddress: Sendable, Hashable {
    /// The root of the service, without a slash at the end: `https://pacs.hospital.example/dicom-web`.
    public let url: String
    /// A PEM file of the authorities that are trusted instead of the system's.
    public let caFile: String?
    /// A file whose first line is the value of the `Authorization` header; nil where the service asks nobody who they are.
    public let authorizationFile: String?

    public init(url: String, caFile: String? = nil, authorizationFile: String? = nil) {
        var url = url
        while url.hasSuffix("/") { url.removeLast() }
        self.url = url
        self.caFile = caFile
        self.authorizationFile = authorizationFile
    }

    /// A file of authorization that is missing or empty.
    public struct UnreadableAuthorization: Error, Hashable, Sendable {
        public let path: String
    }

    /// A request to the service. The file of authorization is read each time: a token in it may be short-lived.
    /// - Parameter location: the whole address.
    public func request(_ method: HTTPMethod = .get, _ location: String) throws(UnreadableAuthorization) -> HTTPRequest {
        // The service stands inside the hospital: a proxy to the world has no business with it.
        var request = HTTPRequest(method: method, url: location, caFile: caFile, proxy: "")
        request.headers["Authorization"] = try authorization()
        return request
    }

    private func authorization() throws(UnreadableAuthorization) -> String? {
        guard let path = authorizationFile else { return nil }
        guard let data = FileManager.default.contents(atPath: path),
            let line = String(decoding: data, as: UTF8.self).split(whereSeparator: \.isNewline).first
        else { throw UnreadableAuthorization(path: path) }
        return String(line)
    }
}
