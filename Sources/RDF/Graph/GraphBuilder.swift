/// Collects triples and makes a ``Graph`` of them.
public struct GraphBuilder: Sendable {
    var dictionary: TermDictionary
    var triples: [Graph.EncodedTriple]
    var blankCount: Int

    public init() {
        dictionary = TermDictionary()
        triples = []
        blankCount = 0
    }

    /// Goes on from a graph, which stays as it is: its terms keep their numbers in what is built.
    public init(_ graph: Graph) {
        dictionary = TermDictionary(graph.storage)
        triples = Array(graph.slice())
        blankCount = dictionary.count
    }

    /// The number of triples added so far, equal ones counted each time.
    public var count: Int { triples.count }

    /// Adds one triple; a blank node with the label of an earlier one is the same node, those of added documents among them.
    public mutating func add(_ triple: Triple) {
        triples.append(
            Graph.EncodedTriple(
                subject: dictionary.number(of: triple.subject), predicate: dictionary.number(of: triple.predicate),
                object: dictionary.number(of: triple.object)))
    }

    /// Adds what one document says: its blank nodes are none of another document's, whatever their labels (RDF 1.1 Semantics, section 4.1).
    public mutating func add(document: some Sequence<Triple>) {
        var fresh: [String: Term] = [:]
        for triple in document {
            let subject = renamed(triple.subject, &fresh)
            add(Triple(subject, triple.predicate, renamed(triple.object, &fresh)))
        }
    }

    /// Adds what a graph says as ``add(document:)`` does, term by term instead of triple by triple.
    public mutating func add(document graph: Graph) {
        var fresh: [String: Term] = [:]
        var numbers = [Graph.TermID](repeating: -1, count: graph.terms.count)
        for triple in graph.slice() {
            for id in [triple.subject, triple.predicate, triple.object] where numbers[Int(id)] < 0 {
                numbers[Int(id)] = dictionary.number(of: renamed(graph[id], &fresh))
            }
            triples.append(
                Graph.EncodedTriple(
                    subject: numbers[Int(triple.subject)], predicate: numbers[Int(triple.predicate)], object: numbers[Int(triple.object)]))
        }
    }

    /// Takes triples away; those that are not there are passed over.
    public mutating func remove(_ unwanted: some Sequence<Triple>) {
        let unwanted = Set(
            unwanted.map {
                Graph.EncodedTriple(
                    subject: dictionary.number(of: $0.subject), predicate: dictionary.number(of: $0.predicate),
                    object: dictionary.number(of: $0.object))
            })
        triples.removeAll(where: unwanted.contains)
    }

    /// The graph of everything added so far.
    public func build() -> Graph { Graph(GraphStorage.build(dictionary, triples)) }

    private mutating func renamed(_ term: Term, _ fresh: inout [String: Term]) -> Term {
        guard case .blank(let label) = term else { return term }
        if let known = fresh[label] { return known }
        let node = freshBlank()
        fresh[label] = node
        return node
    }

    /// A blank node that no document before had.
    private mutating func freshBlank() -> Term {
        let number = dictionary.freshBlank(&blankCount)
        return dictionary[number]
    }
}
