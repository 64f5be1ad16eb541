/// SHA-256 (FIPS 180-4) and what hub and nodes make of it.
public enum Digest {
    /// The 32 bytes of the digest.
    public static func sha256(_ bytes: [UInt8]) -> [UInt8] { OpenSSL.sha256(bytes) }

    /// `sha256:` and the digest in lower-case hexadecimal.
    public static func name(of bytes: [UInt8]) -> String { "sha256:" + hexadecimal(sha256(bytes)) }

    /// `sha256:` and the digest of a text's UTF-8: how a token is kept.
    public static func name(of text: String) -> String { name(of: Array(text.utf8)) }

    /// Lower-case hexadecimal.
    public static func hexadecimal(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}

/// Unguessable texts.
public enum Secret {
    /// A new one of `bytes` random bytes, in hexadecimal.
    ///
    /// The system's generator stands in should libcrypto's have no entropy; both are cryptographic.
    public static func make(bytes: Int = 32) -> String {
        if let random = OpenSSL.randomBytes(bytes) { return Digest.hexadecimal(random) }
        var generator = SystemRandomNumberGenerator()
        return Digest.hexadecimal((0..<bytes).map { _ in UInt8.random(in: .min ... .max, using: &generator) })
    }
}
