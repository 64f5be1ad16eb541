/// Encodes attributes as a Part 10 file in the transfer syntax Explicit VR Little Endian (PS3.5, 7.1 and A.2; PS3.10, 7.1).
enum DICOMEncoding {
    private static let explicitLittleEndian = "1.2.840.10008.1.2.1"
    /// Names this writer in the files' meta information; a UID derived from a UUID (PS3.5, B.2).
    private static let implementation = "2.25.262890222830828066493332231860324749751"

    /// Preamble, prefix, meta information and data set.
    static func file(_ image: DICOMAttributes) -> [UInt8] {
        var meta = DICOMAttributes()
        meta.set(0x0002_0001, "OB", bytes: [0, 1])
        meta.set(0x0002_0002, "UI", text(image, 0x0008_0016))
        meta.set(0x0002_0003, "UI", text(image, 0x0008_0018))
        meta.set(0x0002_0010, "UI", explicitLittleEndian)
        meta.set(0x0002_0012, "UI", implementation)
        var group: [UInt8] = []
        for attribute in meta.sorted { append(attribute, to: &group) }

        var file = [UInt8](repeating: 0, count: 128) + "DICM".utf8
        file.reserveCapacity(file.count + group.count + 10_240)
        // (0002,0000) counts the bytes of the group after itself.
        file += [0x02, 0x00, 0x00, 0x00, UInt8(ascii: "U"), UInt8(ascii: "L")]
        append(UInt16(4), to: &file)
        append(UInt32(group.count), to: &file)
        file += group
        for attribute in image.sorted { append(attribute, to: &file) }
        return file
    }

    private static func text(_ image: DICOMAttributes, _ tag: UInt32) -> String? {
        if case .text(let text)? = image.attributes[tag]?.value { text } else { nil }
    }

    private static func append(_ attribute: DICOMAttributes.Attribute, to bytes: inout [UInt8]) {
        let value = padded(attribute)
        append(UInt16(attribute.tag >> 16), to: &bytes)
        append(UInt16(truncatingIfNeeded: attribute.tag), to: &bytes)
        bytes += attribute.representation.utf8
        if ["OB", "OW"].contains(attribute.representation) {
            append(UInt16(0), to: &bytes)
            append(UInt32(value.count), to: &bytes)
        } else {
            append(UInt16(value.count), to: &bytes)
        }
        bytes += value
    }

    /// The value in an even number of bytes: UIDs and bytes end in a zero, text in a space (PS3.5, 6.2).
    private static func padded(_ attribute: DICOMAttributes.Attribute) -> [UInt8] {
        var value: [UInt8] =
            switch attribute.value {
            case .text(let text): Array(text.utf8)
            case .short(let number): [UInt8(truncatingIfNeeded: number), UInt8(truncatingIfNeeded: number >> 8)]
            case .bytes(let bytes): bytes
            }
        if value.count % 2 == 1 { value.append(["UI", "OB"].contains(attribute.representation) ? 0 : UInt8(ascii: " ")) }
        return value
    }

    private static func append(_ number: some FixedWidthInteger & UnsignedInteger, to bytes: inout [UInt8]) {
        for shift in stride(from: 0, to: number.bitWidth, by: 8) { bytes.append(UInt8(truncatingIfNeeded: number >> shift)) }
    }
}
