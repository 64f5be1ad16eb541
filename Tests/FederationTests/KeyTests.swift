import Diagnostics
import Federation
import Foundation
import Testing

@Suite struct KeyTests {
    private let message = Array("a message".utf8)

    @Test func aSignatureIsOfOneMessageByOneKey() throws {
        let (key, other) = (try SigningKey(), try SigningKey())
        let signature = try key.sign(message)
        #expect(key.verifyingKey.isValid(signature, for: message))
        #expect(!other.verifyingKey.isValid(signature, for: message))
        #expect(!key.verifyingKey.isValid(signature, for: message + [0]))
        for index in signature.indices {
            var broken = signature
            broken[index] ^= 1
            #expect(!key.verifyingKey.isValid(broken, for: message))
        }
        #expect(!key.verifyingKey.isValid([], for: message))
    }

    @Test func keysSurviveTheirFiles() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("keys/node.pem")
        let key = try SigningKey.load(orMakeAt: path)
        let again = try SigningKey.load(orMakeAt: path)
        #expect(key.verifyingKey == again.verifyingKey)
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        #expect((attributes[.posixPermissions] as? Int) == 0o600)
        #expect(try VerifyingKey(pem: again.verifyingKey.pem).isValid(try key.sign(message), for: message))
        #expect(key.verifyingKey.id.hasPrefix("sha256:"))
    }

    @Test(arguments: ["", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", KeyTests.rsa])
    func whatIsNoKeyOfOursIsRefused(_ text: String) {
        #expect(throws: Diagnostic.self) { try SigningKey(pem: text) }
        #expect(throws: Diagnostic.self) { try VerifyingKey(pem: text) }
    }

    @Test func aMissingFileIsNamed() {
        let error = #expect(throws: Diagnostic.self) { try SigningKey(file: "/nonexistent/key.pem") }
        #expect(error?.code == "F0101")
    }

    @Test func digestsAreTheStandards() {
        // FIPS 180-4, the example of one block.
        #expect(Digest.name(of: "abc") == "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect(Secret.make() != Secret.make())
        #expect(Secret.make(bytes: 16).count == 32)
    }

    @Test(arguments: [["localhost,DNS:evil.example"], [""], [], ["a b"]])
    func aHostIsNoMoreThanAHost(_ hosts: [String]) throws {
        let authority = try CertificateAuthority(name: "test")
        #expect(throws: Diagnostic.self) { try authority.serverIdentity(hosts: hosts) }
    }

    /// A public RSA key made for this test alone.
    private static let rsa = """
        -----BEGIN PUBLIC KEY-----
        MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAMxZ9Q+kR4DWszZ3taroNV4sqPX5JRyD
        T+N3taZigTisgQh+qj5XfFLORjRYgiahyKvTnYTmvJf7/Vejy760FM0CAwEAAQ==
        -----END PUBLIC KEY-----

        """
}
