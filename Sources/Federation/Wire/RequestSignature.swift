public import Diagnostics
public import Foundation

/// How a node shows in a request who it is: a signature over the method, the path, a time, a number used once and the
/// body's digest.
public struct RequestSignature: Hashable, Sendable {
    /// The node's name.
    public let node: String
    /// Seconds since 1970.
    public let timestamp: Int
    /// A text that is used once.
    public let nonce: String
    /// In DER.
    public let signature: [UInt8]

    /// The headers' names.
    public enum Header {
        public static let node = "Cohortium-Node"
        public static let timestamp = "Cohortium-Timestamp"
        public static let nonce = "Cohortium-Nonce"
        public static let signature = "Cohortium-Signature"
    }

    /// The code by which a hub refuses a signature that it has seen before.
    public static let repetition: DiagnosticCode = "F0612"

    /// How far the clocks of hub and node may lie apart, in seconds.
    public static let clockSkew = 300

    /// Signs a request.
    /// - Parameter path: as it stands in the request line, without a query.
    public static func make(method: String, path: String, body: [UInt8], node: String, key: SigningKey, now: Date) throws(Diagnostic)
        -> RequestSignature
    {
        let (timestamp, nonce) = (Int(now.timeIntervalSince1970), Secret.make(bytes: 16))
        let message = RequestSignature.message(method: method, path: path, timestamp: timestamp, nonce: nonce, body: body)
        return RequestSignature(node: node, timestamp: timestamp, nonce: nonce, signature: try key.sign(message))
    }

    init(node: String, timestamp: Int, nonce: String, signature: [UInt8]) {
        self.node = node
        self.timestamp = timestamp
        self.nonce = nonce
        self.signature = signature
    }

    /// Reads the headers.
    /// - Parameter header: the value of a header by its name.
    /// - Throws: `F0301` when one is missing or malformed.
    public init(header: (String) -> String?) throws(Diagnostic) {
        guard let node = header(Header.node), !node.isEmpty, node.utf8.count <= 128,
            let timestamp = header(Header.timestamp).flatMap({ Int($0) }),
            let nonce = header(Header.nonce), (16...128).contains(nonce.utf8.count),
            let signature = header(Header.signature).flatMap({ Data(base64Encoded: $0) }), signature.count <= 256
        else { throw Diagnostic("F0301", "the request is not signed by a node", help: "enrol the node with `cohortium node enrol`") }
        self.init(node: node, timestamp: timestamp, nonce: nonce, signature: Array(signature))
    }

    /// The headers to send.
    public var headers: [(name: String, value: String)] {
        [
            (Header.node, node), (Header.timestamp, String(timestamp)), (Header.nonce, nonce),
            (Header.signature, Data(signature).base64EncodedString()),
        ]
    }

    /// Whether the node's key signed this very request, now. Whether the nonce is new is for the caller to see.
    /// - Throws: `F0303` for a signature that is not the key's, `F0302` when it is and the clocks lie apart.
    public func verify(method: String, path: String, body: [UInt8], key: VerifyingKey, now: Date) throws(Diagnostic) {
        let message = RequestSignature.message(method: method, path: path, timestamp: timestamp, nonce: nonce, body: body)
        guard key.isValid(signature, for: message) else {
            throw Diagnostic("F0303", "the request is not signed by the key of the node `\(node)`", help: "enrol the node again")
        }
        // After the signature, so that nobody else can make a node look as if its clock were off.
        let present = Int(now.timeIntervalSince1970)
        guard timestamp > present - RequestSignature.clockSkew, timestamp < present + RequestSignature.clockSkew else {
            throw Diagnostic(
                "F0302", "the clock of the node `\(node)` lies more than \(RequestSignature.clockSkew) s from the hub's",
                help: "set both clocks by NTP")
        }
    }

    private static func message(method: String, path: String, timestamp: Int, nonce: String, body: [UInt8]) -> [UInt8] {
        Array("\(method)\n\(path)\n\(timestamp)\n\(nonce)\n\(Digest.hexadecimal(Digest.sha256(body)))".utf8)
    }
}
