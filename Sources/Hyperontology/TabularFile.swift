import Diagnostics
import Foundation

/// A tab-separated file with comment lines (`#`) before a line of column names, as SSSOM/TSV has it.
struct TabularFile {
    /// One line of values by column name; empty values are left out.
    struct Row {
        let line: Int
        private let values: [String: String]

        fileprivate init(line: Int, values: [String: String]) {
            self.line = line
            self.values = values
        }

        subscript(column: String) -> String? { values[column] }
    }

    /// The file below the ontologies' directory.
    let file: String
    /// The comment lines of the head without their number sign.
    let comments: [String]
    let rows: [Row]

    /// Reads a file.
    ///
    /// - Throws: `O0002` for an unreadable file, `O0010` for a missing column, `O0011` for a row with more values than columns.
    init(path: String, file: String, requiredColumns: [String]) throws(DiagnosticList) {
        guard let data = FileManager.default.contents(atPath: path), let text = String(validating: data, as: UTF8.self) else {
            throw DiagnosticList([Diagnostic("O0002", "the file `\(file)` cannot be read as UTF-8 text")])
        }
        try self.init(text: text, file: file, requiredColumns: requiredColumns)
    }

    init(text: String, file: String, requiredColumns: [String]) throws(DiagnosticList) {
        self.file = file
        var comments: [String] = []
        var columns: [String]?
        var rows: [Row] = []
        var problems: [Diagnostic] = []
        // By bytes: to Swift, a carriage return and a line feed are one character, which is no line feed.
        let lines = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        for (index, bytes) in lines.enumerated() {
            let line = Substring(bytes.last == UInt8(ascii: "\r") ? bytes.dropLast() : bytes)
            if line.hasPrefix("#") {
                if columns == nil { comments.append(String(line.dropFirst())) }
                continue
            }
            if line.allSatisfy(\.isWhitespace) { continue }
            let cells = line.utf8.split(separator: UInt8(ascii: "\t"), omittingEmptySubsequences: false).map(Self.trimmed)
            guard let names = columns else {
                columns = cells
                continue
            }
            guard cells.count <= names.count else {
                problems.append(
                    Diagnostic("O0011", "`\(file)` line \(index + 1) has \(cells.count) values, but there are \(names.count) columns"))
                continue
            }
            let pairs = zip(names, cells).filter { !$0.1.isEmpty }
            rows.append(Row(line: index + 1, values: Dictionary(pairs, uniquingKeysWith: { first, _ in first })))
        }
        let missing = requiredColumns.filter { columns?.contains($0) != true }
        for column in missing { problems.append(Diagnostic("O0010", "`\(file)` has no column `\(column)`")) }
        if !problems.isEmpty { throw DiagnosticList(problems) }
        self.comments = comments
        self.rows = rows
    }

    /// Without spaces at both ends.
    private static func trimmed(_ bytes: Substring.UTF8View) -> String {
        var bytes = bytes
        while bytes.first == UInt8(ascii: " ") { bytes.removeFirst() }
        while bytes.last == UInt8(ascii: " ") { bytes.removeLast() }
        return String(Substring(bytes))
    }
}
