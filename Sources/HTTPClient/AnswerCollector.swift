import Foundation

/// Puts an answer together from the lines and pieces that libcurl delivers.
struct AnswerCollector {
    private let limit: Int
    /// Takes the body of an answer with a status from 200 to 299, piece by piece; any other body is collected.
    private let file: FileHandle?
    private var received = 0
    private var status = 0
    private(set) var isUnwritable = false
    private var headers = HTTPHeaders()
    private var body: [UInt8] = []
    private(set) var isTooLarge = false
    /// Whether the blank line behind the headers has come. A connection cut before it must not look like an answer without a body.
    private var headersAreComplete = false

    init(limit: Int, file: FileHandle? = nil) {
        self.limit = limit
        self.file = file
    }

    /// Takes one header line with its line end; a status line begins a new answer (after an informational one).
    mutating func receive(headerLine bytes: some Collection<UInt8>) {
        let line = bytes.reversed().drop { $0 == 0x0A || $0 == 0x0D }.reversed()
        if line.isEmpty {
            headersAreComplete = true
        } else if line.starts(with: "HTTP/".utf8) {
            headers = HTTPHeaders()
            headersAreComplete = false
            status = Int(text(line.drop { $0 != 0x20 }.dropFirst().prefix(3))) ?? 0
        } else if let colon = line.firstIndex(of: UInt8(ascii: ":")) {
            headers.append(text(line[..<colon]), text(line[line.index(after: colon)...]))
        }
    }

    /// Takes a piece of the body.
    /// - Returns: whether more is wanted.
    mutating func receive(_ piece: some Collection<UInt8>) -> Bool {
        guard piece.count <= limit - received else {
            isTooLarge = true
            return false
        }
        received += piece.count
        guard let file, (200..<300).contains(status) else {
            body.append(contentsOf: piece)
            return true
        }
        do { try file.write(contentsOf: Data(piece)) } catch { isUnwritable = true }
        return !isUnwritable
    }

    /// What has been received, once libcurl says that this was all.
    func answer(status: Int) -> Result<HTTPResponse, HTTPFailure> {
        guard headersAreComplete, status >= 200 else { return .failure(.truncated) }
        return .success(HTTPResponse(status: status, headers: headers, body: body))
    }

    /// Without the blanks around it.
    private func text(_ bytes: some BidirectionalCollection<UInt8>) -> String {
        func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
        return String(decoding: bytes.drop(while: isBlank).reversed().drop(while: isBlank).reversed(), as: UTF8.self)
    }
}
