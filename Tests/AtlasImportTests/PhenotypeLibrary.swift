import Foundation

/// OHDSI's PhenotypeLibrary and the golden pairs of Circe in `../shared`, where they are present.
enum PhenotypeLibrary {
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    static let shared = root.deletingLastPathComponent().appendingPathComponent("shared")
    static let archive = shared.appendingPathComponent("oracles/atlas/phenotype-library.tar.xz")
    static let golden = shared.appendingPathComponent("conformance/circe-be/cohortgeneration")
    static var isPresent: Bool { FileManager.default.fileExists(atPath: archive.path) }
    static var isGoldenPresent: Bool { FileManager.default.fileExists(atPath: golden.path) }

    /// Every definition, by its number.
    static let definitions: Result<[Int: Data], any Error> = Result {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("cohortium-phenotypes-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["tar", "xf", archive.path, "-C", folder.path]
        try process.run()
        process.waitUntilExit()
        let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)?.compactMap { $0 as? URL } ?? []
        var found: [Int: Data] = [:]
        for file in files where file.pathExtension == "json" {
            if let number = Int(file.deletingPathExtension().lastPathComponent) { found[number] = try Data(contentsOf: file) }
        }
        return found
    }

    /// What OHDSI's own tools answer of one database, by definition: rows, subjects, and the first and last day on which one begins.
    static func expected(_ database: String) throws -> [Int: (rows: Int, subjects: Int, first: String, last: String)] {
        let file = shared.appendingPathComponent("oracles/atlas/expected-\(database).csv")
        var found: [Int: (rows: Int, subjects: Int, first: String, last: String)] = [:]
        for line in try String(contentsOf: file, encoding: .utf8).split(whereSeparator: \.isNewline).dropFirst() {
            let cells = line.split(separator: ",").map(String.init)
            guard cells.count >= 6, let id = Int(cells[0]), let rows = Int(cells[1]), let subjects = Int(cells[2]) else { continue }
            found[id] = (rows, subjects, cells[3], cells[4])
        }
        return found
    }
}
