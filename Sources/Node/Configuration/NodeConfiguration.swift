public import Diagnostics
public import Execution
import Foundation
public import HTTPClient
import Yams

/// What a node's operator wrote: who the node is, its hospital's policy, and where its sources are.
///
/// One YAML file. Relative paths are relative to it. A key that is not known is an error, never ignored.
public struct NodeConfiguration: Sendable, Hashable {
    /// The node's name. Names match exactly.
    public let name: String
    /// The hospital's policy. There is no default: without it the node does not start.
    public let policy: String
    /// The folder of the hyperontology; nil to look in the usual places.
    public let ontologies: String?
    /// A folder for what the node keeps between runs; `state` beside the file when not given.
    public let state: String
    public let sources: [Source]
    /// What the operator calls the state of the data, as `2025-10`; it is published. Nil where it is not said.
    public let dataVersion: String?
    /// The hub that the node works for; nil for a node that only answers its own operator.
    public let hub: Hub?
    /// A folder with DICOM files, as patient/study/series/file, for tools; nil when no source's images lie in files.
    public let images: String?
    /// What the node has installed to run over images; whether it may run is the policy's to say.
    public let tools: [Tool]

    /// How the hub is reached.
    public struct Hub: Sendable, Hashable {
        /// `https://host:port`.
        public let url: String
        /// A PEM file of the authorities that are trusted instead of the system's.
        public let ca: String?
        /// The hospital's proxy; nil to let the environment decide.
        public let proxy: String?
    }

    /// A program that runs over images.
    public struct Tool: Sendable, Hashable {
        public let name: String
        public let executable: String
    }

    /// One source of data.
    public struct Source: Sendable, Hashable {
        public let name: String
        public let place: Place

        /// What kind of place it is, and where.
        public enum Place: Sendable, Hashable {
            /// An OMOP database in a file.
            case sqlite(String)
            /// An OMOP database on a PostgreSQL server.
            case postgres(PostgresPlace)
            /// A folder of NDJSON files.
            case bulkFHIR(String)
            /// A FHIR server with a search interface.
            case fhirServer(ServiceAddress)
            /// An archive of images.
            case dicomWeb(ServiceAddress)
        }

        public var model: SourceModel {
            switch place {
            case .sqlite, .postgres: .omop
            case .bulkFHIR, .fhirServer: .fhir
            case .dicomWeb: .dicom
            }
        }
    }

}

extension NodeConfiguration {
    /// The form of the file.
    private struct File: Decodable {
        let name: String
        let policy: String
        let ontologies: String?
        let state: String?
        let sources: [SourceEntry]
        let hub: HubEntry?
        let images: String?
        let tools: [ToolEntry]?
        let dataVersion: String?
    }

    private struct HubEntry: Decodable {
        let url: String
        let ca: String?
        let proxy: String?
    }

    private struct ToolEntry: Decodable {
        let name: String
        let executable: String
    }

    private struct SourceEntry: Decodable {
        let name: String?
        let model: String
        let sqlite: String?
        let postgres: String?
        let schema: String?
        let vocabulary: String?
        let passwordFile: String?
        let folder: String?
        let server: String?
        let dicomweb: String?
        let ca: String?
        let authorization: String?

        /// Where it is.
        /// - Throws: `N0104` when that is not said, `N0121` and `N0122` for an address of a database that is none or holds a password.
        func place(of name: String, in path: String, _ absolute: (String) -> String) throws(Diagnostic) -> Source.Place {
            switch SourceModel(rawValue: model) {
            case .omop:
                if let sqlite { return .sqlite(absolute(sqlite)) }
                if let postgres {
                    return .postgres(
                        try PostgresPlace(
                            url: postgres, schema: schema, vocabulary: vocabulary, passwordFile: passwordFile.map(absolute), source: name))
                }
            case .fhir:
                if let folder { return .bulkFHIR(absolute(folder)) }
                if let server {
                    return .fhirServer(
                        ServiceAddress(url: server, caFile: ca.map(absolute), authorizationFile: authorization.map(absolute)))
                }
            case .dicom:
                if let dicomweb {
                    return .dicomWeb(
                        ServiceAddress(url: dicomweb, caFile: ca.map(absolute), authorizationFile: authorization.map(absolute)))
                }
            case nil: break
            }
            throw Diagnostic(
                "N0104", "the source `\(name)` in `\(path)` does not say where its data is",
                help: "give `model: omop` a `sqlite` or a `postgres`, `model: fhir` a `folder` or a `server`, `model: dicom` a `dicomweb`")
        }
    }

    private static let keys: Set<String> = ["name", "policy", "ontologies", "state", "sources", "hub", "images", "tools", "dataVersion"]
    /// Of what lies below `sources`, `hub` and `tools`.
    private static let innerKeys: [String: Set<String>] = [
        "sources": [
            "name", "model", "sqlite", "postgres", "schema", "vocabulary", "passwordFile", "folder", "server", "dicomweb", "ca",
            "authorization",
        ], "hub": ["url", "ca", "proxy"],
        "tools": ["name", "executable"],
    ]

    /// The keys that are not known, each with what may be meant.
    private static func unknownKeys(_ entries: [String: Any], in path: String) -> [Diagnostic] {
        var found: [(name: String, key: String, known: Set<String>)] = []
        for key in entries.keys where !keys.contains(key) { found.append((key, key, keys)) }
        for (section, known) in innerKeys {
            let parts = (entries[section] as? [[String: Any]]) ?? (entries[section] as? [String: Any]).map { [$0] } ?? []
            for key in parts.flatMap(\.keys) where !known.contains(key) { found.append(("\(section).\(key)", key, known)) }
        }
        return found.sorted { $0.name < $1.name }.map { name, key, known in
            Diagnostic(
                "N0102", "`\(path)` has an unknown key `\(name)`",
                help: nearest(to: key, among: known.sorted()).map { "did you mean `\($0)`?" } ?? "take it out")
        }
    }

    /// Reads a configuration file.
    /// - Throws: every `N01…` diagnostic about it at once where possible.
    public static func read(_ path: String) throws(DiagnosticList) -> NodeConfiguration {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw DiagnosticList([
                Diagnostic(
                    "N0101", "the configuration `\(path)` cannot be read",
                    help: "name another with --config")
            ])
        }
        let text = String(decoding: data, as: UTF8.self)
        let file: File
        do {
            let entries = try Yams.load(yaml: text) as? [String: Any] ?? [:]
            let unknown = unknownKeys(entries, in: path)
            guard unknown.isEmpty else { throw DiagnosticList(unknown) }
            file = try YAMLDecoder().decode(File.self, from: text)
        } catch let list as DiagnosticList {
            throw list
        } catch {
            throw DiagnosticList([
                Diagnostic(
                    "N0103", "`\(path)` is not a node configuration: \(DecodingReason.words(error))",
                    help: "compare it with the example in the README")
            ])
        }
        return try NodeConfiguration(file, path: path)
    }

    private init(_ file: File, path: String) throws(DiagnosticList) {
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
        func absolute(_ path: String) -> String { URL(fileURLWithPath: path, relativeTo: folder).standardizedFileURL.path }
        var diagnostics: [Diagnostic] = []
        name = file.name
        policy = absolute(file.policy)
        ontologies = file.ontologies.map(absolute)
        state = absolute(file.state ?? "state")
        var sources: [Source] = []
        for entry in file.sources {
            let name = entry.name ?? entry.model
            let place: Source.Place
            do {
                place = try entry.place(of: name, in: path, absolute)
            } catch {
                diagnostics.append(error)
                continue
            }
            if let url = entry.dicomweb ?? entry.server, let fault = NodeConfiguration.fault(of: url) {
                diagnostics.append(
                    Diagnostic("N0105", "the address `\(url)` of a source in `\(path)` \(fault)", help: "write it as `https://host:port/…`")
                )
            }
            sources.append(Source(name: name, place: place))
        }
        self.sources = sources
        hub = file.hub.map { Hub(url: $0.url, ca: $0.ca.map(absolute), proxy: $0.proxy) }
        images = file.images.map(absolute)
        dataVersion = file.dataVersion
        tools = (file.tools ?? []).map { Tool(name: $0.name, executable: absolute($0.executable)) }
        if let hub, !hub.url.hasPrefix("https://") {
            diagnostics.append(
                Diagnostic("N0110", "the hub's address `\(hub.url)` in `\(path)` is not secure", help: "write it as `https://host:port`"))
        }
        if Set(tools.map(\.name)).count != tools.count {
            diagnostics.append(Diagnostic("N0111", "two tools in `\(path)` have the same name", help: "give each a `name` of its own"))
        }
        if file.sources.isEmpty {
            diagnostics.append(Diagnostic("N0106", "`\(path)` names no source", help: "add one under `sources`"))
        }
        if Set(sources.map(\.name)).count != sources.count {
            diagnostics.append(Diagnostic("N0107", "two sources in `\(path)` have the same name", help: "give each a `name` of its own"))
        }
        if diagnostics.containsErrors { throw DiagnosticList(diagnostics) }
    }

    /// Only on this machine may a source be asked in clear.
    private static func fault(of address: String) -> String? {
        guard let url = URL(string: address), let host = url.host, !host.isEmpty, url.query == nil else { return "is no address" }
        switch url.scheme {
        case "https": return nil
        case "http" where ["127.0.0.1", "localhost", "::1", "[::1]"].contains(host): return nil
        default: return "is not secure"
        }
    }
}
