public import Diagnostics

/// A certificate authority of one's own, for a hub without a public name: demonstrations, tests, closed networks.
///
/// Its own key lives in memory alone and ends with it.
public struct CertificateAuthority {
    private let certificate: OpenSSLCertificate
    private let key: OpenSSLKey

    /// - Throws: `F0106` when libcrypto refuses.
    public init(name: String, days: Int = 3650) throws(Diagnostic) {
        guard let key = OpenSSLKey.generate(),
            let certificate = OpenSSLCertificate.make(.authority, commonName: name, days: days, for: key, issuer: nil, signedBy: key)
        else { throw CertificateAuthority.refusal(name) }
        self.key = key
        self.certificate = certificate
    }

    /// The authority's certificate, which clients are told to trust.
    public var certificatePEM: String { certificate.pem }

    /// Writes the authority's certificate.
    public func writeCertificate(to path: String) throws(Diagnostic) { try PEMFile.writePublic(certificatePEM, to: path) }

    /// A certificate for a server, and its private key.
    public struct ServerIdentity: Sendable {
        public let certificatePEM: String
        public let privateKeyPEM: String

        /// Writes both; the key's file is readable by its owner alone.
        public func write(certificate: String, privateKey: String) throws(Diagnostic) {
            try PEMFile.writePrivate(privateKeyPEM, to: privateKey)
            try PEMFile.writePublic(certificatePEM, to: certificate)
        }
    }

    /// Makes a certificate for a server.
    /// - Parameter hosts: DNS names and addresses, as clients write them in a URL; the first is also the subject's name.
    public func serverIdentity(hosts: [String], days: Int = 825) throws(Diagnostic) -> ServerIdentity {
        let name = hosts.first ?? ""
        // What would begin another name in the extension's text is no host.
        guard !hosts.isEmpty, hosts.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy(CertificateAuthority.isHostByte) }) else {
            throw CertificateAuthority.refusal(name)
        }
        let names = hosts.map { CertificateAuthority.isAddress($0) ? "IP:\($0)" : "DNS:\($0)" }.joined(separator: ",")
        guard let own = OpenSSLKey.generate(),
            let made = OpenSSLCertificate.make(
                .server(names: names), commonName: name, days: days, for: own, issuer: certificate, signedBy: key)
        else { throw CertificateAuthority.refusal(name) }
        return ServerIdentity(certificatePEM: made.pem, privateKeyPEM: own.privatePEM)
    }

    private static func isHostByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: ".-_:*".utf8.contains(byte)
        }
    }

    private static func isAddress(_ host: String) -> Bool {
        host.contains(":") || (host.contains(".") && host.utf8.allSatisfy { $0 == UInt8(ascii: ".") || (0x30...0x39).contains($0) })
    }

    private static func refusal(_ name: String) -> Diagnostic {
        Diagnostic("F0106", "no certificate could be made for `\(name)`", help: "name hosts by DNS names or addresses alone")
    }
}
