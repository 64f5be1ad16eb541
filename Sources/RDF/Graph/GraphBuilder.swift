/// Collects triples and makes a ``Graph`` of them.
public struct GraphBuilder: Sendable {
    private var terms: [Term] = []
    private var numbers: [Term: Graph.TermID] = [:]
    private var triples: [Graph.EncodedTriple] = []
    private var blankCount = 0

    public init() {}

    /// Adds one triple; a blank node with the label of an earlier one is the same node, those of added documents among them.
    public mutating func add(_ triple: Triple) {
        triples.append(
            Graph.EncodedTriple(
                subject: number(of: triple.subject), predicate: number(of: triple.predicate), object: number(of: triple.object)))
    }

    /// Adds what one document says: its blank nodes are none of another document's, whatever their labels (RDF 1.1 Semantics, section 4.1).
    public mutating func add(document: some Sequence<Triple>) {
        var fresh: [String: Term] = [:]
        for triple in document {
            let subject = renamed(triple.subject, &fresh)
            add(Triple(subject, triple.predicate, renamed(triple.object, &fresh)))
        }
    }

    /// The graph of everything added so far.
    public func build() -> Graph { Graph(terms: terms, numbers: numbers, unsorted: triples) }

    private mutating func renamed(_ term: Term, _ fresh: inout [String: Term]) -> Term {
        guard case .blank(let label) = term else { return term }
        if let known = fresh[label] { return known }
        let node = Term.blank("b\(blankCount)")
        blankCount += 1
        fresh[label] = node
        return node
    }

    private mutating func number(of term: Term) -> Graph.TermID {
        if let number = numbers[term] { return number }
        let number = Graph.TermID(terms.count)
        terms.append(term)
        numbers[term] = number
        return number
    }
}
