import Foundation
import HTTPClient
import Testing

@Suite struct HTTPClientTests {
    @Test func usesOpenSSL() {
        #expect(HTTPClient.tlsLibrary.hasPrefix("OpenSSL"), "linked with \(HTTPClient.tlsLibrary)")
    }

    @Test func headerNamesAreFoundInAnyCase() {
        var headers: HTTPHeaders = ["Content-Type": "text/plain"]
        headers.append("Accept", "a")
        headers.append("accept", "b")
        #expect(headers["content-TYPE"] == "text/plain")
        #expect(headers.values(of: "ACCEPT") == ["a", "b"])
        headers["ACCEPT"] = nil
        #expect(headers == ["content-type": "text/plain"])
        #expect(headers != ["content-type": "text/html"])
    }

    @Test(arguments: [
        HTTPRequest(url: "http://127.0.0.1/a b"), HTTPRequest(url: "http://127.0.0.1/\u{0}"), HTTPRequest(url: "http://127.0.0.1/\r\nX: y"),
        HTTPRequest(method: "GET /x", url: "http://127.0.0.1/"), HTTPRequest(url: "http://127.0.0.1/", headers: ["X": "a\r\nY: b"]),
        HTTPRequest(url: "http://127.0.0.1/", headers: ["X: a\r\nY": "b"]), HTTPRequest(url: "http://127.0.0.1/", headers: ["": "b"]),
    ])
    func whatWouldLeaveItsPlaceInTheMessageIsRefused(request: HTTPRequest) async {
        await #expect { try await HTTPClient().send(request) } throws: { error in
            if case .invalidRequest = error as? HTTPFailure { true } else { false }
        }
    }

    @Test(arguments: ["file:///etc/passwd", "ftp://127.0.0.1/x", "gopher://127.0.0.1/x"])
    func otherProtocolsAreRefused(url: String) async {
        await #expect { try await HTTPClient().send(HTTPRequest(url: url)) } throws: { error in
            if case .other = error as? HTTPFailure { true } else { false }
        }
    }

    @Test func aNameWithoutAnAddress() async {
        let request = HTTPRequest(url: "http://no-such-host.invalid/", proxy: "")
        await #expect(throws: HTTPFailure.couldNotResolve) { try await HTTPClient().send(request) }
    }

    @Test func nobodyListens() async throws {
        let request = HTTPRequest(url: "http://127.0.0.1:1/", proxy: "")
        await #expect(throws: HTTPFailure.couldNotConnect) { try await HTTPClient().send(request) }
    }
}
