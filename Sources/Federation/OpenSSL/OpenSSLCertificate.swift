import COpenSSL

/// A certificate (RFC 5280) in libcrypto's memory.
@safe final class OpenSSLCertificate {
    private let pointer: OpaquePointer

    /// What a certificate is for.
    enum Purpose {
        case authority
        /// With the subject's alternative names, as `DNS:…,IP:…`.
        case server(names: String)
    }

    private init(owning pointer: OpaquePointer) { unsafe self.pointer = pointer }
    deinit { unsafe X509_free(pointer) }

    var pem: String {
        let buffer = OpenSSLBuffer()
        _ = unsafe PEM_write_bio_X509(buffer.pointer, pointer)
        return buffer.text
    }

    /// Makes a certificate for a key and signs it; nil when libcrypto refuses any of it.
    /// - Parameter issuer: nil for one that signs itself.
    static func make(
        _ purpose: Purpose, commonName: String, days: Int, for key: OpenSSLKey, issuer: OpenSSLCertificate?, signedBy signer: OpenSSLKey
    ) -> OpenSSLCertificate? {
        guard let new = unsafe X509_new() else { return nil }
        let certificate = unsafe OpenSSLCertificate(owning: new)
        guard unsafe X509_set_version(new, 2) == 1, certificate.setSerialNumber(), certificate.setValidity(days: days),
            certificate.setNames(commonName, issuer: issuer), unsafe X509_set_pubkey(new, key.pointer) == 1
        else { return nil }
        for (kind, value) in extensions(purpose) {
            guard certificate.add(kind, value, issuer: issuer ?? certificate) else { return nil }
        }
        return unsafe X509_sign(new, signer.pointer, EVP_sha256()) > 0 ? certificate : nil
    }

    /// In the words of `x509v3_config(5)`.
    private static func extensions(_ purpose: Purpose) -> [(kind: CInt, value: String)] {
        switch purpose {
        case .authority:
            [
                (NID_basic_constraints, "critical,CA:TRUE,pathlen:0"), (NID_key_usage, "critical,keyCertSign,cRLSign"),
                (NID_subject_key_identifier, "hash"),
            ]
        case .server(let names):
            [
                (NID_basic_constraints, "critical,CA:FALSE"), (NID_key_usage, "critical,digitalSignature"),
                (NID_ext_key_usage, "serverAuth"), (NID_subject_alt_name, names), (NID_subject_key_identifier, "hash"),
                (NID_authority_key_identifier, "keyid:always"),
            ]
        }
    }

    private func setSerialNumber() -> Bool {
        guard var bytes = OpenSSL.randomBytes(16), let number = unsafe BN_new() else { return false }
        defer { unsafe BN_free(number) }
        // Positive, as RFC 5280, section 4.1.2.2, wants it.
        bytes[0] &= 0x7F
        return unsafe BN_bin2bn(bytes, CInt(bytes.count), number) != nil
            && BN_to_ASN1_INTEGER(number, X509_get_serialNumber(pointer)) != nil
    }

    private func setValidity(days: Int) -> Bool {
        // Some minutes into the past, for a node whose clock is a little behind.
        unsafe X509_gmtime_adj(X509_getm_notBefore(pointer), -300) != nil
            && X509_gmtime_adj(X509_getm_notAfter(pointer), days * 86_400) != nil
    }

    private func setNames(_ commonName: String, issuer: OpenSSLCertificate?) -> Bool {
        let name = unsafe X509_get_subject_name(pointer)
        // At most 64 characters (RFC 5280, ub-common-name); the names that are checked are in an extension without such a bound.
        let bytes = Array(String(String.UnicodeScalarView(commonName.unicodeScalars.prefix(64))).utf8)
        // 0x1000 is MBSTRING_UTF8, a macro that is not imported.
        guard unsafe X509_NAME_add_entry_by_txt(name, "CN", 0x1000, bytes, CInt(bytes.count), -1, 0) == 1 else { return false }
        return unsafe X509_set_issuer_name(pointer, X509_get_subject_name(issuer?.pointer ?? pointer)) == 1
    }

    private func add(_ kind: CInt, _ value: String, issuer: OpenSSLCertificate) -> Bool {
        var context = unsafe X509V3_CTX()
        unsafe X509V3_set_ctx(&context, issuer.pointer, pointer, nil, nil, 0)
        guard let made = unsafe X509V3_EXT_conf_nid(nil, &context, kind, value) else { return false }
        defer { unsafe X509_EXTENSION_free(made) }
        return unsafe X509_add_ext(pointer, made, -1) == 1
    }
}
