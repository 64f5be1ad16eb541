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
    /// - Throws: `F0518` when there is a hub in the folder, `F0505`, `F0106` or `F0507` for a port, host or address that is none, `F0519` and
    ///   `F0105` for what cannot be written. Nothing is left behind then.
    public func make(hosts: [String], address: String, port: Int, localPort: Int?, settings: [String] = []) throws(Diagnostic) {
        guard !FileManager.default.fileExists(atPath: configurationFile) else {
            throw Diagnostic("F0518", "there is a hub in `\(path)` already", help: "name another folder, or use what is there")
        }
        for number in [port, localPort ?? 0] where !(0...65_535).contains(number) {
            throw Diagnostic("F0505", "\(number) is no port", help: "use one from 1 to 65535")
        }
        guard HubFolder.isAddress(address) else {
            throw Diagnostic("F0507", "`\(address)` is no address to listen on", help: "write `0.0.0.0` for all of this machine's")
        }
        // Everything that can be wrong is found before anything is written.
        let authority = try CertificateAuthority(name: "Cohortium hub at \(hosts.first ?? "")")
        let identity = try authority.serverIdentity(hosts: hosts)
        let text = configuration(address: address, port: port, localPort: localPort, settings: settings)
        let isNew = !FileManager.default.fileExists(atPath: path)
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        } catch {
            throw Diagnostic("F0519", "the folder `\(path)` cannot be made", help: "check its parent's permissions", notes: ["\(error)"])
        }
        do throws(Diagnostic) {
            try authority.writeCertificate(to: authorityFile)
            try identity.write(certificate: file("server.pem"), privateKey: file("server.key"))
            try write(text)
        } catch {
            for name in ["ca.pem", "server.pem", "server.key"] { try? FileManager.default.removeItem(atPath: file(name)) }
            if isNew { try? FileManager.default.removeItem(atPath: path) }
            throw error
        }
    }

    private func configuration(address: String, port: Int, localPort: Int?, settings: [String]) -> String {
        let local = localPort.map { "  - address: 127.0.0.1\n    port: \($0)\n" } ?? ""
        return """
            # A hub of Cohortium. Relative paths are relative to this file.
            listen:
              - address: "\(address)"
                port: \(port)
                tls:
                  certificate: server.pem
                  key: server.key
            \(local)store: hub.sqlite
            signingKey: signing.pem
            \(settings.map { $0 + "\n" }.joined())
            """
    }

    /// The configuration is written last: with it, there is a hub.
    private func write(_ text: String) throws(Diagnostic) {
        do {
            try Data(text.utf8).write(to: URL(fileURLWithPath: configurationFile), options: .atomic)
        } catch {
            throw Diagnostic("F0519", "`\(configurationFile)` cannot be written", help: "check the space on the disk", notes: ["\(error)"])
        }
    }

    /// What can stand in the configuration without meaning anything else there.
    private static func isAddress(_ text: String) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                default: ".:-".utf8.contains(byte)
                }
            }
    }
}
