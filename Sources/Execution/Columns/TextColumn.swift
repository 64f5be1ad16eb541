/// Texts one after the other in one piece of memory.
struct TextColumn: Sendable {
    private var bytes: [UInt8] = []
    /// Where each text ends.
    private var ends: [Int] = []

    var count: Int { ends.count }
    /// How much memory it takes, about, in bytes.
    var size: Int { bytes.count + 8 * ends.count }

    mutating func append(_ text: String) {
        bytes.append(contentsOf: text.utf8)
        ends.append(bytes.count)
    }

    subscript(row: Int) -> String { String(decoding: slice(row), as: UTF8.self) }

    private func slice(_ row: Int) -> ArraySlice<UInt8> { bytes[(row == 0 ? 0 : ends[row - 1])..<ends[row]] }

    /// The same texts in another order.
    func reordered(_ order: [Int32]) -> TextColumn {
        var column = TextColumn()
        column.bytes.reserveCapacity(order.count == ends.count ? bytes.count : 0)
        column.ends.reserveCapacity(order.count)
        for row in order {
            column.bytes.append(contentsOf: slice(Int(row)))
            column.ends.append(column.bytes.count)
        }
        return column
    }

    func areEqual(_ left: Int, _ right: Int) -> Bool { slice(left) == slice(right) }

    /// Whether a text comes before another, as Swift compares them.
    func isOrdered(_ left: Int, before right: Int) -> Bool { self[left] < self[right] }
}
