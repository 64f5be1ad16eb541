import Federation
import Foundation
import HTTPClient
import TestFederation
import Testing

/// A server is who its certificate says, by an authority that is trusted, or nothing is sent to it.
@Suite struct CertificateTests {
    private func failure(_ server: ScriptedServer, host: String = "127.0.0.1", ca: String?) async -> HTTPFailure? {
        do throws(HTTPFailure) {
            let response = try await HTTPClient().send(
                HTTPRequest(
                    url: "https://\(host):\(server.port)/", headers: ["Authorization": "Bearer secret"], timeout: .seconds(60), caFile: ca,
                    proxy: ""))
            #expect(response.text == "secure")
            return nil
        } catch {
            return error
        }
    }

    @Test func onlyTheRightAuthorityAndTheRightNameWillDo() async throws {
        let folder = try TemporaryFolder()
        let (authority, other) = (try CertificateAuthority(name: "ours"), try CertificateAuthority(name: "another"))
        try authority.writeCertificate(to: folder.path("ca.pem"))
        try other.writeCertificate(to: folder.path("other.pem"))
        let server = try await ScriptedServer.start(identity: try authority.serverIdentity(hosts: ["127.0.0.1"])) { _ in
            .answer("200 OK", body: "secure")
        }
        #expect(await failure(server, ca: folder.path("ca.pem")) == nil)
        for (host, ca) in [("127.0.0.1", folder.path("other.pem")), ("127.0.0.1", nil), ("localhost", folder.path("ca.pem"))] {
            guard case .certificateRejected(let reason) = await failure(server, host: host, ca: ca) else {
                Issue.record("\(host) was believed by \(ca ?? "the system's authorities")")
                continue
            }
            #expect(!reason.isEmpty)
        }
        #expect(server.requests.count == 1, "nothing was sent to whoever is not believed")
        await server.stop()
    }

    @Test func anExpiredCertificateIsNone() async throws {
        let folder = try TemporaryFolder()
        let authority = try CertificateAuthority(name: "ours")
        try authority.writeCertificate(to: folder.path("ca.pem"))
        let server = try await ScriptedServer.start(identity: try authority.serverIdentity(hosts: ["127.0.0.1"], days: -1)) { _ in
            .answer("200 OK", body: "secure")
        }
        guard case .certificateRejected(let reason) = await failure(server, ca: folder.path("ca.pem")) else {
            Issue.record("an expired certificate was believed")
            return
        }
        #expect(reason.contains("expired"))
        await server.stop()
    }

    @Test func aFileOfAuthoritiesThatIsNoneIsNamed() async throws {
        let folder = try TemporaryFolder()
        let server = try await ScriptedServer.start { _ in .silence }
        let garbage = try folder.write("no certificate", to: "garbage.pem")
        for path in [folder.path("missing.pem"), garbage] {
            #expect(await failure(server, ca: path) == .unusableFile(path: path))
        }
        await server.stop()
    }
}
