import RDF

/// Rows found by the values of some of their slots, all of which they bind.
struct RowIndex {
    let rows: Rows
    private let keys: [Slot]
    /// By hash of the key, the last row with it.
    private var heads: [UInt64: Int32] = [:]
    /// By row, the row before it with the same hash; -1 for none.
    private var previous: [Int32] = []

    init(_ rows: Rows, keys: [Slot]) {
        self.rows = rows
        self.keys = keys
        previous.reserveCapacity(rows.count)
        if keys.isEmpty { return }
        heads.reserveCapacity(rows.count)
        for row in 0..<rows.count {
            let hash = hash(rows, row)
            previous.append(heads.updateValue(Int32(row), forKey: hash) ?? -1)
        }
    }

    /// Keys of one and of two slots are themselves; of more, candidates may differ.
    private func hash(_ rows: Rows, _ row: Int) -> UInt64 {
        var hash: UInt64 = 0
        for slot in keys {
            let value = UInt64(UInt32(bitPattern: rows[row, slot]))
            hash = keys.count <= 2 ? hash << 32 | value : (hash &* 0x9E37_79B9_7F4A_7C15) ^ (value &* 0xC2B2_AE3D_27D4_EB4F)
        }
        return hash
    }

    /// The rows that may be compatible with another that binds the same slots.
    func candidates(for other: Rows, _ row: Int) -> Candidates {
        keys.isEmpty
            ? Candidates(index: self, current: Int32(rows.count) - 1, isChained: false)
            : Candidates(index: self, current: heads[hash(other, row)] ?? -1, isChained: true)
    }

    struct Candidates: Sequence, IteratorProtocol {
        fileprivate let index: RowIndex
        fileprivate var current: Int32
        fileprivate let isChained: Bool

        mutating func next() -> Int? {
            guard current >= 0 else { return nil }
            let row = Int(current)
            current = isChained ? index.previous[row] : current - 1
            return row
        }
    }
}

extension Rows {
    /// Adds the values that a row of others has for some slots to the last row; false when one of them is another.
    mutating func merge(_ other: Rows, _ row: Int, _ slots: [Slot]) -> Bool {
        for slot in slots {
            let value = other[row, slot]
            if value == unbound { continue }
            let known = self[last: slot]
            if known == unbound { self[last: slot] = value } else if known != value { return false }
        }
        return true
    }
}
