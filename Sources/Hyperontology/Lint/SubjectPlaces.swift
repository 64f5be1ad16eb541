import Foundation

/// Where the Turtle files speak of what.
///
/// A scan for prefixes and for statements that begin at the beginning of a line, as our files are written; of a subject that it does
/// not find, the file alone is known.
struct SubjectPlaces {
    private var blocks: [String: [(file: String, lines: Range<Int>)]] = [:]
    private var lines: [String: [Substring]] = [:]

    init(directory: String, files: [String]) {
        for file in files {
            guard let data = FileManager.default.contents(atPath: directory + "/" + file) else { continue }
            let text = String(decoding: data, as: UTF8.self)
            read(text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map { Substring($0) }, file)
        }
    }

    /// The line, counted from one, on which a text stands in what a file says of a subject; where that is not found, the first
    /// line that speaks of it.
    func line(of subject: String, in file: String, at text: String? = nil) -> Int? {
        guard let block = blocks[subject]?.first(where: { $0.file == file }), let lines = lines[file] else { return nil }
        let found = text.flatMap { text in block.lines.first { lines[$0].contains(text) } }
        return (found ?? block.lines.lowerBound) + 1
    }

    private mutating func read(_ lines: [Substring], _ file: String) {
        self.lines[file] = lines
        var prefixes: [Substring: String] = [:]
        var open: (subject: String, start: Int)?
        func close(at end: Int) {
            if let open { blocks[open.subject, default: []].append((file, open.start..<end)) }
        }
        for (number, line) in lines.enumerated() {
            guard let first = line.first, !first.isWhitespace, first != "#" else { continue }
            close(at: number)
            open = nil
            let tokens = line.split(whereSeparator: \.isWhitespace)
            if tokens[0].lowercased() == "@prefix" || tokens[0].lowercased() == "prefix", tokens.count >= 3 {
                prefixes[tokens[1]] = String(tokens[2].trimmingPrefix("<").prefix { $0 != ">" })
            } else if let subject = iri(tokens[0], prefixes) {
                open = (subject, number)
            }
        }
        close(at: lines.count)
    }

    private func iri(_ token: Substring, _ prefixes: [Substring: String]) -> String? {
        if token.hasPrefix("<") { return String(token.dropFirst().prefix { $0 != ">" }) }
        guard let colon = token.firstIndex(of: ":"), let base = prefixes[token[...colon]] else { return nil }
        return base + token[token.index(after: colon)...]
    }
}
