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
    private struct Arcs: Sendable {
        var starts: [Int32]
        var ends: [Graph.TermID]

        init(_ pairs: [(from: Graph.TermID, to: Graph.TermID)], termCount: Int) {
            starts = [Int32](repeating: 0, count: termCount + 1)
            for pair in pairs { starts[Int(pair.from) + 1] += 1 }
            for index in 0..<termCount { starts[index + 1] += starts[index] }
            ends = [Graph.TermID](repeating: 0, count: pairs.count)
            var next = starts
            for pair in pairs {
                ends[Int(next[Int(pair.from)])] = pair.to
                next[Int(pair.from)] += 1
            }
        }
    }

    private let graph: Graph
    private let upward: [Graph.TermID]
    private let downward: [Graph.TermID]
    private let up: Arcs
    private let down: Arcs

    /// - Parameters:
    ///   - upward: predicates whose object is above the subject, such as `rdfs:subClassOf` and `skos:broader`.
    ///   - downward: predicates whose subject is above the object, such as `skos:narrower`. A predicate of both kinds, such as
    ///     `owl:equivalentClass`, makes its ends each other's ancestors.
    public init(_ graph: Graph, upward: [String], downward: [String] = []) {
        self.graph = graph
        self.upward = upward.compactMap { graph.id(of: .iri($0)) }
        self.downward = downward.compactMap { graph.id(of: .iri($0)) }
        var pairs: [(from: Graph.TermID, to: Graph.TermID)] = []
        for predicate in self.upward { for triple in graph.slice(predicate: predicate) { pairs.append((triple.subject, triple.object)) } }
        for predicate in self.downward { for triple in graph.slice(predicate: predicate) { pairs.append((triple.object, triple.subject)) } }
        up = Arcs(pairs, termCount: graph.terms.count)
        down = Arcs(pairs.map { ($0.to, $0.from) }, termCount: graph.terms.count)
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

        /// Every term is queued once at most, so the queue is as long as there are terms.
        private static func run(
            from start: Graph.TermID, _ arcs: Arcs, _ round: Int32, _ marks: inout [Int32], _ queue: inout [Graph.TermID]
        ) -> Int {
            var node = Int(start)
            var next = 0
            var count = 0
            while true {
                for index in Int(arcs.starts[node])..<Int(arcs.starts[node + 1]) {
                    let end = arcs.ends[index]
                    guard marks[Int(end)] != round else { continue }
                    marks[Int(end)] = round
                    queue[count] = end
                    count += 1
                }
                guard next < count else { return count }
                node = Int(queue[next])
                next += 1
            }
        }
    }
}
