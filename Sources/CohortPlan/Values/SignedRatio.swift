import Foundation

/// A quotient of whole numbers with a sign, never rounded.
struct SignedRatio: Sendable {
    let magnitude: ExactRatio
    let isNegative: Bool

    init(_ magnitude: ExactRatio, isNegative: Bool) {
        self.magnitude = magnitude
        self.isNegative = isNegative && !magnitude.isZero
    }

    var isPositive: Bool { !isNegative && !magnitude.isZero }

    static func * (left: SignedRatio, right: SignedRatio) -> SignedRatio {
        SignedRatio(left.magnitude * right.magnitude, isNegative: left.isNegative != right.isNegative)
    }

    static func + (left: SignedRatio, right: SignedRatio) -> SignedRatio {
        if left.isNegative == right.isNegative { return SignedRatio(left.magnitude + right.magnitude, isNegative: left.isNegative) }
        let isLeftGreater = left.magnitude.order(to: right.magnitude) == .orderedDescending
        let (greater, smaller) = isLeftGreater ? (left, right) : (right, left)
        return SignedRatio(greater.magnitude.less(smaller.magnitude), isNegative: greater.isNegative)
    }

    /// How it stands to another.
    func order(to other: SignedRatio) -> ComparisonResult {
        switch (isNegative, other.isNegative) {
        case (false, false): magnitude.order(to: other.magnitude)
        case (true, true): other.magnitude.order(to: magnitude)
        case (true, false): .orderedAscending
        case (false, true): .orderedDescending
        }
    }
}

extension ExactRatio {
    var isZero: Bool { numerator.isZero }

    static func + (left: ExactRatio, right: ExactRatio) -> ExactRatio {
        ExactRatio(left.numerator * right.denominator + right.numerator * left.denominator, left.denominator * right.denominator)
    }

    /// What is left of it less another that is not greater.
    func less(_ other: ExactRatio) -> ExactRatio {
        ExactRatio((numerator * other.denominator).less(other.numerator * denominator), denominator * other.denominator)
    }

    /// How the time in which something doubles stands to a length of time: below zero where it is shorter.
    ///
    /// This ratio, above one, is how much it grows in some days. The doubling time T is not longer than a length L when (ratio)^L ≥ 2^days.
    /// Logarithms decide where they are far enough apart, whole numbers elsewhere.
    func orderOfDoubling(in days: Int, to length: Int) -> Int {
        guard length > 0 else { return 1 }
        let divisor = Self.greatestCommonDivisor(days, length)
        let (days, length) = (days / divisor, length / divisor)
        let logarithm = log2(NSDecimalNumber(decimal: rounded).doubleValue)
        let margin = Double(length) * logarithm - Double(days)
        if logarithm.isFinite, abs(margin) > 1e-3 { return margin > 0 ? -1 : 1 }
        let grown = numerator.power(length)
        let doubled = denominator.power(length) * Natural(2).power(days)
        switch doubled.order(to: grown) {
        case .orderedAscending: return -1
        case .orderedSame: return 0
        case .orderedDescending: return 1
        }
    }

    private static func greatestCommonDivisor(_ left: Int, _ right: Int) -> Int {
        var (left, right) = (left, right)
        while right != 0 { (left, right) = (right, left % right) }
        return max(1, left)
    }
}
