/// A JSON value that is written in the order in which it was put together, so that the same resource is always the same bytes.
enum JSONText {
    case text(String)
    /// The digits as they shall stand.
    case number(String)
    case flag(Bool)
    case list([JSONText])
    /// Members without a value are left out.
    case object([(name: String, value: JSONText?)])

    /// Appends the value in its shortest form (RFC 8259), in UTF-8.
    func append(to bytes: inout [UInt8]) {
        switch self {
        case .text(let text): Self.append(text, to: &bytes)
        case .number(let digits): bytes.append(contentsOf: digits.utf8)
        case .flag(let flag): bytes.append(contentsOf: flag ? "true".utf8 : "false".utf8)
        case .list(let values):
            bytes.append(UInt8(ascii: "["))
            for (index, value) in values.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                value.append(to: &bytes)
            }
            bytes.append(UInt8(ascii: "]"))
        case .object(let members):
            bytes.append(UInt8(ascii: "{"))
            var isFirst = true
            for case (let name, let value?) in members {
                if !isFirst { bytes.append(UInt8(ascii: ",")) }
                isFirst = false
                Self.append(name, to: &bytes)
                bytes.append(UInt8(ascii: ":"))
                value.append(to: &bytes)
            }
            bytes.append(UInt8(ascii: "}"))
        }
    }

    private static func append(_ text: String, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes.append(contentsOf: [UInt8(ascii: "\\"), byte])
            case 0..<0x20: bytes.append(contentsOf: "\\u00\(byte < 16 ? "0" : "")\(String(byte, radix: 16))".utf8)
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}
