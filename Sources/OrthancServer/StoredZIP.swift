/// A ZIP archive of files as they are, without compression (APPNOTE.TXT 6.3.3, method 0): how Orthanc takes many files in one request.
struct StoredZIP {
    private var bytes: [UInt8] = []
    private var directory: [UInt8] = []
    private var count: UInt16 = 0

    /// Adds a file. At most 65,535 files, and 4 GiB in all.
    mutating func add(name: String, _ content: [UInt8]) {
        let offset = UInt32(bytes.count)
        // Version 1.0, no flags, stored, 1 January 1980.
        var header: [UInt8] = []
        header.append(10, as: UInt16.self)
        header.append(0, as: UInt16.self)
        header.append(0, as: UInt16.self)
        header.append(0, as: UInt16.self)
        header.append(0x21, as: UInt16.self)
        header.append(CRC32.checksum(content), as: UInt32.self)
        header.append(UInt32(content.count), as: UInt32.self)
        header.append(UInt32(content.count), as: UInt32.self)
        header.append(UInt16(name.utf8.count), as: UInt16.self)
        header.append(0, as: UInt16.self)
        bytes.append(0x0403_4B50, as: UInt32.self)
        bytes += header + Array(name.utf8) + content
        directory.append(0x0201_4B50, as: UInt32.self)
        directory.append(10, as: UInt16.self)
        directory += header
        // No comment, first disk, no attributes.
        directory += [UInt8](repeating: 0, count: 10)
        directory.append(offset, as: UInt32.self)
        directory += Array(name.utf8)
        count += 1
    }

    /// The whole archive.
    mutating func finish() -> [UInt8] {
        let start = UInt32(bytes.count)
        var end: [UInt8] = []
        end.append(0x0605_4B50, as: UInt32.self)
        end.append(0, as: UInt32.self)
        end.append(count, as: UInt16.self)
        end.append(count, as: UInt16.self)
        end.append(UInt32(directory.count), as: UInt32.self)
        end.append(start, as: UInt32.self)
        end.append(0, as: UInt16.self)
        return bytes + directory + end
    }
}

extension [UInt8] {
    /// Little endian.
    fileprivate mutating func append<Number: FixedWidthInteger>(_ number: Number, as type: Number.Type) {
        for shift in stride(from: 0, to: Number.bitWidth, by: 8) { append(UInt8(truncatingIfNeeded: number >> shift)) }
    }
}

/// The checksum of ZIP (APPNOTE.TXT 4.4.7): the CRC-32 of ISO 3309.
enum CRC32 {
    private static let table: [UInt32] = (0..<256).map { index in
        (0..<8).reduce(UInt32(index)) { value, _ in value & 1 == 1 ? 0xEDB8_8320 ^ (value >> 1) : value >> 1 }
    }

    static func checksum(_ bytes: [UInt8]) -> UInt32 {
        ~bytes.reduce(~UInt32(0)) { table[Int(UInt8(truncatingIfNeeded: $0) ^ $1)] ^ ($0 >> 8) }
    }
}
