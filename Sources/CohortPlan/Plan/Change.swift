import Foundation

/// How the numbers of two observations differ, the first and the second.
///
/// Unknown where one of the two is a bound alone or in a unit that cannot be converted, and where a day that counts is not exactly known.
public enum Change: Hashable, Codable, Sendable {
    /// Which way the numbers differ.
    public enum Direction: String, Hashable, Codable, Sendable, CaseIterable {
        /// How much the second number is above the first.
        case increase
        /// How much the second number is below the first.
        case decrease
        /// How far the two are apart.
        case either
    }

    /// The difference, in the range's unit.
    case difference(Direction, QuantityRange)
    /// The difference as a part of the first number, which must be above zero.
    case relative(Direction, QuantityRange)
    /// The difference divided by the time from the first observation to the second. No where the second is not later.
    case rate(Direction, QuantityRange)
    /// The time in which a number doubles that grows by the same factor each day from the first observation to the second; measured from
    /// the first one's day. No where the second is not later or its number not greater. Both numbers must be above zero.
    case doublingTime(from: WindowBound?, to: WindowBound?)

    /// The range of numbers, where there is one.
    public var range: QuantityRange? {
        switch self {
        case .difference(_, let range), .relative(_, let range), .rate(_, let range): range
        case .doublingTime: nil
        }
    }

    /// The longest doubling time that can be asked for, in days: 20 years.
    public static let longestDoubling = 7_305
}

/// A number that was recorded on a day.
public struct DatedValue: Sendable {
    public let value: RecordedValue
    /// When; nil when not recorded.
    public let day: DateRange?

    public init(_ value: RecordedValue, on day: DateRange?) {
        self.value = value
        self.day = day
    }
}

extension Change {
    /// Whether two recorded numbers differ like this.
    public func holds(from first: DatedValue, to second: DatedValue) -> Truth {
        switch self {
        case .difference(let direction, let range): Self.difference(direction, range, first, second)
        case .relative(let direction, let range): Self.relative(direction, range, first, second)
        case .rate(let direction, let range): Self.rate(direction, range, first, second)
        case .doublingTime(let lower, let upper): Self.doubling(lower, upper, first, second)
        }
    }

    /// Two numbers in the coherent unit of their dimension; on a scale of which both are, as they stand.
    private struct Pair {
        let first: SignedRatio
        let second: SignedRatio
        /// Nil for numbers as they stand.
        let unit: UCUMUnit?

        init?(_ first: RecordedValue, _ second: RecordedValue) {
            guard case .quantity(let left, nil) = first, case .quantity(let right, nil) = second, let leftName = left.unit,
                let rightName = right.unit, let leftUnit = UCUMUnit(leftName), let rightUnit = UCUMUnit(rightName),
                leftUnit.isCommensurable(with: rightUnit)
            else { return nil }
            let isProportional = leftUnit.isProportional && rightUnit.isProportional
            guard isProportional || leftName == rightName else { return nil }
            guard let own = (isProportional ? leftUnit : .one).exact(left.value),
                let other = (isProportional ? rightUnit : .one).exact(right.value)
            else { return nil }
            self.first = own
            self.second = other
            unit = isProportional ? leftUnit : nil
        }
    }

    private static func difference(
        _ direction: Direction, _ range: QuantityRange, _ first: DatedValue, _ second: DatedValue
    ) -> Truth {
        guard let pair = Pair(first.value, second.value), let unit = UCUMUnit(range.unit) else { return .unknown }
        // On a scale, degrees Celsius say, a difference is one of the numbers themselves, if it is asked for on the same scale.
        guard let own = pair.unit else {
            guard case .quantity(let recorded, _) = first.value, recorded.unit == range.unit else { return .unknown }
            return range.contains(direction, pair.first, pair.second) { UCUMUnit.one.exact($0) }
        }
        guard unit.isProportional, unit.isCommensurable(with: own) else { return .unknown }
        return range.contains(direction, pair.first, pair.second) { unit.exact($0) }
    }

    private static func relative(_ direction: Direction, _ range: QuantityRange, _ first: DatedValue, _ second: DatedValue) -> Truth {
        guard let pair = Pair(first.value, second.value), pair.unit != nil, let part = UCUMUnit(range.unit),
            part.isCommensurable(with: .one), pair.first.isPositive
        else { return .unknown }
        return range.contains(direction, pair.first, pair.second) { part.exact($0).map { $0 * pair.first } }
    }

    private static func rate(_ direction: Direction, _ range: QuantityRange, _ first: DatedValue, _ second: DatedValue) -> Truth {
        guard let pair = Pair(first.value, second.value), let own = pair.unit, let unit = UCUMUnit(range.unit), let day = UCUMUnit("d"),
            let perDay = own.multiplied(by: day.power(-1) ?? .one), perDay.isCommensurable(with: unit)
        else { return .unknown }
        switch days(from: first.day, to: second.day) {
        case nil: return .unknown
        case .some(let days) where days <= 0: return .no
        case .some(let days):
            guard let time = day.exact(ExactDecimal(days)) else { return .unknown }
            return range.contains(direction, pair.first, pair.second) { unit.exact($0).map { $0 * time } }
        }
    }

    private static func doubling(_ lower: WindowBound?, _ upper: WindowBound?, _ first: DatedValue, _ second: DatedValue) -> Truth {
        guard let pair = Pair(first.value, second.value), pair.unit != nil, pair.first.isPositive, pair.second.isPositive else {
            return .unknown
        }
        guard pair.second.order(to: pair.first) == .orderedDescending else { return .no }
        if let begin = first.day, let end = second.day, end.latest <= begin.earliest { return .no }
        guard let begin = first.day, begin.isExact, let days = days(from: first.day, to: second.day) else { return .unknown }
        let growth = pair.second.magnitude * pair.first.magnitude.inverted
        func order(_ bound: WindowBound) -> Int {
            let length = begin.earliest.advanced(by: bound.distance).daysSinceEpoch - begin.earliest.daysSinceEpoch
            return growth.orderOfDoubling(in: days, to: length)
        }
        let after = lower.map { bound in Truth(order(bound) > 0 || (bound.isInclusive && order(bound) == 0)) } ?? .yes
        let before = upper.map { bound in Truth(order(bound) < 0 || (bound.isInclusive && order(bound) == 0)) } ?? .yes
        return after && before
    }

    /// Nil where one of the two is not exactly known; at most zero where they are not in this order for certain.
    private static func days(from first: DateRange?, to second: DateRange?) -> Int? {
        guard let first, let second else { return nil }
        if second.latest <= first.earliest { return 0 }
        guard first.isExact, second.isExact else { return nil }
        return second.earliest.daysSinceEpoch - first.earliest.daysSinceEpoch
    }
}

extension QuantityRange {
    /// Whether the difference of two numbers lies in the range.
    /// - Parameter exact: the end of the range as a number of the same sort; nil where it cannot be told.
    fileprivate func contains(
        _ direction: Change.Direction, _ first: SignedRatio, _ second: SignedRatio, exact: (ExactDecimal) -> SignedRatio?
    ) -> Truth {
        let rises = second.order(to: first) != .orderedAscending
        let (from, to): (SignedRatio, SignedRatio) =
            switch direction {
            case .increase: (first, second)
            case .decrease: (second, first)
            case .either: rises ? (first, second) : (second, first)
            }
        var truth = Truth.yes
        for (bound, isLower) in [(lower, true), (upper, false)] {
            guard let bound else { continue }
            // Added on the other side, so that nothing is subtracted.
            guard let limit = exact(bound.value) else { return .unknown }
            let order = to.order(to: from + limit)
            truth = truth && Truth(order == .orderedSame ? bound.isInclusive : (order == .orderedDescending) == isLower)
        }
        return truth
    }
}
