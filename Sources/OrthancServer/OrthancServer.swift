public import Diagnostics
import Foundation
import HTTPClient
import Processes

/// A real PACS for the demonstration and the tests: Debian's Orthanc with its DICOMweb plugin, as a child process.
///
/// It serves the loopback address alone: Orthanc has no option for the address it binds to, but turns everybody away who is not on
/// this machine (`RemoteAccessAllowed`), and its DICOM port is off.
public actor OrthancServer {
    private let process: ChildProcess
    private let port: Int
    private let http: HTTPClient

    private init(process: ChildProcess, port: Int, http: HTTPClient) {
        self.process = process
        self.port = port
        self.http = http
    }

    /// The root of its DICOMweb services.
    public nonisolated var dicomWebURL: String { "http://127.0.0.1:\(port)/dicom-web" }

    /// What is missing on this machine to start one, in words; nil when nothing is.
    public static var absence: String? {
        guard FileManager.default.isExecutableFile(atPath: program) else { return "Orthanc is not installed" }
        return plugin == nil ? "Orthanc's DICOMweb plugin is not installed" : nil
    }

    /// Starts a server and waits until it answers.
    /// - Parameters:
    ///   - storage: a folder of its own for what it stores; made where it is not there.
    ///   - log: a file for what it says.
    /// - Throws: `U0310` when Orthanc is not installed, `U0311` when it ends, most often because the port is taken, `U0312` when it does not answer.
    public static func start(port: Int, storage: String, log: String) async throws(Diagnostic) -> OrthancServer {
        guard let plugin, absence == nil else {
            throw Diagnostic(
                "U0310", absence ?? "Orthanc is not installed",
                help: "as root: apt-get install --no-install-recommends orthanc orthanc-dicomweb")
        }
        let configuration = try write(OrthancConfiguration(port: port, storage: storage, plugin: plugin), storage)
        let process = try await ChildProcess.start(name: "orthanc", executable: program, arguments: [configuration], log: log)
        let server = OrthancServer(process: process, port: port, http: HTTPClient())
        do {
            try await server.waitUntilReady()
        } catch {
            await server.stop()
            throw error
        }
        return server
    }

    public func stop() async { await process.stop() }

    // MARK: Storing

    /// Stores every DICOM file below a folder.
    /// - Parameter progress: told how many of how many are stored.
    /// - Throws: `U0313` for a file that cannot be read, `U0314` when the server does not take everything.
    public func upload(folder: String, progress: @Sendable (Int, Int) -> Void) async throws(Diagnostic) {
        let files = OrthancServer.files(below: folder)
        var stored = 0
        progress(0, files.count)
        // An archive at a time: single files take three times as long, and one archive of all would tell no progress.
        for start in stride(from: 0, to: files.count, by: OrthancServer.batch) {
            let batch = Array(files[start..<min(start + OrthancServer.batch, files.count)])
            try await store(batch)
            stored += batch.count
            progress(stored, files.count)
        }
    }

    private static let batch = 400

    private func store(_ files: [URL]) async throws(Diagnostic) {
        var archive = StoredZIP()
        for (number, file) in files.enumerated() {
            guard let data = FileManager.default.contents(atPath: file.path) else {
                throw Diagnostic("U0313", "`\(file.path)` cannot be read", help: "check the rights on it")
            }
            archive.add(name: "\(number).dcm", Array(data))
        }
        let answer = try await send(
            HTTPRequest(
                method: .post, url: "http://127.0.0.1:\(port)/instances", headers: ["Content-Type": "application/zip"],
                body: archive.finish(),
                timeout: .seconds(300), proxy: ""))
        struct Entry: Decodable {
            let status: String
            enum CodingKeys: String, CodingKey { case status = "Status" }
        }
        let entries = (try? JSONDecoder().decode([Entry].self, from: Data(answer.body))) ?? []
        let taken = entries.filter { ["Success", "AlreadyStored"].contains($0.status) }.count
        guard answer.isSuccess, taken == files.count else {
            throw Diagnostic(
                "U0314", "Orthanc stored \(taken) of \(files.count) files", help: "look into its log \(process.logPath)")
        }
    }

    // MARK: Asking

    private func waitUntilReady() async throws(Diagnostic) {
        let deadline = ContinuousClock.now + .seconds(30)
        let request = HTTPRequest(url: "\(dicomWebURL)/studies?limit=1", timeout: .seconds(2), proxy: "")
        while true {
            if let answer = try? await http.send(request), answer.isSuccess, process.isRunning { return }
            guard process.isRunning else {
                throw Diagnostic(
                    "U0311", "Orthanc ended at once: \(process.complaint ?? "it said nothing")",
                    help: "most often the port \(port) is taken: choose another", notes: ["its log is \(process.logPath)"])
            }
            guard ContinuousClock.now < deadline, !Task.isCancelled else {
                throw Diagnostic("U0312", "Orthanc does not answer on port \(port)", help: "look into its log \(process.logPath)")
            }
            try? await Task.sleep(for: .milliseconds(30))
        }
    }

    private func send(_ request: HTTPRequest) async throws(Diagnostic) -> HTTPResponse {
        do {
            return try await http.send(request)
        } catch {
            throw Diagnostic("U0314", "Orthanc does not take files: \(error)", help: "look into its log \(process.logPath)")
        }
    }

    // MARK: Files

    private static let program = "/usr/sbin/Orthanc"

    /// The DICOMweb plugin where Debian puts it.
    private static var plugin: String? {
        let path = "/usr/share/orthanc/plugins/libOrthancDicomWeb.so"
        return FileManager.default.fileExists(atPath: path) ? path : nil
    }

    private static func files(below folder: String) -> [URL] {
        let found = FileManager.default.enumerator(at: URL(fileURLWithPath: folder), includingPropertiesForKeys: nil)
        let files = (found?.compactMap { $0 as? URL } ?? []).filter { $0.pathExtension == "dcm" }
        return files.sorted { $0.path < $1.path }
    }

    private static func write(_ configuration: OrthancConfiguration, _ storage: String) throws(Diagnostic) -> String {
        let file = URL(fileURLWithPath: storage).appendingPathComponent("orthanc.json")
        do {
            try FileManager.default.createDirectory(atPath: storage, withIntermediateDirectories: true)
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            try encoder.encode(configuration).write(to: file, options: .atomic)
        } catch {
            throw Diagnostic("U0304", "`\(file.path)` cannot be written", help: "name another folder", notes: ["\(error)"])
        }
        return file.path
    }
}

/// Orthanc's configuration file, as far as its defaults do not do (Orthanc Book, "Configuration options of Orthanc").
private struct OrthancConfiguration: Encodable {
    struct DicomWeb: Encodable {
        let enable = true
        let root = "/dicom-web/"

        enum CodingKeys: String, CodingKey { case enable = "Enable", root = "Root" }
    }

    let name = "Cohortium"
    let storage: String
    let port: Int
    let plugins: [String]
    let isRemoteAccessAllowed = false
    let isAuthenticationEnabled = false
    let isDICOMServerEnabled = false
    let dicomWeb = DicomWeb()

    init(port: Int, storage: String, plugin: String) {
        self.port = port
        self.storage = storage
        plugins = [plugin]
    }

    enum CodingKeys: String, CodingKey {
        case name = "Name", storage = "StorageDirectory", port = "HttpPort", plugins = "Plugins", isRemoteAccessAllowed =
            "RemoteAccessAllowed"
        case isAuthenticationEnabled = "AuthenticationEnabled", isDICOMServerEnabled = "DicomServerEnabled", dicomWeb = "DicomWeb"
    }
}

extension ChildProcess {
    /// What Orthanc says went wrong: its lines of that kind begin with `E` and the date.
    fileprivate var complaint: String? {
        let words = lastWords.first { $0.hasPrefix("E") }.flatMap { line in line.range(of: "] ").map { String(line[$0.upperBound...]) } }
        return words ?? lastWords.last
    }
}
