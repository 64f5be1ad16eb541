/// A table in plain text, columns as wide as their widest cell.
struct TextTable {
    enum Alignment { case left, right }

    let header: [String]
    let alignments: [Alignment]
    private(set) var rows: [[String]] = []

    init(_ columns: [(String, Alignment)]) {
        header = columns.map(\.0)
        alignments = columns.map(\.1)
    }

    mutating func add(_ cells: [String]) { rows.append(cells) }

    /// The lines of the table.
    /// - Parameter paint: colours a cell, given its row, column and padded text; widths are of the text without it.
    func lines(indent: String = "", paint: (Int, Int, String) -> String = { _, _, text in text }) -> [String] {
        let widths = header.indices.map { column in ([header] + rows).map { $0[column].count }.max() ?? 0 }
        func padded(_ text: String, _ column: Int) -> String {
            let space = String(repeating: " ", count: max(0, widths[column] - text.count))
            return alignments[column] == .left ? text + space : space + text
        }
        func trimmed(_ line: String) -> String { String(line.reversed().drop { $0 == " " }.reversed()) }
        let head = trimmed(indent + header.indices.map { padded(header[$0], $0) }.joined(separator: "  "))
        let rule = indent + widths.map { String(repeating: "─", count: $0) }.joined(separator: "──")
        let body = rows.enumerated().map { number, cells in
            trimmed(indent + cells.indices.map { paint(number, $0, padded(cells[$0], $0)) }.joined(separator: "  "))
        }
        return [head, rule] + body
    }
}
