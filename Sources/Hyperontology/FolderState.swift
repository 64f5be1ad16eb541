import Foundation
import RDF

/// What an ontologies' folder holds, by name, size and time: whether it may have changed is known without reading it.
public struct FolderState: Hashable, Sendable {
    private struct File: Hashable, Sendable {
        let path: String
        let size: Int
        let changed: Date
    }

    private let files: [File]

    /// - Parameter directory: of which the tables and Turtle files count, at any depth.
    public init(of directory: String) {
        let paths = FileManager.default.enumerator(atPath: directory)?.compactMap { $0 as? String } ?? []
        files = paths.filter { $0.hasSuffix(".ttl") || $0.hasSuffix(".tsv") }.sorted().map { path in
            let attributes = (try? FileManager.default.attributesOfItem(atPath: directory + "/" + path)) ?? [:]
            return File(
                path: path, size: attributes[.size] as? Int ?? 0, changed: attributes[.modificationDate] as? Date ?? .distantPast)
        }
    }

    /// A short name for what the files say, the same wherever and whenever they are read.
    static func fingerprint(of directory: String) -> String {
        var hash: UInt64 = 0
        for file in FolderState(of: directory).files {
            let bytes = Array(file.path.utf8) + [0] + [UInt8](FileManager.default.contents(atPath: directory + "/" + file.path) ?? Data())
            hash = unsafe bytes.withUnsafeBytes { unsafe XXHash64.hash($0, seed: hash) }
        }
        return String(hash, radix: 16)
    }
}
