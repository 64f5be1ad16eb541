/// An immutable, indexed set of triples.
///
/// Terms are numbered in the order in which they were first seen. The triples are kept in three orders (by subject, by predicate
/// and by object), which answer every pattern with one contiguous part, found by its first component at once and by binary search
/// from there. A graph is a snapshot: its memory never changes, so any number of tasks read it without locks, and copies cost nothing.
public struct Graph: Sendable {
    /// A term's number within one graph, and within all graphs that were built from it.
    public typealias TermID = Int32

    /// A triple as numbers.
    public struct EncodedTriple: Hashable, Sendable {
        public let subject: TermID
        public let predicate: TermID
        public let object: TermID

        public init(subject: TermID, predicate: TermID, object: TermID) {
            self.subject = subject
            self.predicate = predicate
            self.object = object
        }
    }

    let storage: GraphStorage

    /// The graph without triples.
    public static let empty = GraphBuilder().build()

    init(_ storage: GraphStorage) { self.storage = storage }

    /// The number of triples.
    public var count: Int { storage.layout.tripleCount }

    /// The bytes that the graph occupies, in memory or in the file that it is mapped from.
    public var byteCount: Int { storage.layout.byteCount }
}

// MARK: - Terms

extension Graph {
    /// All terms; a term's number is its place here. Each is made when it is asked for.
    public var terms: Terms { Terms(storage: storage) }

    /// The terms of a graph.
    public struct Terms: RandomAccessCollection, Sendable {
        fileprivate let storage: GraphStorage
        public var startIndex: Int { 0 }
        public var endIndex: Int { storage.layout.termCount }
        public subscript(position: Int) -> Term { storage.term(position) }
    }

    /// What sort of term it is.
    public enum TermKind: Sendable { case iri, blank, literal }

    /// The number of a term; nil when the graph does not know it. A known term may be in no triple.
    public func id(of term: Term) -> TermID? { storage.number(of: term) }

    /// The term with a number.
    public subscript(id: TermID) -> Term { storage.term(Int(id)) }

    /// What sort of term has a number, without making it.
    public func kind(of id: TermID) -> TermKind {
        switch storage.kind(of: Int(id)) {
        case TermDictionary.iri: .iri
        case TermDictionary.blank: .blank
        default: .literal
        }
    }

    /// Reads the UTF-8 of a text with or without a language where it lies, without making the term; nil for other terms.
    package func withText<Result>(of id: TermID, _ body: (UnsafeRawBufferPointer) -> Result) -> Result? {
        unsafe storage.withText(of: Int(id), body)
    }

    /// The terms of an encoded triple of this graph.
    public func decoded(_ triple: EncodedTriple) -> Triple {
        Triple(self[triple.subject], self[triple.predicate], self[triple.object])
    }
}

// MARK: - Patterns of numbers

extension Graph {
    /// The triples with these terms, each nil standing for any, as a part of one of the orders.
    ///
    /// With one component the order is the one that starts with it; with two, the one that starts with both. With none it is the
    /// one that is asked for.
    public func slice(
        subject: TermID? = nil, predicate: TermID? = nil, object: TermID? = nil, order: TripleSlice.Order = .subjectPredicateObject
    ) -> TripleSlice {
        let (order, components): (TripleSlice.Order, [TermID?]) =
            switch (subject, predicate, object) {
            case (nil, nil, nil): (order, [])
            case (_?, nil, _?): (.objectSubjectPredicate, [object, subject])
            case (_?, _, _): (.subjectPredicateObject, [subject, predicate, object])
            case (nil, _?, _): (.predicateObjectSubject, [predicate, object])
            case (nil, nil, _?): (.objectSubjectPredicate, [object])
            }
        var slice = TripleSlice(storage, order)
        for case let component? in components { slice = slice.narrowed(to: component) }
        return slice
    }

    /// How many triples have these terms.
    public func count(subject: TermID? = nil, predicate: TermID? = nil, object: TermID? = nil) -> Int {
        slice(subject: subject, predicate: predicate, object: object).count
    }

    /// Whether the graph has a triple.
    public func contains(_ triple: EncodedTriple) -> Bool {
        !slice(subject: triple.subject, predicate: triple.predicate, object: triple.object).isEmpty
    }

    /// The triples with these terms, copied; ``slice(subject:predicate:object:order:)`` copies nothing.
    public func match(subject: TermID? = nil, predicate: TermID? = nil, object: TermID? = nil) -> ArraySlice<EncodedTriple> {
        Array(slice(subject: subject, predicate: predicate, object: object))[...]
    }

    /// How every predicate is used, the most frequent first.
    public var statistics: [PredicateStatistics] { storage.statistics }

    /// How a predicate is used; nil when no triple has it.
    public func statistics(of predicate: TermID) -> PredicateStatistics? {
        storage.statistics.first { $0.predicate == predicate }
    }
}

// MARK: - Patterns of terms

extension Graph {
    /// The triples with these terms, each nil standing for any.
    public func triples(subject: Term? = nil, predicate: Term? = nil, object: Term? = nil) -> [Triple] {
        var pattern: [TermID?] = []
        for term in [subject, predicate, object] {
            guard let term else {
                pattern.append(nil)
                continue
            }
            guard let number = id(of: term) else { return [] }
            pattern.append(number)
        }
        return slice(subject: pattern[0], predicate: pattern[1], object: pattern[2]).map(decoded)
    }

    /// The values of a property of a subject, in the order in which their terms were first seen.
    public func objects(of subject: Term, _ predicate: String) -> [Term] {
        guard let subject = id(of: subject), let predicate = id(of: .iri(predicate)) else { return [] }
        return slice(subject: subject, predicate: predicate).map { self[$0.object] }
    }

    /// The subjects that have a value for a property, in the order in which they were first seen.
    public func subjects(with predicate: String, _ object: Term) -> [Term] {
        guard let object = id(of: object), let predicate = id(of: .iri(predicate)) else { return [] }
        return slice(predicate: predicate, object: object).map { self[$0.subject] }
    }

    /// The members of an RDF collection in order; nil when the term is no well-formed, finite list (RDF Schema 1.1, section 5.2).
    public func list(at head: Term) -> [Term]? {
        var members: [Term] = []
        var seen: Set<Term> = []
        var node = head
        while node != .iri(RDFVocabulary.nil) {
            let first = objects(of: node, RDFVocabulary.first)
            let rest = objects(of: node, RDFVocabulary.rest)
            guard seen.insert(node).inserted, first.count == 1, rest.count == 1 else { return nil }
            members.append(first[0])
            node = rest[0]
        }
        return members
    }
}
