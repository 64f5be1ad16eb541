public import Diagnostics
import Disclosure
public import Execution
public import FHIRAdapter
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
    /// Who the patients of the sources are; nil where the sources call them the same.
    public let crosswalk: Crosswalk?
    /// What one question may hold of patients and events, in bytes.
    public let memory: Int
    /// What the operator calls the state of the data, as `2025-10`; it is published. Nil where it is not said.
    public let dataVersion: String?
    /// A Turtle file that describes the node's datasets, or a folder of such files; nil where none is described.
    public let datasets: String?
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
        /// The parameters that it may be told, by name.
        public let parameters: [String]
    }

    /// Under which terms a source's data are given.
    public struct Terms: Sendable, Hashable {
        /// The collections that they are of.
        public let collections: [String]
        /// The conditions of access that are met for them.
        public let access: [String]

        public init(collections: [String], access: [String]) {
            self.collections = collections
            self.access = access
        }
    }

    /// By source's name.
    public var terms: [String: Terms] { Dictionary(sources.map { ($0.name, $0.terms) }, uniquingKeysWith: { first, _ in first }) }

    /// One source of data.
    public struct Source: Sendable, Hashable {
        public let name: String
        public let place: Place
        /// For images and exports: how their index, or what was exported, is kept; nil where the source itself is asked.
        public let index: Index?
        public let terms: Terms
        /// How its identifiers of patients are to be understood.
        public let identity: Identity

        /// What kind of place it is, and where.
        public enum Place: Sendable, Hashable {
            /// An OMOP database in a file.
            case sqlite(String)
            /// An OMOP database on a PostgreSQL server.
            case postgres(PostgresPlace)
            /// A folder of NDJSON files.
            case bulkFHIR(String)
            /// A FHIR server with a search interface.
            case fhirServer(ServiceAddress, BackendService?)
            /// A FHIR server whose bulk exports are read; of all patients, or of a group.
            case fhirExport(ServiceAddress, BackendService?, scope: String)
            /// An archive of images.
            case dicomWeb(ServiceAddress)
            /// A folder of DICOM files.
            case dicomFolder(String)
        }

        /// How a source's identifiers of patients are to be understood.
        public struct Identity: Sendable, Hashable {
            /// The system of `Patient.identifier` in FHIR, the issuer of the Patient ID in DICOM; nil for the source's own identifiers.
            public let domain: String?
            /// Whether they are what the crosswalk calls the patients.
            public let isShared: Bool

            public init(domain: String? = nil, isShared: Bool = false) {
                self.domain = domain
                self.isShared = isShared
            }
        }

        /// How an index of images is kept.
        public struct Index: Sendable, Hashable {
            /// How often a running node brings it in line with the images.
            public let every: Duration
            /// After so long without that having come to its end, answers say that they are not fresh.
            public let staleAfter: Duration
        }

        public var model: SourceModel {
            switch place {
            case .sqlite, .postgres: .omop
            case .bulkFHIR, .fhirServer, .fhirExport: .fhir
            case .dicomWeb, .dicomFolder: .dicom
            }
        }
    }

}

extension NodeConfiguration {
    /// Where it is said who the patients of a node's sources are.
    public struct Crosswalk: Sendable, Hashable {
        public let place: Place
        /// What is done where it is not clear.
        public let conflicts: IdentityConflicts

        public enum Place: Sendable, Hashable {
            /// A file of comma-separated values.
            case file(String)
            /// A table of one of the node's OMOP databases.
            case table(String, source: String)
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
        let datasets: String?
        let crosswalk: CrosswalkEntry?
        let memoryMegabytes: Int?
    }

    private struct CrosswalkEntry: Decodable {
        let file: String?
        let source: String?
        let table: String?
        let conflicts: String?

        /// - Throws: `N0130` to `N0132` for what it does not say, or says twice.
        func crosswalk(
            in path: String, of sources: [Source], _ absolute: (String) -> String
        ) throws(Diagnostic) -> Crosswalk {
            let rule = conflicts.map { IdentityConflicts(rawValue: $0) } ?? .refuse
            guard let rule else {
                throw Diagnostic(
                    "N0132", "`conflicts: \(conflicts ?? "")` of the crosswalk in `\(path)` is not understood",
                    help: "write `refuse`, to answer nothing as long as it is not clear whose an identifier is, or `apart`")
            }
            switch (file, source, table) {
            case (let file?, nil, nil): return Crosswalk(place: .file(absolute(file)), conflicts: rule)
            case (nil, let source?, let table?):
                guard sources.contains(where: { $0.name == source && $0.model == .omop }) else {
                    throw Diagnostic(
                        "N0131", "the crosswalk in `\(path)` is said to be in `\(source)`, which is no OMOP source of this node",
                        help: "name one of its sources with `model: omop`, or give a `file`")
                }
                return Crosswalk(place: .table(table, source: source), conflicts: rule)
            default:
                throw Diagnostic(
                    "N0130", "the crosswalk in `\(path)` does not say where it is",
                    help: "give it either a `file`, or a `table` and the OMOP `source` that it is in")
            }
        }
    }

    private struct HubEntry: Decodable {
        let url: String
        let ca: String?
        let proxy: String?
    }

    private struct ToolEntry: Decodable {
        let name: String
        let executable: String
        let parameters: [String]?
    }

    private struct SMARTEntry: Decodable {
        let client: String
        let key: String
        let keyID: String?
        let scope: String?
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
        let smart: SMARTEntry?
        let index: IndexEntry?
        let export: ExportEntry?

        let collections: [String]?
        let access: [String]?
        let identifierDomain: String?
        let identifiers: String?

        /// How its identifiers of patients are to be understood.
        /// - Throws: `N0133` for a domain in a model that has none, `N0134` for a word that is not known.
        func identity(of name: String, in path: String) throws(Diagnostic) -> Source.Identity {
            if let identifierDomain, model == SourceModel.omop.rawValue {
                throw Diagnostic(
                    "N0133",
                    "the OMOP source `\(name)` in `\(path)` has an `identifierDomain` (`\(identifierDomain)`), but its model knows none",
                    help: "take it out: patients are called by `person_source_value` where it is filled in, else by `person_id`")
            }
            guard identifiers == nil || identifiers == "shared" else {
                throw Diagnostic(
                    "N0134", "`identifiers: \(identifiers ?? "")` of the source `\(name)` in `\(path)` is not understood",
                    help: "write `shared` where they are what the crosswalk calls the patients, or take it out")
            }
            return Source.Identity(domain: identifierDomain, isShared: identifiers == "shared")
        }

        /// An index where one is wanted or needed: a folder is searched through one alone.
        func keeping(of place: Source.Place) -> Source.Index? {
            switch place {
            case .dicomWeb: index?.keeping
            case .dicomFolder: (index ?? IndexEntry()).keeping
            case .fhirExport: export?.keeping
            default: nil
            }
        }

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
                    guard smart == nil || authorization == nil else {
                        throw Diagnostic(
                            "N0123", "the source `\(name)` in `\(path)` has both `authorization` and `smart`",
                            help: "keep the one that its server asks for")
                    }
                    let service = smart.map {
                        BackendService(client: $0.client, keyFile: absolute($0.key), keyID: $0.keyID, scope: $0.scope)
                    }
                    let address = ServiceAddress(url: server, caFile: ca.map(absolute), authorizationFile: authorization.map(absolute))
                    guard let export else { return .fhirServer(address, service) }
                    return .fhirExport(address, service, scope: try export.scope(of: name, in: path))
                }
            case .dicom:
                if let folder { return .dicomFolder(absolute(folder)) }
                if let dicomweb {
                    return .dicomWeb(
                        ServiceAddress(url: dicomweb, caFile: ca.map(absolute), authorizationFile: authorization.map(absolute)))
                }
            case nil: break
            }
            throw Diagnostic(
                "N0104", "the source `\(name)` in `\(path)` does not say where its data is",
                help:
                    "give `model: omop` a `sqlite` or a `postgres`, `model: fhir` a `folder` or a `server`, `model: dicom` a `dicomweb` or a `folder`"
            )
        }
    }

    private struct ExportEntry: Decodable {
        let everyMinutes: Int?
        let staleAfterHours: Int?
        let group: String?

        var keeping: Source.Index {
            Source.Index(every: .seconds(60 * max(1, everyMinutes ?? 1_440)), staleAfter: .seconds(3_600 * max(1, staleAfterHours ?? 48)))
        }

        /// - Throws: `N0124` for a group whose name is no logical id (FHIR R4, section 2.24.0.1: `id`).
        func scope(of name: String, in path: String) throws(Diagnostic) -> String {
            guard let group else { return "Patient" }
            let isID = group.utf8.allSatisfy { byte in
                byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".") || Character(Unicode.Scalar(byte)).isLetter
                    || Character(Unicode.Scalar(byte)).isNumber
            }
            guard isID, (1...64).contains(group.utf8.count) else {
                throw Diagnostic(
                    "N0124", "the group `\(group)` of the source `\(name)` in `\(path)` is no id",
                    help: "give the id of a Group on the server")
            }
            return "Group/\(group)"
        }
    }

    private struct IndexEntry: Decodable {
        let everyMinutes: Int?
        let staleAfterHours: Int?

        init() { (everyMinutes, staleAfterHours) = (nil, nil) }

        var keeping: Source.Index {
            Source.Index(every: .seconds(60 * max(1, everyMinutes ?? 60)), staleAfter: .seconds(3_600 * max(1, staleAfterHours ?? 24)))
        }
    }

    private static let keys: Set<String> = [
        "name", "policy", "ontologies", "state", "sources", "hub", "images", "tools", "dataVersion", "datasets", "crosswalk",
        "memoryMegabytes",
    ]
    /// Of what lies below another key.
    private static let innerKeys: [String: Set<String>] = [
        "sources": [
            "name", "model", "sqlite", "postgres", "schema", "vocabulary", "passwordFile", "folder", "server", "dicomweb", "ca",
            "authorization", "smart", "index", "export", "collections", "access", "identifierDomain", "identifiers",
        ], "crosswalk": ["file", "source", "table", "conflicts"], "hub": ["url", "ca", "proxy"],
        "tools": ["name", "executable", "parameters"],
        "sources.smart": ["client", "key", "keyID", "scope"],
        "sources.index": ["everyMinutes", "staleAfterHours"],
        "sources.export": ["everyMinutes", "staleAfterHours", "group"],
    ]

    /// The keys that are not known, each with what may be meant.
    private static func unknownKeys(_ entries: [String: Any], in path: String) -> [Diagnostic] {
        var found: [(name: String, key: String, known: Set<String>)] = []
        for key in entries.keys where !keys.contains(key) { found.append((key, key, keys)) }
        for (section, known) in innerKeys {
            let parts = section.split(separator: ".").reduce([entries]) { outer, key in
                outer.compactMap { $0[String(key)] }.flatMap { ($0 as? [[String: Any]]) ?? ($0 as? [String: Any]).map { [$0] } ?? [] }
            }
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
            guard let entries = try SettingsFile.entries(of: text) else {
                throw DiagnosticList([
                    Diagnostic(
                        "N0103", "`\(path)` is not a node configuration: it is not settings by name",
                        help: "compare it with the example in the README")
                ])
            }
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
            let identity: Source.Identity
            do {
                place = try entry.place(of: name, in: path, absolute)
                identity = try entry.identity(of: name, in: path)
            } catch {
                diagnostics.append(error)
                continue
            }
            if let url = entry.dicomweb ?? entry.server, let fault = NodeConfiguration.fault(of: url) {
                diagnostics.append(
                    Diagnostic("N0105", "the address `\(url)` of a source in `\(path)` \(fault)", help: "write it as `https://host:port/…`")
                )
            }
            let terms = Terms(collections: entry.collections ?? [], access: entry.access ?? [])
            sources.append(Source(name: name, place: place, index: entry.keeping(of: place), terms: terms, identity: identity))
        }
        self.sources = sources
        do { crosswalk = try file.crosswalk?.crosswalk(in: path, of: sources, absolute) } catch {
            crosswalk = nil
            diagnostics.append(error)
        }
        memory = file.memoryMegabytes.map { $0 << 20 } ?? PlanEngine.standardMemory
        if let megabytes = file.memoryMegabytes, !(16...(1 << 24)).contains(megabytes) {
            diagnostics.append(
                Diagnostic(
                    "N0135", "`memoryMegabytes: \(megabytes)` in `\(path)` is no sensible amount of memory",
                    help: "write how many megabytes one question may take, at least 16"))
        }
        hub = file.hub.map { Hub(url: $0.url, ca: $0.ca.map(absolute), proxy: $0.proxy) }
        images = file.images.map(absolute)
        dataVersion = file.dataVersion
        datasets = file.datasets.map(absolute)
        tools = (file.tools ?? []).map { Tool(name: $0.name, executable: absolute($0.executable), parameters: $0.parameters ?? []) }
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
