public import Diagnostics
import Foundation

/// A message as bytes, with the signature of whoever wrote it. It is verified before anything in it is looked at.
public struct SignedEnvelope: Hashable, Sendable {
    /// The message's JSON.
    public let payload: [UInt8]
    /// ECDSA on P-256 with SHA-256, in DER.
    public let signature: [UInt8]
    /// The id of the key that signed (``VerifyingKey/id``); a hint for people, never for the choice of a key.
    public let keyID: String

    /// What a signature is for. It is signed with the message, so that none can stand for another.
    public enum Purpose: String, Sendable {
        case task = "cohortium task 1"
        case answer = "cohortium answer 1"
    }

    public init(payload: [UInt8], signature: [UInt8], keyID: String) {
        self.payload = payload
        self.signature = signature
        self.keyID = keyID
    }

    /// Writes and signs a message.
    public static func seal(_ message: some Encodable, as purpose: Purpose, with key: SigningKey) throws(Diagnostic) -> SignedEnvelope {
        let payload = try CanonicalJSON.encode(message)
        let signature = try key.sign(signedBytes(payload, purpose))
        return SignedEnvelope(payload: payload, signature: signature, keyID: key.verifyingKey.id)
    }

    /// The message, once its size and signature are right.
    /// - Throws: `F0203` when it is larger than `limit` bytes, `F0204` when the signature is not the key's, `F0202` for its form.
    public func open<Message: Decodable>(_ type: Message.Type, as purpose: Purpose, with key: VerifyingKey, limit: Int)
        throws(Diagnostic) -> Message
    {
        guard payload.count <= limit else {
            throw Diagnostic("F0203", "a message of \(payload.count) bytes is over the limit of \(limit)", help: "ask a smaller question")
        }
        guard key.isValid(signature, for: SignedEnvelope.signedBytes(payload, purpose)) else {
            throw Diagnostic(
                "F0204", "the signature of a message is not that of the key it should have",
                help: "compare the keys of hub and node; enrol the node again when the hub was set up anew", notes: ["signed by `\(keyID)`"]
            )
        }
        return try CanonicalJSON.decode(type, from: payload)
    }

    /// The name of the message by its content.
    public var payloadHash: String { Digest.name(of: payload) }

    private static func signedBytes(_ payload: [UInt8], _ purpose: Purpose) -> [UInt8] { Array(purpose.rawValue.utf8) + [0x0A] + payload }
}

extension SignedEnvelope: Codable {
    private enum Key: String, CodingKey { case payload, signature, keyID }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        payload = Array(try container.decode(Data.self, forKey: .payload))
        signature = Array(try container.decode(Data.self, forKey: .signature))
        keyID = try container.decode(String.self, forKey: .keyID)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(Data(payload), forKey: .payload)
        try container.encode(Data(signature), forKey: .signature)
        try container.encode(keyID, forKey: .keyID)
    }
}
