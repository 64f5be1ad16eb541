import Diagnostics
import Foundation

/// A text file that grows line by line, held in memory a megabyte at a time.
struct LineFile: ~Copyable {
    private let handle: FileHandle
    private let path: String
    private var buffer: [UInt8] = []
    private static let flushSize = 1 << 20

    /// Makes an empty file, with the folders above it.
    /// - Throws: `U0304` where that is not possible.
    init(_ url: URL) throws(Diagnostic) {
        path = url.path
        do {
            try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data().write(to: url)
            handle = try FileHandle(forWritingTo: url)
        } catch {
            throw .cannotWrite(url.path, error)
        }
    }

    mutating func append(_ line: JSONText) throws(Diagnostic) {
        line.append(to: &buffer)
        try endLine()
    }

    mutating func append(_ line: some Sequence<UInt8>) throws(Diagnostic) {
        buffer.append(contentsOf: line)
        try endLine()
    }

    private mutating func endLine() throws(Diagnostic) {
        buffer.append(UInt8(ascii: "\n"))
        if buffer.count >= Self.flushSize { try flush() }
    }

    private mutating func flush() throws(Diagnostic) {
        do { try handle.write(contentsOf: Data(buffer)) } catch { throw .cannotWrite(path, error) }
        buffer.removeAll(keepingCapacity: true)
    }

    consuming func close() throws(Diagnostic) {
        try flush()
        do { try handle.close() } catch { throw .cannotWrite(path, error) }
    }
}

extension Diagnostic {
    /// A file or folder that cannot be written.
    static func cannotWrite(_ path: String, _ cause: any Error) -> Diagnostic {
        Diagnostic(
            "U0304", "`\(path)` cannot be written", help: "choose a folder that you may write to, with enough room",
            notes: [cause.localizedDescription])
    }
}
