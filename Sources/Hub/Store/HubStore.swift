import Diagnostics
import Foundation
import GRDB

/// Everything that the hub remembers, in one SQLite file. What was acknowledged is on disk before the acknowledgement leaves.
struct HubStore: Sendable {
    let database: any DatabaseWriter

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
            database = try DatabasePool(path: path, configuration: configuration)
            try HubStore.migrator.migrate(database)
        } catch {
            throw Diagnostic(
                "F0511", "the hub's store `\(path)` cannot be opened", help: "check its folder's permissions and that it is a hub's file",
                notes: ["\(error)"])
        }
    }

    /// Whether the store can be read and written now.
    func probe() async throws {
        try await database.write { database in
            try database.execute(sql: "INSERT OR REPLACE INTO probe (id, at) VALUES (1, ?)", arguments: [Date().timeIntervalSince1970])
        }
    }
}
