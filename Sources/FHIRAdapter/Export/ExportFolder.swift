import Diagnostics
import Execution
import Foundation

/// What a node keeps of a server's exports: a full one and what has changed since, each in a folder of its own, and the list of those that count.
///
/// INVARIANT: `SHA256SUMS` names whole exports alone; it is replaced in one step, after all that it names is there. So whatever ends a process,
/// and when, what is read is the state of one moment.
struct ExportFolder: Sendable {
    let path: URL

    /// More exports of changes than this are not kept: then everything is exported again.
    static let mostChanges = 24

    /// The state of the exports that count.
    struct State: Codable, Sendable, Hashable {
        /// The server's time of the last export, from which the next one goes on (`transactionTime`).
        let transactionTime: String
        /// When the last export began.
        let begun: Date
        /// What was asked for; another question begins anew.
        let question: String
        /// The folders, newest first.
        let exports: [String]
        /// By name below the folder, the digest.
        let files: [String: String]
    }

    private var stateFile: URL { path.appending(path: "export.json") }
    private var sums: URL { path.appending(path: SourceFiles.sums) }

    /// Nil where there is none that is whole.
    func state() -> State? {
        guard let data = FileManager.default.contents(atPath: stateFile.path),
            let state = try? JSONDecoder().decode(State.self, from: data),
            FileManager.default.contents(atPath: sums.path) == ExportFolder.text(state.files)
        else { return nil }
        return state
    }

    /// Makes an export count, alone or before those that counted until now.
    /// - Parameters:
    ///   - name: of its folder, which is there with all its files.
    ///   - before: what it has changes of; nil for a full export.
    func add(_ name: String, _ download: BulkExport.Download, begun: Date, question: String, to before: State?) throws {
        var files = before?.files ?? [:]
        for (file, digest) in download.files { files["\(name)/\(file)"] = digest }
        let state = State(
            transactionTime: download.transactionTime, begun: begun, question: question, exports: [name] + (before?.exports ?? []),
            files: files)
        // Between these two steps there is no state, and the next export is a full one; what is read is whole all the same.
        try ExportFolder.text(files).write(to: sums, options: .atomic)
        try JSONEncoder().encode(state).write(to: stateFile, options: .atomic)
        clean(except: Set(state.exports))
    }

    /// Takes away what does not count: of exports that were cut short, and of those that a full one replaces.
    func clean(except kept: Set<String>) {
        for name in (try? FileManager.default.contentsOfDirectory(atPath: path.path)) ?? []
        where name.hasPrefix("export-") && !kept.contains(name) {
            try? FileManager.default.removeItem(at: path.appending(path: name))
        }
    }

    /// A new folder whose name sorts before those of all exports so far: of several versions of a resource the first counts.
    func begin(after state: State?) throws -> String {
        clean(except: Set(state?.exports ?? []))
        let last = state?.exports.first.flatMap { Int($0.dropFirst("export-".count)) } ?? 1_000_000_000
        let name = "export-\(last - 1)"
        try? FileManager.default.removeItem(at: path.appending(path: name))
        try FileManager.default.createDirectory(
            at: path.appending(path: name), withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        return name
    }

    private static func text(_ files: [String: String]) -> Data {
        Data(files.sorted { $0.key < $1.key }.map { "\($0.value)  \($0.key)\n" }.joined().utf8)
    }
}
