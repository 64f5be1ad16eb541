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
    private var fileSize = 0
    private var progress: (@Sendable (Double) -> Void)?

    init(_ bytes: [UInt8], name: String, limits: RDFParser.Limits) throws(RDFSyntaxError) {
        self.name = name
        self.limits = limits
        origin = .bytes(bytes)
        try checkSize(bytes.count)
    }

    init(file path: String, limits: RDFParser.Limits, progress: (@Sendable (Double) -> Void)? = nil) throws(RDFSyntaxError) {
        name = path
        self.limits = limits
        self.progress = progress
        if progress != nil { fileSize = (try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int) ?? 0 }
        do {
            origin = .file(try FileHandle(forReadingFrom: URL(fileURLWithPath: path)))
        } catch {
            throw RDFSyntaxError(.unreadable, "the file cannot be read (\(error.localizedDescription))", file: path)
        }
    }

    /// The same document from its start; nil for what can be read once only.
    func restarted() -> DocumentInput? {
        var again = self
        again.byteCount = 0
        again.progress = nil
        guard case .file = origin else { return again }
        guard let handle = FileHandle(forReadingAtPath: name), (try? handle.offset()) != nil else { return nil }
        again.origin = .file(handle)
        return again
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
            if fileSize > 0 { progress?(min(1, Double(byteCount) / Double(fileSize))) }
            return piece
        }
    }

    private func checkSize(_ count: Int) throws(RDFSyntaxError) {
        guard count <= limits.maximumBytes else {
            throw RDFSyntaxError(.refused, "the document has more than the limit of \(limits.maximumBytes) bytes", file: name)
        }
    }
}
