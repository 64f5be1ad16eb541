import Foundation

/// The bytes of a document, piece by piece, not more of them than allowed.
struct DocumentInput {
    private enum Origin {
        case bytes([UInt8])
        case file(FileHandle)
        case ended
    }

    /// What messages call the document.
    let name: String
    private let limits: RDFParser.Limits
    private var origin: Origin
    private var byteCount = 0

    init(_ bytes: [UInt8], name: String, limits: RDFParser.Limits) throws(RDFSyntaxError) {
        self.name = name
        self.limits = limits
        origin = .bytes(bytes)
        try checkSize(bytes.count)
    }

    init(file path: String, limits: RDFParser.Limits) throws(RDFSyntaxError) {
        name = path
        self.limits = limits
        do {
            origin = .file(try FileHandle(forReadingFrom: URL(fileURLWithPath: path)))
        } catch {
            throw RDFSyntaxError(.unreadable, "the file cannot be read (\(error.localizedDescription))", file: path)
        }
    }

    /// The next piece; empty at the end.
    mutating func next() throws(RDFSyntaxError) -> [UInt8] {
        switch origin {
        case .ended: return []
        case .bytes(let bytes):
            origin = .ended
            return bytes
        case .file(let handle):
            let piece: [UInt8]
            do {
                piece = [UInt8](try handle.read(upToCount: limits.pieceSize) ?? Data())
            } catch {
                throw RDFSyntaxError(.unreadable, "the file cannot be read (\(error.localizedDescription))", file: name)
            }
            if piece.isEmpty { origin = .ended }
            byteCount += piece.count
            try checkSize(byteCount)
            return piece
        }
    }

    private func checkSize(_ count: Int) throws(RDFSyntaxError) {
        guard count <= limits.maximumBytes else {
            throw RDFSyntaxError(.refused, "the document has more than the limit of \(limits.maximumBytes) bytes", file: name)
        }
    }
}
