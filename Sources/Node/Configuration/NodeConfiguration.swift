public import Diagnostics
public import Execution
import Foundation
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
        public let model: SourceModel
        /// A database file for `omop`, a folder of NDJSON files for `fhir`.
        public let location: String
        /// For `omop` on a server; ``location`` is its address then.
        public var postgres: PostgresPlace?
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
    }

    private static let keys: Set<String> = ["name", "policy", "ontologies", "state", "sources", "hub", "images", "tools"]

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
            let unknown = entries.keys.filter { !keys.contains($0) }.sorted()
            guard unknown.isEmpty else {
                throw DiagnosticList(
                    unknown.map { key in
                        Diagnostic(
                            "N0102", "`\(path)` has an unknown key `\(key)`",
                            help: nearest(to: key, among: keys.sorted()).map { "did you mean `\($0)`?" } ?? "take it out")
                    })
            }
            file = try YAMLDecoder().decode(File.self, from: text)
        } catch let list as DiagnosticList {
            throw list
        } catch {
            throw DiagnosticList([
                Diagnostic(
                    "N0103", "`\(path)` is not a node configuration: \(NodeConfiguration.reason(error))",
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
            let location: String? =
                switch SourceModel(rawValue: entry.model) {
                case .omop: entry.sqlite.map(absolute) ?? entry.postgres
                case .fhir: entry.folder.map(absolute)
                case .dicom, nil: nil
                }
            guard let model = SourceModel(rawValue: entry.model), let location else {
                diagnostics.append(
                    Diagnostic(
                        "N0104", "the source `\(entry.name ?? entry.model)` in `\(path)` does not say where its data is",
                        help: "give `model: omop` a `sqlite` or a `postgres`, `model: fhir` a `folder`"))
                continue
            }
            var source = Source(name: entry.name ?? entry.model, model: model, location: location)
            if model == .omop, entry.sqlite == nil, let url = entry.postgres {
                do {
                    source.postgres = try PostgresPlace(
                        url: url, schema: entry.schema, vocabulary: entry.vocabulary, passwordFile: entry.passwordFile.map(absolute),
                        source: source.name)
                } catch { diagnostics.append(error) }
            }
            sources.append(source)
        }
        self.sources = sources
        hub = file.hub.map { Hub(url: $0.url, ca: $0.ca.map(absolute), proxy: $0.proxy) }
        images = file.images.map(absolute)
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

    private static func reason(_ error: any Error) -> String {
        switch error {
        case DecodingError.keyNotFound(let key, _): "`\(key.stringValue)` is missing"
        case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context):
            "`\(context.codingPath.map(\.stringValue).joined(separator: "."))` has the wrong form"
        case let error as YamlError: "\(error)".split(separator: "\n").joined(separator: " ")
        default: error.localizedDescription
        }
    }
}
