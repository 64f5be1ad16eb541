import RDF

extension Optimiser {
    /// The parts of joins, triple patterns among them, are brought into the order in which the fewest rows are expected: each time the
    /// part comes next that multiplies the rows by the least, with those that share no variable late.
    static let orderJoins = Rule(name: "order joins") { pattern, statistics in
        pattern.ordered(statistics, bound: [])
    }
}

extension Pattern {
    /// - Parameter bound: the slots that have values when the pattern is asked.
    fileprivate func ordered(_ statistics: Statistics, bound: Set<Slot>) -> Pattern {
        switch self {
        case .basic, .join:
            var parts: [Pattern] = []
            collectOperands(into: &parts)
            return Self.joined(parts, statistics, bound)
        case .leftJoin(let left, let right, let condition):
            let first = left.ordered(statistics, bound: bound)
            let after = bound.union(left.certainSlots)
            return .leftJoin(
                first, right.ordered(statistics, bound: after), condition?.ordered(statistics, after.union(right.certainSlots)))
        case .filter(let condition, let inner):
            return .filter(
                condition.ordered(statistics, bound.union(inner.certainSlots)), inner.ordered(statistics, bound: bound))
        case .union, .extend, .graph: return mapChildren { $0.ordered(statistics, bound: bound) }
        case .minus(let left, let right):
            return .minus(left.ordered(statistics, bound: bound), right.ordered(statistics, bound: []))
        case .group, .subquery, .service: return mapChildren { $0.ordered(statistics, bound: []) }
        case .values: return self
        }
    }

    private func collectOperands(into parts: inout [Pattern]) {
        switch self {
        case .basic(let elements): parts += elements.map { .basic([$0]) }
        case .join(let left, let right):
            left.collectOperands(into: &parts)
            right.collectOperands(into: &parts)
        default: parts.append(self)
        }
    }

    private static func joined(_ parts: [Pattern], _ statistics: Statistics, _ bound: Set<Slot>) -> Pattern {
        var rest = parts
        var bound = bound
        var result = Pattern.unit
        while !rest.isEmpty {
            let costs = rest.map { statistics.cost(of: $0, bound: bound) }
            let best = costs.indices.min { costs[$0] < costs[$1] } ?? 0
            let part = rest.remove(at: best)
            let next: Pattern = if case .basic = part { part } else { part.ordered(statistics, bound: bound) }
            result = result.joined(next)
            bound.formUnion(part.certainSlots)
        }
        return result
    }
}

extension Expression {
    fileprivate func ordered(_ statistics: Statistics, _ bound: Set<Slot>) -> Expression {
        mapPatterns { $0.ordered(statistics, bound: bound) }
    }
}
