import Diagnostics
import Foundation
import GRDB

/// Everything that the hub remembers, in one SQLite file. What was acknowledged is on disk before the acknowledgement leaves.
struct HubStore: Sendable {
    let database: any DatabaseWriter
    private let path: String
    /// Which file of this name was opened.
    private let fileNumber: Int?

    /// Opens the file, or makes it.
    /// - Throws: `F0511` when it cannot be opened or is not a hub's.
    init(path: String) throws(Diagnostic) {
        var configuration = Configuration()
        configuration.prepareDatabase { database in
            // WAL's default would lose the last acknowledged writes with the power.
            try database.execute(sql: "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON")
        }
        configuration.busyMode = .timeout(10)
        do {
            let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            // Who asked what is nobody else's; SQLite gives its other files the rights of this one.
            if !FileManager.default.fileExists(atPath: path) {
                _ = FileManager.default.createFile(atPath: path, contents: nil, attributes: [.posixPermissions: 0o600])
            }
            database = try DatabasePool(path: path, configuration: configuration)
            try HubStore.migrator.migrate(database)
        } catch {
            throw Diagnostic(
                "F0511", "the hub's store `\(path)` cannot be opened", help: "check its folder's permissions and that it is a hub's file",
                notes: ["\(error)"])
        }
        self.path = path
        fileNumber = HubStore.fileNumber(path)
    }

    private static func fileNumber(_ path: String) -> Int? {
        (try? FileManager.default.attributesOfItem(atPath: path))?[.systemFileNumber] as? Int
    }

    /// Whether the store can be read and written now.
    func probe() async throws {
        // What is written to a file that was taken away is gone with the process.
        guard fileNumber != nil, HubStore.fileNumber(path) == fileNumber else { throw CocoaError(.fileNoSuchFile) }
        try await database.write { database in
            try database.execute(sql: "INSERT OR REPLACE INTO probe (id, at) VALUES (1, ?)", arguments: [Date().timeIntervalSince1970])
        }
    }
}
