/// Those of 65,536 indexes that are in a set, never none, in the smallest of three forms.
///
/// Equal sets have equal forms.
enum PatientContainer: Sendable, Hashable {
    /// Sorted.
    case list([UInt16])
    /// 1,024 words.
    case bits([UInt64])
    /// First and last of each run, sorted, none next to another.
    case runs([Run])

    struct Run: Sendable, Hashable {
        let first: UInt16
        let last: UInt16

        var count: Int { Int(last) - Int(first) + 1 }
    }

    static let words = 1_024
    /// A list takes two bytes an index, a bitmap 8,192 bytes, a run four bytes.
    private static let longestList = 4_096

    init(run first: Int, to last: Int) {
        let run = Run(first: UInt16(first), last: UInt16(last))
        self = PatientContainer.isBestAsRuns(1, run.count) ? .runs([run]) : .list((first...last).map { UInt16($0) })
    }

    /// - Parameter values: each once; nil when there is none.
    init?(sorted values: [UInt16]) {
        guard !values.isEmpty else { return nil }
        var runs = 1
        for index in values.indices.dropFirst() where values[index] != values[index - 1] &+ 1 { runs += 1 }
        if PatientContainer.isBestAsRuns(runs, values.count) {
            self = .runs(PatientContainer.runs(values))
        } else if values.count <= PatientContainer.longestList {
            self = .list(values)
        } else {
            var words = [UInt64](repeating: 0, count: PatientContainer.words)
            for value in values { words[Int(value) >> 6] |= 1 << (UInt64(value) & 63) }
            self = .bits(words)
        }
    }

    /// - Parameter words: 1,024; nil when no bit is set.
    init?(bits words: some Sequence<UInt64>) {
        let words = Array(words)
        var (count, runs) = (0, 0)
        var carry: UInt64 = 0
        for word in words {
            count += word.nonzeroBitCount
            // A run begins wherever the bit before is not set.
            runs += (word & ~(word << 1 | carry)).nonzeroBitCount
            carry = word >> 63
        }
        guard count > 0 else { return nil }
        let isBestAsRuns = PatientContainer.isBestAsRuns(runs, count)
        guard isBestAsRuns || count <= PatientContainer.longestList else {
            self = .bits(words)
            return
        }
        let values = PatientContainer.values(words, count)
        self = isBestAsRuns ? .runs(PatientContainer.runs(values)) : .list(values)
    }

    var count: Int {
        switch self {
        case .list(let values): values.count
        case .bits(let words): words.reduce(0) { $0 + $1.nonzeroBitCount }
        case .runs(let runs): runs.reduce(0) { $0 + $1.count }
        }
    }

    var bytes: Int {
        switch self {
        case .list(let values): 2 * values.count
        case .bits: 8 * PatientContainer.words
        case .runs(let runs): 4 * runs.count
        }
    }

    func contains(_ value: UInt16) -> Bool {
        switch self {
        case .list(let values):
            let place = PatientContainer.first(in: values) { $0 >= value }
            return place < values.count && values[place] == value
        case .bits(let words): return words[Int(value) >> 6] & (1 << (UInt64(value) & 63)) != 0
        case .runs(let runs):
            let place = PatientContainer.first(in: runs) { $0.last >= value }
            return place < runs.count && runs[place].first <= value
        }
    }

    func union(_ other: PatientContainer) -> PatientContainer? {
        if isWhole { return self }
        if other.isWhole { return other }
        if case .list(let left) = self, case .list(let right) = other { return PatientContainer(sorted: merged(left, right)) }
        return PatientContainer(bits: zip(bitmap, other.bitmap).lazy.map { $0 | $1 })
    }

    func intersection(_ other: PatientContainer) -> PatientContainer? {
        if isWhole { return other }
        if other.isWhole { return self }
        if case .list(let left) = self { return PatientContainer(sorted: left.filter(other.contains)) }
        if case .list(let right) = other { return PatientContainer(sorted: right.filter(contains)) }
        return PatientContainer(bits: zip(bitmap, other.bitmap).lazy.map { $0 & $1 })
    }

    func subtracting(_ other: PatientContainer) -> PatientContainer? {
        if other.isWhole { return nil }
        if case .list(let left) = self { return PatientContainer(sorted: left.filter { !other.contains($0) }) }
        return PatientContainer(bits: zip(bitmap, other.bitmap).lazy.map { $0 & ~$1 })
    }

    // MARK: Forms

    private var isWhole: Bool { self == .runs([Run(first: 0, last: .max)]) }

    private var bitmap: [UInt64] {
        var words = [UInt64](repeating: 0, count: PatientContainer.words)
        switch self {
        case .bits(let own): return own
        case .list(let values): for value in values { words[Int(value) >> 6] |= 1 << (UInt64(value) & 63) }
        case .runs(let runs):
            for run in runs {
                let (first, last) = (Int(run.first), Int(run.last))
                for word in (first >> 6)...(last >> 6) {
                    let low = Swift.max(first - (word << 6), 0)
                    let high = Swift.min(last - (word << 6), 63)
                    words[word] |= (UInt64.max >> UInt64(63 - (high - low))) << UInt64(low)
                }
            }
        }
        return words
    }

    private static func isBestAsRuns(_ runs: Int, _ count: Int) -> Bool { 4 * runs < Swift.min(2 * count, 8 * words) }

    private static func values(_ words: [UInt64], _ count: Int) -> [UInt16] {
        var values: [UInt16] = []
        values.reserveCapacity(count)
        for (index, word) in words.enumerated() {
            var left = word
            while left != 0 {
                values.append(UInt16(index << 6 | left.trailingZeroBitCount))
                left &= left - 1
            }
        }
        return values
    }

    private static func runs(_ values: [UInt16]) -> [Run] {
        var runs: [Run] = []
        guard var first = values.first else { return [] }
        var last = first
        for value in values.dropFirst() {
            if value != last &+ 1 {
                runs.append(Run(first: first, last: last))
                first = value
            }
            last = value
        }
        runs.append(Run(first: first, last: last))
        return runs
    }

    private func merged(_ left: [UInt16], _ right: [UInt16]) -> [UInt16] {
        var merged: [UInt16] = []
        merged.reserveCapacity(left.count + right.count)
        var (one, two) = (0, 0)
        while one < left.count, two < right.count {
            if left[one] < right[two] {
                merged.append(left[one])
                one += 1
            } else {
                if left[one] == right[two] { one += 1 }
                merged.append(right[two])
                two += 1
            }
        }
        return merged + left[one...] + right[two...]
    }

    /// The place of the first element for which something holds that then holds for all behind it.
    private static func first<Element>(in elements: [Element], where holds: (Element) -> Bool) -> Int {
        var (low, high) = (0, elements.count)
        while low < high {
            let middle = (low + high) / 2
            if holds(elements[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}

extension PatientContainer: Sequence {
    /// Ascending.
    func makeIterator() -> Iterator { Iterator(self) }

    struct Iterator: IteratorProtocol {
        private let container: PatientContainer
        private var place = 0
        /// Of a bitmap, the bits of the word that are left; of runs, how far in the run.
        private var rest: UInt64 = 0

        fileprivate init(_ container: PatientContainer) {
            self.container = container
            if case .bits(let words) = container { rest = words[0] }
        }

        mutating func next() -> UInt16? {
            switch container {
            case .list(let values):
                guard place < values.count else { return nil }
                place += 1
                return values[place - 1]
            case .bits(let words):
                while rest == 0 {
                    place += 1
                    guard place < words.count else { return nil }
                    rest = words[place]
                }
                let bit = rest.trailingZeroBitCount
                rest &= rest - 1
                return UInt16(place << 6 | bit)
            case .runs(let runs):
                guard place < runs.count else { return nil }
                let value = Int(runs[place].first) + Int(rest)
                if value == Int(runs[place].last) {
                    place += 1
                    rest = 0
                } else {
                    rest += 1
                }
                return UInt16(value)
            }
        }
    }
}
