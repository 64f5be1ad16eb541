import Foundation

/// A Part 10 file in Explicit VR Little Endian without sequences, read attribute by attribute: what the tests hold the writer against.
struct ParsedImage {
    /// Text without its padding.
    private var texts: [UInt32: String] = [:]
    private(set) var shorts: [UInt32: Int] = [:]
    private(set) var pixels: [UInt8] = []

    struct Malformed: Error {
        let offset: Int
    }

    subscript(tag: UInt32) -> String? { texts[tag] }

    init(_ data: Data) throws {
        let bytes = [UInt8](data)
        guard bytes.count > 132, bytes[128..<132].elementsEqual("DICM".utf8) else { throw Malformed(offset: 0) }
        var offset = 132
        var last: UInt32 = 0
        func number(_ at: Int, _ count: Int) -> Int { (0..<count).reduce(0) { $0 | Int(bytes[at + $1]) << (8 * $1) } }
        while offset < bytes.count {
            guard offset + 8 <= bytes.count else { throw Malformed(offset: offset) }
            let tag = UInt32(number(offset, 2)) << 16 | UInt32(number(offset + 2, 2))
            let representation = String(decoding: bytes[offset + 4..<offset + 6], as: UTF8.self)
            let isLong = ["OB", "OW", "SQ", "UN", "UT"].contains(representation)
            let length = isLong ? number(offset + 8, 4) : number(offset + 6, 2)
            let start = offset + (isLong ? 12 : 8)
            guard tag > last, length % 2 == 0, start + length <= bytes.count else { throw Malformed(offset: offset) }
            let value = Array(bytes[start..<start + length])
            switch representation {
            case "US": shorts[tag] = number(start, 2)
            case "OB" where tag == 0x7FE0_0010, "OW": pixels = value
            case "UL", "OB": break
            default: texts[tag] = String(String(decoding: value, as: UTF8.self).reversed().drop { $0 == " " || $0 == "\0" }.reversed())
            }
            last = tag
            offset = start + length
        }
    }
}
