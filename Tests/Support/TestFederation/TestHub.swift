import Diagnostics
import Execution
public import Federation
import Foundation
public import HTTPClient
public import Hub
public import Hyperontology

/// A hub in the test's own process, on free ports of the loopback address.
public final class TestHub: Sendable {
    /// With the ports that it has.
    public let configuration: HubConfiguration
    /// Of HTTPS.
    public let url: String
    /// Of plain HTTP.
    public let plainURL: String
    /// The certificate of its authority.
    public let authority: String
    public let administration: HubAdministration
    public let http: HTTPClient
    private let folder: TemporaryFolder
    private let running: Task<Void, any Error>

    /// Makes a hub and starts it.
    /// - Parameter hyperontology: when nil, the project's.
    public static func start(
        hyperontology: Hyperontology? = nil, _ change: (inout HubConfiguration) -> Void = { _ in }
    ) async throws -> TestHub {
        let folder = try TemporaryFolder()
        let made = HubFolder(folder.path("hub"))
        try made.make(
            hosts: ["127.0.0.1", "localhost"], address: "127.0.0.1", port: try await FreePort.next(), localPort: try await FreePort.next())
        var configuration = try HubConfiguration.read(made.configurationFile)
        change(&configuration)
        return try await TestHub(
            configuration, hyperontology: hyperontology ?? Project.hyperontology(), folder: folder, authority: made.authorityFile)
    }

    private init(
        _ configuration: HubConfiguration, hyperontology: Hyperontology, folder: TemporaryFolder, authority: String
    ) async throws {
        let server = try HubServer(configuration, hyperontology: hyperontology)
        let (listening, continuation) = AsyncStream<String>.makeStream()
        let running = Task {
            defer { continuation.finish() }
            try await server.run { continuation.yield($0) }
        }
        var urls: [String] = []
        for await url in listening {
            urls.append(url)
            if urls.count == configuration.listeners.count { break }
        }
        guard let secure = urls.first(where: { $0.hasPrefix("https:") }), let plain = urls.first(where: { $0.hasPrefix("http:") }) else {
            try await running.value
            throw NeverCameAbout(description: "a hub that listens")
        }
        var bound = configuration
        bound.listeners = configuration.listeners.map { listener in
            let port = URL(string: listener.tls == nil ? plain : secure)?.port ?? 0
            return HubConfiguration.Listener(address: listener.address, port: port, tls: listener.tls)
        }
        self.configuration = bound
        (url, plainURL) = (secure, plain)
        self.authority = authority
        self.folder = folder
        self.running = running
        administration = try HubAdministration(configuration)
        http = HTTPClient()
    }

    /// Ends it. What was acknowledged is in its store.
    public func stop() async {
        running.cancel()
        _ = await running.result
    }

    /// Ends it, and starts another on its store and its ports.
    public func restarted() async throws -> TestHub {
        await stop()
        return try await TestHub(configuration, hyperontology: Project.hyperontology(), folder: folder, authority: authority)
    }

    deinit { running.cancel() }

    // MARK: Who asks it

    public var client: HubClient { HubClient(HubClient.Address(url: url, caFile: authority, proxy: ""), http: http) }

    /// Somebody who may ask.
    public func researcher(_ name: String = "ada") async throws -> ResearcherClient {
        ResearcherClient(client, token: try await administration.addResearcher(name))
    }

    /// A node that is enrolled and has given a sign of life.
    public func node(_ name: String) async throws -> TestNode {
        let key = try SigningKey()
        let client = NodeClient(client, name: name, key: key)
        let enrolment = try await client.enrol(token: try await administration.invite(name), models: [.omop])
        _ = try await client.heartbeat(models: [.omop], working: [])
        return TestNode(name: name, key: key, client: client, verifier: TaskVerifier(hubKey: enrolment.hubKey, node: name))
    }

    /// One request as it is, over HTTPS.
    public func send(
        _ method: HTTPMethod, _ path: String, body: [UInt8] = [], headers: HTTPHeaders = [:], timeout: Duration = .seconds(60)
    ) async throws -> HTTPResponse {
        try await http.send(
            HTTPRequest(method: method, url: url + path, headers: headers, body: body, timeout: timeout, caFile: authority, proxy: ""))
    }
}
