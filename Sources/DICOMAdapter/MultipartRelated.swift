import HTTPClient

/// The parts of an answer of several files (RFC 2387, RFC 2046 section 5.1).
struct MultipartRelated {
    /// The bodies, in their order.
    let parts: [[UInt8]]

    /// Nil for an answer that is not multipart, has no boundary, or breaks off.
    init?(_ response: HTTPResponse) {
        guard let type = response.headers["Content-Type"], type.lowercased().hasPrefix("multipart/related"),
            let boundary = MultipartRelated.boundary(in: type)
        else { return nil }
        let bytes = response.body
        let mark = Array("--\(boundary)".utf8)
        guard var position = MultipartRelated.find(mark, in: bytes, from: 0).map({ $0 + mark.count }) else { return nil }
        var parts: [[UInt8]] = []
        while true {
            // After the last boundary two hyphens stand, after any other the end of its line.
            if bytes[position...].starts(with: "--".utf8) { break }
            guard let body = MultipartRelated.find([13, 10, 13, 10], in: bytes, from: position).map({ $0 + 4 }) else { return nil }
            let delimiter = [13, 10] + mark
            guard let end = MultipartRelated.end(of: bytes, from: body, headers: position..<body, delimiter) else { return nil }
            parts.append(Array(bytes[body..<end]))
            position = end + delimiter.count
        }
        self.parts = parts
    }

    private static func boundary(in type: String) -> String? {
        for parameter in type.split(separator: ";").dropFirst() {
            let pair = parameter.split(separator: "=", maxSplits: 1).map { $0.filter { !$0.isWhitespace } }
            if pair.count == 2, pair[0].lowercased() == "boundary" {
                let value = pair[1].filter { $0 != "\"" }
                return value.isEmpty ? nil : value
            }
        }
        return nil
    }

    /// Where a part ends: at its `Content-Length` where a boundary stands there, else at the next boundary.
    private static func end(of bytes: [UInt8], from body: Int, headers: Range<Int>, _ delimiter: [UInt8]) -> Int? {
        let lines = String(decoding: bytes[headers], as: UTF8.self).split(whereSeparator: \.isNewline)
        let length = lines.first { $0.lowercased().hasPrefix("content-length:") }.flatMap { line in
            Int(line.drop { $0 != ":" }.dropFirst().filter { !$0.isWhitespace })
        }
        if let length, length >= 0, length <= bytes.count - body, bytes[(body + length)...].starts(with: delimiter) { return body + length }
        return find(delimiter, in: bytes, from: body)
    }

    private static func find(_ pattern: [UInt8], in bytes: [UInt8], from start: Int) -> Int? {
        guard let first = pattern.first, bytes.count >= pattern.count else { return nil }
        var position = start
        while position <= bytes.count - pattern.count {
            guard let next = bytes[position...].firstIndex(of: first), next <= bytes.count - pattern.count else { return nil }
            if bytes[next..<next + pattern.count].elementsEqual(pattern) { return next }
            position = next + 1
        }
        return nil
    }
}
