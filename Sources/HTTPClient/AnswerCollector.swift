/// Puts an answer together from the lines and pieces that libcurl delivers.
struct AnswerCollector {
    private let limit: Int
    private var headers = HTTPHeaders()
    private var body: [UInt8] = []
    private(set) var isTooLarge = false
    /// Whether the blank line behind the headers has come. A connection cut before it must not look like an answer without a body.
    private var headersAreComplete = false

    init(limit: Int) { self.limit = limit }

    /// Takes one header line with its line end; a status line begins a new answer (after an informational one).
    mutating func receive(headerLine bytes: some Collection<UInt8>) {
        let line = bytes.reversed().drop { $0 == 0x0A || $0 == 0x0D }.reversed()
        if line.isEmpty {
            headersAreComplete = true
        } else if line.starts(with: "HTTP/".utf8) {
            headers = HTTPHeaders()
            headersAreComplete = false
        } else if let colon = line.firstIndex(of: UInt8(ascii: ":")) {
            headers.append(text(line[..<colon]), text(line[line.index(after: colon)...]))
        }
    }

    /// Takes a piece of the body.
    /// - Returns: whether more is wanted.
    mutating func receive(_ piece: some Collection<UInt8>) -> Bool {
        guard piece.count <= limit - body.count else {
            isTooLarge = true
            return false
        }
        body.append(contentsOf: piece)
        return true
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
