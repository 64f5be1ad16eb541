import Diagnostics
import Foundation

/// The NDJSON files of a bulk export (FHIR Bulk Data Access, section "Response - Output Manifest": one resource a line).
struct SourceFiles: Sendable, Hashable {
    /// Sorted by name.
    let paths: [String]
    /// Changes when a file comes, goes, grows, shrinks or is written.
    let fingerprint: String

    /// The longest line that is read, in bytes.
    static let longestLine = 64 << 20
    private static let chunkSize = 1 << 20

    /// - Throws: `N0401` where the folder cannot be read, `N0402` where it holds no NDJSON.
    init(directory: String, source: String) throws(Diagnostic) {
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: directory) else {
            throw Diagnostic(
                "N0401", "the folder of source `\(source)` cannot be read", help: "check that it exists and that the node may read it")
        }
        let wanted = names.filter { $0.hasSuffix(".ndjson") }.sorted()
        guard !wanted.isEmpty else {
            throw Diagnostic(
                "N0402", "the folder of source `\(source)` holds no NDJSON file",
                help: names.contains { $0.hasSuffix(".ndjson.gz") } ? "unpack its `.gz` files" : "put the files of a bulk export there")
        }
        paths = wanted.map { URL(fileURLWithPath: directory).appending(path: $0).path }
        fingerprint = paths.map { path in
            let attributes = (try? FileManager.default.attributesOfItem(atPath: path)) ?? [:]
            let size = (attributes[.size] as? NSNumber)?.int64Value ?? -1
            let written = (attributes[.modificationDate] as? Date)?.timeIntervalSince1970 ?? -1
            return "\(URL(fileURLWithPath: path).lastPathComponent) \(size) \(written)"
        }.joined(separator: "\n")
    }

    /// Hands every line of a file to a function, with its number from 1; holds no more than one line and one chunk.
    /// - Throws: `N0403` where the file cannot be read, and whatever the function throws.
    static func lines(of path: String, _ read: (Data, Int) throws -> Void) throws {
        let name = URL(fileURLWithPath: path).lastPathComponent
        guard let file = FileHandle(forReadingAtPath: path) else { throw unreadable(name) }
        defer { try? file.close() }
        var rest = Data()
        var number = 0
        while let chunk = try next(of: file, name), !chunk.isEmpty {
            var unread = chunk[...]
            while let newline = unread.firstIndex(of: UInt8(ascii: "\n")) {
                number += 1
                rest.append(contentsOf: unread[..<newline])
                try read(rest, number)
                rest.removeAll(keepingCapacity: true)
                unread = unread[(newline + 1)...]
            }
            rest.append(contentsOf: unread)
            guard rest.count <= longestLine else {
                throw Diagnostic("N0404", "`\(name):\(number + 1)` is longer than \(longestLine >> 20) MiB")
            }
        }
        if !rest.isEmpty { try read(rest, number + 1) }
    }

    private static func next(of file: FileHandle, _ name: String) throws -> [UInt8]? {
        do { return try file.read(upToCount: chunkSize).map { [UInt8]($0) } } catch { throw unreadable(name) }
    }

    private static func unreadable(_ name: String) -> Diagnostic {
        Diagnostic("N0403", "the file `\(name)` cannot be read", help: "check that it is a file and that the node may read it")
    }
}
