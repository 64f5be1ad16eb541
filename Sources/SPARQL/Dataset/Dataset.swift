public import RDF

/// What a query is asked about: a default graph, and graphs with names (SPARQL 1.1, section 13).
///
/// All graphs share one numbering of terms, so that solutions from several can be joined by number. Blank nodes of different graphs
/// are different nodes, whatever their labels.
public struct Dataset: Sendable {
    /// A graph and its name.
    public struct NamedGraph: Sendable {
        /// An absolute IRI.
        public let name: String
        public let graph: Graph
        /// Closures of the graph's hierarchies, from which paths along them are answered.
        public let closures: [ClosureTable]

        /// - Parameter closures: of the graph's predicates; those of another graph, or of an earlier state, are not used.
        public init(name: String, graph: Graph, closures: [ClosureTable] = []) {
            self.name = name
            self.graph = graph
            self.closures = closures
        }
    }

    /// A named graph as the evaluator sees it.
    struct Part: Sendable {
        let name: String
        let id: TermID
        let source: TripleSource
    }

    let dictionary: DatasetDictionary
    let defaultSource: TripleSource
    let parts: [Part]

    /// The default graph is the union of the graphs that are given for it.
    ///
    /// - Parameter closures: of the default graphs' hierarchies.
    public init(defaults: [Graph], named: [NamedGraph] = [], closures: [ClosureTable] = []) {
        let graphs = defaults + named.map(\.graph)
        let known = defaults.map { _ in closures } + named.map(\.closures)
        let numbering = DatasetNumbering(graphs, closures: known, names: named.map(\.name))
        dictionary = numbering.dictionary
        defaultSource = TripleSource(members: Array(numbering.members.prefix(defaults.count)))
        parts = zip(named, numbering.members.dropFirst(defaults.count)).map { part, member in
            Part(name: part.name, id: numbering.dictionary.id(of: .iri(part.name)) ?? -1, source: TripleSource(members: [member]))
        }
    }

    /// - Parameter closures: of the graph's hierarchies.
    public init(_ graph: Graph, named: [NamedGraph] = [], closures: [ClosureTable] = []) {
        self.init(defaults: [graph], named: named, closures: closures)
    }

    /// One graph, which is the default graph and has a name besides.
    public init(_ graph: Graph, alsoNamed name: String) {
        let numbering = DatasetNumbering([graph], closures: [[]], names: [name])
        dictionary = numbering.dictionary
        defaultSource = TripleSource(members: numbering.members)
        parts = [Part(name: name, id: numbering.dictionary.id(of: .iri(name)) ?? -1, source: defaultSource)]
    }

    init(dictionary: DatasetDictionary, defaultSource: TripleSource, parts: [Part]) {
        self.dictionary = dictionary
        self.defaultSource = defaultSource
        self.parts = parts
    }

    /// The default graph and the named ones.
    var sources: [TripleSource] { [defaultSource] + parts.map(\.source) }

    /// The names of the named graphs, in the order in which they were given.
    public var names: [String] { parts.map(\.name) }

    /// The number of triples of the default graph, or of the graph with a name; nil when there is none.
    public func tripleCount(of name: String? = nil) -> Int? {
        guard let name else { return defaultSource.count }
        return parts.first { $0.name == name }?.source.count
    }

    /// The dataset that `FROM` and `FROM NAMED`, or a request's parameters, make of this one's named graphs (section 13.2).
    ///
    /// A name that no graph has stands for the empty graph.
    public func selecting(defaults: [String], named: [String]) -> Dataset {
        let wanted = Set(defaults)
        let members = parts.filter { wanted.contains($0.name) }.flatMap(\.source.members)
        let kept = Set(named)
        return Dataset(
            dictionary: dictionary, defaultSource: TripleSource(members: members), parts: parts.filter { kept.contains($0.name) })
    }

    /// The dataset in which the default graph holds the triples of the named graphs as well.
    public func withUnionAsDefault() -> Dataset {
        Dataset(
            dictionary: dictionary, defaultSource: TripleSource(members: defaultSource.members + parts.flatMap(\.source.members)),
            parts: parts)
    }
}

/// The terms of a dataset and their numbers: those of its largest graph, and after them what the others have besides.
struct DatasetDictionary: Sendable {
    private let base: Graph
    private let extra: [Term]
    private let numbers: [Term: TermID]

    fileprivate init(base: Graph, extra: [Term], numbers: [Term: TermID]) {
        self.base = base
        self.extra = extra
        self.numbers = numbers
    }

    var count: Int { base.terms.count + extra.count }

    func id(of term: Term) -> TermID? { base.id(of: term) ?? numbers[term] }

    /// Whether a number is that of a literal, without making the term.
    func isLiteral(_ id: TermID) -> Bool {
        Int(id) < base.terms.count ? base.kind(of: id) == .literal : extra[Int(id) - base.terms.count].literal != nil
    }

    /// Reads a text where it lies; nil for what is none, and for what is not in the largest graph.
    func withText<Result>(of id: TermID, _ body: (UnsafeRawBufferPointer) -> Result) -> Result? {
        Int(id) < base.terms.count ? unsafe base.withText(of: id, body) : nil
    }

    subscript(id: TermID) -> Term {
        Int(id) < base.terms.count ? base[id] : extra[Int(id) - base.terms.count]
    }
}

/// Numbers the terms of several graphs together.
private struct DatasetNumbering {
    let dictionary: DatasetDictionary
    /// In the order of the graphs.
    let members: [TripleSource.Member]

    /// - Parameter closures: by graph.
    init(_ graphs: [Graph], closures: [[ClosureTable]], names: [String]) {
        let largest = graphs.indices.max { graphs[$0].terms.count < graphs[$1].terms.count }
        let base = largest.map { graphs[$0] } ?? .empty
        var extra: [Term] = []
        var numbers: [Term: TermID] = [:]
        func number(_ term: Term) -> TermID {
            if let id = base.id(of: term) ?? numbers[term] { return id }
            let id = TermID(base.terms.count + extra.count)
            extra.append(term)
            numbers[term] = id
            return id
        }
        var members: [TripleSource.Member] = []
        for (place, graph) in graphs.enumerated() {
            let closures = closures[place].filter { $0.isOf(graph) }
            if place == largest {
                members.append(TripleSource.Member(graph: graph, closures: closures, toDataset: nil, toGraph: [:]))
                continue
            }
            var toDataset: [TermID] = []
            toDataset.reserveCapacity(graph.terms.count)
            for term in graph.terms {
                if case .blank(let label) = term {
                    toDataset.append(number(.blank("g\(place)\(label)")))
                } else {
                    toDataset.append(number(term))
                }
            }
            var toGraph: [TermID: TermID] = [:]
            toGraph.reserveCapacity(toDataset.count)
            for (local, id) in toDataset.enumerated() { toGraph[id] = TermID(local) }
            members.append(TripleSource.Member(graph: graph, closures: closures, toDataset: toDataset, toGraph: toGraph))
        }
        for name in names { _ = number(.iri(name)) }
        self.members = members
        dictionary = DatasetDictionary(base: base, extra: extra, numbers: numbers)
    }
}
