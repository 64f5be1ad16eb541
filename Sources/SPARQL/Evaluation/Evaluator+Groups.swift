import Diagnostics
import Foundation
import RDF

extension Evaluator {
    /// One solution a group, with its keys and aggregates; groups in the order in which they are first met (SPARQL 1.1, section 18.5.1).
    func group(_ solutions: [Solution], _ grouping: Grouping) throws(DiagnosticList) -> [Solution] {
        var places: [[Graph.TermID]: Int] = [:]
        var groups: [(key: [Graph.TermID], members: [Solution])] = []
        for solution in solutions {
            var key: [Graph.TermID] = []
            for part in grouping.keys { key.append(try value(of: part.expression, solution).map { terms.id(of: $0) } ?? unbound) }
            if let place = places[key] {
                groups[place].members.append(solution)
            } else {
                places[key] = groups.count
                groups.append((key, [solution]))
            }
        }
        if groups.isEmpty && grouping.keys.isEmpty { groups = [([], [])] }
        var found: [Solution] = []
        for group in groups {
            var solution = identity
            for (part, id) in zip(grouping.keys, group.key) { solution[part.slot] = id }
            for part in grouping.aggregates {
                solution[part.slot] = try aggregate(part.aggregate, over: group.members).map { terms.id(of: $0) } ?? unbound
            }
            found.append(solution)
        }
        return found
    }

    private func aggregate(_ aggregate: Aggregate, over members: [Solution]) throws(DiagnosticList) -> Term? {
        guard let expression = aggregate.expression else {
            let count = aggregate.isDistinct ? Set(members).count : members.count
            return .literal(NumericValue.integer(count).literal)
        }
        var values: [Term] = []
        var hasError = false
        for member in members {
            if let value = try value(of: expression, member) { values.append(value) } else { hasError = true }
        }
        if aggregate.isDistinct {
            var seen: Set<Term> = []
            values = values.filter { seen.insert($0).inserted }
        }
        switch aggregate.function {
        case .count: return .literal(NumericValue.integer(values.count).literal)
        case .sample: return values.first
        case .minimum: return hasError ? nil : values.min { TermOrder($0) < TermOrder($1) }
        case .maximum: return hasError ? nil : values.max { TermOrder($0) < TermOrder($1) }
        case .sum: return hasError ? nil : Self.sum(values).map { .literal($0.literal) }
        case .average: return hasError ? nil : Self.average(values).map { .literal($0.literal) }
        case .groupConcat:
            let texts = values.compactMap { $0.literal?.lexicalForm ?? $0.iri }
            return hasError || texts.count < values.count ? nil : .string(texts.joined(separator: aggregate.separator))
        }
    }

    /// Nil when one is no number.
    private static func sum(_ values: [Term]) -> NumericValue? {
        var total = NumericValue.integer(0)
        for value in values {
            guard let number = value.literal.flatMap(NumericValue.init), let next = NumericValue.compute(.add, total, number) else {
                return nil
            }
            total = next
        }
        return total
    }

    /// The average of nothing is zero.
    private static func average(_ values: [Term]) -> NumericValue? {
        if values.isEmpty { return .integer(0) }
        return sum(values).flatMap { NumericValue.compute(.divide, $0, .integer(values.count)) }
    }
}
