import RDF

@testable import SPARQL

/// The algebra of SPARQL 1.1, section 18, without any cleverness: what the evaluator is held against.
struct AlgebraDefinition {
    typealias Row = [Term?]
    let graph: Graph
    let named: [(name: Term, graph: Graph)]
    let slots: Int

    private var none: Row { Row(repeating: nil, count: slots) }

    func solutions(of pattern: Pattern) -> [Row] { solutions(of: pattern, in: graph) }

    private func solutions(of pattern: Pattern, in graph: Graph) -> [Row] {
        func all(_ pattern: Pattern) -> [Row] { solutions(of: pattern, in: graph) }
        switch pattern {
        case .basic(let elements): return elements.reduce([none]) { join($0, matches(of: $1, graph)) }
        case .join(let left, let right): return join(all(left), all(right))
        case .leftJoin(let left, let right, let condition):
            let (lefts, rights) = (all(left), all(right))
            return lefts.flatMap { row in
                let joined = join([row], rights).filter { candidate in condition.map { truth($0, candidate, graph) == true } ?? true }
                return joined.isEmpty ? [row] : joined
            }
        case .filter(let condition, let inner): return all(inner).filter { truth(condition, $0, graph) == true }
        case .union(let branches): return branches.flatMap(all)
        case .minus(let left, let right):
            let others = all(right)
            return all(left).filter { row in
                !others.contains { other in merge(row, other) != nil && zip(row, other).contains { $0 != nil && $1 != nil } }
            }
        case .extend(let inner, let slot, let expression):
            return all(inner).map { row in
                var row = row
                row[slot] = value(expression, row, graph)
                return row
            }
        case .values(let slots, let rows):
            return rows.map { values in
                var row = none
                for (slot, value) in zip(slots, values) { row[slot] = value }
                return row
            }
        case .graph(.term(let name), let inner):
            return named.first { $0.name == name }.map { solutions(of: inner, in: $0.graph) } ?? []
        case .graph(.variable(let slot), let inner):
            var naming = none
            return named.flatMap { part in
                naming[slot] = part.name
                return join(solutions(of: inner, in: part.graph), [naming])
            }
        case .subquery(let selection): return subquery(selection, graph)
        case .group(let inner, let grouping): return group(all(inner), grouping, graph)
        case .service: return []
        }
    }

    private func join(_ left: [Row], _ right: [Row]) -> [Row] { left.flatMap { row in right.compactMap { merge(row, $0) } } }

    private func merge(_ left: Row, _ right: Row) -> Row? {
        var row = left
        for slot in right.indices {
            guard let term = right[slot] else { continue }
            if let known = row[slot], known != term { return nil }
            row[slot] = term
        }
        return row
    }

    private func subquery(_ selection: Selection, _ graph: Graph) -> [Row] {
        var seen: Set<Row> = []
        return solutions(of: selection.pattern, in: graph).compactMap { inner in
            var row = none
            for column in selection.columns { row[column.slot] = inner[column.inner] }
            return selection.isDistinct && !seen.insert(row).inserted ? nil : row
        }
    }

    /// Groups by variables, with counts.
    private func group(_ rows: [Row], _ grouping: Grouping, _ graph: Graph) -> [Row] {
        var keys: [Row] = []
        var members: [Row: [Row]] = [:]
        for row in rows {
            let key = grouping.keys.map { value($0.expression, row, graph) }
            if members[key] == nil { keys.append(key) }
            members[key, default: []].append(row)
        }
        return keys.map { key in
            var row = none
            for (part, term) in zip(grouping.keys, key) { row[part.slot] = term }
            for part in grouping.aggregates {
                let values = (members[key] ?? []).compactMap { member in
                    part.aggregate.expression.map { value($0, member, graph) } ?? member[0]
                }
                row[part.slot] = .literal(Literal("\(part.aggregate.isDistinct ? Set(values).count : values.count)", datatype: XSD.integer))
            }
            return row
        }
    }
}

// MARK: - Triples and paths

extension AlgebraDefinition {
    private func matches(of element: PatternElement, _ graph: Graph) -> [Row] {
        if case .predicate(let predicate) = element.path {
            return graph.triples().compactMap { triple in
                bound([(element.subject, triple.subject), (predicate, triple.predicate), (element.object, triple.object)])
            }
        }
        // A term that is written in the query is connected with itself by an empty path even where the graph does not have it.
        var nodes = Set(graph.triples().flatMap { [$0.subject, $0.object] })
        for case .term(let term) in [element.subject, element.object] { nodes.insert(term) }
        return pairs(element.path, graph, nodes).compactMap { bound([(element.subject, $0.0), (element.object, $0.1)]) }
    }

    private func bound(_ parts: [(PatternTerm, Term)]) -> Row? {
        var row = none
        for (part, term) in parts {
            switch part {
            case .term(let wanted): if wanted != term { return nil }
            case .variable(let slot):
                if let known = row[slot], known != term { return nil }
                row[slot] = term
            }
        }
        return row
    }

    private func pairs(_ path: PropertyPath, _ graph: Graph, _ nodes: Set<Term>) -> [(Term, Term)] {
        func distinct(_ pairs: [(Term, Term)]) -> [(Term, Term)] {
            var seen: Set<[Term]> = []
            return pairs.filter { seen.insert([$0.0, $0.1]).inserted }
        }
        let selves = nodes.map { ($0, $0) }
        switch path {
        case .predicate(let part):
            return graph.triples().filter { .term($0.predicate) == part }.map { ($0.subject, $0.object) }
        case .inverse(let inner): return pairs(inner, graph, nodes).map { ($0.1, $0.0) }
        case .sequence(let first, let second):
            let ends = pairs(second, graph, nodes)
            return pairs(first, graph, nodes).flatMap { start in ends.filter { $0.0 == start.1 }.map { (start.0, $0.1) } }
        case .alternative(let first, let second): return pairs(first, graph, nodes) + pairs(second, graph, nodes)
        case .zeroOrOne(let inner): return distinct(selves + pairs(inner, graph, nodes))
        case .oneOrMore(let inner), .zeroOrMore(let inner):
            let steps = distinct(pairs(inner, graph, nodes))
            var reached = steps
            while true {
                let more = distinct(reached + reached.flatMap { pair in steps.filter { $0.0 == pair.1 }.map { (pair.0, $0.1) } })
                if more.count == reached.count { break }
                reached = more
            }
            if case .zeroOrMore = path { return distinct(selves + reached) }
            return reached
        case .closure(let predicate, let includesStart):
            let step = PropertyPath.predicate(.term(predicate))
            return pairs(includesStart ? .zeroOrMore(step) : .oneOrMore(step), graph, nodes)
        case .negated(let forward, let backward):
            let triples = graph.triples()
            return triples.filter { !forward.contains($0.predicate) }.map { ($0.subject, $0.object) }
                + (backward.map { excluded in triples.filter { !excluded.contains($0.predicate) }.map { ($0.object, $0.subject) } } ?? [])
        }
    }
}

// MARK: - Expressions

extension AlgebraDefinition {
    private func value(_ expression: Expression, _ row: Row, _ graph: Graph) -> Term? {
        switch expression {
        case .variable(let slot): row[slot]
        case .term(let term): term
        case .coalesce(let list): list.lazy.compactMap { value($0, row, graph) }.first
        default: truth(expression, row, graph).map { .literal(Literal($0 ? "true" : "false", datatype: XSD.boolean)) }
        }
    }

    private func truth(_ expression: Expression, _ row: Row, _ graph: Graph) -> Bool? {
        switch expression {
        case .bound(let slot): return row[slot] != nil
        case .not(let inner): return truth(inner, row, graph).map { !$0 }
        case .or(let left, let right):
            let values = [truth(left, row, graph), truth(right, row, graph)]
            return values.contains(true) ? true : values.contains(nil) ? nil : false
        case .and(let left, let right):
            let values = [truth(left, row, graph), truth(right, row, graph)]
            return values.contains(false) ? false : values.contains(nil) ? nil : true
        case .comparison(.equal, let left, let right):
            guard let left = value(left, row, graph), let right = value(right, row, graph) else { return nil }
            return left == right
        case .exists(_, let pattern):
            let substituted = pattern.substituting { slot in row[slot] }
            return solutions(of: substituted, in: graph).contains { merge($0, row) != nil }
        case .term(let term): return term.literal?.lexicalForm == "true"
        default: return nil
        }
    }
}
