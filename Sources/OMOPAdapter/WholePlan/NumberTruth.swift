import CohortPlan
import Foundation

/// What a recorded number says to a range, as steps along the numbers: below an end, on it, above it.
///
/// The ends are worked out by the exact comparison itself (``CohortPlan/QuantityRange/contains(_:comparator:)``), among the numbers that a
/// database can hold, so that a comparison there decides as that one does.
struct NumberTruth: Hashable {
    /// One end of a range.
    struct End: Hashable {
        /// The numbers that are neither below the end nor above it lie from one to the other; none where they are the wrong way round.
        let from: String
        let to: String
        /// By comparator, nil for a plain number: what is said below, on and above.
        let truths: [String?: [Truth]]
    }

    let ends: [End]

    /// What `operator_concept_id` can say, as the concept's id; nil for a plain number.
    static let comparators: [(sign: String?, concept: Int?)] = [
        (nil, nil), ("<", 4_171_756), ("<=", 4_171_754), (">", 4_172_704), (">=", 4_171_755),
    ]

    /// Nil where the ends cannot be said exactly.
    /// - Parameters:
    ///   - unit: of the recorded number.
    ///   - isDecimal: whether the database holds numbers with as many digits as they need, and not binary ones.
    init?(_ range: QuantityRange, unit: String, isDecimal: Bool) {
        var ends: [End] = []
        for (bound, isLower) in [(range.lower, true), (range.upper, false)] {
            guard let bound else { continue }
            let part = isLower ? QuantityRange(from: bound, unit: range.unit) : QuantityRange(to: bound, unit: range.unit)
            guard let end = NumberTruth.end(part, bound, unit, isDecimal) else { return nil }
            ends.append(end)
        }
        self.ends = ends
    }

    /// Whether a number in a unit says anything to a range.
    static func isComparable(_ unit: String, _ range: QuantityRange) -> Bool {
        guard let wanted = UCUMUnit(range.unit), let recorded = UCUMUnit(unit) else { return false }
        return recorded.isCommensurable(with: wanted)
    }

    private static func end(_ part: QuantityRange, _ bound: QuantityBound, _ unit: String, _ isDecimal: Bool) -> End? {
        guard let wanted = UCUMUnit(part.unit), let recorded = UCUMUnit(unit),
            let converted = wanted.converted(bound.value.value, to: recorded)
        else { return nil }
        func order(_ value: ExactDecimal) -> ComparisonResult? { recorded.order(value, bound.value, in: wanted) }
        func truths(_ below: ExactDecimal, _ on: ExactDecimal?, _ above: ExactDecimal) -> [String?: [Truth]] {
            var found: [String?: [Truth]] = [:]
            for (sign, _) in comparators {
                func truth(_ value: ExactDecimal) -> Truth { part.contains(Quantity(value, unit), comparator: sign) }
                found[sign] = [truth(below), on.map(truth) ?? .unknown, truth(above)]
            }
            return found
        }
        if isDecimal {
            let value = ExactDecimal(converted)
            let text = "\(converted)"
            guard order(value) == .orderedSame, ExactDecimal(text) == value else { return nil }
            return End(from: text, to: text, truths: truths(ExactDecimal(converted - 1), value, ExactDecimal(converted + 1)))
        }
        let start = NSDecimalNumber(decimal: converted).doubleValue
        guard start.isFinite, abs(start) < 1e12 else { return nil }
        func place(_ number: Double) -> ComparisonResult? { ExactDecimal(number).flatMap(order) }
        // The smallest number that is not below the end, and the greatest that is not above it.
        guard let from = edge(start, up: .orderedAscending, place), let to = edge(start, down: .orderedDescending, place),
            let below = ExactDecimal(from.nextDown), let above = ExactDecimal(to.nextUp)
        else { return nil }
        let on = from <= to ? ExactDecimal(from) : nil
        return End(from: "\(from)", to: "\(to)", truths: truths(below, on, above))
    }

    private static let patience = 64

    private static func edge(_ start: Double, up side: ComparisonResult, _ place: (Double) -> ComparisonResult?) -> Double? {
        var number = start
        for _ in 0..<patience {
            guard let here = place(number), let before = place(number.nextDown) else { return nil }
            if here == side { number = number.nextUp } else if before != side { number = number.nextDown } else { return number }
        }
        return nil
    }

    private static func edge(_ start: Double, down side: ComparisonResult, _ place: (Double) -> ComparisonResult?) -> Double? {
        edge(-start, up: .orderedAscending) { number in
            place(-number).map { $0 == side ? .orderedAscending : .orderedSame }
        }.map { -$0 }
    }
}
