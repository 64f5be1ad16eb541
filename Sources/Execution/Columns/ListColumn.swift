/// Lists of texts, all in one piece of memory; nothing is held as long as every list is empty.
struct ListColumn: Sendable {
    private var texts = TextColumn()
    /// Where each list ends, counted in texts; empty as long as every list is.
    private var ends: [Int32] = []
    private var count = 0

    var size: Int { texts.size + 4 * ends.count }

    subscript(row: Int) -> [String] { ends.isEmpty ? [] : range(row).map { texts[$0] } }

    private func range(_ row: Int) -> Range<Int> { (row == 0 ? 0 : Int(ends[row - 1]))..<Int(ends[row]) }

    mutating func append(_ list: [String]) {
        if !list.isEmpty, ends.isEmpty { ends = [Int32](repeating: 0, count: count) }
        for text in list { texts.append(text) }
        if !list.isEmpty || !ends.isEmpty { ends.append(Int32(texts.count)) }
        count += 1
    }

    /// The same lists in another order.
    /// - Parameter added: by row, texts that its list has as well.
    func reordered(_ order: [Int32], adding added: [Int32: [String]] = [:]) -> ListColumn {
        guard !ends.isEmpty || !added.isEmpty else { return self }
        var column = ListColumn()
        var places: [Int32] = []
        guard added.isEmpty else {
            for row in order { column.append(added[row].map { Set(self[Int(row)] + $0).sorted() } ?? self[Int(row)]) }
            return column
        }
        places.reserveCapacity(texts.count)
        for row in order {
            for text in range(Int(row)) { places.append(Int32(text)) }
            column.ends.append(Int32(places.count))
        }
        column.texts = texts.reordered(places)
        column.count = order.count
        return column
    }
}
