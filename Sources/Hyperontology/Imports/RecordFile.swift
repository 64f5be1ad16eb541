import Diagnostics
import Foundation

/// A large table, read record by record.
struct RecordFile {
    let path: String
    let separator: UInt8
    /// Whether quotation marks may stand around values, which then may hold separators and line ends (RFC 4180).
    let isQuoted: Bool
    /// How much of the file was read, from 0 to 1.
    let progress: (Double) -> Void

    /// No record of a release is longer; a quotation mark that is never closed makes one that is.
    private static let longestRecord = 16 << 20

    init(_ path: String, separator: UInt8 = UInt8(ascii: "\t"), isQuoted: Bool = false, progress: @escaping (Double) -> Void = { _ in }) {
        self.path = path
        self.separator = separator
        self.isQuoted = isQuoted
        self.progress = progress
    }

    /// The values of the first record.
    ///
    /// - Throws: `O0002` as ``forEach(_:)`` does.
    func header() throws(DiagnosticList) -> [String] {
        guard let handle = FileHandle(forReadingAtPath: path) else { throw unreadable("cannot be read") }
        defer { try? handle.close() }
        let start = (try? handle.read(upToCount: 1 << 16)) ?? nil
        var header: [String] = []
        try hand(over: [UInt8](start ?? Data()).prefix { $0 != UInt8(ascii: "\n") }, 1) { header = $1 }
        return header
    }

    /// Hands every record over as its values, with the number of its first line counted from one.
    ///
    /// - Throws: `O0002` for a file that cannot be read or is no UTF-8, with the line.
    func forEach(_ body: (Int, [String]) -> Void) throws(DiagnosticList) {
        guard let handle = FileHandle(forReadingAtPath: path) else { throw unreadable("cannot be read") }
        defer { try? handle.close() }
        let size = (try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int) ?? 0
        var rest: [UInt8] = []
        var scanned = 0
        var (line, first) = (1, 1)
        var isInside = false
        var read = 0
        while let chunk = (try? handle.read(upToCount: 1 << 20)) ?? nil, !chunk.isEmpty {
            read += chunk.count
            rest += chunk
            var start = 0
            for index in scanned..<rest.count {
                if isQuoted, rest[index] == UInt8(ascii: "\"") { isInside.toggle() }
                guard rest[index] == UInt8(ascii: "\n") else { continue }
                line += 1
                if isInside { continue }
                try hand(over: rest[start..<index], first, body)
                start = index + 1
                first = line
            }
            rest.removeFirst(start)
            scanned = rest.count
            guard rest.count <= Self.longestRecord else {
                throw unreadable(
                    "line \(first) begins a record of over \(Self.longestRecord) bytes" + (isInside ? ", within quotation marks" : ""))
            }
            progress(size > 0 ? min(1, Double(read) / Double(size)) : 1)
        }
        if isInside { throw unreadable("line \(first) opens a quotation mark that is never closed") }
        if !rest.isEmpty { try hand(over: rest[...], first, body) }
        progress(1)
    }

    private func hand(over bytes: ArraySlice<UInt8>, _ line: Int, _ body: (Int, [String]) -> Void) throws(DiagnosticList) {
        let bytes = bytes.last == UInt8(ascii: "\r") ? bytes.dropLast() : bytes
        guard let text = String(validating: bytes, as: UTF8.self) else { throw unreadable("line \(line) is no UTF-8") }
        let marked = line == 1 && text.hasPrefix("\u{FEFF}") ? String(text.dropFirst()) : text
        body(
            line,
            isQuoted
                ? quoted(marked) : marked.utf8.split(separator: separator, omittingEmptySubsequences: false).map { String(Substring($0)) })
    }

    private func quoted(_ text: String) -> [String] {
        var cells: [[UInt8]] = [[]]
        var isInside = false
        var wasQuote = false
        for byte in text.utf8 {
            if byte == UInt8(ascii: "\"") {
                // A doubled quotation mark within a value stands for one.
                if wasQuote { cells[cells.count - 1].append(byte) }
                wasQuote = isInside
                isInside.toggle()
                continue
            }
            wasQuote = false
            if byte == separator, !isInside { cells.append([]) } else { cells[cells.count - 1].append(byte) }
        }
        return cells.map { String(decoding: $0, as: UTF8.self) }
    }

    private func unreadable(_ why: String) -> DiagnosticList { DiagnosticList([Diagnostic("O0002", "`\(path)`: \(why)")]) }
}

/// The columns of a table by name.
struct Columns {
    private let places: [String: Int]
    /// How many there are.
    let count: Int

    init(_ header: [String]) {
        places = Dictionary(header.enumerated().map { ($1.lowercased(), $0) }, uniquingKeysWith: { first, _ in first })
        count = header.count
    }

    /// - Throws: `O0010` for every column that is missing.
    func require(_ names: [String], in file: String) throws(DiagnosticList) {
        let missing = names.filter { places[$0.lowercased()] == nil }
        if !missing.isEmpty { throw DiagnosticList(missing.map { Diagnostic("O0010", "`\(file)` has no column `\($0)`") }) }
    }

    /// The place of a column; nil when the table does not have it.
    func place(_ name: String) -> Int? { places[name.lowercased()] }
}

/// One record of a table with column names.
struct Record {
    let cells: [String]
    let columns: Columns
    /// `FILE:LINE`, of its first line.
    let place: String

    /// A value by its column's name; empty where the table does not have the column.
    subscript(name: String) -> String {
        guard let place = columns.place(name), place < cells.count else { return "" }
        return cells[place]
    }
}
