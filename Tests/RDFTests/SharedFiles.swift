import Foundation

/// What lies beside the package, and what a test needs to read it.
enum SharedFiles {
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    static let w3c = root.deletingLastPathComponent().appendingPathComponent("shared/conformance/w3c").path
    static let disease = root.deletingLastPathComponent().appendingPathComponent("shared/data/ontologies/doid.ttl.xz").path

    static func isPresent(_ path: String, _ what: String) -> Bool {
        let isPresent = FileManager.default.fileExists(atPath: path)
        if !isPresent { print("skipped: \(what) not beside the package") }
        return isPresent
    }

    /// The bytes of a file compressed by `xz`.
    static func unpacked(_ path: String) throws -> [UInt8] {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["xz", "-dc", path]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return [UInt8](data)
    }

    /// The Turtle files of the project's own ontologies.
    static var ownOntologies: [String] {
        let folder = root.appendingPathComponent("Ontologies")
        let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)?.compactMap { $0 as? URL } ?? []
        return files.filter { $0.pathExtension == "ttl" }.map(\.path).sorted()
    }
}
