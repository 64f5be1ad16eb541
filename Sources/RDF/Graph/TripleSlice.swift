/// The triples that match a pattern, as a part of one of a graph's three orders: nothing is copied, and its size is known at once.
///
/// The components that the pattern fixes come first in the order; the slice is sorted by those that follow. So a slice can be
/// narrowed by its next component, and two slices can be joined by walking along both.
public struct TripleSlice: RandomAccessCollection, Sendable {
    /// The orders in which a graph keeps its triples, named by their components.
    public enum Order: Sendable { case subjectPredicateObject, predicateObjectSubject, objectSubjectPredicate }

    private let storage: GraphStorage
    public let order: Order
    /// How many components, from the first of the order on, are equal in all triples of the slice.
    public let fixedCount: Int
    /// The first component where it is fixed.
    private let first: Graph.TermID
    public let startIndex: Int
    public let endIndex: Int

    private init(_ storage: GraphStorage, _ order: Order, fixedCount: Int, first: Graph.TermID, _ range: Range<Int>) {
        self.storage = storage
        self.order = order
        self.fixedCount = fixedCount
        self.first = first
        startIndex = range.lowerBound
        endIndex = range.upperBound
    }

    /// Everything, in an order.
    init(_ storage: GraphStorage, _ order: Order) {
        self.init(storage, order, fixedCount: 0, first: -1, 0..<storage.layout.tripleCount)
    }

    private var index: GraphStorage.Index {
        switch order {
        case .subjectPredicateObject: storage.bySubject
        case .predicateObjectSubject: storage.byPredicate
        case .objectSubjectPredicate: storage.byObject
        }
    }

    public subscript(position: Int) -> Graph.EncodedTriple {
        precondition(position >= startIndex && position < endIndex, "outside of the slice")
        let pair = unsafe index.pairs[position]
        return Self.triple(order, fixedCount == 0 ? firstComponent(at: position) : first, pair)
    }

    public func makeIterator() -> Iterator { Iterator(self) }

    /// Walks along the slice; it does not look the first component up for each triple.
    public struct Iterator: IteratorProtocol, Sendable {
        private let slice: TripleSlice
        private var position: Int
        private var first: Graph.TermID
        private var endOfFirst: Int

        init(_ slice: TripleSlice) {
            self.slice = slice
            position = slice.startIndex
            first = slice.first
            endOfFirst = slice.fixedCount == 0 ? 0 : slice.endIndex
        }

        public mutating func next() -> Graph.EncodedTriple? {
            guard position < slice.endIndex else { return nil }
            while position >= endOfFirst {
                first += 1
                endOfFirst = unsafe Int(slice.index.starts[Int(first) + 1])
            }
            defer { position += 1 }
            return unsafe TripleSlice.triple(slice.order, first, slice.index.pairs[position])
        }
    }

    private static func triple(_ order: Order, _ first: Graph.TermID, _ pair: GraphStorage.Pair) -> Graph.EncodedTriple {
        let (second, third) = (Graph.TermID(bitPattern: pair.second), Graph.TermID(bitPattern: pair.third))
        return switch order {
        case .subjectPredicateObject: Graph.EncodedTriple(subject: first, predicate: second, object: third)
        case .predicateObjectSubject: Graph.EncodedTriple(subject: third, predicate: first, object: second)
        case .objectSubjectPredicate: Graph.EncodedTriple(subject: second, predicate: third, object: first)
        }
    }
}

// MARK: - Joins

extension TripleSlice {
    /// The first component that is not fixed, at a place of the slice; ascending along it. With all fixed, the last component.
    public func key(at position: Int) -> Graph.TermID {
        precondition(position >= startIndex && position < endIndex, "outside of the slice")
        switch fixedCount {
        case 0: return firstComponent(at: position)
        case 1: return unsafe Graph.TermID(bitPattern: index.pairs[position].second)
        default: return unsafe Graph.TermID(bitPattern: index.pairs[position].third)
        }
    }

    /// The first place, from another on, whose ``key(at:)`` is not less than a number; ``endIndex`` when there is none.
    ///
    /// The steps double until they are too long, so that walking along two slices costs little where one is much shorter.
    public func position(from start: Int, whereKeyIsAtLeast key: Graph.TermID) -> Int {
        var step = 1
        var low = start
        while low + step < endIndex, self.key(at: low + step) < key {
            low += step
            step *= 2
        }
        return partition(low, Swift.min(low + step, endIndex)) { self.key(at: $0) < key }
    }

    /// The triples of the slice that have this as their first component that is not fixed.
    public func narrowed(to key: Graph.TermID) -> TripleSlice {
        switch fixedCount {
        case 0:
            guard key >= 0, Int(key) < storage.layout.termCount else { return empty }
            let range = unsafe Int(index.starts[Int(key)])..<Int(index.starts[Int(key) + 1])
            return TripleSlice(storage, order, fixedCount: 1, first: key, range)
        case 1, 2:
            let lower = partition(startIndex, endIndex) { self.key(at: $0) < key }
            let upper = partition(lower, endIndex) { self.key(at: $0) <= key }
            return TripleSlice(storage, order, fixedCount: fixedCount + 1, first: first, lower..<upper)
        default: return key == (isEmpty ? nil : self.key(at: startIndex)) ? self : empty
        }
    }

    private var empty: TripleSlice {
        TripleSlice(storage, order, fixedCount: Swift.max(fixedCount, 1), first: first, startIndex..<startIndex)
    }

    /// The first place at which a condition holds no more, which holds at no later one; the end when it always holds.
    private func partition(_ start: Int, _ end: Int, while holds: (Int) -> Bool) -> Int {
        var low = start
        var high = end
        while low < high {
            let middle = low + (high - low) / 2
            if holds(middle) { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// The first component of the order at a place: the last whose triples start not behind it.
    private func firstComponent(at position: Int) -> Graph.TermID {
        let after = partition(0, storage.layout.termCount) { unsafe Int(index.starts[$0 + 1]) <= position }
        return Graph.TermID(after)
    }
}
