import Diagnostics
import Foundation

/// The NDJSON files of a bulk export (FHIR Bulk Data Access, section "Response - Output Manifest": one resource a line).
///
/// Where the folder holds `SHA256SUMS`, as `sha256sum` writes it, the files are those that it names, in it or below it; each must be there and
/// have the digest that stands there, and no other may lie beside them.
struct SourceFiles: Sendable, Hashable {
    struct File: Sendable, Hashable {
        /// Below the folder.
        let name: String
        let path: String
        let size: Int64
        /// When it was last written, in seconds since 1970.
        let modified: Double
        /// The digest that it should have; nil where none is written down.
        let expected: String?
    }

    /// Sorted by name.
    let files: [File]

    /// Changes when a file comes, goes, grows, shrinks or is written.
    var fingerprint: String { files.map { "\($0.name) \($0.size) \($0.modified) \($0.expected ?? "")" }.joined(separator: "\n") }

    /// The longest line that is read, in bytes.
    static let longestLine = 64 << 20
    static let sums = "SHA256SUMS"
    private static let chunkSize = 1 << 20

    /// - Throws: `N0401` where the folder cannot be read, `N0402` where it holds no NDJSON, `N0416` where it is not what `SHA256SUMS` says.
    init(directory: String, source: String) throws(Diagnostic) {
        guard let found = try? FileManager.default.contentsOfDirectory(atPath: directory) else {
            throw Diagnostic(
                "N0401", "the folder of source `\(source)` cannot be read", help: "check that it exists and that the node may read it")
        }
        let base = URL(fileURLWithPath: directory)
        var digests: [String: String] = [:]
        var names = found.filter { $0.hasSuffix(".ndjson") }
        if found.contains(Self.sums) {
            digests = try Self.digests(base.appending(path: Self.sums).path, source)
            if let stranger = names.sorted().first(where: { digests[$0] == nil }) {
                throw Self.mismatch("does not name `\(stranger)`", source)
            }
            names = Array(digests.keys)
        }
        guard !names.isEmpty else {
            throw Diagnostic(
                "N0402", "the folder of source `\(source)` holds no NDJSON file",
                help: found.contains { $0.hasSuffix(".ndjson.gz") } ? "unpack its `.gz` files" : "put the files of a bulk export there")
        }
        var files: [File] = []
        for name in names.sorted() {
            let path = base.appending(path: name).path
            let attributes = try? FileManager.default.attributesOfItem(atPath: path)
            if attributes == nil, digests[name] != nil { throw Self.mismatch("names `\(name)`, which is not there", source) }
            files.append(
                File(
                    name: name, path: path, size: (attributes?[.size] as? NSNumber)?.int64Value ?? -1,
                    modified: (attributes?[.modificationDate] as? Date)?.timeIntervalSince1970 ?? -1, expected: digests[name]))
        }
        self.files = files
    }

    /// Lines of a digest, a blank, a blank or `*`, and a name.
    private static func digests(_ path: String, _ source: String) throws(Diagnostic) -> [String: String] {
        guard let data = FileManager.default.contents(atPath: path) else { throw unreadable(sums) }
        var digests: [String: String] = [:]
        for line in String(decoding: data, as: UTF8.self).split(whereSeparator: \.isNewline) {
            let (digest, name) = (line.prefix(64), line.dropFirst(66))
            guard digest.count == 64, digest.allSatisfy(\.isHexDigit), line.dropFirst(64).first == " ", !name.isEmpty, name.first != "/",
                !name.split(separator: "/").contains("..")
            else { throw mismatch("is not what `sha256sum` writes", source) }
            if name.hasSuffix(".ndjson") { digests[String(name)] = digest.lowercased() }
        }
        return digests
    }

    static func mismatch(_ what: String, _ source: String) -> Diagnostic {
        Diagnostic(
            "N0416", "`SHA256SUMS` in the folder of source `\(source)` \(what)",
            help:
                "copy the export again, or write the file anew with `sha256sum *.ndjson > SHA256SUMS`; nothing is counted until they agree")
    }

    /// Hands every line of a file to a function, with its number from 1; holds no more than one line and one chunk.
    /// - Returns: the file's digest.
    /// - Throws: `N0403` where the file cannot be read, `N0404` for a line that is too long, and whatever the function throws.
    @discardableResult static func lines(of path: String, _ read: (Data, Int) throws -> Void) throws -> String {
        let name = URL(fileURLWithPath: path).lastPathComponent
        let digest = FileDigest()
        var rest = Data()
        var number = 0
        try chunks(of: path) { chunk in
            digest.take(chunk)
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
        return digest.finish()
    }

    /// - Throws: `N0403` where the file cannot be read.
    static func digest(of path: String) throws -> String {
        let digest = FileDigest()
        try chunks(of: path) { digest.take($0) }
        return digest.finish()
    }

    private static func chunks(of path: String, _ take: ([UInt8]) throws -> Void) throws {
        let name = URL(fileURLWithPath: path).lastPathComponent
        guard let file = FileHandle(forReadingAtPath: path) else { throw unreadable(name) }
        defer { try? file.close() }
        while let chunk = try next(of: file, name), !chunk.isEmpty { try take(chunk) }
    }

    private static func next(of file: FileHandle, _ name: String) throws -> [UInt8]? {
        do { return try file.read(upToCount: chunkSize).map { [UInt8]($0) } } catch { throw unreadable(name) }
    }

    private static func unreadable(_ name: String) -> Diagnostic {
        Diagnostic("N0403", "the file `\(name)` cannot be read", help: "check that it is a file and that the node may read it")
    }
}
