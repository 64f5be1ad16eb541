import COpenSSL

/// A private key that signs assertions, in libcrypto's memory. It does not change after it was read, and libcrypto counts and locks its
/// references itself, so that any thread may use it.
@safe final class AssertionKey: @unchecked Sendable {
    /// The algorithms that every server has to know (SMART App Launch 2.2, section "Asymmetric Authentication"; RFC 7518, section 3.1).
    enum Algorithm: String { case es384 = "ES384", rs384 = "RS384" }

    let algorithm: Algorithm
    private let pointer: OpaquePointer

    /// Nil when the text holds no private key of either kind. An encrypted key is none: there is nobody to ask for a password.
    init?(pem text: String) {
        let bytes = Array(text.utf8)
        let noPassword: @convention(c) (UnsafeMutablePointer<CChar>?, CInt, CInt, UnsafeMutableRawPointer?) -> CInt = { _, _, _, _ in 0 }
        defer { ERR_clear_error() }
        guard let buffer = unsafe BIO_new_mem_buf(bytes, CInt(clamping: bytes.count)) else { return nil }
        defer { unsafe BIO_free_all(buffer) }
        guard let key = unsafe PEM_read_bio_PrivateKey(buffer, nil, noPassword, nil) else { return nil }
        switch unsafe (EVP_PKEY_get_base_id(key), EVP_PKEY_get_bits(key)) {
        case (EVP_PKEY_EC, 384): algorithm = .es384
        case (EVP_PKEY_RSA, 2048...): algorithm = .rs384
        default:
            unsafe EVP_PKEY_free(key)
            return nil
        }
        unsafe pointer = key
    }

    deinit { unsafe EVP_PKEY_free(pointer) }

    /// The signature as JSON Web Signature has it (RFC 7518, sections 3.3 and 3.4); nil when libcrypto refuses.
    func sign(_ message: [UInt8]) -> [UInt8]? {
        guard let context = unsafe EVP_MD_CTX_new() else { return nil }
        defer {
            unsafe EVP_MD_CTX_free(context)
            ERR_clear_error()
        }
        var length = 0
        guard unsafe EVP_DigestSignInit(context, nil, EVP_sha384(), nil, pointer) == 1,
            unsafe EVP_DigestSign(context, nil, &length, message, message.count) == 1
        else { return nil }
        var signature = [UInt8](repeating: 0, count: length)
        guard unsafe EVP_DigestSign(context, &signature, &length, message, message.count) == 1 else { return nil }
        let made = Array(signature.prefix(length))
        return algorithm == .rs384 ? made : AssertionKey.plain(made, width: 48)
    }

    /// The two numbers of an ECDSA signature one after the other, out of their DER (RFC 3279, section 2.2.3).
    private static func plain(_ der: [UInt8], width: Int) -> [UInt8]? {
        // SEQUENCE { INTEGER, INTEGER }, each shorter than 128 bytes.
        guard der.count > 2, der[0] == 0x30, Int(der[1]) == der.count - 2 else { return nil }
        var rest = der.dropFirst(2)
        var numbers: [UInt8] = []
        for _ in 0..<2 {
            guard rest.popFirst() == 0x02, let length = rest.popFirst(), rest.count >= Int(length) else { return nil }
            let digits = rest.prefix(Int(length)).drop { $0 == 0 }
            guard digits.count <= width else { return nil }
            numbers += [UInt8](repeating: 0, count: width - digits.count) + digits
            rest = rest.dropFirst(Int(length))
        }
        return numbers
    }
}
