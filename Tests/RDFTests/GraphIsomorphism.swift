import RDF

/// Whether two sets of triples are equal up to the names of their blank nodes (RDF 1.1 Concepts, section 3.6).
///
/// Colours are refined until they tell no more nodes apart; where some are still alike, one is told apart by hand and all
/// choices are tried on the other side.
func areIsomorphic(_ left: Set<Triple>, _ right: Set<Triple>) -> Bool {
    guard left.count == right.count else { return false }
    return Colouring(left).matches(Colouring(right))
}

private struct Colouring {
    private struct Arc {
        /// Nodes by number, or -1 where the term is no blank node.
        let subject: Int
        let object: Int
        let ground: Int
    }

    private var arcs: [Arc] = []
    private var colours: [Int] = []

    init(_ triples: Set<Triple>) {
        var numbers: [Term: Int] = [:]
        func number(_ term: Term) -> Int {
            guard term.isBlank else { return -1 }
            if let number = numbers[term] { return number }
            numbers[term] = numbers.count
            return numbers.count - 1
        }
        for triple in triples {
            let subject = number(triple.subject)
            let object = number(triple.object)
            var hasher = Hasher()
            hasher.combine(subject < 0 ? triple.subject : .blank(""))
            hasher.combine(triple.predicate)
            hasher.combine(object < 0 ? triple.object : .blank(""))
            arcs.append(Arc(subject: subject, object: object, ground: hasher.finalize()))
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
                let subject = arc.subject < 0 ? 0 : colours[arc.subject]
                let object = arc.object < 0 ? 0 : colours[arc.object]
                let isLoop = arc.subject == arc.object ? 1 : 0
                if arc.subject >= 0 { next[arc.subject] &+= hash(1, arc.ground, object, isLoop) }
                if arc.object >= 0 { next[arc.object] &+= hash(2, arc.ground, subject, isLoop) }
            }
            colours = next
            let found = Set(colours).count
            if found == classes { return }
            classes = found
        }
    }

    /// The triples with colours for nodes, sorted.
    private var signature: [Int] {
        arcs.map { hash($0.ground, $0.subject < 0 ? 0 : colours[$0.subject], $0.object < 0 ? 0 : colours[$0.object]) }.sorted()
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
