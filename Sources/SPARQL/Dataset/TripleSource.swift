import RDF

/// A term's number within one dataset; those of computed terms follow.
typealias TermID = Graph.TermID

/// A triple of a dataset as numbers.
struct Match {
    let subject: TermID
    let predicate: TermID
    let object: TermID
}

/// The triples that one part of a query is asked about: a graph of the dataset, or several as if they were one.
///
/// This is the only file that asks the `RDF` room's index.
struct TripleSource: Sendable {
    /// A graph and what its numbers are called in the dataset.
    struct Member: Sendable {
        let graph: Graph
        /// Of this very graph.
        let closures: [ClosureTable]
        /// By the graph's number, the dataset's; nil when they are the same.
        let toDataset: [TermID]?
        /// By the dataset's number, the graph's, where they differ.
        let toGraph: [TermID: TermID]

        /// The graph's number; nil when the graph does not have the term.
        func local(_ id: TermID) -> TermID? {
            if toDataset != nil { return toGraph[id] }
            return id >= 0 && Int(id) < graph.terms.count ? id : nil
        }
    }

    let members: [Member]

    /// The graph without triples.
    static let empty = TripleSource(members: [])

    init(members: [Member]) { self.members = members }

    /// The number of triples; those that several members have are counted by each.
    var count: Int { members.reduce(0) { $0 + $1.graph.count } }

    /// The triples with these terms, each nil standing for any.
    func match(subject: TermID? = nil, predicate: TermID? = nil, object: TermID? = nil) -> Matches {
        Matches(source: self, subject: subject, predicate: predicate, object: object)
    }

    /// At most how many triples have these terms.
    func count(subject: TermID? = nil, predicate: TermID? = nil, object: TermID? = nil) -> Int {
        members.indices.reduce(0) { $0 + (slice(of: $1, subject, predicate, object)?.count ?? 0) }
    }

    /// Whether some triple has the term as its subject or object.
    func hasNode(_ id: TermID) -> Bool {
        members.indices.contains { has(slice(of: $0, id, nil, nil)) || has(slice(of: $0, nil, nil, id)) }
    }

    /// All subjects and objects.
    func nodes() -> [TermID] {
        var seen: Set<TermID> = []
        for match in match() {
            seen.insert(match.subject)
            seen.insert(match.object)
        }
        return seen.sorted()
    }

    private func has(_ slice: TripleSlice?) -> Bool { slice.map { !$0.isEmpty } ?? false }

    /// How many different subjects and objects the triples with a predicate have.
    func ends(of predicate: TermID) -> (subjects: Int, objects: Int) {
        members.reduce(into: (0, 0)) { ends, member in
            guard let statistics = member.local(predicate).flatMap({ member.graph.statistics(of: $0) }) else { return }
            ends = (ends.0 + statistics.distinctSubjects, ends.1 + statistics.distinctObjects)
        }
    }

    /// Whether a member has any closure.
    var hasClosures: Bool { members.contains { !$0.closures.isEmpty } }

    /// The closure of a predicate; nil where it is not known, as where several members have triples of the predicate.
    func closure(of predicate: TermID) -> SourceClosure? {
        var found: SourceClosure?
        var isOnly = true
        for member in members {
            guard let local = member.local(predicate), member.graph.count(predicate: local) > 0 else { continue }
            guard isOnly, let table = member.closures.first(where: { $0.predicate == local }) else { return nil }
            isOnly = false
            found = SourceClosure(member: member, table: table)
        }
        return found
    }

    /// The triples of one member with these terms, in its own numbers; nil when it does not have the terms.
    fileprivate func slice(of member: Int, _ subject: TermID?, _ predicate: TermID?, _ object: TermID?) -> TripleSlice? {
        let member = members[member]
        var ids: (TermID?, TermID?, TermID?) = (subject, predicate, object)
        if let id = subject {
            guard let local = member.local(id) else { return nil }
            ids.0 = local
        }
        if let id = predicate {
            guard let local = member.local(id) else { return nil }
            ids.1 = local
        }
        if let id = object {
            guard let local = member.local(id) else { return nil }
            ids.2 = local
        }
        return member.graph.slice(subject: ids.0, predicate: ids.1, object: ids.2)
    }

    /// Whether one of the members before has the triple.
    fileprivate func isRepeated(_ match: Match, before member: Int) -> Bool {
        (0..<member).contains { has(slice(of: $0, match.subject, match.predicate, match.object)) }
    }
}

/// A closure in the numbers of the dataset.
struct SourceClosure {
    fileprivate let member: TripleSource.Member
    fileprivate let table: ClosureTable

    /// What one step or more lead to from a term.
    func above(_ term: TermID) -> [TermID] { named(member.local(term).map(table.above) ?? []) }

    /// From what one step or more lead to a term.
    func below(_ term: TermID) -> [TermID] { named(member.local(term).map(table.below) ?? []) }

    /// Whether one step or more lead from one term to the other.
    func isAbove(_ term: TermID, _ other: TermID) -> Bool {
        guard let term = member.local(term), let other = member.local(other) else { return false }
        return table.isAbove(term, other)
    }

    private func named(_ terms: ArraySlice<TermID>) -> [TermID] {
        guard let names = member.toDataset else { return Array(terms) }
        return terms.map { names[Int($0)] }
    }
}

/// What an index answers, one triple at a time; a triple that several members have comes once.
struct Matches: Sequence, IteratorProtocol {
    private let source: TripleSource
    private let subject: TermID?
    private let predicate: TermID?
    private let object: TermID?
    private var member = 0
    private var triples: TripleSlice.Iterator?

    fileprivate init(source: TripleSource, subject: TermID?, predicate: TermID?, object: TermID?) {
        self.source = source
        self.subject = subject
        self.predicate = predicate
        self.object = object
        triples = source.members.isEmpty ? nil : source.slice(of: 0, subject, predicate, object)?.makeIterator()
    }

    mutating func next() -> Match? {
        while true {
            if let triple = triples?.next() {
                let match: Match
                if let names = source.members[member].toDataset {
                    match = Match(
                        subject: names[Int(triple.subject)], predicate: names[Int(triple.predicate)], object: names[Int(triple.object)])
                } else {
                    match = Match(subject: triple.subject, predicate: triple.predicate, object: triple.object)
                }
                if member > 0, source.isRepeated(match, before: member) { continue }
                return match
            }
            guard member + 1 < source.members.count else { return nil }
            member += 1
            triples = source.slice(of: member, subject, predicate, object)?.makeIterator()
        }
    }
}
