public import Foundation

/// The data in `../shared` that this project did not make: present in its workshop, absent in a user's clone.
public enum PublishedPatients {
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("shared/data")

    /// Whether the FHIR sets are there that hold the same patients as ``PublishedDatabase/onco``.
    public static var hasFHIR: Bool { FileManager.default.fileExists(atPath: folder.appendingPathComponent("fhir/mcode").path) }

    /// Unpacks both FHIR sets into one folder of NDJSON.
    public static func unpackFHIR(into target: URL) throws {
        try FileManager.default.createDirectory(at: target, withIntermediateDirectories: true)
        for set in ["mcode", "synthea-r4"] {
            let source = folder.appendingPathComponent("fhir/\(set)")
            let names = try FileManager.default.contentsOfDirectory(atPath: source.path).filter { $0.hasSuffix(".ndjson.gz") }
            for name in names {
                let unpacked = try gunzip(source.appendingPathComponent(name))
                try unpacked.write(to: target.appendingPathComponent("\(set)-\(name.dropLast(3))"))
            }
        }
    }

    static func gunzip(_ file: URL) throws -> Data {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/gunzip")
        process.arguments = ["-c", file.path]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw CocoaError(.fileReadCorruptFile) }
        return data
    }
}
