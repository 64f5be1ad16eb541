import RDF

/// Whether two sets of triples are equal up to the names of their blank nodes (RDF 1.1 Concepts, section 3.6).
///
/// Colours are refined until they tell no more nodes apart; where some are still alike, one is told apart by hand and all
/// choices are tried on the other side.
func areIsomorphic(_ left: Set<Triple>, _ right: Set<Triple>) -> Bool {
    areIsomorphic(Set(left.map { Quad($0) }), Set(right.map { Quad($0) }))
}

/// Whether two datasets are equal up to the names of their blank nodes.
func areIsomorphic(_ left: Set<Quad>, _ right: Set<Quad>) -> Bool {
    guard left.count == right.count else { return false }
    return Colouring(left).matches(Colouring(right))
}

private struct Colouring {
    private struct Arc {
        /// Subject, object and graph: nodes by number, or -1 where the term is no blank node.
        let nodes: [Int]
        let ground: Int
    }

    private var arcs: [Arc] = []
    private var colours: [Int] = []

    init(_ quads: Set<Quad>) {
        var numbers: [Term: Int] = [:]
        func number(_ term: Term?) -> Int {
            guard let term, term.isBlank else { return -1 }
            if let number = numbers[term] { return number }
            numbers[term] = numbers.count
            return numbers.count - 1
        }
        for quad in quads {
            let terms = [quad.triple.subject, quad.triple.object, quad.graph]
            var hasher = Hasher()
            for term in terms { hasher.combine(term.map { $0.isBlank ? .blank("") : $0 }) }
            hasher.combine(quad.triple.predicate)
            arcs.append(Arc(nodes: terms.map(number), ground: hasher.finalize()))
        }
        colours = [Int](repeating: 0, count: numbers.count)
        refine()
    }

    private func hash(_ parts: Int...) -> Int {
        var hasher = Hasher()
        for part in parts { hasher.combine(part) }
        return hasher.finalize()
    }

    private mutating func refine() {
        var classes = Set(colours).count
        while true {
            var next = colours.map { hash($0) }
            for arc in arcs {
                let around = arc.nodes.map { $0 < 0 ? 0 : colours[$0] }
                // Whether places are taken by one node tells apart what their colours do not.
                let equal = (arc.nodes[0] == arc.nodes[1] ? 1 : 0) + (arc.nodes[0] == arc.nodes[2] ? 2 : 0)
                for (place, node) in arc.nodes.enumerated() where node >= 0 {
                    next[node] &+= hash(place, arc.ground, around[0], around[1], around[2], equal)
                }
            }
            colours = next
            let found = Set(colours).count
            if found == classes { return }
            classes = found
        }
    }

    /// The triples with colours for nodes, sorted.
    private var signature: [Int] {
        arcs.map { arc in
            let around = arc.nodes.map { $0 < 0 ? 0 : colours[$0] }
            return hash(arc.ground, around[0], around[1], around[2])
        }.sorted()
    }

    private func individualised(_ node: Int) -> Colouring {
        var copy = self
        copy.colours[node] = hash(colours[node], 42)
        copy.refine()
        return copy
    }

    func matches(_ other: Colouring) -> Bool {
        guard colours.sorted() == other.colours.sorted(), signature == other.signature else { return false }
        var nodes: [Int: [Int]] = [:]
        for (node, colour) in colours.enumerated() { nodes[colour, default: []].append(node) }
        guard let (colour, alike) = nodes.filter({ $0.value.count > 1 }).min(by: { $0.value.count < $1.value.count }) else { return true }
        let mine = individualised(alike[0])
        return other.colours.indices.contains { other.colours[$0] == colour && mine.matches(other.individualised($0)) }
    }
}
