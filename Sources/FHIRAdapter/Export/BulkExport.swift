import Diagnostics
import Execution
import Foundation
import HTTPClient

/// One asynchronous export of a server (FHIR Bulk Data Access 2.0): kicked off, waited for, downloaded, and cancelled where it is not.
struct BulkExport: Sendable {
    let server: FHIRServer
    /// `Patient` for all patients, or a group such as `Group/cancer`.
    let scope: String
    let types: [String]
    /// Only what has changed since; nil for everything.
    let since: String?

    /// How long a file may take. Longer than any other request: it may hold millions of lines.
    private static let filePatience = Duration.seconds(6 * 3_600)
    /// How long an export may take in all.
    private static let patience = Duration.seconds(24 * 3_600)

    /// What the server made (section "Response - Output Manifest").
    struct Manifest: Sendable {
        let transactionTime: String
        let requiresAccessToken: Bool
        let output: [File]
        let deleted: [File]
        let errors: [File]
    }

    struct File: Sendable {
        let type: String
        let url: String
        let count: Int?
    }

    /// What was downloaded.
    struct Download: Sendable {
        let transactionTime: String
        /// By name, the digest.
        let files: [String: String]
    }

    /// Runs the export into a folder that is there. Ended before its end, by whatever, it is cancelled at the server.
    func run(into folder: URL, report: @Sendable (String) -> Void) async throws(SourceFailure) -> Download {
        let status = try await kickOff()
        do {
            let manifest = try await wait(at: status, report)
            try await refuse(errors: manifest.errors, folder, manifest)
            return try await download(manifest, into: folder, report)
        } catch {
            // The server would go on with what nobody wants any more. Whether it hears this changes nothing here.
            await Task { _ = try? await server.exchange(.delete, status, headers: [("Accept", "application/fhir+json")]) }.value
            throw error
        }
    }

    // MARK: Kick-off

    private func kickOff() async throws(SourceFailure) -> String {
        var parameters = [("_outputFormat", "application/fhir+ndjson"), ("_type", types.joined(separator: ","))]
        if let since { parameters.append(("_since", since)) }
        let response = try await server.exchange(
            .get, "\(scope)/$export?\(FHIRServer.form(parameters))",
            headers: [("Accept", "application/fhir+json"), ("Prefer", "respond-async")])
        guard response.status == 202, let status = response.headers["Content-Location"] else {
            throw server.failure(
                "N0453", "the server of `\(server.source)` begins no export (\(response.status)): \(FHIRServer.words(of: response))",
                help: "check that it offers `\(scope)/$export` and that this client may ask for it; else take `export` out")
        }
        return status
    }

    // MARK: Waiting

    private func wait(at status: String, _ report: @Sendable (String) -> Void) async throws(SourceFailure) -> Manifest {
        let start = ContinuousClock.now
        for attempt in 1... {
            let response = try await server.exchange(.get, status, headers: [("Accept", "application/json")])
            switch response.status {
            case 200: return try manifest(response)
            case 202:
                report(response.headers["X-Progress"] ?? "in progress")
                guard ContinuousClock.now - start < BulkExport.patience else { break }
                try await server.pause(response, attempt)
                continue
            default:
                throw server.failure(
                    "N0454", "the export of `\(server.source)` failed (\(response.status)): \(FHIRServer.words(of: response))",
                    help: "look into the server's log")
            }
            break
        }
        throw server.failure("N0454", "the export of `\(server.source)` does not come to its end", help: "look into the server's log")
    }

    private func manifest(_ response: HTTPResponse) throws(SourceFailure) -> Manifest {
        guard let body = FHIRElement(line: Data(response.body)), let time = body["transactionTime"]?.text, body["output"] != nil else {
            throw server.failure(
                "N0454", "the server of `\(server.source)` ends an export without saying what it holds", help: "update the server")
        }
        func files(_ name: String) throws(SourceFailure) -> [File] {
            var files: [File] = []
            for element in body.all(at: name) {
                guard let type = element["type"]?.text, let url = element["url"]?.text else {
                    throw server.failure(
                        "N0454", "the server of `\(server.source)` lists a file of its export without type or address",
                        help: "update the server")
                }
                files.append(File(type: type, url: url, count: element["count"]?.number.flatMap { Int("\($0)") }))
            }
            return files
        }
        return Manifest(
            transactionTime: time, requiresAccessToken: body["requiresAccessToken"]?.flag ?? true, output: try files("output"),
            deleted: try files("deleted"), errors: try files("error"))
    }

    /// An export that lost something is none: what it lacks would be counted as not there.
    private func refuse(errors: [File], _ folder: URL, _ manifest: Manifest) async throws(SourceFailure) {
        for file in errors {
            let path = folder.appending(path: "errors")
            _ = try await fetch(file, to: path)
            defer { try? FileManager.default.removeItem(at: path) }
            for line in (FileManager.default.contents(atPath: path.path) ?? Data()).split(separator: UInt8(ascii: "\n")) {
                guard let outcome = FHIRElement(line: Data(line)) else { continue }
                if let issue = outcome.all(at: "issue").first(where: { ["error", "fatal"].contains($0["severity"]?.text ?? "") }) {
                    let words = issue["diagnostics"]?.text ?? issue["details"]?["text"]?.text ?? issue["code"]?.text ?? "it gives no reason"
                    throw server.failure(
                        "N0455", "the server of `\(server.source)` could not export everything: \(words.prefix(300))",
                        help: "look into the server's log; what was exported before stays in use until it is too old")
                }
            }
        }
    }

    // MARK: Downloading

    private func download(_ manifest: Manifest, into folder: URL, _ report: @Sendable (String) -> Void) async throws(SourceFailure)
        -> Download
    {
        var digests: [String: String] = [:]
        let files = manifest.output.map { ($0, "1-\($0.type)") } + manifest.deleted.map { ($0, "0-deleted") }
        for (number, (file, kind)) in files.enumerated() {
            // What the server calls a type becomes part of a name, so it has to be a word.
            guard file.type.utf8.allSatisfy({ (UInt8(ascii: "A")...UInt8(ascii: "z")).contains($0) }) else {
                throw server.failure("N0454", "the server of `\(server.source)` exports a type that is none", help: "update the server")
            }
            let name = "\(kind)-\(number).ndjson"
            report("\(number + 1) of \(files.count) files")
            let path = folder.appending(path: name)
            digests[name] = try await fetch(file, to: path)
        }
        return Download(transactionTime: manifest.transactionTime, files: digests)
    }

    /// - Returns: the digest of what came.
    private func fetch(_ file: File, to path: URL) async throws(SourceFailure) -> String {
        guard FileManager.default.createFile(atPath: path.path, contents: nil, attributes: [.posixPermissions: 0o600]) else {
            throw unwritable
        }
        let response = try await server.exchange(
            .get, file.url, headers: [("Accept", "application/fhir+ndjson")], into: path.path, patience: BulkExport.filePatience)
        guard response.status == 200 else {
            throw server.failure(
                "N0454",
                "the server of `\(server.source)` does not hand out a file of its export (\(response.status)): \(FHIRServer.words(of: response))",
                help: "look into the server's log")
        }
        var lines = 0
        let digest: String
        do {
            digest = try SourceFiles.lines(of: path.path) { line, _ in
                if line.contains(where: { ![0x20, 0x09, 0x0D].contains($0) }) { lines += 1 }
            }
        } catch {
            throw (error as? Diagnostic).map { SourceFailure(source: server.source, $0) } ?? unwritable
        }
        if let count = file.count, count != lines {
            throw server.failure(
                "N0454", "a file of the export of `\(server.source)` has \(lines) of \(count) lines",
                help: "ask again; if that stays so, update the server")
        }
        return digest
    }

    private var unwritable: SourceFailure {
        server.failure(
            "N0457", "the export of `\(server.source)` cannot be written", help: "check the space and the rights of the node's state folder"
        )
    }
}
