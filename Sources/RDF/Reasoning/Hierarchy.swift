/// The steps upwards that some predicates of a graph are, as arrays of integers: ancestors and descendants of a term, and why.
///
/// Where a ``Reasoner`` infers everything that follows, this answers one question about one relation, such as all narrower concepts of one,
/// by a search that needs a mark for each term. Cycles are no trouble: a term is not its own ancestor unless a cycle makes it so.
public struct Hierarchy: Sendable {
    /// A step from a term to one above it, and the triple that says so.
    public struct Step: Hashable, Sendable {
        public let lower: Graph.TermID
        public let upper: Graph.TermID
        public let reason: Graph.EncodedTriple
    }

    /// By term, where its neighbours start in the array of all.
    ///
    /// INVARIANT: there is one start more than terms, they ascend to the number of ends, and every end is a term.
    private struct Arcs: Sendable {
        var starts: [Int32]
        var ends: [Graph.TermID]

        /// - Parameter forEachPair: calls a function with every step's two terms, and does so alike each time.
        init(termCount: Int, _ forEachPair: ((_ from: Graph.TermID, _ to: Graph.TermID) -> Void) -> Void) {
            var next = [Int32](repeating: 0, count: termCount + 2)
            // Two places further: when each step has been put into its place, the starts are those of the terms.
            forEachPair { from, _ in next[Int(from) + 2] += 1 }
            for index in 2..<(termCount + 2) { next[index] += next[index - 1] }
            var ends = [Graph.TermID](repeating: 0, count: Int(next[termCount + 1]))
            forEachPair { from, to in
                ends[Int(next[Int(from) + 1])] = to
                next[Int(from) + 1] += 1
            }
            next.removeLast()
            starts = next
            self.ends = ends
        }
    }

    private let graph: Graph
    private let upward: [Graph.TermID]
    private let downward: [Graph.TermID]
    private let up: Arcs
    private let lowerArcs = OnDemand<Arcs>()

    /// - Parameters:
    ///   - upward: predicates whose object is above the subject, such as `rdfs:subClassOf` and `skos:broader`.
    ///   - downward: predicates whose subject is above the object, such as `skos:narrower`. A predicate of both kinds, such as
    ///     `owl:equivalentClass`, makes its ends each other's ancestors.
    public init(_ graph: Graph, upward: [String], downward: [String] = []) {
        self.graph = graph
        let (upward, downward) = (upward.compactMap { graph.id(of: .iri($0)) }, downward.compactMap { graph.id(of: .iri($0)) })
        (self.upward, self.downward) = (upward, downward)
        up = Arcs(termCount: graph.terms.count) { Self.forEachStep(graph, upward, downward, $0) }
    }

    /// The steps downwards; many questions need none.
    private var down: Arcs {
        lowerArcs.value {
            Arcs(termCount: graph.terms.count) { body in Self.forEachStep(graph, upward, downward) { body($1, $0) } }
        }
    }

    private static func forEachStep(
        _ graph: Graph, _ upward: [Graph.TermID], _ downward: [Graph.TermID], _ body: (_ lower: Graph.TermID, _ upper: Graph.TermID) -> Void
    ) {
        for predicate in upward { for triple in graph.slice(predicate: predicate) { body(triple.subject, triple.object) } }
        for predicate in downward { for triple in graph.slice(predicate: predicate) { body(triple.object, triple.subject) } }
    }

    /// Everything above a term, nearest first.
    public func ancestors(of term: Graph.TermID) -> [Graph.TermID] {
        var search = Search(termCount: graph.terms.count)
        search.run(from: term, up)
        return Array(search.found)
    }

    /// Everything below a term, nearest first.
    public func descendants(of term: Graph.TermID) -> [Graph.TermID] {
        var search = Search(termCount: graph.terms.count)
        search.run(from: term, down)
        return Array(search.found)
    }

    /// Calls a function with every term that has something above it, and all that is, nearest first.
    public func forEachClosure(_ body: (_ term: Graph.TermID, _ ancestors: ArraySlice<Graph.TermID>) -> Void) {
        var search = Search(termCount: graph.terms.count)
        let up = up
        for term in 0..<graph.terms.count where up.starts[term] < up.starts[term + 1] {
            search.run(from: Graph.TermID(term), up)
            body(Graph.TermID(term), search.found)
        }
    }

    /// A shortest way from a term to an ancestor, step by step; nil when there is none.
    public func steps(from lower: Graph.TermID, to upper: Graph.TermID) -> [Step]? {
        var before: [Graph.TermID: Graph.TermID] = [:]
        var queue = [lower]
        var next = 0
        while next < queue.count, before[upper] == nil {
            let node = queue[next]
            next += 1
            for index in up.starts[Int(node)]..<up.starts[Int(node) + 1] {
                let above = up.ends[Int(index)]
                if before[above] == nil {
                    before[above] = node
                    queue.append(above)
                }
            }
        }
        guard before[upper] != nil else { return nil }
        var steps: [Step] = []
        var node = upper
        repeat {
            guard let previous = before[node], let reason = reason(previous, node) else { return nil }
            steps.append(Step(lower: previous, upper: node, reason: reason))
            node = previous
        } while node != lower
        return steps.reversed()
    }

    private func reason(_ lower: Graph.TermID, _ upper: Graph.TermID) -> Graph.EncodedTriple? {
        let candidates =
            upward.map { Graph.EncodedTriple(subject: lower, predicate: $0, object: upper) }
            + downward.map { Graph.EncodedTriple(subject: upper, predicate: $0, object: lower) }
        return candidates.first(where: graph.contains)
    }

    /// A breadth-first search whose marks and memory serve the next one.
    private struct Search {
        private var marks: [Int32]
        private var queue: [Graph.TermID]
        private var round: Int32 = 0
        private var count = 0

        init(termCount: Int) {
            marks = [Int32](repeating: 0, count: termCount)
            queue = [Graph.TermID](repeating: 0, count: termCount)
        }

        /// What the last run reached.
        var found: ArraySlice<Graph.TermID> { queue[..<count] }

        mutating func run(from start: Graph.TermID, _ arcs: Arcs) {
            round += 1
            count = Self.run(from: start, arcs, round, &marks, &queue)
        }

        /// Every term is queued once at most, so the queue is as long as there are terms; so are the marks.
        private static func run(
            from start: Graph.TermID, _ arcs: Arcs, _ round: Int32, _ marks: inout [Int32], _ queue: inout [Graph.TermID]
        ) -> Int {
            unsafe arcs.starts.withUnsafeBufferPointer { starts in
                unsafe arcs.ends.withUnsafeBufferPointer { ends in
                    unsafe marks.withUnsafeMutableBufferPointer { marks in
                        unsafe queue.withUnsafeMutableBufferPointer { queue in
                            var node = Int(start)
                            var next = 0
                            var count = 0
                            while true {
                                var index = unsafe Int(starts[node])
                                let last = unsafe Int(starts[node + 1])
                                while index < last {
                                    let end = unsafe ends[index]
                                    index += 1
                                    guard unsafe marks[Int(end)] != round else { continue }
                                    unsafe marks[Int(end)] = round
                                    unsafe queue[count] = end
                                    count += 1
                                }
                                guard next < count else { return count }
                                node = unsafe Int(queue[next])
                                next += 1
                            }
                        }
                    }
                }
            }
        }
    }
}
