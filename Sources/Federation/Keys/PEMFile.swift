import Diagnostics
import Foundation

/// Files of keys and certificates.
enum PEMFile {
    static func read(_ path: String) throws(Diagnostic) -> String {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw Diagnostic("F0101", "the key file `\(path)` cannot be read", help: "check the path and the file's permissions")
        }
        return String(decoding: data, as: UTF8.self)
    }

    /// Writes a file that only its owner may read, and that is whole or not there.
    static func writePrivate(_ text: String, to path: String) throws(Diagnostic) { try write(text, to: path, permissions: 0o600) }

    static func writePublic(_ text: String, to path: String) throws(Diagnostic) { try write(text, to: path, permissions: 0o644) }

    private static func write(_ text: String, to path: String, permissions: Int) throws(Diagnostic) {
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
        let draft = folder.appendingPathComponent(".\(UUID().uuidString)")
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            guard FileManager.default.createFile(atPath: draft.path, contents: nil, attributes: [.posixPermissions: permissions]) else {
                throw CocoaError(.fileWriteUnknown)
            }
            let handle = try FileHandle(forWritingTo: draft)
            try handle.write(contentsOf: Data(text.utf8))
            try handle.synchronize()
            try handle.close()
            // rename(2) puts the new file in the old one's place in one step.
            guard unsafe rename(draft.path, path) == 0 else { throw CocoaError(.fileWriteUnknown) }
        } catch {
            _ = try? FileManager.default.removeItem(at: draft)
            throw Diagnostic("F0105", "the file `\(path)` cannot be written", help: "check that its folder may be written")
        }
    }
}
