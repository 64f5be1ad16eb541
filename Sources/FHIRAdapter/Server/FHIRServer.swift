import Diagnostics
import Execution
import Foundation
import HTTPClient

/// Requests to a FHIR server (FHIR R4, section 3.1), with patience for one that is busy and a name for every fault.
struct FHIRServer: Sendable {
    /// The source's name in the node's configuration.
    let source: String
    let address: ServiceAddress
    let http: HTTPClient
    /// Where the server lets programs in by tokens that they ask for.
    let tokens: AccessTokens?
    /// More resources than this are not taken from one search.
    let mostResources: Int

    init(
        source: String, address: ServiceAddress, service: BackendService? = nil, http: HTTPClient,
        mostResources: Int = FHIRServerAdapter.standardRowLimit
    ) {
        self.mostResources = mostResources
        self.source = source
        self.address = address
        self.http = http
        tokens = service.map { AccessTokens($0, address: address, source: source, http: http) }
    }

    private static let patience = Duration.seconds(120)
    private static let largestAnswer = 256 << 20
    /// How often a request is made in all, when the server says that it is busy.
    private static let attempts = 5
    /// Longer than this is not waited, whatever `Retry-After` says.
    private static let longestPause = 60

    /// What a server answered that is no failure of the exchange itself.
    enum Answer {
        case resource(FHIRElement)
        /// The server refuses this form of request (400, 404, 405, 422, 501).
        case refused(status: Int, reason: String)
    }

    // MARK: Requests

    /// Reads below the base, or at an address that the server gave, which must be its own.
    func get(_ location: String) async throws(SourceFailure) -> Answer {
        try await send(try request(.get, try absolute(location)))
    }

    /// Searches by POST, which holds more codes than an address does and leaves none of them in a log (section 3.1.1.1.4).
    func search(_ type: String, _ parameters: [(String, String)]) async throws(SourceFailure) -> Answer {
        var request = try request(.post, "\(address.url)/\(type)/_search")
        request.headers["Content-Type"] = "application/x-www-form-urlencoded"
        request.body = Array(FHIRServer.form(parameters).utf8)
        return try await send(request)
    }

    /// A request that is answered otherwise than by one resource: of a bulk export.
    /// - Parameters:
    ///   - headers: in place of those of a search.
    ///   - file: takes the answer's body.
    ///   - patience: for the whole exchange.
    func exchange(
        _ method: HTTPMethod, _ location: String, headers: [(String, String)], into file: String? = nil, patience: Duration? = nil
    ) async throws(SourceFailure) -> HTTPResponse {
        var request = try request(method, try absolute(location))
        for (name, value) in headers { request.headers[name] = value }
        request.destination = file
        if file != nil { request.maximumBodySize = .max }
        if let patience { request.timeout = patience }
        return try await respond(to: request)
    }

    static func form(_ parameters: [(String, String)]) -> String {
        parameters.map { "\(encoded($0.0))=\(encoded($0.1))" }.joined(separator: "&")
    }

    private static func encoded(_ text: String) -> String {
        let plain = CharacterSet(charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
        return text.addingPercentEncoding(withAllowedCharacters: plain) ?? ""
    }

    /// Follows no address to another server: who we are to this one is nobody else's business.
    private func absolute(_ location: String) throws(SourceFailure) -> String {
        guard location.contains("://") else {
            return location.hasPrefix("?") ? "\(address.url)\(location)" : "\(address.url)/\(location)"
        }
        guard let own = URL(string: address.url), let other = URL(string: location), own.scheme == other.scheme, own.host == other.host,
            own.port == other.port
        else {
            throw failure(
                "N0446", "the server of `\(source)` sends to another server for the rest of an answer",
                help: "have it give its own address in links, the one that `server` has in the node's configuration")
        }
        return location
    }

    private func request(_ method: HTTPMethod, _ location: String) throws(SourceFailure) -> HTTPRequest {
        var request: HTTPRequest
        do {
            request = try address.request(method, location)
        } catch {
            throw failure(
                "N0448", "the file `\(error.path)` cannot be read or is empty",
                help: "write the value of the `Authorization` header into it")
        }
        request.timeout = FHIRServer.patience
        request.maximumBodySize = FHIRServer.largestAnswer
        request.headers["Accept"] = "application/fhir+json"
        // Else a parameter that the server does not know is passed over in silence (section 3.1.1.3.1).
        request.headers["Prefer"] = "handling=strict"
        return request
    }

    private func send(_ request: HTTPRequest) async throws(SourceFailure) -> Answer { try read(try await respond(to: request)) }

    /// The answer to a request, whatever its status, with patience for a server that is busy.
    private func respond(to request: HTTPRequest) async throws(SourceFailure) -> HTTPResponse {
        var hasNewToken = false
        for attempt in 1... {
            var request = request
            let authorization = try await tokens?.authorization()
            if let authorization { request.headers["Authorization"] = authorization }
            let response: HTTPResponse
            do {
                response = try await http.send(request)
            } catch {
                throw failure(
                    "N0441", "the server of `\(source)` cannot be reached: \(error)", help: "check `server` in the node's configuration")
            }
            if response.status == 401, let tokens, let authorization, !hasNewToken {
                // It may have been taken back before its time.
                hasNewToken = true
                await tokens.forget(authorization)
                continue
            }
            guard [429, 502, 503, 504].contains(response.status), attempt < FHIRServer.attempts else { return response }
            try await pause(response, attempt)
        }
        throw failure("N0441", "the server of `\(source)` does not answer", help: "ask again")
    }

    /// As long as the server asks for, in seconds; else longer each time.
    func pause(_ response: HTTPResponse, _ attempt: Int) async throws(SourceFailure) {
        let asked = response.headers["Retry-After"].flatMap { Int($0) }
        let pause = asked.map { Duration.seconds(min(max($0, 0), FHIRServer.longestPause)) } ?? .milliseconds(250 << min(attempt, 6))
        do {
            try await Task.sleep(for: pause)
        } catch {
            throw failure("N0441", "the server of `\(source)` was not asked to the end", help: "ask again")
        }
    }

    private func read(_ response: HTTPResponse) throws(SourceFailure) -> Answer {
        switch response.status {
        case 200..<300:
            guard let resource = FHIRElement(line: Data(response.body)), resource["resourceType"] != nil else {
                throw failure(
                    "N0443", "the server of `\(source)` does not answer in FHIR's JSON",
                    help: "check that `server` is its service base, such as `https://host/fhir/r4`")
            }
            return .resource(resource)
        case 401, 403:
            throw failure(
                "N0442", "the server of `\(source)` does not let this node in (\(response.status))",
                help: tokens == nil
                    ? "give `authorization` a file with the value of the header, such as `Basic …` or `Bearer …`, or say who it is under `smart`"
                    : "have the server's operator allow this client to read and search")
        case 400, 404, 405, 422, 501: return .refused(status: response.status, reason: FHIRServer.words(of: response))
        default:
            throw failure(
                "N0444", "the server of `\(source)` failed (\(response.status)): \(FHIRServer.words(of: response))",
                help: "look into its log")
        }
    }

    /// What an OperationOutcome says (section 2.3.13).
    static func words(of response: HTTPResponse) -> String {
        let outcome = FHIRElement(line: Data(response.body))
        let issue = outcome?.all(at: "issue").first
        let text = issue?["diagnostics"]?.text ?? issue?["details"]?["text"]?.text ?? issue?["code"]?.text
        return text.map { String($0.prefix(300)) } ?? "it gives no reason"
    }

    func failure(_ code: DiagnosticCode, _ message: String, help: String) -> SourceFailure {
        SourceFailure(source: source, Diagnostic(code, message, help: help))
    }
}
