/// A named text with its line table, for turning spans into lines and columns.
public struct SourceText: Sendable {
    /// What messages call the text: a path, or `<query>`.
    public let name: String
    /// The text's UTF-8 bytes.
    public let bytes: [UInt8]
    private let lineStarts: [Int]

    public init(name: String, text: String) {
        self.init(name: name, bytes: Array(text.utf8))
    }

    public init(name: String, bytes: [UInt8]) {
        self.name = name
        self.bytes = bytes
        var starts = [0]
        for (offset, byte) in bytes.enumerated() where byte == UInt8(ascii: "\n") {
            starts.append(offset + 1)
        }
        self.lineStarts = starts
    }

    /// A place as people count: line and column from one, the column in characters.
    public struct Place: Hashable, Codable, Sendable {
        public let line: Int
        public let column: Int
    }

    /// The place of a byte offset; an offset past the end is the end.
    public func place(of offset: Int) -> Place {
        let line = lineIndex(of: offset)
        let end = min(max(offset, 0), bytes.count)
        let column = String(decoding: bytes[lineStarts[line]..<max(end, lineStarts[line])], as: UTF8.self).count
        return Place(line: line + 1, column: column + 1)
    }

    /// The text of a line counted from one, without its line feed.
    public func line(_ number: Int) -> String {
        guard number >= 1, number <= lineStarts.count else { return "" }
        let start = lineStarts[number - 1]
        let end = number < lineStarts.count ? lineStarts[number] - 1 : bytes.count
        return String(decoding: bytes[start..<max(start, end)], as: UTF8.self)
    }

    /// The text of a line before and after a byte offset, without its line feed and at most so many bytes of each.
    /// - Returns: also whether the line begins before what is given of it.
    func line(around offset: Int, reach: Int) -> (before: String, after: String, isCut: Bool) {
        let index = lineIndex(of: offset)
        let end = index + 1 < lineStarts.count ? lineStarts[index + 1] - 1 : bytes.count
        let place = min(max(offset, lineStarts[index]), max(end, lineStarts[index]))
        var first = max(lineStarts[index], place - reach)
        let isCut = first > lineStarts[index]
        // Not within a character.
        while isCut, first < place, bytes[first] & 0xC0 == 0x80 { first += 1 }
        return (
            String(decoding: bytes[first..<place], as: UTF8.self),
            String(decoding: bytes[place..<min(max(end, place), place + reach)], as: UTF8.self), isCut
        )
    }

    /// The text that a span covers.
    public subscript(span: SourceSpan) -> String {
        let lower = min(max(span.lowerBound, 0), bytes.count)
        return String(decoding: bytes[lower..<min(max(span.upperBound, lower), bytes.count)], as: UTF8.self)
    }

    private func lineIndex(of offset: Int) -> Int {
        var low = 0
        var high = lineStarts.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if lineStarts[middle] <= offset { low = middle } else { high = middle }
        }
        return low
    }
}
