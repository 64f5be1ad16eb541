import Diagnostics
import RDF

/// A property path with its predicates as numbers; a predicate that the dataset does not have is nil.
indirect enum CompiledPath {
    case predicate(TermID?)
    case inverse(CompiledPath)
    case sequence(CompiledPath, CompiledPath)
    case alternative(CompiledPath, CompiledPath)
    case zeroOrMore(CompiledPath)
    case oneOrMore(CompiledPath)
    case zeroOrOne(CompiledPath)
    case negated(forward: Set<TermID>, backward: Set<TermID>?)
    case closure(TermID?, includesStart: Bool)

    init(_ path: PropertyPath, _ dictionary: DatasetDictionary) {
        func compiled(_ path: PropertyPath) -> CompiledPath { CompiledPath(path, dictionary) }
        self =
            switch path {
            case .predicate(.term(let term)): .predicate(dictionary.id(of: term))
            // The grammar has no variables within paths.
            case .predicate(.variable): .predicate(nil)
            case .inverse(let inner): .inverse(compiled(inner))
            case .sequence(let first, let second): .sequence(compiled(first), compiled(second))
            case .alternative(let first, let second): .alternative(compiled(first), compiled(second))
            case .zeroOrMore(let inner): .zeroOrMore(compiled(inner))
            case .oneOrMore(let inner): .oneOrMore(compiled(inner))
            case .zeroOrOne(let inner): .zeroOrOne(compiled(inner))
            case .negated(let forward, let backward):
                .negated(
                    forward: Set(forward.compactMap(dictionary.id)), backward: backward.map { Set($0.compactMap(dictionary.id)) })
            case .closure(let predicate, let includesStart): .closure(dictionary.id(of: predicate), includesStart: includesStart)
            }
    }

    /// Whether the path may connect a node with itself without any triple.
    var mayBeEmpty: Bool {
        switch self {
        case .predicate, .negated: false
        case .inverse(let inner), .oneOrMore(let inner): inner.mayBeEmpty
        case .sequence(let first, let second): first.mayBeEmpty && second.mayBeEmpty
        case .alternative(let first, let second): first.mayBeEmpty || second.mayBeEmpty
        case .zeroOrMore, .zeroOrOne: true
        case .closure(_, let includesStart): includesStart
        }
    }
}

/// Finds what paths connect in one graph (SPARQL 1.1, section 18.4).
///
/// As the specification has it, sequences and alternatives keep duplicates; `*`, `+` and `?` do not.
final class PathWalker {
    /// Two ends of a path.
    struct Pair: Hashable {
        let from: TermID
        let to: TermID
    }

    let source: TripleSource
    private let budget: Budget
    private var nodes: [TermID]?
    /// By predicate, what the source knows of its closure.
    private var closures: [TermID: SourceClosure?] = [:]

    init(_ source: TripleSource, _ budget: Budget) {
        self.source = source
        self.budget = budget
    }

    /// The pairs that a path connects, with either end given or open.
    func pairs(_ path: CompiledPath, _ from: TermID?, _ to: TermID?) throws(DiagnosticList) -> [Pair] {
        if let from, to == nil { return try targets(path, from, isBackward: false).map { Pair(from: from, to: $0) } }
        if let to, from == nil { return try targets(path, to, isBackward: true).map { Pair(from: $0, to: to) } }
        if let from, let to {
            if case .closure(let predicate?, let includesStart) = path, let closure = closure(of: predicate) {
                try budget.spend()
                return closure.isAbove(to, from) || (includesStart && from == to) ? [Pair(from: from, to: to)] : []
            }
            let ends = try targets(path, from, isBackward: false)
            return ends.filter { $0 == to }.map { Pair(from: from, to: $0) }
        }
        return try allPairs(path)
    }

    /// Both ends open.
    private func allPairs(_ path: CompiledPath) throws(DiagnosticList) -> [Pair] {
        switch path {
        case .predicate(let predicate):
            guard let predicate else { return [] }
            return try collected(source.match(predicate: predicate))
        case .negated(let forward, let backward):
            var found: [Pair] = []
            try budget.spend(source.count)
            for match in source.match() {
                if !forward.contains(match.predicate) { found.append(Pair(from: match.subject, to: match.object)) }
                if let backward, !backward.contains(match.predicate) { found.append(Pair(from: match.object, to: match.subject)) }
            }
            return found
        case .inverse(let inner): return try allPairs(inner).map { Pair(from: $0.to, to: $0.from) }
        case .alternative(let first, let second): return try allPairs(first) + allPairs(second)
        case .sequence(let first, let second):
            var found: [Pair] = []
            for pair in try allPairs(first) {
                for end in try targets(second, pair.to, isBackward: false) { found.append(Pair(from: pair.from, to: end)) }
                try budget.spend()
            }
            try budget.hold(rows: 0, bytes: found.count * MemoryLayout<Pair>.size)
            return found
        case .zeroOrOne, .zeroOrMore, .oneOrMore, .closure:
            var found: [Pair] = []
            for start in try starts(of: path) {
                let before = found.count
                for end in try targets(path, start, isBackward: false) { found.append(Pair(from: start, to: end)) }
                try budget.hold(rows: 0, bytes: (found.count - before) * MemoryLayout<Pair>.size)
            }
            return found
        }
    }

    private func collected(_ matches: Matches) throws(DiagnosticList) -> [Pair] {
        var found: [Pair] = []
        for match in matches { found.append(Pair(from: match.subject, to: match.object)) }
        try budget.spend(found.count)
        return found
    }

    /// The nodes at which a repetition may begin: all, or those that a path of at least one step leaves.
    private func starts(of path: CompiledPath) throws(DiagnosticList) -> [TermID] {
        let stepped: TermID??
        switch path {
        case .oneOrMore(.predicate(let predicate)), .closure(let predicate, includesStart: false): stepped = .some(predicate)
        default: stepped = nil
        }
        if let predicate = stepped {
            guard let predicate else { return [] }
            var seen: Set<TermID> = []
            var starts: [TermID] = []
            for match in source.match(predicate: predicate) where seen.insert(match.subject).inserted { starts.append(match.subject) }
            try budget.spend(starts.count)
            return starts
        }
        if let nodes { return nodes }
        try budget.spend(source.count)
        let all = source.nodes()
        nodes = all
        return all
    }

    /// The nodes at the other end.
    ///
    /// - Parameter isDistinct: whether each is wanted once, so that sequences of alternatives do not multiply what comes to nothing.
    private func targets(
        _ path: CompiledPath, _ start: TermID, isBackward: Bool, isDistinct: Bool = false
    ) throws(DiagnosticList) -> [TermID] {
        switch path {
        case .predicate(let predicate):
            guard let predicate else { return [] }
            return try neighbours(start, predicate, isBackward)
        case .inverse(let inner): return try targets(inner, start, isBackward: !isBackward, isDistinct: isDistinct)
        case .sequence(let first, let second):
            var found: [TermID] = []
            var seen: Set<TermID> = []
            for middle in try targets(isBackward ? second : first, start, isBackward: isBackward, isDistinct: isDistinct) {
                for end in try targets(isBackward ? first : second, middle, isBackward: isBackward, isDistinct: isDistinct)
                where !isDistinct || seen.insert(end).inserted {
                    found.append(end)
                }
            }
            return found
        case .alternative(let first, let second):
            let all =
                try targets(first, start, isBackward: isBackward, isDistinct: isDistinct)
                + targets(second, start, isBackward: isBackward, isDistinct: isDistinct)
            var seen: Set<TermID> = []
            return isDistinct ? all.filter { seen.insert($0).inserted } : all
        case .zeroOrOne(let inner):
            var seen: Set<TermID> = [start]
            return try [start] + targets(inner, start, isBackward: isBackward, isDistinct: true).filter { seen.insert($0).inserted }
        case .zeroOrMore(let inner): return try reachable(by: inner, from: start, isBackward, includesStart: true)
        case .oneOrMore(let inner): return try reachable(by: inner, from: start, isBackward, includesStart: false)
        case .negated(let forward, let backward): return try others(start, forward, backward, isBackward)
        case .closure(let predicate, let includesStart):
            guard let predicate, let closure = closure(of: predicate) else {
                return try reachable(by: .predicate(predicate), from: start, isBackward, includesStart: includesStart)
            }
            let ends = isBackward ? closure.below(start) : closure.above(start)
            try budget.spend(ends.count + 1)
            return includesStart ? [start] + ends.filter { $0 != start } : ends
        }
    }

    private func closure(of predicate: TermID) -> SourceClosure? {
        if let known = closures[predicate] { return known }
        let found = source.closure(of: predicate)
        closures[predicate] = .some(found)
        return found
    }

    private func neighbours(_ node: TermID, _ predicate: TermID, _ isBackward: Bool) throws(DiagnosticList) -> [TermID] {
        var found: [TermID] = []
        if isBackward {
            for match in source.match(predicate: predicate, object: node) { found.append(match.subject) }
        } else {
            for match in source.match(subject: node, predicate: predicate) { found.append(match.object) }
        }
        try budget.spend(found.count + 1)
        return found
    }

    private func others(
        _ node: TermID, _ forward: Set<TermID>, _ backward: Set<TermID>?, _ isBackward: Bool
    ) throws(DiagnosticList) -> [TermID] {
        var found: [TermID] = []
        var steps = 1
        // Going back along a path, a forward step is one from object to subject.
        for (excluded, entersSubject) in [(forward, isBackward), (backward, !isBackward)] {
            guard let excluded else { continue }
            for match in entersSubject ? source.match(object: node) : source.match(subject: node) {
                steps += 1
                if !excluded.contains(match.predicate) { found.append(entersSubject ? match.subject : match.object) }
            }
        }
        try budget.spend(steps)
        return found
    }

    /// The nodes that can be reached by one or more steps, and the start itself where asked for.
    private func reachable(
        by path: CompiledPath, from start: TermID, _ isBackward: Bool, includesStart: Bool
    ) throws(DiagnosticList) -> [TermID] {
        var order = includesStart ? [start] : []
        var seen = Set(order)
        var frontier = [start]
        while let node = frontier.popLast() {
            for end in try targets(path, node, isBackward: isBackward, isDistinct: true) where seen.insert(end).inserted {
                order.append(end)
                frontier.append(end)
            }
        }
        return order
    }
}
