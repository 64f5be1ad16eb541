import RDF

/// What the order of joins is guessed from: how many triples the index has for the constants of a pattern, and how many of them
/// a value that is known leaves.
struct Statistics {
    private let dataset: Dataset

    init(_ dataset: Dataset) { self.dataset = dataset }

    /// By how much a part of a join is expected to multiply the rows, given the slots that have values before it.
    func cost(of pattern: Pattern, bound: Set<Slot>) -> Double {
        let isApart = !bound.isEmpty && pattern.possibleSlots.isDisjoint(with: bound)
        let rows = rows(of: pattern, bound: bound)
        // What shares no variable with what came before multiplies everything; it comes late unless it has a row or less.
        return isApart && rows > 1 ? rows * 10_000 : rows
    }

    private func rows(of pattern: Pattern, bound: Set<Slot>) -> Double {
        switch pattern {
        case .basic(let elements): elements.reduce(1) { $0 * rows(of: $1, bound) }
        case .join(let left, let right): rows(of: left, bound: bound) * rows(of: right, bound: bound.union(left.certainSlots))
        case .leftJoin(let left, _, _), .minus(let left, _): rows(of: left, bound: bound)
        case .filter(_, let inner): rows(of: inner, bound: bound) / 2
        case .extend(let inner, _, _), .service(let inner): rows(of: inner, bound: bound)
        case .graph(_, let inner): rows(of: inner, bound: bound) * Double(max(dataset.parts.count, 1))
        case .union(let branches): branches.reduce(0) { $0 + rows(of: $1, bound: bound) }
        case .values(let slots, let values):
            slots.allSatisfy(bound.contains) ? Double(values.count) / 1_000 : Double(values.count)
        case .group(let inner, let grouping):
            grouping.keys.isEmpty ? 1 : max(1, rows(of: inner, bound: []) / 10)
        case .subquery(let selection):
            min(rows(of: selection.pattern, bound: []), selection.limit.map(Double.init) ?? .infinity)
        }
    }

    private func rows(of element: PatternElement, _ bound: Set<Slot>) -> Double {
        let source = dataset.defaultSource
        guard case .predicate(let predicate) = element.path else { return pathRows(of: element, bound) }
        let ids = [element.subject, predicate, element.object].map { part -> TermID? in
            if case .term(let term) = part { dataset.dictionary.id(of: term) ?? -2 } else { nil }
        }
        let count = Double(source.count(subject: ids[0], predicate: ids[1], object: ids[2]))
        if let predicate = ids[1], predicate >= 0 {
            // Of the predicate's triples, each subject has so many, and each object.
            let ends = source.ends(of: predicate)
            let isKnown = [element.subject, element.object].map { $0.slot.map(bound.contains) ?? false }
            return count / Double(isKnown[0] ? max(ends.subjects, 1) : 1) / Double(isKnown[1] ? max(ends.objects, 1) : 1)
        }
        let known = [element.subject, predicate, element.object].compactMap(\.slot).filter(bound.contains).count
        return count / [1, 50, 2_500, 125_000][known]
    }

    /// Whether any graph of the dataset has a closure.
    var hasClosures: Bool { dataset.sources.contains(where: \.hasClosures) }

    /// Whether some graph of the dataset has the closure of a predicate.
    func hasClosure(of predicate: Term) -> Bool {
        guard let id = dataset.dictionary.id(of: predicate) else { return false }
        return dataset.sources.contains { $0.closure(of: id) != nil }
    }

    /// A path is followed from an end that is known; with both open it begins everywhere.
    private func pathRows(of element: PatternElement, _ bound: Set<Slot>) -> Double {
        if let exact = closureRows(of: element) { return exact }
        let known = [element.subject, element.object].count { $0.slot.map(bound.contains) ?? true }
        let count = Double(dataset.defaultSource.count)
        return [count * 100, (count / 100).squareRoot() + 2, 1][known]
    }

    /// The pairs of a closure from a constant, or to one; nil for other paths.
    private func closureRows(of element: PatternElement) -> Double? {
        guard case .closure(let predicate, let includesStart) = element.path,
            let closure = dataset.dictionary.id(of: predicate).flatMap(dataset.defaultSource.closure)
        else { return nil }
        switch (element.subject, element.object) {
        case (.term(let term), .variable):
            return Double(dataset.dictionary.id(of: term).map { closure.above($0).count } ?? 0) + (includesStart ? 1 : 0)
        case (.variable, .term(let term)):
            return Double(dataset.dictionary.id(of: term).map { closure.below($0).count } ?? 0) + (includesStart ? 1 : 0)
        default: return nil
        }
    }
}
