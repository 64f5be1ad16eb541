public import Diagnostics
import Foundation

/// A private key of the curve P-256 that signs by ECDSA with SHA-256 (FIPS 186-5): a hub's, or a node's.
public struct SigningKey: Sendable {
    private let key: OpenSSLKey

    /// Makes a new key.
    /// - Throws: `F0103` when the system's random generator fails.
    public init() throws(Diagnostic) {
        guard let key = OpenSSLKey.generate() else {
            throw Diagnostic("F0103", "no key could be made", help: "check that this machine's OpenSSL has a working random generator")
        }
        self.key = key
    }

    /// Reads a key in PEM, not encrypted.
    /// - Throws: `F0102` when the text is no private key of P-256.
    public init(pem: String) throws(Diagnostic) {
        guard let key = OpenSSLKey.read(privatePEM: pem) else {
            throw Diagnostic("F0102", "this is no private key of the curve P-256 in PEM", help: "let the file be made anew: move it away")
        }
        self.key = key
    }

    /// Reads a file.
    /// - Throws: `F0101` when it cannot be read, `F0102` when it holds no key.
    public init(file: String) throws(Diagnostic) { try self.init(pem: try PEMFile.read(file)) }

    /// Reads a file, or makes a key and writes the file where there is none.
    public static func load(orMakeAt path: String) throws(Diagnostic) -> SigningKey {
        if FileManager.default.fileExists(atPath: path) { return try SigningKey(file: path) }
        let key = try SigningKey()
        try key.write(to: path)
        return key
    }

    /// PKCS #8.
    public var pem: String { key.privatePEM }
    public var verifyingKey: VerifyingKey { VerifyingKey(pem: key.publicPEM, key: key) }

    /// Writes the PEM file, readable by its owner alone.
    public func write(to path: String) throws(Diagnostic) { try PEMFile.writePrivate(pem, to: path) }

    /// The signature in DER.
    /// - Throws: `F0104` when libcrypto refuses the key.
    public func sign(_ message: [UInt8]) throws(Diagnostic) -> [UInt8] {
        guard let signature = key.sign(message) else {
            throw Diagnostic("F0104", "the message could not be signed", help: "check that this machine's OpenSSL allows ECDSA on P-256")
        }
        return signature
    }
}

/// The public half of a ``SigningKey``.
public struct VerifyingKey: Sendable {
    /// SubjectPublicKeyInfo.
    public let pem: String
    private let key: OpenSSLKey

    init(pem: String, key: OpenSSLKey) {
        self.pem = pem
        self.key = key
    }

    /// - Throws: `F0102` when the text is no public key of P-256.
    public init(pem: String) throws(Diagnostic) {
        guard let key = OpenSSLKey.read(publicPEM: pem) else {
            throw Diagnostic("F0102", "this is no public key of the curve P-256 in PEM", help: "enrol the node again")
        }
        // As libcrypto writes it, so that one key has one text and one id.
        self.init(pem: key.publicPEM, key: key)
    }

    /// Reads a file.
    public init(file: String) throws(Diagnostic) { try self.init(pem: try PEMFile.read(file)) }

    /// Writes the PEM file.
    public func write(to path: String) throws(Diagnostic) { try PEMFile.writePublic(pem, to: path) }

    /// The digest of the key's text: what people compare.
    public var id: String { Digest.name(of: pem) }

    /// Whether the pair's private half made the signature of this very message.
    public func isValid(_ signature: [UInt8], for message: [UInt8]) -> Bool { key.isValid(signature, for: message) }
}

extension VerifyingKey: Hashable {
    public static func == (left: VerifyingKey, right: VerifyingKey) -> Bool { left.pem == right.pem }
    public func hash(into hasher: inout Hasher) { hasher.combine(pem) }
}

extension VerifyingKey: Codable {
    public init(from decoder: any Decoder) throws { try self.init(pem: try decoder.singleValueContainer().decode(String.self)) }
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(pem)
    }
}

extension SigningKey: CustomReflectable {
    /// Empty, so that interpolation into a log or a message by mistake shows no key.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
