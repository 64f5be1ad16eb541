/// Reads data sets from bytes that nobody vouches for: every length is held against what is there.
struct DICOMReader {
    private let bytes: [UInt8]
    private let isExplicit: Bool
    private(set) var offset: Int
    private static let undefinedLength: UInt32 = 0xFFFF_FFFF
    private static let deepest = 32

    init(_ bytes: [UInt8], from offset: Int, isExplicit: Bool) {
        self.bytes = bytes
        self.offset = offset
        self.isExplicit = isExplicit
    }

    /// Elements up to the end of the bytes, or as long as they belong to a group.
    mutating func dataSet(whileGroup group: UInt16?) throws(DICOMFormatError) -> DICOMDataSet {
        var dataSet = DICOMDataSet()
        while offset < bytes.count {
            if let group, try peekTag().group != group { break }
            let element = try element(depth: 0)
            dataSet[element.tag] = element
        }
        return dataSet
    }

    private func peekTag() throws(DICOMFormatError) -> DICOMTag {
        guard offset + 4 <= bytes.count else { throw .truncated(offset: offset) }
        let group = UInt32(bytes[offset]) | UInt32(bytes[offset + 1]) << 8
        let element = UInt32(bytes[offset + 2]) | UInt32(bytes[offset + 3]) << 8
        return DICOMTag(group << 16 | element)
    }

    private mutating func number(_ width: Int) throws(DICOMFormatError) -> UInt32 {
        guard offset + width <= bytes.count else { throw .truncated(offset: offset) }
        let value = (0..<width).reduce(UInt32(0)) { $0 | UInt32(bytes[offset + $1]) << (8 * UInt32($1)) }
        offset += width
        return value
    }

    private mutating func take(_ count: Int) throws(DICOMFormatError) -> [UInt8] {
        guard count >= 0, count <= bytes.count - offset else { throw .truncated(offset: offset) }
        defer { offset += count }
        return Array(bytes[offset..<offset + count])
    }

    private mutating func element(depth: Int) throws(DICOMFormatError) -> DICOMElement {
        let tag = try peekTag()
        offset += 4
        var representation = "UN"
        let length: UInt32
        if isExplicit {
            representation = String(decoding: try take(2), as: UTF8.self)
            if DICOMEncoder.longForms.contains(representation) {
                _ = try take(2)
                length = try number(4)
            } else {
                length = try number(2)
            }
        } else {
            length = try number(4)
            representation = DICOMReader.implicitRepresentation(of: tag)
        }
        if representation == "SQ" || (length == DICOMReader.undefinedLength && tag != .pixelData) {
            return DICOMElement(tag, "SQ", .items(try items(length: length, depth: depth + 1)))
        }
        if length == DICOMReader.undefinedLength { return DICOMElement(tag, representation, .bytes(try fragments())) }
        return DICOMElement(tag, representation, .bytes(try take(Int(length))))
    }

    private mutating func items(length: UInt32, depth: Int) throws(DICOMFormatError) -> [DICOMDataSet] {
        guard depth <= DICOMReader.deepest else { throw .nestedTooDeep }
        let end = length == DICOMReader.undefinedLength ? bytes.count : offset + Int(length)
        guard end <= bytes.count else { throw .truncated(offset: offset) }
        var items: [DICOMDataSet] = []
        while offset < end {
            let tag = try peekTag()
            offset += 4
            let itemLength = try number(4)
            if tag.rawValue == 0xFFFE_E0DD { return items }
            guard tag.rawValue == 0xFFFE_E000 else { throw .truncated(offset: offset) }
            items.append(try item(length: itemLength, depth: depth))
        }
        if length == DICOMReader.undefinedLength { throw .truncated(offset: offset) }
        return items
    }

    private mutating func item(length: UInt32, depth: Int) throws(DICOMFormatError) -> DICOMDataSet {
        let end = length == DICOMReader.undefinedLength ? bytes.count : offset + Int(length)
        guard end <= bytes.count else { throw .truncated(offset: offset) }
        var dataSet = DICOMDataSet()
        while offset < end {
            if try peekTag().rawValue == 0xFFFE_E00D {
                offset += 8
                return dataSet
            }
            let element = try element(depth: depth)
            dataSet[element.tag] = element
        }
        if length == DICOMReader.undefinedLength { throw .truncated(offset: offset) }
        return dataSet
    }

    /// Encapsulated pixel data (PS3.5 section A.4): passed over, because nothing here decodes it.
    private mutating func fragments() throws(DICOMFormatError) -> [UInt8] {
        while true {
            let tag = try peekTag()
            offset += 4
            let length = try number(4)
            if tag.rawValue == 0xFFFE_E0DD { return [] }
            guard tag.rawValue == 0xFFFE_E000 else { throw .truncated(offset: offset) }
            _ = try take(Int(length))
        }
    }

    /// The representation of the attributes that are read here, where the file does not say it (PS3.6).
    private static func implicitRepresentation(of tag: DICOMTag) -> String {
        switch tag {
        case .samplesPerPixel, .rows, .columns, .bitsAllocated, .bitsStored, .pixelRepresentation: "US"
        case .pixelData: "OW"
        case .numberOfFrames: "IS"
        case .rescaleSlope, .rescaleIntercept: "DS"
        case .studyInstance, .seriesInstance, .sopClass, .sopInstance: "UI"
        default: "UN"
        }
    }
}
