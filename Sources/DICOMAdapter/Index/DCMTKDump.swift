import Foundation
import Processes

/// Reads the headers of DICOM files with DCMTK's `dcmdump` (Debian: `dcmtk`), in a child process with limits of memory and time: what it is
/// given is files of strangers. It ends with this process.
///
/// `+Qn` writes every control character and every byte beyond ASCII as `&#N;`, so that no value can pretend to be a line of the dump.
enum DCMTKDump {
    static let program = "/usr/bin/dcmdump"

    /// What is missing on this machine; nil when nothing is.
    static var absence: String? { FileManager.default.isExecutableFile(atPath: program) ? nil : "DCMTK is not installed" }

    private static let memory = 2 << 30
    private static let options = ["-q", "-M", "+L", "+F", "-Un", "+Qn", "+sb", "7FE0,0010"]

    /// The data set of each file, in order; nil for what cannot be read as one.
    static func read(_ files: [String]) async throws -> [DICOMTree?] {
        var trees = try await run(files, ["+U8"]) ?? []
        if trees.count != files.count {
            // One of them ended the program, or took too long: each for itself.
            trees = []
            for file in files { trees.append(try await run([file], ["+U8"])?.first ?? nil) }
        }
        // A character set that DCMTK cannot convert ends the reading of the whole file: again with its bytes as they are.
        let open = trees.indices.filter { trees[$0] == nil }
        guard !open.isEmpty else { return trees }
        for position in open { trees[position] = try await run([files[position]], [])?.first ?? nil }
        return trees
    }

    /// Nil when the program did not come to its end.
    private static func run(_ files: [String], _ more: [String]) async throws -> [DICOMTree?]? {
        let output = FileManager.default.temporaryDirectory.appendingPathComponent("cohortium-dump-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: output) }
        guard FileManager.default.createFile(atPath: output.path, contents: nil, attributes: [.posixPermissions: 0o600]),
            let handle = FileHandle(forWritingAtPath: output.path)
        else { throw CocoaError(.fileWriteUnknown) }
        defer { try? handle.close() }
        // Complaints go nowhere: among the lines of the dump they could tear one apart.
        let command = ["/usr/bin/prlimit", "--as=\(memory)", "--cpu=\(10 + files.count)", "--core=0", program] + options + more
        let (ends, end) = AsyncStream.makeStream(of: Bool.self)
        let process = try await BoundProcess.start(
            executable: "/bin/sh",
            arguments: ["-c", "exec \"$@\" 2>/dev/null", "sh"] + command + files.map { URL(fileURLWithPath: $0).path }, output: handle
        ) { process in
            end.yield(process.terminationReason == .exit)
            end.finish()
        }
        var hasExited = false
        for await isExit in ends { hasExited = isExit }
        if Task.isCancelled {
            process.terminate()
            throw CancellationError()
        }
        guard hasExited else { return nil }
        return DumpParser.trees(in: try Data(contentsOf: output), count: files.count)
    }
}

/// Reads what `dcmdump` writes.
struct DumpParser {
    /// The data sets under the headings of the files; nil where there is none.
    static func trees(in data: Data, count: Int) -> [DICOMTree?] {
        var trees = [DICOMTree?](repeating: nil, count: count)
        var position: Int?
        var parser = DumpParser()
        for line in data.split(separator: UInt8(ascii: "\n")) {
            if line.starts(with: heading) {
                if let position, trees.indices.contains(position) { trees[position] = parser.finish() }
                position = number(after: heading.count, in: line).map { $0 - 1 }
                parser = DumpParser()
            } else {
                parser.take(String(decoding: line, as: UTF8.self))
            }
        }
        if let position, trees.indices.contains(position) { trees[position] = parser.finish() }
        return trees
    }

    private static let heading = Array("# dcmdump (".utf8)

    private static func number(after start: Int, in line: Data.SubSequence) -> Int? {
        Int(String(decoding: line.dropFirst(start).prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }, as: UTF8.self))
    }

    /// From the outermost data set to the item that is being read.
    private var open: [DICOMTree] = [DICOMTree()]
    private var sequences: [(tag: String, items: [DICOMTree])] = []

    private mutating func take(_ line: String) {
        let text = line.drop { $0 == " " }
        // `(0008,0060) CS [MR]                  #   2, 1 Modality`
        guard text.first == "(", text.utf8.count > 15 else { return }
        let tag = (text.dropFirst().prefix(4) + text.dropFirst(6).prefix(4)).uppercased()
        switch tag {
        case "FFFEE000": open.append(DICOMTree())
        case "FFFEE00D": endItem()
        case "FFFEE0DD": endSequence()
        default:
            let rest = text.dropFirst(12)
            if rest.hasPrefix("SQ") { return sequences.append((tag, [])) }
            let attribute = Self.attribute(String(rest.prefix(2)), rest.dropFirst(3))
            if attribute != .absent { open[open.count - 1].elements[tag] = DICOMTree.Element(attribute: attribute) }
        }
    }

    private mutating func endItem() {
        guard open.count > 1, !sequences.isEmpty, let item = open.popLast() else { return }
        sequences[sequences.count - 1].items.append(item)
    }

    private mutating func endSequence() {
        guard let sequence = sequences.popLast() else { return }
        open[open.count - 1].elements[sequence.tag] = DICOMTree.Element(attribute: .empty, items: sequence.items)
    }

    private mutating func finish() -> DICOMTree? {
        while !sequences.isEmpty {
            if open.count > sequences.count { endItem() }
            endSequence()
        }
        return open[0].elements.isEmpty ? nil : open[0]
    }

    // MARK: Values

    private static let texts: Set<String> = ["LT", "ST", "UT", "UR"]

    private static func attribute(_ representation: String, _ rest: Substring) -> DICOMJSONAttribute {
        guard let end = rest.lastIndex(of: "#") else { return .absent }
        let value = String(String(rest[..<end]).reversed().drop { $0 == " " }.reversed())
        if value == "(no value available)" { return .empty }
        if value.hasPrefix("["), value.hasSuffix("]") {
            let text = String(value.dropFirst().dropLast())
            let parts =
                texts.contains(representation) ? [text] : text.split(separator: "\\", omittingEmptySubsequences: false).map(String.init)
            return DICOMJSONAttribute(parts.map(unquoted))
        }
        // Numbers stand without brackets; `(not loaded)` and the like are none.
        if value.first == "(" || value.first == "=" { return .absent }
        return DICOMJSONAttribute(value.split(separator: "\\").map(String.init))
    }

    /// `&#195;&#182;` is two bytes of UTF-8.
    static func unquoted(_ text: String) -> String {
        guard text.utf8.contains(UInt8(ascii: "&")) else { return text }
        var bytes: [UInt8] = []
        var rest = Substring(text)
        while let first = rest.first {
            if first == "&", let end = rest.firstIndex(of: ";"), let byte = Self.byte(rest[rest.index(after: rest.startIndex)..<end]) {
                bytes.append(byte)
                rest = rest[rest.index(after: end)...]
            } else {
                bytes += Array(String(first).utf8)
                rest.removeFirst()
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func byte(_ name: Substring) -> UInt8? {
        if name.first == "#" { return UInt8(name.dropFirst()) }
        return [
            "amp": UInt8(ascii: "&"), "lt": UInt8(ascii: "<"), "gt": UInt8(ascii: ">"), "quot": UInt8(ascii: "\""),
            "apos": UInt8(ascii: "'"),
        ][
            String(name)]
    }
}
