import Diagnostics
import RDF

extension Evaluator {
    /// Two ends of a path.
    struct Pair: Hashable {
        let from: Graph.TermID
        let to: Graph.TermID
    }

    /// The pairs that a path connects (SPARQL 1.1, section 18.4), with either end given or free.
    ///
    /// As the specification has it, sequences and alternatives keep duplicates; `*`, `+` and `?` do not.
    func pairs(of path: PropertyPath, from: Graph.TermID?, to: Graph.TermID?) throws(DiagnosticList) -> [Pair] {
        switch path {
        case .predicate(let part):
            guard case .term(let term) = part, let predicate = graph.id(of: term) else { return [] }
            return try steps(from, predicate, to).map { Pair(from: $0.subject, to: $0.object) }
        case .inverse(let inner):
            return try pairs(of: inner, from: to, to: from).map { Pair(from: $0.to, to: $0.from) }
        case .sequence(let first, let second):
            return try sequence(first, second, from, to)
        case .alternative(let first, let second):
            return try pairs(of: first, from: from, to: to) + pairs(of: second, from: from, to: to)
        case .zeroOrOne(let inner):
            var seen: Set<Pair> = []
            return try (selfPairs(from, to) + pairs(of: inner, from: from, to: to)).filter { seen.insert($0).inserted }
        case .zeroOrMore(let inner):
            return try closure(of: inner, from, to, includesSelf: true)
        case .oneOrMore(let inner):
            return try closure(of: inner, from, to, includesSelf: false)
        case .negated(let forward, let backward):
            var found = try others(than: forward, from, to)
            if let backward { found += try others(than: backward, to, from).map { Pair(from: $0.to, to: $0.from) } }
            return found
        }
    }

    private func steps(_ from: Graph.TermID?, _ predicate: Graph.TermID?, _ to: Graph.TermID?) throws(DiagnosticList) -> ArraySlice<
        Graph.EncodedTriple
    > {
        for end in [from, to] {
            if let end, !terms.isOfGraph(end) { return [] }
        }
        let triples = graph.match(subject: from, predicate: predicate, object: to)
        try budget.spend(triples.count + 1)
        return triples
    }

    private func others(than excluded: [Term], _ from: Graph.TermID?, _ to: Graph.TermID?) throws(DiagnosticList) -> [Pair] {
        let excluded = Set(excluded.compactMap(graph.id))
        return try steps(from, nil, to).filter { !excluded.contains($0.predicate) }.map { Pair(from: $0.subject, to: $0.object) }
    }

    private func sequence(
        _ first: PropertyPath, _ second: PropertyPath, _ from: Graph.TermID?, _ to: Graph.TermID?
    ) throws(DiagnosticList) -> [Pair] {
        var found: [Pair] = []
        if from == nil, to != nil {
            for end in try pairs(of: second, from: nil, to: to) {
                found += try pairs(of: first, from: nil, to: end.from).map { Pair(from: $0.from, to: end.to) }
                try budget.check(rows: found.count)
            }
            return found
        }
        for start in try pairs(of: first, from: from, to: nil) {
            found += try pairs(of: second, from: start.to, to: to).map { Pair(from: start.from, to: $0.to) }
            try budget.check(rows: found.count)
        }
        return found
    }

    /// Every node with itself, as far as the ends leave it free; a given end need not be of the graph.
    private func selfPairs(_ from: Graph.TermID?, _ to: Graph.TermID?) throws(DiagnosticList) -> [Pair] {
        switch (from, to) {
        case (let from?, let to?): return from == to ? [Pair(from: from, to: to)] : []
        case (let end?, nil), (nil, let end?): return [Pair(from: end, to: end)]
        case (nil, nil): return try nodes().map { Pair(from: $0, to: $0) }
        }
    }

    /// All subjects and objects.
    private func nodes() throws(DiagnosticList) -> [Graph.TermID] {
        try budget.spend(graph.count)
        var seen: Set<Graph.TermID> = []
        for triple in graph.match() {
            seen.insert(triple.subject)
            seen.insert(triple.object)
        }
        return seen.sorted()
    }

    private func closure(
        of path: PropertyPath, _ from: Graph.TermID?, _ to: Graph.TermID?, includesSelf: Bool
    ) throws(DiagnosticList) -> [Pair] {
        if from == nil, let to {
            return try reachable(by: .inverse(path), from: to, includesSelf).map { Pair(from: $0, to: to) }
        }
        var found: [Pair] = []
        let starts = if let from { [from] } else { try nodes() }
        for start in starts {
            for end in try reachable(by: path, from: start, includesSelf) where to == nil || to == end {
                found.append(Pair(from: start, to: end))
            }
            try budget.check(rows: found.count)
        }
        return found
    }

    /// The nodes that can be reached by one or more steps, and the start itself where asked for.
    private func reachable(by path: PropertyPath, from start: Graph.TermID, _ includesSelf: Bool) throws(DiagnosticList) -> [Graph.TermID] {
        var order = includesSelf ? [start] : []
        var seen = Set(order)
        var frontier = [start]
        while let node = frontier.popLast() {
            for pair in try pairs(of: path, from: node, to: nil) where seen.insert(pair.to).inserted {
                order.append(pair.to)
                frontier.append(pair.to)
            }
        }
        return order
    }
}
