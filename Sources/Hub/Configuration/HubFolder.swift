public import Diagnostics
import Federation
import Foundation

/// A new hub's folder: its configuration, and a certificate from an authority of its own.
public struct HubFolder: Sendable {
    public let path: String

    public init(_ path: String) { self.path = URL(fileURLWithPath: path).standardizedFileURL.path }

    /// The hub's configuration.
    public var configurationFile: String { file("hub.yaml") }
    /// The authority's certificate, which nodes and researchers are given.
    public var authorityFile: String { file("ca.pem") }

    private func file(_ name: String) -> String { URL(fileURLWithPath: path).appendingPathComponent(name).path }

    /// Writes the folder.
    /// - Parameters:
    ///   - hosts: the names and addresses by which nodes and researchers reach the hub.
    ///   - address: what to listen on.
    ///   - localPort: for plain HTTP on the loopback address, as SPARQL clients on this machine want it; nil for none.
    ///   - settings: further lines of the configuration.
    /// - Throws: `F0518` when there is a hub in the folder; nothing is changed then.
    public func make(hosts: [String], address: String, port: Int, localPort: Int?, settings: [String] = []) throws(Diagnostic) {
        guard !FileManager.default.fileExists(atPath: configurationFile) else {
            throw Diagnostic("F0518", "there is a hub in `\(path)` already", help: "name another folder, or use what is there")
        }
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        } catch {
            throw Diagnostic("F0519", "the folder `\(path)` cannot be made", help: "check its parent's permissions", notes: ["\(error)"])
        }
        let authority = try CertificateAuthority(name: "Cohortium hub at \(hosts.first ?? "")")
        let identity = try authority.serverIdentity(hosts: hosts)
        try authority.writeCertificate(to: authorityFile)
        try identity.write(certificate: file("server.pem"), privateKey: file("server.key"))
        let local = localPort.map { "  - address: 127.0.0.1\n    port: \($0)\n" } ?? ""
        let text = """
            # A hub of Cohortium. Relative paths are relative to this file.
            listen:
              - address: \(address)
                port: \(port)
                tls:
                  certificate: server.pem
                  key: server.key
            \(local)store: hub.sqlite
            signingKey: signing.pem
            \(settings.map { $0 + "\n" }.joined())
            """
        do {
            try Data(text.utf8).write(to: URL(fileURLWithPath: configurationFile), options: .atomic)
        } catch {
            throw Diagnostic("F0519", "`\(configurationFile)` cannot be written", help: "check the space on the disk", notes: ["\(error)"])
        }
    }
}
