import Foundation
import HTTPClient
import Testing

@Suite struct HTTPClientTests {
    /// PACKAGING.md: the OpenSSL flavour, whichever -dev package the machine has.
    @Test func theTLSLibraryIsOpenSSL() {
        #expect(HTTPClient.tlsLibrary.hasPrefix("OpenSSL/"))
    }

    @Test func aServerThatIsAwayIsSaidToBeAway() async {
        // Port 1 of the loopback address: nothing listens there.
        let failure = await #expect(throws: HTTPFailure.self) {
            _ = try await HTTPClient().send(HTTPRequest(url: "http://127.0.0.1:1/", timeout: .seconds(5), proxy: ""))
        }
        guard case .couldNotConnect = failure else {
            Issue.record("\(String(describing: failure))")
            return
        }
    }

    @Test(arguments: ["http://127.0.0.1/a b", "http://127.0.0.1/\r\nHost: x"])
    func whatWouldLeaveItsPlaceInTheMessageIsNotSent(_ url: String) async {
        let failure = await #expect(throws: HTTPFailure.self) { _ = try await HTTPClient().send(HTTPRequest(url: url, proxy: "")) }
        guard case .invalidRequest = failure else {
            Issue.record("\(String(describing: failure))")
            return
        }
    }
}
