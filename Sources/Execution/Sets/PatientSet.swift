/// A set of patients, by index, as a compressed bitmap.
///
/// Of every 65,536 indexes those that are in the set are held as whatever is smallest: a sorted list, a bitmap, or runs (Lemire,
/// Ssi-Yan-Kai and Kaser 2016, "Consistently faster and smaller compressed bitmaps with Roaring"). So all patients of a node take some
/// bytes, a few of them two bytes each, and none takes more than a bit.
struct PatientSet: Sendable, Hashable {
    /// The indexes with the same upper bits.
    struct Chunk: Sendable, Hashable {
        /// An index divided by 65,536.
        let key: Int
        /// INVARIANT: never empty.
        let container: PatientContainer
    }

    /// INVARIANT: sorted by key, each key once.
    private(set) var chunks: [Chunk]

    init() { chunks = [] }

    init(_ range: Range<Int>) {
        var chunks: [Chunk] = []
        var start = range.lowerBound
        while start < range.upperBound {
            let key = start >> 16
            let end = Swift.min(range.upperBound, (key + 1) << 16)
            chunks.append(Chunk(key: key, container: PatientContainer(run: start & 0xFFFF, to: (end - 1) & 0xFFFF)))
            start = end
        }
        self.chunks = chunks
    }

    /// Of indexes in any order, each any number of times.
    /// - Parameter limit: above every index.
    init(_ indexes: some Sequence<Int32>, below limit: Int) {
        var words = [UInt64](repeating: 0, count: (limit + 63) / 64)
        for index in indexes { words[Int(index) >> 6] |= 1 << (UInt64(index) & 63) }
        var chunks: [Chunk] = []
        for start in stride(from: 0, to: words.count, by: PatientContainer.words) {
            let part = words[start..<Swift.min(words.count, start + PatientContainer.words)]
            let padding = repeatElement(UInt64(0), count: PatientContainer.words - part.count)
            guard let container = PatientContainer(bits: Array(part) + padding) else { continue }
            chunks.append(Chunk(key: start / PatientContainer.words, container: container))
        }
        self.chunks = chunks
    }

    private init(chunks: [Chunk]) { self.chunks = chunks }

    var isEmpty: Bool { chunks.isEmpty }
    var count: Int { chunks.reduce(0) { $0 + $1.container.count } }
    /// How much memory it takes, about, in bytes.
    var bytes: Int { chunks.reduce(0) { $0 + 32 + $1.container.bytes } }

    func contains(_ index: Int) -> Bool {
        let key = index >> 16
        var (low, high) = (0, chunks.count)
        while low < high {
            let middle = (low + high) / 2
            if chunks[middle].key < key { low = middle + 1 } else { high = middle }
        }
        return low < chunks.count && chunks[low].key == key && chunks[low].container.contains(UInt16(index & 0xFFFF))
    }

    func union(_ other: PatientSet) -> PatientSet { combined(with: other, keepsLeft: true, keepsRight: true) { $0.union($1) } }

    func intersection(_ other: PatientSet) -> PatientSet {
        combined(with: other, keepsLeft: false, keepsRight: false) { $0.intersection($1) }
    }

    func subtracting(_ other: PatientSet) -> PatientSet {
        combined(with: other, keepsLeft: true, keepsRight: false) { $0.subtracting($1) }
    }

    private func combined(
        with other: PatientSet, keepsLeft: Bool, keepsRight: Bool, _ combine: (PatientContainer, PatientContainer) -> PatientContainer?
    ) -> PatientSet {
        var result: [Chunk] = []
        result.reserveCapacity(Swift.max(chunks.count, other.chunks.count))
        var (left, right) = (0, 0)
        while left < chunks.count, right < other.chunks.count {
            let (one, two) = (chunks[left], other.chunks[right])
            if one.key < two.key {
                if keepsLeft { result.append(one) }
                left += 1
            } else if two.key < one.key {
                if keepsRight { result.append(two) }
                right += 1
            } else {
                if let both = combine(one.container, two.container) { result.append(Chunk(key: one.key, container: both)) }
                left += 1
                right += 1
            }
        }
        if keepsLeft { result += chunks[left...] }
        if keepsRight { result += other.chunks[right...] }
        return PatientSet(chunks: result)
    }

    /// Makes a set of indexes that come in ascending order.
    struct Builder {
        private var chunks: [Chunk] = []
        private var key = 0
        private var values: [UInt16] = []

        /// - Parameter index: above all that came before.
        mutating func append(_ index: Int) {
            if index >> 16 != key { close() }
            key = index >> 16
            values.append(UInt16(index & 0xFFFF))
        }

        private mutating func close() {
            if let container = PatientContainer(sorted: values) { chunks.append(Chunk(key: key, container: container)) }
            values.removeAll(keepingCapacity: true)
        }

        consuming func set() -> PatientSet {
            close()
            return PatientSet(chunks: chunks)
        }
    }
}

extension PatientSet: Sequence {
    /// The indexes, ascending.
    func makeIterator() -> Iterator { Iterator(chunks) }

    struct Iterator: IteratorProtocol {
        private let chunks: [Chunk]
        private var chunk = 0
        private var values: PatientContainer.Iterator?

        fileprivate init(_ chunks: [Chunk]) {
            self.chunks = chunks
            values = chunks.first?.container.makeIterator()
        }

        mutating func next() -> Int? {
            while values != nil {
                if let value = values?.next() { return chunks[chunk].key << 16 | Int(value) }
                chunk += 1
                values = chunk < chunks.count ? chunks[chunk].container.makeIterator() : nil
            }
            return nil
        }
    }
}
