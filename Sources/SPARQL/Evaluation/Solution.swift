import RDF

/// A solution mapping: by slot, the number of a term, or ``unbound``.
typealias Solution = [Graph.TermID]

/// What a slot without a value holds.
let unbound: Graph.TermID = -1

/// Numbers for all terms of an evaluation: those of the graph, and behind them those that were computed or written in the query.
struct TermTable {
    private let graph: Graph
    private var extra: [Term] = []
    private var numbers: [Term: Graph.TermID] = [:]

    init(graph: Graph) { self.graph = graph }

    mutating func id(of term: Term) -> Graph.TermID {
        if let id = graph.id(of: term) ?? numbers[term] { return id }
        let id = Graph.TermID(graph.terms.count + extra.count)
        extra.append(term)
        numbers[term] = id
        return id
    }

    subscript(id: Graph.TermID) -> Term {
        Int(id) < graph.terms.count ? graph[id] : extra[Int(id) - graph.terms.count]
    }

    /// Whether triples of the graph can have the term.
    func isOfGraph(_ id: Graph.TermID) -> Bool { Int(id) < graph.terms.count }
}

/// Compatible solutions found by hashing the slots that all of them bind (SPARQL 1.1, section 18.3).
struct SolutionIndex {
    private let solutions: [Solution]
    private let keySlots: [Slot]
    private var buckets: [[Graph.TermID]: [Int]] = [:]

    /// - Parameter probes: what will be looked up; every slot that all probes and all solutions bind is a key.
    init(_ solutions: [Solution], probes: [Solution]) {
        self.solutions = solutions
        let slots = solutions.first.map { Array($0.indices) } ?? []
        let keySlots = slots.filter { slot in
            solutions.allSatisfy { $0[slot] != unbound } && probes.allSatisfy { $0[slot] != unbound }
        }
        self.keySlots = keySlots
        for (index, solution) in solutions.enumerated() { buckets[keySlots.map { solution[$0] }, default: []].append(index) }
    }

    /// The solutions with equal keys; others cannot be compatible, these may be.
    func candidates(for probe: Solution) -> some Sequence<Solution> {
        (buckets[keySlots.map { probe[$0] }] ?? []).lazy.map { solutions[$0] }
    }
}

/// Both solutions as one; nil when they give a slot different values.
func merged(_ left: Solution, _ right: Solution) -> Solution? {
    var result = left
    for slot in right.indices where right[slot] != unbound {
        if result[slot] == unbound { result[slot] = right[slot] } else if result[slot] != right[slot] { return nil }
    }
    return result
}

/// Whether some slot is bound in both.
func shareSlots(_ left: Solution, _ right: Solution) -> Bool {
    zip(left, right).contains { $0 != unbound && $1 != unbound }
}
