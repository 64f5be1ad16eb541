import Diagnostics

/// `\u` and `\U` outside of strings and IRIs (SPARQL 1.1, section 19.2), which stand for characters before tokens are looked for.
struct CodePointEscapes {
    /// The text with the escapes resolved. Those of characters that would begin or end something stay as they are: in strings and IRIs
    /// the lexer resolves them, elsewhere they are errors.
    let bytes: [UInt8]
    /// By offset into ``bytes``, the offset into the original; empty when they are the same.
    private let origins: [Int]

    init(_ original: [UInt8]) {
        guard original.contains(UInt8(ascii: "\\")) else {
            bytes = original
            origins = []
            return
        }
        var bytes: [UInt8] = []
        var origins: [Int] = []
        var hasChanged = false
        var offset = 0
        func copy(_ count: Int) {
            for place in offset..<min(offset + count, original.count) {
                bytes.append(original[place])
                origins.append(place)
            }
            offset += count
        }
        while offset < original.count {
            guard original[offset] == UInt8(ascii: "\\") else {
                copy(1)
                continue
            }
            guard let (scalar, length) = Self.escape(in: original, at: offset), scalar.value > 0x20,
                !"\"'\\<>#".unicodeScalars.contains(scalar)
            else {
                copy(2)
                continue
            }
            for byte in String(Character(scalar)).utf8 {
                bytes.append(byte)
                origins.append(offset)
            }
            offset += length
            hasChanged = true
        }
        origins.append(original.count)
        self.bytes = bytes
        self.origins = hasChanged ? origins : []
    }

    private static func escape(in bytes: [UInt8], at offset: Int) -> (Unicode.Scalar, Int)? {
        guard offset + 1 < bytes.count else { return nil }
        let count: Int
        switch bytes[offset + 1] {
        case UInt8(ascii: "u"): count = 4
        case UInt8(ascii: "U"): count = 8
        default: return nil
        }
        let digits = bytes[(offset + 2)...].prefix(count)
        guard digits.count == count, digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
            let value = UInt32(String(decoding: digits, as: UTF8.self), radix: 16), let scalar = Unicode.Scalar(value)
        else { return nil }
        return (scalar, count + 2)
    }

    /// A span of the original text.
    func original(_ span: SourceSpan) -> SourceSpan {
        guard !origins.isEmpty else { return span }
        let last = origins.count - 1
        return SourceSpan(origins[min(span.lowerBound, last)], origins[min(span.upperBound, last)])
    }
}
