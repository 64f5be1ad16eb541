/// A data element's tag: group and element number in one (PS3.5 section 7.1).
public struct DICOMTag: Hashable, Comparable, Sendable, RawRepresentable, CustomStringConvertible {
    public let rawValue: UInt32

    public init(rawValue: UInt32) { self.rawValue = rawValue }
    public init(_ rawValue: UInt32) { self.rawValue = rawValue }

    public var group: UInt16 { UInt16(rawValue >> 16) }
    public var element: UInt16 { UInt16(truncatingIfNeeded: rawValue) }
    public static func < (left: DICOMTag, right: DICOMTag) -> Bool { left.rawValue < right.rawValue }

    /// Eight hexadecimal digits, as DICOM JSON writes it: `0020000D`.
    public var description: String {
        let digits = String(rawValue, radix: 16, uppercase: true)
        return String(repeating: "0", count: 8 - digits.count) + digits
    }
}

/// One data element with the bytes of its value.
public struct DICOMElement: Hashable, Sendable {
    public enum Value: Hashable, Sendable {
        case bytes([UInt8])
        /// The items of a sequence (PS3.5 section 7.5).
        case items([DICOMDataSet])
    }

    public let tag: DICOMTag
    /// The value representation, two letters (PS3.5 section 6.2).
    public let representation: String
    public let value: Value

    public init(_ tag: DICOMTag, _ representation: String, _ value: Value) {
        self.tag = tag
        self.representation = representation
        self.value = value
    }
}

/// Data elements by tag.
public struct DICOMDataSet: Hashable, Sendable {
    private var elements: [DICOMTag: DICOMElement] = [:]

    public init() {}

    /// All elements in the order of their tags.
    public var sorted: [DICOMElement] { elements.values.sorted { $0.tag < $1.tag } }

    public subscript(tag: DICOMTag) -> DICOMElement? {
        get { elements[tag] }
        set { elements[tag] = newValue }
    }

    /// Sets text, padded to an even length with a space, or with NUL for UIDs (PS3.5 section 6.2).
    public mutating func set(_ tag: DICOMTag, _ representation: String, _ text: String) {
        var bytes = Array(text.utf8)
        if bytes.count % 2 == 1 { bytes.append(representation == "UI" ? 0 : UInt8(ascii: " ")) }
        elements[tag] = DICOMElement(tag, representation, .bytes(bytes))
    }

    /// Sets an unsigned 16-bit number (`US`).
    public mutating func set(_ tag: DICOMTag, _ number: UInt16) {
        elements[tag] = DICOMElement(tag, "US", .bytes([UInt8(truncatingIfNeeded: number), UInt8(number >> 8)]))
    }

    /// Sets bytes as they are.
    public mutating func set(_ tag: DICOMTag, _ representation: String, bytes: [UInt8]) {
        elements[tag] = DICOMElement(tag, representation, .bytes(bytes))
    }

    /// The value as text without its padding; nil when it is not there, empty when it is there and empty.
    public func string(_ tag: DICOMTag) -> String? {
        guard case .bytes(let bytes) = elements[tag]?.value else { return nil }
        let end = bytes.lastIndex { $0 != 0 && $0 != UInt8(ascii: " ") }.map { $0 + 1 } ?? 0
        let text = String(decoding: bytes[..<end], as: UTF8.self)
        return String(text.drop { $0 == " " })
    }

    /// The values of a text with several (PS3.5 section 6.4); empty when there is none.
    public func strings(_ tag: DICOMTag) -> [String] {
        guard let text = string(tag), !text.isEmpty else { return [] }
        return text.split(separator: "\\", omittingEmptySubsequences: false).map { part in
            String(String(part.drop { $0 == " " }).reversed().drop { $0 == " " }.reversed())
        }
    }

    /// The first number of a binary (`US`, `SS`, `UL`) or textual (`IS`) element.
    public func integer(_ tag: DICOMTag) -> Int? {
        guard let element = elements[tag], case .bytes(let bytes) = element.value else { return nil }
        switch element.representation {
        case "US" where bytes.count >= 2: return Int(UInt16(bytes[0]) | UInt16(bytes[1]) << 8)
        case "SS" where bytes.count >= 2: return Int(Int16(bitPattern: UInt16(bytes[0]) | UInt16(bytes[1]) << 8))
        case "UL" where bytes.count >= 4: return bytes[0..<4].reversed().reduce(0) { $0 << 8 | Int($1) }
        case "IS", "DS": return strings(tag).first.flatMap { Int($0) }
        default: return nil
        }
    }

    /// The first number of a decimal text (`DS`).
    public func decimal(_ tag: DICOMTag) -> Double? { strings(tag).first.flatMap { Double($0) } }
}

extension DICOMTag {
    public static let transferSyntax = DICOMTag(0x0002_0010)
    public static let sopClass = DICOMTag(0x0008_0016)
    public static let sopInstance = DICOMTag(0x0008_0018)
    public static let studyDate = DICOMTag(0x0008_0020)
    public static let modality = DICOMTag(0x0008_0060)
    public static let manufacturer = DICOMTag(0x0008_0070)
    public static let patientID = DICOMTag(0x0010_0020)
    public static let patientBirthDate = DICOMTag(0x0010_0030)
    public static let patientSex = DICOMTag(0x0010_0040)
    public static let bodyPartExamined = DICOMTag(0x0018_0015)
    public static let studyInstance = DICOMTag(0x0020_000D)
    public static let seriesInstance = DICOMTag(0x0020_000E)
    public static let samplesPerPixel = DICOMTag(0x0028_0002)
    public static let numberOfFrames = DICOMTag(0x0028_0008)
    public static let rows = DICOMTag(0x0028_0010)
    public static let columns = DICOMTag(0x0028_0011)
    public static let bitsAllocated = DICOMTag(0x0028_0100)
    public static let bitsStored = DICOMTag(0x0028_0101)
    public static let pixelRepresentation = DICOMTag(0x0028_0103)
    public static let rescaleIntercept = DICOMTag(0x0028_1052)
    public static let rescaleSlope = DICOMTag(0x0028_1053)
    public static let pixelData = DICOMTag(0x7FE0_0010)
}
