/// Reads comma-separated values (RFC 4180): values may stand in quotation marks, with two of them for one.
struct CSVReader {
    private let bytes: [UInt8]
    private var position = 0
    /// Of the record that was read last, from 1.
    private(set) var line = 0
    private var nextLine = 1

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        // A byte order mark says nothing.
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
    }

    /// What is wrong with a file.
    enum Fault: Error {
        /// A quotation mark is not closed, or something stands behind a closed one.
        case quotation(line: Int)
    }

    /// The values of the next line that is not empty, without blanks at their ends; nil at the end.
    mutating func next() throws(Fault) -> [String]? {
        while position < bytes.count {
            line = nextLine
            let record = try record()
            if record.contains(where: { !$0.isEmpty }) { return record }
        }
        return nil
    }

    private mutating func record() throws(Fault) -> [String] {
        var values: [String] = []
        while true {
            values.append(position < bytes.count && bytes[position] == UInt8(ascii: "\"") ? try quoted() : plain())
            guard position < bytes.count else { return values }
            let byte = bytes[position]
            position += 1
            if byte == UInt8(ascii: ",") { continue }
            if byte == UInt8(ascii: "\r"), position < bytes.count, bytes[position] == UInt8(ascii: "\n") { position += 1 }
            nextLine += 1
            return values
        }
    }

    private mutating func plain() -> String {
        let start = position
        while position < bytes.count, !CSVReader.ends.contains(bytes[position]) { position += 1 }
        return CSVReader.text(bytes[start..<position])
    }

    private mutating func quoted() throws(Fault) -> String {
        position += 1
        var value: [UInt8] = []
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            if byte == UInt8(ascii: "\n") { nextLine += 1 }
            guard byte == UInt8(ascii: "\"") else {
                value.append(byte)
                continue
            }
            if position < bytes.count, bytes[position] == UInt8(ascii: "\"") {
                value.append(byte)
                position += 1
            } else if position == bytes.count || CSVReader.ends.contains(bytes[position]) {
                return CSVReader.text(value[...])
            } else {
                break
            }
        }
        throw .quotation(line: line)
    }

    private static let ends = [UInt8(ascii: ","), UInt8(ascii: "\r"), UInt8(ascii: "\n")]

    private static func text(_ bytes: ArraySlice<UInt8>) -> String {
        var bytes = bytes
        while bytes.first == UInt8(ascii: " ") { bytes.removeFirst() }
        while bytes.last == UInt8(ascii: " ") { bytes.removeLast() }
        return String(decoding: bytes, as: UTF8.self)
    }
}
