/// The attributes of one data set while it is put together, in order of their tags when done.
///
/// Tags and value representations are those of PS3.6; which attributes a module has, PS3.3.
struct DICOMAttributes {
    enum Value: Hashable {
        case text(String)
        case short(UInt16)
        case bytes([UInt8])
    }

    struct Attribute: Hashable {
        /// Group and element, `0x0010_0020`.
        let tag: UInt32
        /// The value representation, `LO`.
        let representation: String
        let value: Value
    }

    private(set) var attributes: [UInt32: Attribute] = [:]

    /// All attributes, in order of their tags.
    var sorted: [Attribute] { attributes.values.sorted { $0.tag < $1.tag } }

    /// Sets text; nil leaves the attribute out, an empty text makes it present and empty.
    mutating func set(_ tag: UInt32, _ representation: String, _ text: String?) {
        guard let text else { return }
        attributes[tag] = Attribute(tag: tag, representation: representation, value: .text(text))
    }

    mutating func set(_ tag: UInt32, short: Int) {
        attributes[tag] = Attribute(tag: tag, representation: "US", value: .short(UInt16(clamping: short)))
    }

    mutating func set(_ tag: UInt32, _ representation: String, bytes: [UInt8]) {
        attributes[tag] = Attribute(tag: tag, representation: representation, value: .bytes(bytes))
    }
}
