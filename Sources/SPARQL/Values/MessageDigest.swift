import COpenSSL

/// The hash functions of SPARQL 1.1, section 17.4.6, from libcrypto.
enum MessageDigest {
    /// The hash of a text's UTF-8 bytes in lower-case hexadecimal digits; nil where the library has the function switched off.
    static func text(_ function: Builtin, of text: String) -> String? {
        let bytes = Array(text.utf8)
        var digest = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
        var length: UInt32 = 0
        let status = unsafe bytes.withUnsafeBytes { input in
            unsafe digest.withUnsafeMutableBufferPointer { output in
                unsafe EVP_Digest(input.baseAddress, input.count, output.baseAddress, &length, method(function), nil)
            }
        }
        guard status == 1 else { return nil }
        return digest.prefix(Int(length)).map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }.joined()
    }

    private static func method(_ function: Builtin) -> OpaquePointer? {
        switch function {
        case .md5: unsafe EVP_md5()
        case .sha1: unsafe EVP_sha1()
        case .sha256: unsafe EVP_sha256()
        case .sha384: unsafe EVP_sha384()
        default: unsafe EVP_sha512()
        }
    }
}
