import Diagnostics
import Foundation
import Glibc

/// Writes many small files without waiting for the disk after each: Foundation's `Data.write` flushes every file.
enum QuickFile {
    /// Replaces or makes a file.
    /// - Throws: `U0304` where that is not possible.
    static func write(_ bytes: [UInt8], to path: String) throws(Diagnostic) {
        let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw .cannotWrite(path, lastError) }
        var written = 0
        while written < bytes.count {
            let count = unsafe bytes.withUnsafeBytes { buffer in
                unsafe Glibc.write(descriptor, buffer.baseAddress?.advanced(by: written), bytes.count - written)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                let error = lastError
                close(descriptor)
                throw .cannotWrite(path, error)
            }
            written += count
        }
        guard close(descriptor) == 0 else { throw .cannotWrite(path, lastError) }
    }

    private static var lastError: POSIXError { POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
}
