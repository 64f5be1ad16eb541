/// The name of a table or column, fit to stand in a statement.
///
/// Names come from the bindings that the node's operator installed. Whatever is not a plain word is refused, never escaped.
struct SQLIdentifier: Hashable, Sendable {
    let name: String

    /// Nil unless the name is a letter or underscore followed by letters, digits and underscores, all ASCII.
    init?(_ name: String) {
        let isPlain = name.utf8.enumerated().allSatisfy { position, byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"): true
            case UInt8(ascii: "0")...UInt8(ascii: "9"): position > 0
            default: false
            }
        }
        guard isPlain, !name.isEmpty, name.utf8.count <= 63 else { return nil }
        self.name = name
    }

    /// The name in double quotation marks.
    var quoted: String { "\"\(name)\"" }
}
