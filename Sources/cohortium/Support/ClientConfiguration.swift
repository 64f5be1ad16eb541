import ArgumentParser
import Diagnostics
import Federation
import Foundation
import HTTPClient
import Yams

/// The hubs that a researcher may ask (`client.yaml`).
struct ClientConfiguration: Codable {
    struct Hub: Codable {
        let url: String
        /// The certificate of the hub's authority; nil for the system's.
        let ca: String?
        /// A file with the researcher's token.
        let token: String
        let proxy: String?

        init(url: String, ca: String?, token: String, proxy: String? = nil) {
            self.url = url
            self.ca = ca
            self.token = token
            self.proxy = proxy
        }
    }

    let hubs: [Hub]

    /// Where the file is when nobody says.
    static var usualPath: String {
        let environment = ProcessInfo.processInfo.environment
        let folder = environment["XDG_CONFIG_HOME"] ?? "\(environment["HOME"] ?? ".")/.config"
        return "\(folder)/cohortium/client.yaml"
    }
}

/// The options of every command that asks a hub.
struct HubOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The hub's address; without it, the first hub of the client file.", valueName: "url"))
    var hub: String?

    @Option(
        help: ArgumentHelp(
            "The file that names hubs, certificates and tokens.",
            discussion: "Without it: COHORTIUM_CLIENT, or ~/.config/cohortium/client.yaml.", valueName: "file"))
    var client: String?

    /// - Throws: `U02…` diagnostics about the client file.
    func connect() throws -> ResearcherClient {
        let path = client ?? ProcessInfo.processInfo.environment["COHORTIUM_CLIENT"] ?? ClientConfiguration.usualPath
        let entry = try entry(path)
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
        func absolute(_ path: String) -> String { URL(fileURLWithPath: path, relativeTo: folder).standardizedFileURL.path }
        guard let token = FileManager.default.contents(atPath: absolute(entry.token)) else {
            throw CommandFailure(
                Diagnostic(
                    "U0203", "the token file `\(absolute(entry.token))` cannot be read",
                    help: "ask the hub's operator for a token, and put it there"))
        }
        let address = HubClient.Address(url: entry.url, caFile: entry.ca.map(absolute), proxy: entry.proxy)
        let secret = String(decoding: token, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        return ResearcherClient(HubClient(address, http: HTTPClient()), token: secret)
    }

    private func entry(_ path: String) throws -> ClientConfiguration.Hub {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw CommandFailure(
                Diagnostic(
                    "U0201", "the client file `\(path)` cannot be read",
                    help: "write `hubs:` with `url`, `ca` and `token` there, or name another file with --client"))
        }
        let configuration: ClientConfiguration
        do {
            configuration = try YAMLDecoder().decode(ClientConfiguration.self, from: data)
        } catch {
            throw CommandFailure(
                Diagnostic(
                    "U0202", "`\(path)` is not a client file: \(DecodingReason.words(error))",
                    help: "write `hubs:` with `url`, `ca` and `token`"))
        }
        let wanted = hub.map { $0.hasSuffix("/") ? String($0.dropLast()) : $0 }
        guard let found = configuration.hubs.first(where: { wanted == nil || $0.url == wanted }) else {
            let known = configuration.hubs.map(\.url)
            throw CommandFailure(
                Diagnostic(
                    "U0204", wanted.map { "`\(path)` knows no hub at `\($0)`" } ?? "`\(path)` names no hub",
                    help: wanted.flatMap { nearest(to: $0, among: known) }.map { "did you mean `\($0)`?" } ?? "add it under `hubs`"))
        }
        guard found.isSecret else {
            throw CommandFailure(
                Diagnostic(
                    "U0207", "your token would go to `\(found.url)` for everybody on the way to read",
                    help: "write the hub's address as `https://host:port` in `\(path)`"))
        }
        return found
    }
}

extension ClientConfiguration.Hub {
    /// Whether nobody on the way can read what is sent: TLS, or never leaving this machine.
    fileprivate var isSecret: Bool {
        guard let place = URL(string: url), let host = place.host else { return true }
        return place.scheme != "http" || ["127.0.0.1", "::1", "localhost"].contains(host)
    }
}

extension CommandFailure {
    /// What a hub would not do.
    init(_ failure: HubFailure, in source: SourceText? = nil) {
        let code =
            switch failure.code {
            case .unavailable, .certificateRejected, .unexpected, .cancelled: ExitCodes.unavailable
            case .unauthorized: ExitCodes.refused
            case .refused, .misconfigured: ExitCodes.badInput
            }
        self.init(failure.diagnostics, in: source, exitCode: code)
    }
}
