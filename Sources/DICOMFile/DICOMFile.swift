/// A file after PS3.10: file meta information and one data set.
public struct DICOMFile: Hashable, Sendable {
    /// The UID of the transfer syntax that the data set was, or is to be, written in.
    public let transferSyntax: String
    public let dataSet: DICOMDataSet

    public static let explicitLittleEndian = "1.2.840.10008.1.2.1"
    public static let implicitLittleEndian = "1.2.840.10008.1.2"
    /// Names this program as the writer; derived from a UUID (PS3.5 section B.2).
    public static let implementationClass = "2.25.213504619418257402931270193842519350471"

    /// A file to be written in Explicit VR Little Endian.
    public init(_ dataSet: DICOMDataSet) {
        self.transferSyntax = DICOMFile.explicitLittleEndian
        self.dataSet = dataSet
    }

    init(transferSyntax: String, dataSet: DICOMDataSet) {
        self.transferSyntax = transferSyntax
        self.dataSet = dataSet
    }

    /// Reads a file in an uncompressed or encapsulated little-endian transfer syntax.
    /// - Throws: ``DICOMFormatError``; never ends the program, whatever the bytes.
    public static func read(_ bytes: [UInt8]) throws(DICOMFormatError) -> DICOMFile {
        guard bytes.count > 132, bytes[128..<132].elementsEqual("DICM".utf8) else { throw .notDICOM }
        var meta = DICOMReader(bytes, from: 132, isExplicit: true)
        let information = try meta.dataSet(whileGroup: 2)
        guard let syntax = information.string(.transferSyntax), !syntax.isEmpty else { throw .missing(.transferSyntax) }
        if syntax == "1.2.840.10008.1.2.2" || syntax == "1.2.840.10008.1.2.1.99" { throw .unsupportedTransferSyntax(syntax) }
        var body = DICOMReader(bytes, from: meta.offset, isExplicit: syntax != implicitLittleEndian)
        return DICOMFile(transferSyntax: syntax, dataSet: try body.dataSet(whileGroup: nil))
    }

    /// The bytes of the file, in Explicit VR Little Endian.
    public func write() -> [UInt8] {
        var meta = DICOMDataSet()
        meta.set(DICOMTag(0x0002_0001), "OB", bytes: [0, 1])
        meta.set(DICOMTag(0x0002_0002), "UI", dataSet.string(.sopClass) ?? "")
        meta.set(DICOMTag(0x0002_0003), "UI", dataSet.string(.sopInstance) ?? "")
        meta.set(.transferSyntax, "UI", DICOMFile.explicitLittleEndian)
        meta.set(DICOMTag(0x0002_0012), "UI", DICOMFile.implementationClass)
        meta.set(DICOMTag(0x0002_0013), "SH", "COHORTIUM")
        var information: [UInt8] = []
        DICOMEncoder.append(meta, to: &information)
        var bytes = [UInt8](repeating: 0, count: 128) + Array("DICM".utf8)
        var length = DICOMDataSet()
        length.set(DICOMTag(0x0002_0000), "UL", bytes: DICOMEncoder.littleEndian(UInt32(information.count)))
        DICOMEncoder.append(length, to: &bytes)
        bytes += information
        DICOMEncoder.append(dataSet, to: &bytes)
        return bytes
    }
}

/// Why bytes are not a DICOM file that can be read.
public enum DICOMFormatError: Error, Hashable, Sendable, CustomStringConvertible {
    case notDICOM
    /// The data ends inside an element that begins at an offset.
    case truncated(offset: Int)
    case missing(DICOMTag)
    case unsupportedTransferSyntax(String)
    case nestedTooDeep
    /// A pixel format other than 8 or 16 bits of one sample.
    case unsupportedPixels(String)

    public var description: String {
        switch self {
        case .notDICOM: "this is no DICOM file"
        case .truncated(let offset): "the file ends inside the element at byte \(offset)"
        case .missing(let tag): "the attribute \(tag) is missing"
        case .unsupportedTransferSyntax(let syntax): "the transfer syntax \(syntax) is not read here"
        case .nestedTooDeep: "sequences are nested too deep"
        case .unsupportedPixels(let what): "pixels cannot be read: \(what)"
        }
    }
}

/// Writes data sets in Explicit VR Little Endian (PS3.5 section 7.1.2).
enum DICOMEncoder {
    /// Value representations with a 32-bit length.
    static let longForms: Set<String> = ["OB", "OD", "OF", "OL", "OV", "OW", "SQ", "UC", "UN", "UR", "UT"]

    static func littleEndian(_ number: UInt32) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: number >> (8 * UInt32($0))) } }

    static func append(_ dataSet: DICOMDataSet, to bytes: inout [UInt8]) {
        for element in dataSet.sorted {
            bytes += littleEndian(UInt32(element.tag.group) | UInt32(element.tag.element) << 16)
            bytes += Array(element.representation.utf8)
            let value = content(of: element)
            if longForms.contains(element.representation) {
                bytes += [0, 0] + littleEndian(UInt32(value.count))
            } else {
                bytes += littleEndian(UInt32(value.count))[0..<2]
            }
            bytes += value
        }
    }

    private static func content(of element: DICOMElement) -> [UInt8] {
        switch element.value {
        case .bytes(let bytes): return bytes.count % 2 == 0 ? bytes : bytes + [0]
        case .items(let items):
            var bytes: [UInt8] = []
            for item in items {
                var content: [UInt8] = []
                append(item, to: &content)
                bytes += [0xFE, 0xFF, 0x00, 0xE0] + littleEndian(UInt32(content.count)) + content
            }
            return bytes
        }
    }
}
