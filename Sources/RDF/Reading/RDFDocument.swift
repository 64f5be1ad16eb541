/// A triple, and the graph of a dataset in which it is (RDF 1.1 Concepts, section 4).
public struct Quad: Hashable, Sendable {
    public let triple: Triple
    /// The graph's name; nil for the default graph.
    public let graph: Term?

    public init(_ triple: Triple, graph: Term? = nil) {
        self.triple = triple
        self.graph = graph
    }
}

/// What a document says, and the prefixes that it declares.
public struct RDFDocument: Hashable, Sendable {
    /// In the order of the text, after those about the nested nodes and collections that they mention.
    public let quads: [Quad]
    public let prefixes: PrefixMap
}
