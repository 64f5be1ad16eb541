import COpenSSL

/// The SHA-256 of what is put into it piece by piece (FIPS 180-4), in hexadecimal.
@safe final class FileDigest {
    private let context: OpaquePointer?

    init() {
        unsafe context = EVP_MD_CTX_new()
        unsafe EVP_DigestInit_ex(context, EVP_sha256(), nil)
    }

    deinit { unsafe EVP_MD_CTX_free(context) }

    func take(_ bytes: [UInt8]) { unsafe EVP_DigestUpdate(context, bytes, bytes.count) }

    /// Ends the digest; called once.
    func finish() -> String {
        var digest = [UInt8](repeating: 0, count: 32)
        var length: UInt32 = 0
        unsafe EVP_DigestFinal_ex(context, &digest, &length)
        return digest.map { $0 < 16 ? "0" + String($0, radix: 16) : String($0, radix: 16) }.joined()
    }
}
