import Diagnostics
import Foundation
public import HTTPClient

/// The way to a hub: for a node with its key, or for a researcher with their token.
public struct HubClient: Sendable {
    /// Where the hub is and how it is reached.
    public struct Address: Hashable, Sendable {
        /// `https://host:port`, without a path.
        public let url: String
        /// A PEM file of the authorities that are trusted instead of the system's.
        public let caFile: String?
        /// A proxy's URL; nil to let the environment decide.
        public let proxy: String?

        public init(url: String, caFile: String? = nil, proxy: String? = nil) {
            self.url = url.hasSuffix("/") ? String(url.dropLast()) : url
            self.caFile = caFile
            self.proxy = proxy
        }
    }

    public let address: Address
    private let http: HTTPClient

    /// - Parameter http: shared, so that connections are kept.
    public init(_ address: Address, http: HTTPClient) {
        self.address = address
        self.http = http
    }

    /// One exchange as JSON.
    func exchange<Reply: Decodable>(
        _ method: HTTPMethod, _ path: String, body: [UInt8] = [], headers: HTTPHeaders, timeout: Duration = .seconds(30),
        as type: Reply.Type
    ) async throws(HubFailure) -> Reply {
        let response = try await send(method, path, body: body, headers: headers, timeout: timeout)
        return try decode(response.body, as: type)
    }

    /// One exchange; an answer without success is a failure.
    func send(_ method: HTTPMethod, _ path: String, body: [UInt8] = [], headers: HTTPHeaders, timeout: Duration = .seconds(30))
        async throws(HubFailure) -> HTTPResponse
    {
        var headers = headers
        headers["Accept"] = "application/json, \(Problem.mediaType)"
        if !body.isEmpty, headers["Content-Type"] == nil { headers["Content-Type"] = "application/json" }
        let request = HTTPRequest(
            method: method, url: address.url + path, headers: headers, body: body, timeout: timeout, maximumBodySize: 64 << 20,
            caFile: address.caFile, proxy: address.proxy)
        let response: HTTPResponse
        do {
            response = try await http.send(request)
        } catch {
            throw HubFailure(error, hub: address.url)
        }
        guard response.isSuccess else { throw HubFailure(response, hub: address.url) }
        return response
    }

    /// A body as a value; what is none came from somewhere else.
    func decode<Value: Decodable>(_ body: [UInt8], as type: Value.Type) throws(HubFailure) -> Value {
        do {
            return try CanonicalJSON.decode(type, from: body)
        } catch {
            throw HubFailure(.unexpected, error)
        }
    }

    /// A value as a body.
    func encode(_ value: some Encodable) throws(HubFailure) -> [UInt8] {
        do {
            return try CanonicalJSON.encode(value)
        } catch {
            throw HubFailure(.refused, error)
        }
    }
}
