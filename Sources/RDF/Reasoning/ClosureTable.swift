/// Everything above and below each term by one predicate of one graph, worked out once, so that a closure is read and not searched.
///
/// Like the graph that it was made of, it never changes; of a graph that gains or loses a triple another table has to be made, and
/// ``isOf(_:)`` tells whose it is.
public struct ClosureTable: Sendable {
    /// By term, where its relatives start in the array of all.
    ///
    /// INVARIANT: there is one start more than terms, and they ascend to the number of ends; those of one term are sorted.
    private struct Rows: Sendable {
        var starts: [Int32]
        var ends: [Graph.TermID]

        subscript(term: Graph.TermID) -> ArraySlice<Graph.TermID> {
            guard term >= 0, Int(term) + 1 < starts.count else { return [] }
            return ends[Int(starts[Int(term)])..<Int(starts[Int(term) + 1])]
        }
    }

    private let graph: Graph
    /// The predicate whose closure it is.
    public let predicate: Graph.TermID
    private let upper: Rows
    private let lower: Rows

    /// - Parameters:
    ///   - predicate: the IRI of a predicate that leads from a term to one above it, such as `skos:broader`.
    ///   - maximumPairs: nil is the result where a term and one above it make more pairs than these.
    public init?(_ graph: Graph, predicate: String, maximumPairs: Int = 20_000_000) {
        guard let predicate = graph.id(of: .iri(predicate)), graph.count(predicate: predicate) > 0,
            let upper = Self.closure(of: predicate, in: graph, maximumPairs)
        else { return nil }
        (self.graph, self.predicate, self.upper) = (graph, predicate, upper)
        lower = Self.transposed(upper)
    }

    /// Whether it is the closure of this very graph, not of another or of an earlier state.
    public func isOf(_ graph: Graph) -> Bool { self.graph.storage === graph.storage }

    /// What can be reached from a term by one step or more, sorted; the term itself where a cycle leads back to it.
    public func above(_ term: Graph.TermID) -> ArraySlice<Graph.TermID> { upper[term] }

    /// That from which a term can be reached by one step or more, sorted.
    public func below(_ term: Graph.TermID) -> ArraySlice<Graph.TermID> { lower[term] }

    /// Whether a term can be reached from another by one step or more.
    public func isAbove(_ term: Graph.TermID, _ other: Graph.TermID) -> Bool {
        let found = upper[other]
        var (low, high) = (found.startIndex, found.endIndex)
        while low < high {
            let middle = (low + high) / 2
            if found[middle] < term { low = middle + 1 } else { high = middle }
        }
        return low < found.endIndex && found[low] == term
    }

    /// The number of pairs.
    public var count: Int { upper.ends.count }

    private static func closure(of predicate: Graph.TermID, in graph: Graph, _ maximumPairs: Int) -> Rows? {
        let termCount = graph.terms.count
        var hasSteps = [Bool](repeating: false, count: termCount)
        for triple in graph.slice(predicate: predicate) { hasSteps[Int(triple.subject)] = true }
        var marks = [Int32](repeating: -1, count: termCount)
        var rows = Rows(starts: [], ends: [])
        rows.starts.reserveCapacity(termCount + 1)
        var queue: [Graph.TermID] = []
        for term in 0..<Int32(termCount) {
            rows.starts.append(Int32(rows.ends.count))
            guard hasSteps[Int(term)] else { continue }
            queue.removeAll(keepingCapacity: true)
            var next = -1
            while next < queue.count {
                let node = next < 0 ? term : queue[next]
                next += 1
                guard hasSteps[Int(node)] else { continue }
                for triple in graph.slice(subject: node, predicate: predicate) where marks[Int(triple.object)] != term {
                    marks[Int(triple.object)] = term
                    queue.append(triple.object)
                }
            }
            guard rows.ends.count + queue.count <= maximumPairs else { return nil }
            rows.ends += queue.sorted()
        }
        rows.starts.append(Int32(rows.ends.count))
        return rows
    }

    private static func transposed(_ rows: Rows) -> Rows {
        let termCount = rows.starts.count - 1
        var next = [Int32](repeating: 0, count: termCount + 2)
        // Two places further: when each end has been put into its place, the starts are those of the terms.
        for end in rows.ends { next[Int(end) + 2] += 1 }
        for index in 2..<(termCount + 2) { next[index] += next[index - 1] }
        var ends = [Graph.TermID](repeating: 0, count: rows.ends.count)
        for term in 0..<Int32(termCount) {
            for end in rows[term] {
                ends[Int(next[Int(end) + 1])] = term
                next[Int(end) + 1] += 1
            }
        }
        next.removeLast()
        return Rows(starts: next, ends: ends)
    }
}
