import Diagnostics
import RDF

/// Evaluates algebra over a graph from the bottom up (SPARQL 1.1, section 18.6).
///
/// Where it makes no difference, bindings found on the left of a join are carried into its right side, so that the index is asked
/// about few terms and not about all.
final class Evaluator {
    let graph: Graph
    let budget: Budget
    let slotCount: Int
    var terms: TermTable
    var regularExpressions: [String: RegularExpression] = [:]

    init(graph: Graph, slotCount: Int, budget: Budget) {
        self.graph = graph
        self.slotCount = slotCount
        self.budget = budget
        terms = TermTable(graph: graph)
    }

    /// The solution without bindings.
    var identity: Solution { Solution(repeating: unbound, count: slotCount) }

    /// The solutions of a pattern; with a maximum, at least that many where there are so many.
    func solutions(of pattern: Pattern, atMost maximum: Int? = nil) throws(DiagnosticList) -> [Solution] {
        try evaluate(pattern, [identity], atMost: maximum)
    }

    /// The solutions of a pattern joined with the seeds.
    func evaluate(_ pattern: Pattern, _ seeds: [Solution], atMost maximum: Int? = nil) throws(DiagnosticList) -> [Solution] {
        if seeds.isEmpty { return [] }
        let hasBindings = seeds.count > 1 || seeds[0].contains { $0 != unbound }
        if hasBindings && !pattern.isSeedable {
            return try join(seeds, try evaluate(pattern, [identity]))
        }
        let found = try evaluateSeeded(pattern, seeds, atMost: maximum)
        try budget.check(rows: found.count)
        return found
    }

    private func evaluateSeeded(_ pattern: Pattern, _ seeds: [Solution], atMost maximum: Int?) throws(DiagnosticList) -> [Solution] {
        switch pattern {
        case .basic(let elements):
            return try matches(of: elements, seeds, atMost: maximum)
        case .join(let left, let right):
            return try evaluate(right, try evaluate(left, seeds), atMost: maximum)
        case .leftJoin(let left, let right, let condition):
            return try leftJoin(try evaluate(left, seeds), right, condition)
        case .filter(let condition, let inner):
            return try filter(try evaluate(inner, seeds), condition)
        case .union(let branches):
            var found: [Solution] = []
            for branch in branches { found += try evaluate(branch, seeds, atMost: maximum) }
            return found
        case .minus(let left, let right):
            return try minus(try evaluate(left, seeds), try evaluate(right, [identity]))
        case .extend(let inner, let slot, let expression):
            return try extend(try evaluate(inner, seeds), slot, expression)
        case .values(let slots, let rows):
            return values(slots, rows)
        case .group(let inner, let grouping):
            return try group(try evaluate(inner, [identity]), grouping)
        case .subquery(let selection):
            return try subquery(selection)
        }
    }
}

// MARK: - Operators

extension Evaluator {
    private func join(_ left: [Solution], _ right: [Solution]) throws(DiagnosticList) -> [Solution] {
        let index = SolutionIndex(right, probes: left)
        var found: [Solution] = []
        for solution in left {
            for candidate in index.candidates(for: solution) {
                try budget.spend()
                if let both = merged(solution, candidate) { found.append(both) }
            }
            try budget.check(rows: found.count)
        }
        return found
    }

    private func leftJoin(_ left: [Solution], _ right: Pattern, _ condition: Expression?) throws(DiagnosticList) -> [Solution] {
        let index = right.isSeedable ? nil : SolutionIndex(try evaluate(right, [identity]), probes: left)
        var found: [Solution] = []
        for solution in left {
            try budget.spend()
            var extended: [Solution] = []
            if let index {
                for candidate in index.candidates(for: solution) {
                    try budget.spend()
                    if let both = merged(solution, candidate) { extended.append(both) }
                }
            } else {
                extended = try evaluate(right, [solution])
            }
            if let condition { extended = try filter(extended, condition) }
            if extended.isEmpty { found.append(solution) } else { found += extended }
            try budget.check(rows: found.count)
        }
        return found
    }

    private func minus(_ left: [Solution], _ right: [Solution]) throws(DiagnosticList) -> [Solution] {
        let index = SolutionIndex(right, probes: left)
        var found: [Solution] = []
        for solution in left {
            var isRemoved = false
            for candidate in index.candidates(for: solution) where !isRemoved {
                try budget.spend()
                isRemoved = merged(solution, candidate) != nil && shareSlots(solution, candidate)
            }
            if !isRemoved { found.append(solution) }
        }
        return found
    }

    private func filter(_ solutions: [Solution], _ condition: Expression) throws(DiagnosticList) -> [Solution] {
        var found: [Solution] = []
        for solution in solutions where try truth(of: condition, solution) == true { found.append(solution) }
        return found
    }

    private func extend(_ solutions: [Solution], _ slot: Slot, _ expression: Expression) throws(DiagnosticList) -> [Solution] {
        var found = solutions
        for index in found.indices {
            guard let value = try value(of: expression, found[index]) else { continue }
            found[index][slot] = terms.id(of: value)
        }
        return found
    }

    private func values(_ slots: [Slot], _ rows: [[Term?]]) -> [Solution] {
        rows.map { row in
            var solution = identity
            for (slot, term) in zip(slots, row) { solution[slot] = term.map { terms.id(of: $0) } ?? unbound }
            return solution
        }
    }

    private func subquery(_ selection: Selection) throws(DiagnosticList) -> [Solution] {
        try selected(selection).map { inner in
            var solution = identity
            for column in selection.columns { solution[column.slot] = inner[column.inner] }
            return solution
        }
    }
}

// MARK: - Selections

extension Evaluator {
    /// The answer's rows.
    func rows(of selection: Selection) throws(DiagnosticList) -> [[Term?]] {
        try selected(selection).map { solution in
            selection.columns.map { solution[$0.inner] == unbound ? nil : terms[solution[$0.inner]] }
        }
    }

    /// The solutions after the modifiers, in the selection's own slots (section 15).
    private func selected(_ selection: Selection) throws(DiagnosticList) -> [Solution] {
        let needed = selection.limit.map { $0.addingReportingOverflow(selection.offset) }.flatMap { $0.overflow ? nil : $0.partialValue }
        let maximum = selection.order.isEmpty && !selection.isDistinct ? needed : nil
        var found = try solutions(of: selection.pattern, atMost: maximum)
        if !selection.order.isEmpty { found = try ordered(found, by: selection.order) }
        if selection.isDistinct { found = distinct(found, in: selection.columns.map(\.inner)) }
        let rest = found.dropFirst(selection.offset)
        return Array(selection.limit.map { rest.prefix($0) } ?? rest)
    }

    private func distinct(_ solutions: [Solution], in slots: [Slot]) -> [Solution] {
        var seen: Set<[Graph.TermID]> = []
        return solutions.filter { solution in seen.insert(slots.map { solution[$0] }).inserted }
    }

    private func ordered(_ solutions: [Solution], by order: [Selection.Order]) throws(DiagnosticList) -> [Solution] {
        var keyed: [(keys: [TermOrder], place: Int)] = []
        for (place, solution) in solutions.enumerated() {
            var keys: [TermOrder] = []
            for part in order { keys.append(TermOrder(try value(of: part.expression, solution))) }
            keyed.append((keys, place))
        }
        try budget.spend(keyed.count)
        keyed.sort { left, right in
            for (index, part) in order.enumerated() where left.keys[index] != right.keys[index] {
                return (left.keys[index] < right.keys[index]) != part.isDescending
            }
            return left.place < right.place
        }
        return keyed.map { solutions[$0.place] }
    }
}
