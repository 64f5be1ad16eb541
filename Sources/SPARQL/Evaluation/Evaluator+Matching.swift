import Diagnostics
import RDF

extension Evaluator {
    /// The solutions of a basic graph pattern that extend the seeds.
    ///
    /// The elements are matched one after the other, those first that the index answers with the fewest triples.
    func matches(of elements: [PatternElement], _ seeds: [Solution], atMost maximum: Int?) throws(DiagnosticList) -> [Solution] {
        guard !elements.isEmpty, let first = seeds.first else { return seeds }
        let boundSlots = Set(first.indices.filter { slot in seeds.allSatisfy { $0[slot] != unbound } })
        let order = ordered(elements, boundSlots)
        var found: [Solution] = []
        for seed in seeds {
            try extend(seed, with: order[...], into: &found, atMost: maximum)
            if let maximum, found.count >= maximum { break }
        }
        return found
    }

    private func extend(
        _ solution: Solution, with elements: ArraySlice<PatternElement>, into found: inout [Solution], atMost maximum: Int?
    ) throws(DiagnosticList) {
        guard let element = elements.first else {
            found.append(solution)
            return try budget.check(rows: found.count)
        }
        for extended in try extensions(of: solution, by: element) {
            try extend(extended, with: elements.dropFirst(), into: &found, atMost: maximum)
            if let maximum, found.count >= maximum { return }
        }
    }

    private func extensions(of solution: Solution, by element: PatternElement) throws(DiagnosticList) -> [Solution] {
        guard case .predicate(let predicate) = element.path else {
            return try pathExtensions(of: solution, by: element)
        }
        let parts = [element.subject, predicate, element.object]
        let ids = parts.map { id(of: $0, in: solution) }
        if ids.contains(where: { $0.map { !terms.isOfGraph($0) } ?? false }) { return [] }
        let triples = graph.match(subject: ids[0], predicate: ids[1], object: ids[2])
        var found: [Solution] = []
        for triple in triples {
            try budget.spend()
            if let extended = bind(solution, zip(parts, [triple.subject, triple.predicate, triple.object])) { found.append(extended) }
        }
        return found
    }

    private func pathExtensions(of solution: Solution, by element: PatternElement) throws(DiagnosticList) -> [Solution] {
        let from = id(of: element.subject, in: solution)
        let to = id(of: element.object, in: solution)
        return try pairs(of: element.path, from: from, to: to).compactMap { pair in
            bind(solution, zip([element.subject, element.object], [pair.from, pair.to]))
        }
    }

    /// The solution with the parts that are variables bound; nil when one has another value already.
    private func bind(_ solution: Solution, _ parts: some Sequence<(PatternTerm, Graph.TermID)>) -> Solution? {
        var extended = solution
        for (part, id) in parts {
            guard let slot = part.slot else { continue }
            if extended[slot] == unbound { extended[slot] = id } else if extended[slot] != id { return nil }
        }
        return extended
    }

    /// The number of a part's term; nil for a variable without a value.
    private func id(of part: PatternTerm, in solution: Solution) -> Graph.TermID? {
        switch part {
        case .term(let term): terms.id(of: term)
        case .variable(let slot): solution[slot] == unbound ? nil : solution[slot]
        }
    }
}

// MARK: - Order of matching

extension Evaluator {
    private func ordered(_ elements: [PatternElement], _ bound: Set<Slot>) -> [PatternElement] {
        var rest = elements
        var bound = bound
        var order: [PatternElement] = []
        while !rest.isEmpty {
            let costs = rest.map { cost(of: $0, bound) }
            let best = costs.indices.min { costs[$0] < costs[$1] } ?? 0
            let element = rest.remove(at: best)
            bound.formUnion(element.slots)
            order.append(element)
        }
        return order
    }

    /// A guess at the number of matches: those of the constants, less for every variable that will have a value.
    private func cost(of element: PatternElement, _ bound: Set<Slot>) -> Double {
        let ends = [element.subject, element.object]
        let known = ends.count { $0.slot.map(bound.contains) ?? true }
        guard case .predicate(let predicate) = element.path else {
            return known == 0 ? Double(graph.count) * 10 : Double(graph.count) / (known == 2 ? 100 : 10)
        }
        let ids = [element.subject, predicate, element.object].map { part -> Graph.TermID? in
            if case .term(let term) = part { graph.id(of: term) ?? unbound } else { nil }
        }
        let count = Double(graph.match(subject: ids[0], predicate: ids[1], object: ids[2]).count)
        let variables = [element.subject, predicate, element.object].compactMap(\.slot).filter(bound.contains).count
        // A pattern that shares no variable with what came before multiplies; it comes late.
        let isApart = !bound.isEmpty && variables == 0 && element.slots.count > 0
        return isApart ? count * 1_000 : count / [1, 50, 2_500, 100_000][variables]
    }
}
