import Foundation
import HTTPClient
import Testing

private struct Echo: Decodable {
    let method: String
    let headers: [String]
    let body: String
    let connection: Int
}

@Suite(.enabled(if: LoopbackServer.isAvailable, "skipped: python3 or openssl is not installed"))
final class LoopbackTests {
    private let server: LoopbackServer
    private let client = HTTPClient()

    init() throws { server = try LoopbackServer() }
    deinit { server.stop() }

    private func request(_ path: String, method: HTTPMethod = .get) -> HTTPRequest {
        HTTPRequest(method: method, url: "http://127.0.0.1:\(server.port)\(path)", proxy: "")
    }

    private func echo(_ request: HTTPRequest) async throws -> Echo {
        try JSONDecoder().decode(Echo.self, from: Data(try await client.send(request).body))
    }

    @Test(arguments: ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] as [HTTPMethod], ["", "a=b&c=d"])
    func sendsMethodHeadersAndBody(method: HTTPMethod, body: String) async throws {
        var request = request("/echo", method: method)
        request.body = Array(body.utf8)
        request.headers = ["X-One": "1", "X-Empty": ""]
        let echo = try await echo(request)
        #expect(echo.method == method.rawValue)
        #expect(echo.body == body)
        #expect(echo.headers.contains("X-One: 1"))
        #expect(echo.headers.contains { $0.hasPrefix("X-Empty:") })
        #expect(!echo.headers.contains { $0.hasPrefix("Expect") || $0.hasPrefix("Content-Type") })
    }

    @Test func aHeadHasNoBody() async throws {
        let response = try await client.send(request("/echo", method: .head))
        #expect(response.status == 200)
        #expect(response.body.isEmpty)
    }

    @Test func readsStatusHeadersAndBody() async throws {
        let found = try await client.send(request("/echo"))
        #expect(found.isSuccess)
        #expect(found.mediaType == "application/json")
        #expect(found.headers["x-kind"] == "two words")
        let missing = try await client.send(request("/missing"))
        #expect(missing.status == 404)
        #expect(missing.text == "no such thing")
    }

    @Test func redirectsAreNotFollowed() async throws {
        let response = try await client.send(request("/moved"))
        #expect(response.status == 302)
        #expect(response.headers["Location"] == "/echo")
    }

    @Test func anInformationalAnswerIsNotTheAnswer() async throws {
        let response = try await client.send(request("/hint"))
        #expect(response.status == 200)
        #expect(response.headers["X-Early"] == nil)
        #expect(response.text == "late")
    }

    @Test func connectionsAreUsedAgain() async throws {
        var connections: Set<Int> = []
        for _ in 0..<5 { connections.insert(try await echo(request("/echo")).connection) }
        #expect(connections.count == 1)
    }

    @Test func manyAtOnce() async throws {
        let bodies = try await withThrowingTaskGroup(of: String.self) { group in
            for number in 0..<60 {
                var request = request("/echo", method: .post)
                request.body = Array("number \(number)".utf8)
                group.addTask { [client] in
                    try JSONDecoder().decode(Echo.self, from: Data(try await client.send(request).body)).body
                }
            }
            return try await group.reduce(into: Set<String>()) { $0.insert($1) }
        }
        #expect(bodies == Set((0..<60).map { "number \($0)" }))
    }

    @Test func timesOut() async {
        var request = request("/slow")
        request.timeout = .milliseconds(150)
        let start = ContinuousClock.now
        await #expect(throws: HTTPFailure.timedOut) { [client, request] in try await client.send(request) }
        #expect(ContinuousClock.now - start < .seconds(10))
    }

    @Test(arguments: ["/truncated", "/chunkcut", "/headercut", "/silent"])
    func aBrokenConnectionIsNoAnswer(path: String) async {
        let request = request(path)
        await #expect(throws: HTTPFailure.truncated) { [client] in try await client.send(request) }
    }

    @Test(arguments: ["/large", "/endless"])
    func aLargeBodyIsRefused(path: String) async throws {
        var request = request(path)
        request.maximumBodySize = 99_999
        await #expect(throws: HTTPFailure.tooLarge(limit: 99_999)) { [client, request] in try await client.send(request) }
        if path == "/large" {
            request.maximumBodySize = 100_000
            let response = try await client.send(request)
            #expect(response.body.count == 100_000)
        }
    }

    @Test func cancellationEndsTheTransfer() async {
        let request = request("/slow")
        let start = ContinuousClock.now
        let task = Task { [client] in try await client.send(request) }
        task.cancel()
        await #expect(throws: HTTPFailure.cancelled) { try await task.value }
        #expect(ContinuousClock.now - start < .seconds(10))
    }

    @Test func cancellationOfARunningTransfer() async throws {
        let request = request("/slow")
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask { [client] in
                do {
                    _ = try await client.send(request)
                    return false
                } catch {
                    return error == .cancelled
                }
            }
            // A round trip on the same thread, so that the first is under way.
            _ = try await client.send(self.request("/echo"))
            group.cancelAll()
            for try await wasCancelled in group { #expect(wasCancelled) }
        }
    }

    @Test func anExplicitProxyIsAsked() async throws {
        let request = HTTPRequest(url: "http://hospital.invalid/x", proxy: "http://127.0.0.1:\(server.port)")
        #expect(try await client.send(request).text == "through the proxy to http://hospital.invalid/x")
    }

    @Test func aProxyThatRefusesIsNamed() async {
        let request = HTTPRequest(url: "https://hospital.invalid/x", proxy: "http://127.0.0.1:\(server.port)")
        await #expect { [client] in try await client.send(request) } throws: { error in
            if case .other(let message) = error as? HTTPFailure { message.contains("407") } else { false }
        }
    }
}

@Suite(.enabled(if: LoopbackServer.isAvailable, "skipped: python3 or openssl is not installed"))
struct CertificateTests {
    private func isRejected(_ error: any Error) -> Bool {
        if case .certificateRejected(let reason) = error as? HTTPFailure { !reason.isEmpty } else { false }
    }

    @Test func theServersCertificateIsChecked() async throws {
        let server = try LoopbackServer(tls: true)
        defer { server.stop() }
        let client = HTTPClient()
        let trusted = HTTPRequest(url: "https://localhost:\(server.port)/echo", caFile: server.authority, proxy: "")
        #expect(try await client.send(trusted).status == 200)
        let untrusted = HTTPRequest(url: "https://localhost:\(server.port)/echo", proxy: "")
        await #expect { try await client.send(untrusted) } throws: { isRejected($0) }
        let otherName = HTTPRequest(url: "https://127.0.0.1:\(server.port)/echo", caFile: server.authority, proxy: "")
        await #expect { try await client.send(otherName) } throws: { isRejected($0) }
    }

    @Test func ownCertificateIsShown() async throws {
        let server = try LoopbackServer(tls: true, requiresClientCertificate: true)
        defer { server.stop() }
        let client = HTTPClient()
        var request = HTTPRequest(url: "https://localhost:\(server.port)/echo", caFile: server.authority, proxy: "")
        await #expect { [request] in try await client.send(request) } throws: { isRejected($0) }
        request.clientCertificate = ClientCertificate(certificateFile: server.identity, privateKeyFile: server.identity)
        #expect(try await client.send(request).status == 200)
    }
}
