import Diagnostics
import Execution
import Foundation
import HTTPClient

/// The access tokens of a node to one server: asked for when one is needed, kept while it is good.
actor AccessTokens {
    private struct Token {
        let value: String
        let goodUntil: ContinuousClock.Instant
    }

    private struct Endpoint {
        let url: String
        let scope: String
    }

    /// RFC 6749, sections 5.1 and 5.2.
    private struct TokenAnswer: Decodable {
        let accessToken: String?
        let tokenType: String?
        let expiresIn: Double?
        let error: String?
        let errorDescription: String?
    }

    /// SMART App Launch 2.2, section "SMART Configuration".
    private struct ServerConfiguration: Decodable {
        let tokenEndpoint: String?
        let capabilities: [String]?
    }

    private let service: BackendService
    private let address: ServiceAddress
    private let source: String
    private let http: HTTPClient
    private var token: Token?
    private var endpoint: Endpoint?
    /// So that many requests at once ask for one token.
    private var asking: Task<Token, any Error>?

    /// A token is not used so shortly before it ends: it has to last to the server.
    private static let margin = Duration.seconds(30)

    init(_ service: BackendService, address: ServiceAddress, source: String, http: HTTPClient) {
        self.service = service
        self.address = address
        self.source = source
        self.http = http
    }

    /// The value of the `Authorization` header.
    func authorization() async throws(SourceFailure) -> String {
        if let token, ContinuousClock.now < token.goodUntil { return "Bearer \(token.value)" }
        let asking = self.asking ?? Task { try await self.ask() }
        self.asking = asking
        defer { if self.asking == asking { self.asking = nil } }
        do {
            let token = try await asking.value
            self.token = token
            return "Bearer \(token.value)"
        } catch let failure as SourceFailure { throw failure } catch {
            throw failure("N0441", "the server of `\(source)` was not asked to the end", help: "ask again")
        }
    }

    /// Forgets a token that the server does not take any more.
    func forget(_ authorization: String) { if let token, "Bearer \(token.value)" == authorization { self.token = nil } }

    // MARK: Asking

    private func ask() async throws(SourceFailure) -> Token {
        guard let text = FileManager.default.contents(atPath: service.keyFile),
            let key = AssertionKey(pem: String(decoding: text, as: UTF8.self))
        else {
            throw failure(
                "N0451", "the file `\(service.keyFile)` holds no private key for the server of `\(source)`",
                help: "an RSA key of at least 2048 bits or one on the curve P-384, in PEM and without a password")
        }
        let endpoint = try await discovered()
        guard let assertion = ClientAssertion.token(service, for: endpoint.url, key: key, now: Date()) else {
            throw failure(
                "N0451", "the key `\(service.keyFile)` cannot sign", help: "make a new one and give its public half to the server")
        }
        var request = HTTPRequest(method: .post, url: endpoint.url, caFile: address.caFile, proxy: "")
        request.headers["Content-Type"] = "application/x-www-form-urlencoded"
        request.headers["Accept"] = "application/json"
        request.body = Array(
            FHIRServer.form([
                ("grant_type", "client_credentials"), ("scope", endpoint.scope),
                ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"), ("client_assertion", assertion),
            ]).utf8)
        let asked = ContinuousClock.now
        let answer = try await decoded(TokenAnswer.self, request)
        guard let value = answer.accessToken, !value.isEmpty, (answer.tokenType ?? "bearer").lowercased() == "bearer" else {
            let reason = answer.errorDescription ?? answer.error ?? "it gives no reason"
            throw failure(
                "N0452", "the server of `\(source)` gives this node no token: \(reason.prefix(300))",
                help: "compare `smart` in the node's configuration with what the server knows of this client")
        }
        return Token(value: value, goodUntil: asked + .seconds(answer.expiresIn ?? 300) - AccessTokens.margin)
    }

    /// Where tokens are given, and what to ask for (`.well-known/smart-configuration`).
    private func discovered() async throws(SourceFailure) -> Endpoint {
        if let endpoint { return endpoint }
        var request = HTTPRequest(url: "\(address.url)/.well-known/smart-configuration", caFile: address.caFile, proxy: "")
        request.headers["Accept"] = "application/json"
        let configuration = try await decoded(ServerConfiguration.self, request)
        guard let url = configuration.tokenEndpoint, AccessTokens.isSecure(url) else {
            throw failure(
                "N0452", "the server of `\(source)` does not say where it gives tokens",
                help: "it has to have `.well-known/smart-configuration` with a `token_endpoint` in https; else use `authorization`")
        }
        let speaksSecond = configuration.capabilities?.contains("permission-v2") ?? false
        let found = Endpoint(url: url, scope: service.scope ?? (speaksSecond ? "system/*.rs" : "system/*.read"))
        endpoint = found
        return found
    }

    /// Only on this machine may it be asked in clear.
    private static func isSecure(_ address: String) -> Bool {
        guard let url = URL(string: address), let host = url.host else { return false }
        return url.scheme == "https" || (url.scheme == "http" && ["127.0.0.1", "localhost", "::1", "[::1]"].contains(host))
    }

    private func decoded<Answer: Decodable>(_ type: Answer.Type, _ request: HTTPRequest) async throws(SourceFailure) -> Answer {
        let response: HTTPResponse
        do {
            response = try await http.send(request)
        } catch {
            throw failure(
                "N0441", "the server of `\(source)` cannot be reached: \(error)", help: "check `server` in the node's configuration")
        }
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        guard let answer = try? decoder.decode(type, from: Data(response.body)) else {
            throw failure(
                "N0452", "the server of `\(source)` gives this node no token (\(response.status))",
                help: "it has to have `.well-known/smart-configuration`; else use `authorization`")
        }
        return answer
    }

    private func failure(_ code: DiagnosticCode, _ message: String, help: String) -> SourceFailure {
        SourceFailure(source: source, Diagnostic(code, message, help: help))
    }
}
