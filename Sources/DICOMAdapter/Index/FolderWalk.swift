import Foundation
import Glibc

/// The files below a folder, one after the other, by name. Symbolic links are not followed: they can lead in circles.
struct FolderWalk {
    struct File: Sendable {
        let path: String
        let size: Int64
        /// Nanoseconds since 1970.
        let modified: Int64
    }

    /// What is still to be looked at; the next one last.
    private var waiting: [String]
    private let failure: () -> any Error

    /// - Parameter failure: thrown where a folder cannot be read.
    init(_ folder: String, failure: @escaping () -> any Error) {
        waiting = [folder]
        self.failure = failure
    }

    mutating func next() throws -> File? {
        while let path = waiting.popLast() {
            guard let information = FolderWalk.look(path) else {
                // Gone since its folder was listed; anything else is a fault.
                guard errno == ENOENT else { throw failure() }
                continue
            }
            switch information.st_mode & S_IFMT {
            case S_IFDIR:
                guard let names = try? FileManager.default.contentsOfDirectory(atPath: path) else { throw failure() }
                waiting += names.sorted(by: >).map { "\(path)/\($0)" }
            case S_IFREG:
                return File(
                    path: path, size: Int64(information.st_size),
                    modified: Int64(information.st_mtim.tv_sec) * 1_000_000_000 + Int64(information.st_mtim.tv_nsec))
            default: continue
            }
        }
        return nil
    }

    static func isFolder(_ path: String) -> Bool { look(path).map { $0.st_mode & S_IFMT == S_IFDIR } ?? false }

    /// Nil where it cannot be said.
    static func isThere(_ path: String) -> Bool? {
        if look(path) != nil { return true }
        return [ENOENT, ENOTDIR].contains(errno) ? false : nil
    }

    private static func look(_ path: String) -> stat? {
        var information = stat()
        return unsafe lstat(path, &information) == 0 ? information : nil
    }
}
