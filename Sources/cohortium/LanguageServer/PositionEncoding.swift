import Diagnostics

/// How a client counts within a line (Language Server Protocol 3.17, `PositionEncodingKind`).
enum PositionEncoding: String {
    case utf8 = "utf-8"
    case utf16 = "utf-16"

    /// The byte of a line and a column, both from zero; a column past the line's end is its end, a line past the text's end the text's.
    func offset(line: Int, column: Int, in source: SourceText) -> Int {
        let starts = lineStarts(source)
        guard line >= 0, line < starts.count else { return line < 0 ? 0 : source.bytes.count }
        let end = line + 1 < starts.count ? starts[line + 1] - 1 : source.bytes.count
        let text = String(decoding: source.bytes[starts[line]..<max(end, starts[line])], as: UTF8.self)
        switch self {
        case .utf8: return min(starts[line] + max(column, 0), end)
        case .utf16:
            var units = 0
            var bytes = 0
            for scalar in text.unicodeScalars {
                guard units < column else { break }
                units += scalar.utf16.count
                bytes += scalar.utf8.count
            }
            return min(starts[line] + bytes, end)
        }
    }

    /// The line and the column of a byte.
    func position(of offset: Int, in source: SourceText) -> (line: Int, column: Int) {
        let end = min(max(offset, 0), source.bytes.count)
        let starts = lineStarts(source)
        let line = (starts.firstIndex { $0 > end } ?? starts.count) - 1
        let before = source.bytes[starts[line]..<end]
        return (line, self == .utf8 ? before.count : String(decoding: before, as: UTF8.self).utf16.count)
    }

    private func lineStarts(_ source: SourceText) -> [Int] {
        [0] + source.bytes.indices.lazy.filter { source.bytes[$0] == UInt8(ascii: "\n") }.map { $0 + 1 }
    }
}
