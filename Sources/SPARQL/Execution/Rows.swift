import RDF

/// Solutions as numbers of terms, one row of slots after the other.
struct Rows: Sendable {
    let width: Int
    private(set) var values: [TermID] = []
    private(set) var count = 0

    /// - Parameter width: the number of slots, at least one.
    init(width: Int) { self.width = width }

    /// The one solution that binds nothing.
    static func unit(width: Int) -> Rows {
        var rows = Rows(width: width)
        rows.appendUnbound()
        return rows
    }

    var isEmpty: Bool { count == 0 }

    subscript(row: Int, slot: Slot) -> TermID {
        get { values[row * width + slot] }
        set { values[row * width + slot] = newValue }
    }

    /// The last row's value.
    subscript(last slot: Slot) -> TermID {
        get { values[(count - 1) * width + slot] }
        set { values[(count - 1) * width + slot] = newValue }
    }

    mutating func appendUnbound() {
        values.append(contentsOf: repeatElement(unbound, count: width))
        count += 1
    }

    mutating func append(_ other: Rows, _ row: Int) {
        values.append(contentsOf: other.values[row * width..<(row + 1) * width])
        count += 1
    }

    mutating func append(_ other: Rows) {
        values.append(contentsOf: other.values)
        count += other.count
    }

    mutating func removeLast() {
        values.removeLast(width)
        count -= 1
    }

    mutating func removeAll() {
        values.removeAll(keepingCapacity: true)
        count = 0
    }

    /// The rows from one place to another.
    func part(_ range: Range<Int>) -> Rows {
        var rows = Rows(width: width)
        rows.values = Array(values[range.lowerBound * width..<range.upperBound * width])
        rows.count = range.count
        return rows
    }
}

/// One row among others.
struct Solution {
    let rows: Rows
    let row: Int

    subscript(slot: Slot) -> TermID { rows[row, slot] }
}
