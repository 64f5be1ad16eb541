/// An immutable, indexed set of triples.
///
/// Terms are numbered in the order in which they were first seen. Three sorted arrays (by subject, by predicate and by object)
/// answer every pattern with one contiguous range, found by binary search. Matches come out in the order of the array that answers.
public struct Graph: Sendable {
    /// A term's number within one graph.
    public typealias TermID = Int32

    /// A triple as numbers.
    public struct EncodedTriple: Hashable, Sendable {
        public let subject: TermID
        public let predicate: TermID
        public let object: TermID
    }

    /// All terms; a term's number is its place here.
    public let terms: [Term]
    private let numbers: [Term: TermID]
    private let bySubject: [EncodedTriple]
    private let byPredicate: [EncodedTriple]
    private let byObject: [EncodedTriple]

    /// The graph without triples.
    public static let empty = GraphBuilder().build()

    /// Indexes triples; `unsorted` may hold duplicates.
    init(terms: [Term], numbers: [Term: TermID], unsorted: [EncodedTriple]) {
        self.terms = terms
        self.numbers = numbers
        let subjects = Self.deduplicated(unsorted.sorted(by: Order.subjectPredicateObject.areInOrder))
        bySubject = subjects
        byPredicate = subjects.sorted(by: Order.predicateObjectSubject.areInOrder)
        byObject = subjects.sorted(by: Order.objectSubjectPredicate.areInOrder)
    }

    /// The number of triples.
    public var count: Int { bySubject.count }

    /// The number of a term; nil when no triple has it.
    public func id(of term: Term) -> TermID? { numbers[term] }

    /// The term with a number.
    public subscript(id: TermID) -> Term { terms[Int(id)] }

    /// The triples with these terms, each nil standing for any.
    public func match(subject: TermID? = nil, predicate: TermID? = nil, object: TermID? = nil) -> ArraySlice<EncodedTriple> {
        switch (subject, predicate, object) {
        case (nil, nil, nil): bySubject[...]
        case (let subject?, nil, let object?): Order.objectSubjectPredicate.range(in: byObject, object, subject)
        case (let subject?, let predicate, let object): Order.subjectPredicateObject.range(in: bySubject, subject, predicate, object)
        case (nil, let predicate?, let object): Order.predicateObjectSubject.range(in: byPredicate, predicate, object)
        case (nil, nil, let object?): Order.objectSubjectPredicate.range(in: byObject, object)
        }
    }

    /// The triples with these terms, each nil standing for any.
    public func triples(subject: Term? = nil, predicate: Term? = nil, object: Term? = nil) -> [Triple] {
        var pattern: [TermID?] = []
        for term in [subject, predicate, object] {
            guard let term else {
                pattern.append(nil)
                continue
            }
            guard let number = numbers[term] else { return [] }
            pattern.append(number)
        }
        return match(subject: pattern[0], predicate: pattern[1], object: pattern[2]).map(decoded)
    }

    /// The values of a property of a subject, in the order in which their terms were first seen.
    public func objects(of subject: Term, _ predicate: String) -> [Term] {
        guard let subject = numbers[subject], let predicate = numbers[.iri(predicate)] else { return [] }
        return match(subject: subject, predicate: predicate).map { self[$0.object] }
    }

    /// The subjects that have a value for a property, in the order in which they were first seen.
    public func subjects(with predicate: String, _ object: Term) -> [Term] {
        guard let object = numbers[object], let predicate = numbers[.iri(predicate)] else { return [] }
        return match(predicate: predicate, object: object).map { self[$0.subject] }
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

    /// The terms of an encoded triple of this graph.
    public func decoded(_ triple: EncodedTriple) -> Triple {
        Triple(self[triple.subject], self[triple.predicate], self[triple.object])
    }

    private static func deduplicated(_ sorted: [EncodedTriple]) -> [EncodedTriple] {
        var result: [EncodedTriple] = []
        result.reserveCapacity(sorted.count)
        for triple in sorted where result.last != triple { result.append(triple) }
        return result
    }
}

extension Graph {
    /// One of the three orders in which the triples are kept.
    private struct Order {
        typealias Key = (TermID, TermID, TermID)
        let key: (EncodedTriple) -> Key

        static var subjectPredicateObject: Order { Order { ($0.subject, $0.predicate, $0.object) } }
        static var predicateObjectSubject: Order { Order { ($0.predicate, $0.object, $0.subject) } }
        static var objectSubjectPredicate: Order { Order { ($0.object, $0.subject, $0.predicate) } }

        func areInOrder(_ left: EncodedTriple, _ right: EncodedTriple) -> Bool { key(left) < key(right) }

        /// The triples whose key begins with these numbers; a nil ends the prefix.
        func range(in triples: [EncodedTriple], _ first: TermID, _ second: TermID? = nil, _ third: TermID? = nil) -> ArraySlice<
            EncodedTriple
        > {
            let lower: Key = (first, second ?? .min, third ?? .min)
            let upper: Key = (first, second ?? .max, third ?? .max)
            let start = firstIndex(in: triples, from: 0) { !(key($0) < lower) }
            let end = firstIndex(in: triples, from: start) { upper < key($0) }
            return triples[start..<end]
        }

        /// The first place at which a condition holds that never ceases to hold once it does.
        private func firstIndex(in triples: [EncodedTriple], from start: Int, where holds: (EncodedTriple) -> Bool) -> Int {
            var low = start
            var high = triples.count
            while low < high {
                let middle = low + (high - low) / 2
                if holds(triples[middle]) { high = middle } else { low = middle + 1 }
            }
            return low
        }
    }
}
