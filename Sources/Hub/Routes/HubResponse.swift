import Diagnostics
import Federation
import Foundation
import HTTPTypes
import Hummingbird

extension Response {
    /// A value as JSON.
    init(json value: some Encodable, status: HTTPResponse.Status = .ok) throws {
        self.init(
            status: status, headers: [.contentType: "application/json", .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: try CanonicalJSON.encode(value))))
    }

    /// An error as RFC 9457 has it.
    init(_ problem: Problem) {
        var headers: HTTPFields = [.contentType: Problem.mediaType, .cacheControl: "no-store"]
        if problem.status == 401 { headers[.wwwAuthenticate] = "Bearer" }
        // The form cannot fail: it holds texts and whole numbers alone. Were it to, the status says what matters.
        let bytes = (try? CanonicalJSON.encode(problem)) ?? []
        self.init(
            status: HTTPResponse.Status(code: problem.status), headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }
}

extension Request {
    /// The body's bytes.
    /// - Throws: ``Problem`` of status 413 when there are more than `limit`.
    func bytes(atMost limit: Int) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        for try await part in body {
            guard bytes.count + part.readableBytes <= limit else {
                throw Problem(
                    status: 413, title: "Too large",
                    Diagnostic("F0617", "a body of over \(limit) bytes is not read here", help: "send less at once"))
            }
            bytes.append(contentsOf: part.readableBytesView)
        }
        return bytes
    }

    /// A header of ours.
    func header(_ name: String) -> String? { HTTPField.Name(name).flatMap { headers[$0] } }
}
