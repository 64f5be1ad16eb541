import COpenSSL

/// A key in libcrypto's memory: a pair, or the public half alone. It does not change after it was made, and libcrypto counts
/// and locks its references itself, so that any thread may use it.
@safe final class OpenSSLKey: @unchecked Sendable {
    let pointer: OpaquePointer

    /// Takes over a reference.
    init(owning pointer: OpaquePointer) { unsafe self.pointer = pointer }
    deinit { unsafe EVP_PKEY_free(pointer) }

    /// A new pair on the curve P-256; nil when the random generator fails.
    static func generate() -> OpenSSLKey? {
        guard let context = unsafe EVP_PKEY_CTX_new_id(EVP_PKEY_EC, nil) else { return nil }
        defer { unsafe EVP_PKEY_CTX_free(context) }
        var made: OpaquePointer?
        guard unsafe EVP_PKEY_keygen_init(context) == 1,
            unsafe EVP_PKEY_CTX_set_ec_paramgen_curve_nid(context, NID_X9_62_prime256v1) == 1,
            unsafe EVP_PKEY_keygen(context, &made) == 1, let key = unsafe made
        else { return nil }
        return unsafe OpenSSLKey(owning: key)
    }

    /// Reads a private key; nil when the text is none on P-256. An encrypted key is refused: there is nobody to ask for a password.
    static func read(privatePEM text: String) -> OpenSSLKey? {
        let noPassword: @convention(c) (UnsafeMutablePointer<CChar>?, CInt, CInt, UnsafeMutableRawPointer?) -> CInt = { _, _, _, _ in 0 }
        let buffer = OpenSSLBuffer(text)
        defer { withExtendedLifetime(buffer) {} }
        guard let pointer = unsafe PEM_read_bio_PrivateKey(buffer.pointer, nil, noPassword, nil) else { return nil }
        let key = unsafe OpenSSLKey(owning: pointer)
        return key.isP256 ? key : nil
    }

    /// Reads a public key (SubjectPublicKeyInfo); nil when the text is none on P-256.
    static func read(publicPEM text: String) -> OpenSSLKey? {
        let buffer = OpenSSLBuffer(text)
        defer { withExtendedLifetime(buffer) {} }
        guard let pointer = unsafe PEM_read_bio_PUBKEY(buffer.pointer, nil, nil, nil) else { return nil }
        let key = unsafe OpenSSLKey(owning: pointer)
        return key.isP256 ? key : nil
    }

    private var isP256: Bool {
        guard unsafe EVP_PKEY_get_base_id(pointer) == EVP_PKEY_EC else { return false }
        var name = [CChar](repeating: 0, count: 64)
        var length = 0
        guard unsafe EVP_PKEY_get_group_name(pointer, &name, name.count, &length) == 1 else { return false }
        return String(decoding: name.prefix(length).map { UInt8(bitPattern: $0) }, as: UTF8.self) == "prime256v1"
    }

    /// The private key in PKCS #8.
    var privatePEM: String {
        let buffer = OpenSSLBuffer()
        _ = unsafe PEM_write_bio_PrivateKey(buffer.pointer, pointer, nil, nil, 0, nil, nil)
        return buffer.text
    }

    /// The public key as SubjectPublicKeyInfo.
    var publicPEM: String {
        let buffer = OpenSSLBuffer()
        _ = unsafe PEM_write_bio_PUBKEY(buffer.pointer, pointer)
        return buffer.text
    }

    /// ECDSA with SHA-256 (FIPS 186-5), the signature in DER; nil when libcrypto refuses.
    func sign(_ message: [UInt8]) -> [UInt8]? {
        guard let context = unsafe EVP_MD_CTX_new() else { return nil }
        defer { unsafe EVP_MD_CTX_free(context) }
        var length = 0
        guard unsafe EVP_DigestSignInit(context, nil, EVP_sha256(), nil, pointer) == 1,
            unsafe EVP_DigestSign(context, nil, &length, message, message.count) == 1
        else { return nil }
        var signature = [UInt8](repeating: 0, count: length)
        guard unsafe EVP_DigestSign(context, &signature, &length, message, message.count) == 1 else { return nil }
        return Array(signature.prefix(length))
    }

    /// Whether the pair's private half made a signature of this message.
    func isValid(_ signature: [UInt8], for message: [UInt8]) -> Bool {
        guard let context = unsafe EVP_MD_CTX_new() else { return false }
        defer {
            unsafe EVP_MD_CTX_free(context)
            ERR_clear_error()
        }
        guard unsafe EVP_DigestVerifyInit(context, nil, EVP_sha256(), nil, pointer) == 1 else { return false }
        return unsafe EVP_DigestVerify(context, signature, signature.count, message, message.count) == 1
    }
}

/// Text in libcrypto's memory.
@safe final class OpenSSLBuffer {
    let pointer: OpaquePointer?

    init(_ text: String = "") {
        unsafe pointer = BIO_new(BIO_s_mem())
        let bytes = Array(text.utf8)
        if !bytes.isEmpty { _ = unsafe BIO_write(pointer, bytes, CInt(clamping: bytes.count)) }
    }

    deinit { unsafe BIO_free_all(pointer) }

    /// What was written; reading it empties the buffer.
    var text: String {
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = unsafe BIO_read(pointer, &part, CInt(part.count))
            guard count > 0 else { return String(decoding: bytes, as: UTF8.self) }
            bytes += part.prefix(Int(count))
        }
    }
}

/// Digests and random bytes of libcrypto.
enum OpenSSL {
    static func sha256(_ bytes: [UInt8]) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: 32)
        var length: CUnsignedInt = 0
        _ = unsafe EVP_Digest(bytes, bytes.count, &digest, &length, EVP_sha256(), nil)
        return digest
    }

    /// Nil when the system has no entropy.
    static func randomBytes(_ count: Int) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        return unsafe RAND_bytes(&bytes, CInt(count)) == 1 ? bytes : nil
    }
}
