import Foundation

/// A signed word of a client on who it is, for one token endpoint and some minutes (RFC 7523, section 3).
struct ClientAssertion {
    /// How long it is good for; five minutes are the most that a server takes.
    private static let lifetime: TimeInterval = 240

    private struct Header: Encodable {
        let alg: String
        let kid: String?
        var typ = "JWT"
    }

    private struct Claims: Encodable {
        let iss: String
        let sub: String
        let aud: String
        let exp: Int
        let jti: String
    }

    /// The JSON Web Token; nil when it cannot be signed.
    static func token(_ service: BackendService, for endpoint: String, key: AssertionKey, now: Date) -> String? {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let claims = Claims(
            iss: service.client, sub: service.client, aud: endpoint, exp: Int(now.addingTimeInterval(lifetime).timeIntervalSince1970),
            jti: UUID().uuidString)
        guard let header = try? encoder.encode(Header(alg: key.algorithm.rawValue, kid: service.keyID)),
            let payload = try? encoder.encode(claims)
        else { return nil }
        let signed = "\(encoded(header)).\(encoded(payload))"
        return key.sign(Array(signed.utf8)).map { "\(signed).\(encoded(Data($0)))" }
    }

    /// Base64url without padding (RFC 7515, section 2).
    private static func encoded(_ data: Data) -> String {
        data.base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }
}
