import Federation
import Foundation
import HTTPClient
import TestFederation
import Testing

/// Against a real server on the loopback address, which sends what each test wants, to the byte.
@Suite struct LoopbackTests {
    private let http = HTTPClient()

    private func send(_ server: ScriptedServer, _ change: (inout HTTPRequest) -> Void = { _ in }) async -> Result<HTTPResponse, HTTPFailure>
    {
        var request = HTTPRequest(url: "http://127.0.0.1:\(server.port)/path?a=b", timeout: .seconds(60), proxy: "")
        change(&request)
        do throws(HTTPFailure) { return .success(try await http.send(request)) } catch { return .failure(error) }
    }

    // MARK: Answers

    @Test func anAnswerComesAsItIs() async throws {
        let server = try await ScriptedServer.start { _ in
            .answer("418 I'm a teapot", ["X-One: a", "x-one:  b\t", "Content-Type: text/plain; charset=utf-8", "X-Empty:"], body: "körper")
        }
        let response = try await send(server) {
            $0.method = .post
            $0.body = Array("hello".utf8)
            $0.headers = ["X-Mine": "1", "X-None": ""]
        }.get()
        #expect(response.status == 418 && !response.isSuccess)
        #expect(response.headers.values(of: "X-ONE") == ["a", "b"] && response.headers["x-empty"] == "")
        #expect(response.mediaType == "text/plain" && response.text == "körper")
        let request = try #require(server.requests.first)
        #expect(request.line == ["POST", "/path?a=b", "HTTP/1.1"] && request.body == Array("hello".utf8))
        #expect(request.values(of: "X-Mine") == ["1"] && request.values(of: "X-None") == [""])
        #expect(request.values(of: "Content-Type").isEmpty && request.values(of: "Expect").isEmpty)
        await server.stop()
    }

    @Test(arguments: [HTTPMethod.get, .head, .put, .delete, .patch, .post])
    func everyMethodIsSentAsItself(_ method: HTTPMethod) async throws {
        let server = try await ScriptedServer.start { request in
            .answer("200 OK", body: request.line.first == "HEAD" ? "" : "body")
        }
        let response = try await send(server) { $0.method = method }.get()
        #expect(response.text == (method == .head ? "" : "body"))
        #expect(server.requests.map { $0.line.first } == [method.rawValue])
        await server.stop()
    }

    @Test func informationalAnswersAreNotTheAnswer() async throws {
        let server = try await ScriptedServer.start { _ in
            .bytes(Array("HTTP/1.1 103 Early Hints\r\nX-Early: 1\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Late: 1\r\n\r\nok".utf8))
        }
        let response = try await send(server).get()
        #expect(response.status == 200 && response.text == "ok")
        #expect(response.headers["X-Early"] == nil && response.headers["X-Late"] == "1")
        await server.stop()
    }

    @Test func aRedirectIsTheAnswerAndNotFollowed() async throws {
        let server = try await ScriptedServer.start { request in
            request.line[1] == "/elsewhere" ? .answer("200 OK") : .answer("302 Found", ["Location: /elsewhere"])
        }
        let response = try await send(server) { $0.headers = ["Authorization": "Bearer secret"] }.get()
        #expect(response.status == 302 && response.headers["Location"] == "/elsewhere")
        #expect(server.requests.count == 1)
        await server.stop()
    }

    @Test func connectionsAreKeptAndManyRequestsRunAtOnce() async throws {
        let server = try await ScriptedServer.start { request in .answer("200 OK", body: request.line[1]) }
        for _ in 0..<3 { _ = try await send(server).get() }
        #expect(server.openedConnections == 1, "three requests, one after the other, on one connection")
        let (http, port) = (http, server.port)
        let texts = try await withThrowingTaskGroup(of: Bool.self) { group in
            for number in 0..<200 {
                group.addTask {
                    let url = "http://127.0.0.1:\(port)/\(number)"
                    return try await http.send(HTTPRequest(url: url, timeout: .seconds(60), proxy: "")).text == "/\(number)"
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(texts.count == 200 && texts.allSatisfy { $0 }, "everybody has their own answer")
        await server.stop()
    }

    // MARK: No answers

    @Test(arguments: [
        "", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nshort\r\n", "HTTP/1.1 103 Early Hints\r\n\r\n",
    ])
    func whatIsCutShortIsNoAnswer(_ bytes: String) async throws {
        let server = try await ScriptedServer.start { _ in .cut(Array(bytes.utf8)) }
        #expect(await send(server) == .failure(.truncated))
        await server.stop()
    }

    @Test func whatIsNoHTTPIsNoAnswer() async throws {
        let server = try await ScriptedServer.start { _ in .cut(Array("220 mail.example.org ESMTP\r\n".utf8)) }
        guard case .failure = await send(server) else {
            Issue.record("a mail server's greeting was taken for an answer")
            return
        }
        await server.stop()
    }

    @Test(arguments: ["Content-Length: 5000", "Transfer-Encoding: chunked"])
    func anAnswerThatIsTooLargeIsNotRead(_ framing: String) async throws {
        let chunk = String(repeating: "x", count: 5_000)
        let body = framing.hasPrefix("Content") ? chunk : "\(String(chunk.count, radix: 16))\r\n\(chunk)\r\n0\r\n\r\n"
        let server = try await ScriptedServer.start { _ in .bytes(Array("HTTP/1.1 200 OK\r\n\(framing)\r\n\r\n\(body)".utf8)) }
        #expect(await send(server) { $0.maximumBodySize = 4_999 } == .failure(.tooLarge(limit: 4_999)))
        #expect(try await send(server) { $0.maximumBodySize = 5_000 }.get().body.count == 5_000)
        await server.stop()
    }

    @Test func aServerThatIsSilentTimesOut() async throws {
        let server = try await ScriptedServer.start { _ in .silence }
        let start = ContinuousClock.now
        #expect(await send(server) { $0.timeout = .milliseconds(200) } == .failure(.timedOut))
        #expect(ContinuousClock.now - start < .seconds(30))
        await server.stop()
    }

    @Test func aCancelledRequestEndsAtOnce() async throws {
        let server = try await ScriptedServer.start { _ in .silence }
        let (http, port) = (http, server.port)
        let task = Task {
            try await http.send(HTTPRequest(url: "http://127.0.0.1:\(port)/", timeout: .seconds(600), proxy: ""))
        }
        try await wait(for: "the request to arrive") { server.requests.count == 1 }
        let start = ContinuousClock.now
        task.cancel()
        let failure = await #expect(throws: HTTPFailure.self) { try await task.value }
        #expect(failure == .cancelled)
        #expect(ContinuousClock.now - start < .seconds(30))
        try await wait(for: "the connection to end") { server.closedConnections == 1 }
        // Cancelled before it was sent, it is not sent.
        let never = Task {
            try? await Task.sleep(for: .seconds(600))
            return try await http.send(HTTPRequest(url: "http://127.0.0.1:\(port)/never", timeout: .seconds(600), proxy: ""))
        }
        never.cancel()
        let second = await #expect(throws: HTTPFailure.self) { try await never.value }
        #expect(second == .cancelled)
        await server.stop()
    }

    // MARK: What is not sent

    @Test(arguments: [
        HTTPHeaders([("X-A", "1\r\nX-B: 2")]), HTTPHeaders([("X-A", "1\nX-B: 2")]), HTTPHeaders([("X-A\r\nX-B", "1")]),
        HTTPHeaders([("X A", "1")]), HTTPHeaders([("", "1")]), HTTPHeaders([("X-A", "1\u{0}")]), HTTPHeaders([("X-A:", "1")]),
    ])
    func aHeaderStaysAHeader(_ headers: HTTPHeaders) async throws {
        let server = try await ScriptedServer.start { _ in .answer("200 OK") }
        guard case .failure(.invalidRequest) = await send(server, { $0.headers = headers }) else {
            Issue.record("\(headers) was sent")
            return
        }
        #expect(server.requests.isEmpty)
        await server.stop()
    }

    @Test(arguments: ["file:///etc/passwd", "ftp://127.0.0.1/", "gopher://127.0.0.1/", "", "http://", "127.0.0.1:99999/"])
    func onlyHTTPIsSpoken(_ url: String) async {
        do throws(HTTPFailure) {
            _ = try await http.send(HTTPRequest(url: url, timeout: .seconds(10), proxy: ""))
            Issue.record("`\(url)` was answered")
        } catch {
            guard case .invalidRequest = error else {
                Issue.record("`\(url)`: \(error)")
                return
            }
        }
    }

    @Test func aProxyIsAskedForTheWholeAddress() async throws {
        let proxy = try await ScriptedServer.start { _ in .answer("200 OK", body: "by the proxy") }
        let response = try await http.send(
            HTTPRequest(url: "http://hub.invalid:8080/path", timeout: .seconds(60), proxy: "http://user:pass@127.0.0.1:\(proxy.port)"))
        #expect(response.text == "by the proxy")
        let request = try #require(proxy.requests.first)
        #expect(request.line[1] == "http://hub.invalid:8080/path")
        #expect(request.values(of: "Proxy-Authorization") == ["Basic " + Data("user:pass".utf8).base64EncodedString()])
        await proxy.stop()
    }

    @Test func aProxyThatWillNotConnectIsNamedAndSeesNothing() async throws {
        let proxy = try await ScriptedServer.start { _ in .answer("403 Forbidden", body: "not through here") }
        do throws(HTTPFailure) {
            _ = try await http.send(
                HTTPRequest(
                    method: .post, url: "https://hub.invalid/", headers: ["Authorization": "Bearer secret"], body: Array("secret".utf8),
                    timeout: .seconds(60), proxy: "http://127.0.0.1:\(proxy.port)"))
            Issue.record("the proxy's page was taken for the hub's answer")
        } catch {
            #expect(error.description.contains("403"))
        }
        let request = try #require(proxy.requests.first)
        #expect(request.line == ["CONNECT", "hub.invalid:443", "HTTP/1.1"])
        #expect(request.values(of: "Authorization").isEmpty && request.body.isEmpty)
        await proxy.stop()
    }
}
