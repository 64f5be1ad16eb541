/// Something that few kinds of events have: nothing is held as long as none has it.
struct SparseColumn<Value: Sendable>: Sendable {
    private var values: [Value] = []
    private var count = 0
    private let absent: Value

    init(absent: Value) { self.absent = absent }

    var size: Int { values.count * MemoryLayout<Value>.stride }

    subscript(row: Int) -> Value { values.isEmpty ? absent : values[row] }

    /// - Parameter value: nil where there is none.
    mutating func append(_ value: Value?) {
        if let value {
            if values.isEmpty { values = [Value](repeating: absent, count: count) }
            values.append(value)
        } else if !values.isEmpty {
            values.append(absent)
        }
        count += 1
    }

    func reordered(_ order: [Int32]) -> SparseColumn<Value> {
        guard !values.isEmpty else { return self }
        var column = self
        column.values = order.map { values[Int($0)] }
        return column
    }
}
