import Foundation
import HTTPTypes
public import Hummingbird
import NIOCore
import Synchronization

/// The part of a server that gives tokens to programs (SMART App Launch 2.2, *Backend Services*), and looks at them.
///
/// It checks assertions with the `openssl` command, so that what is tested is not checked by itself.
public final class TokenDesk: Sendable {
    public enum Kind: String, Sendable, CaseIterable {
        case es384 = "ES384"
        case rs384 = "RS384"

        var generation: [String] {
            self == .es384
                ? ["genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384"]
                : ["genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"]
        }
    }

    public static let isPossible = FileManager.default.isExecutableFile(atPath: "/usr/bin/openssl")

    let kind: Kind
    /// The private key, for the client.
    public let keyFile: String
    private let folder: URL
    /// How many requests a token is good for.
    private let uses: Int
    private let state = Mutex<(given: Int, token: String, left: Int, assertions: Set<String>)>((0, "", 0, []))

    public init(_ kind: Kind, uses: Int = .max) throws {
        self.kind = kind
        self.uses = uses
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("cohortium-desk-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        keyFile = folder.appendingPathComponent("key.pem").path
        _ = try TokenDesk.openssl(kind.generation + ["-out", keyFile])
        _ = try TokenDesk.openssl(["pkey", "-in", keyFile, "-pubout", "-out", folder.appendingPathComponent("public.pem").path])
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    public var tokensGiven: Int { state.withLock { $0.given } }

    public func add(to router: Router<BasicRequestContext>) {
        router.get("/fhir/.well-known/smart-configuration") { request, _ in
            let host = request.head.authority ?? ""
            return TokenDesk.json(
                #"{"token_endpoint": "http://\#(host)/token", "capabilities": ["permission-v2"], "grant_types_supported": ["client_credentials"]}"#
            )
        }
        router.post("/token") { request, _ in
            let form = String(buffer: try await request.body.collect(upTo: 1 << 16))
            let fault = try self.fault(in: form, endpoint: "http://\(request.head.authority ?? "")/token")
            guard fault == nil else {
                var response = TokenDesk.json(#"{"error": "invalid_client", "error_description": "\#(fault ?? "")"}"#)
                response.status = .badRequest
                return response
            }
            let token = self.state.withLock { state in
                state.given += 1
                state.token = "token-\(state.given)"
                state.left = self.uses
                return state.token
            }
            return TokenDesk.json(#"{"access_token": "\#(token)", "token_type": "bearer", "expires_in": 300, "scope": "system/*.rs"}"#)
        }
    }

    /// Whether a request has a token that is still good.
    func lets(_ request: Request) -> Bool {
        state.withLock { state in
            guard request.headers[.authorization] == "Bearer \(state.token)", state.left > 0 else { return false }
            state.left -= 1
            return true
        }
    }

    private static func json(_ text: String) -> Response {
        Response(status: .ok, headers: [.contentType: "application/json"], body: .init(byteBuffer: ByteBuffer(string: text)))
    }

    // MARK: Assertions

    /// What is wrong with a request for a token; nil when nothing is.
    private func fault(in form: String, endpoint: String) throws -> String? {
        let pairs = form.split(separator: "&").map { $0.split(separator: "=", maxSplits: 1).map { $0.removingPercentEncoding ?? "" } }
        let values = Dictionary(pairs.map { ($0[0], $0.count > 1 ? $0[1] : "") }) { first, _ in first }
        guard values["grant_type"] == "client_credentials", values["scope"] == "system/*.rs",
            values["client_assertion_type"] == "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
        else { return "not the request that it should be" }
        let parts = (values["client_assertion"] ?? "").split(separator: ".").map(String.init)
        guard parts.count == 3, let header = TokenDesk.object(parts[0]), let claims = TokenDesk.object(parts[1]),
            let signature = TokenDesk.data(parts[2])
        else { return "no token" }
        guard header["alg"] as? String == kind.rawValue, header["kid"] as? String == "k1" else { return "another algorithm or key" }
        guard claims["iss"] as? String == "cohortium", claims["sub"] as? String == "cohortium", claims["aud"] as? String == endpoint else {
            return "another client or audience"
        }
        let left = (claims["exp"] as? Double ?? 0) - Date().timeIntervalSince1970
        guard left > 0, left <= 300 else { return "expired, or good for too long" }
        guard let id = claims["jti"] as? String, state.withLock({ $0.assertions.insert(id).inserted }) else { return "used before" }
        return try isSigned("\(parts[0]).\(parts[1])", signature) ? nil : "the signature is not that of the key"
    }

    private func isSigned(_ text: String, _ signature: Data) throws -> Bool {
        let message = folder.appendingPathComponent("message")
        let file = folder.appendingPathComponent("signature")
        try Data(text.utf8).write(to: message)
        try (kind == .rs384 ? signature : TokenDesk.der(signature)).write(to: file)
        let words = ["dgst", "-sha384", "-verify", folder.appendingPathComponent("public.pem").path, "-signature", file.path, message.path]
        return try TokenDesk.openssl(words) == 0
    }

    /// Two numbers one after the other as DER.
    private static func der(_ plain: Data) -> Data {
        let numbers = [plain.prefix(plain.count / 2), plain.suffix(plain.count / 2)].map { half -> Data in
            let digits = half.drop { $0 == 0 }
            let body = (digits.first ?? 0x80) >= 0x80 ? Data([0]) + digits : Data(digits)
            return Data([0x02, UInt8(body.count)]) + body
        }
        let body = numbers[0] + numbers[1]
        return Data([0x30, UInt8(body.count)]) + body
    }

    private static func object(_ text: String) -> [String: Any]? {
        data(text).flatMap { try? JSONSerialization.jsonObject(with: $0) } as? [String: Any]
    }

    private static func data(_ text: String) -> Data? {
        let plain = text.replacing("-", with: "+").replacing("_", with: "/")
        return Data(base64Encoded: plain + String(repeating: "=", count: (4 - plain.utf8.count % 4) % 4))
    }

    private static func openssl(_ words: [String]) throws -> Int32 {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/openssl")
        process.arguments = words
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        return process.terminationStatus
    }
}
