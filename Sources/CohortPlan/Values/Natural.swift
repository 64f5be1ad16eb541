import Foundation

/// A whole number from zero on without an upper bound: what exact factors and their products need, and no more.
///
/// Held as digits to the base 2³², the smallest first, without leading zeros.
struct Natural: Equatable, Sendable {
    private var digits: [UInt32]

    static let one = Natural(digits: [1])

    private init(digits: [UInt32]) { self.digits = digits }

    init(_ value: UInt32) { digits = value == 0 ? [] : [value] }

    /// Decimal digits and nothing else.
    init?(decimal text: some StringProtocol) {
        guard !text.isEmpty, text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else { return nil }
        self.init(0)
        for digit in text.utf8 { multiply(by: 10, adding: UInt32(digit - UInt8(ascii: "0"))) }
    }

    static func powerOfTen(_ exponent: Int) -> Natural {
        var result = Natural.one
        for _ in 0..<max(0, exponent) { result.multiply(by: 10, adding: 0) }
        return result
    }

    var isZero: Bool { digits.isEmpty }

    private mutating func multiply(by factor: UInt32, adding summand: UInt32) {
        var carry = UInt64(summand)
        for place in digits.indices {
            carry += UInt64(digits[place]) * UInt64(factor)
            digits[place] = UInt32(truncatingIfNeeded: carry)
            carry >>= 32
        }
        if carry > 0 { digits.append(UInt32(carry)) }
    }

    static func * (left: Natural, right: Natural) -> Natural {
        guard !left.isZero, !right.isZero else { return Natural(0) }
        var result = [UInt32](repeating: 0, count: left.digits.count + right.digits.count)
        for (place, factor) in left.digits.enumerated() {
            var carry: UInt64 = 0
            for (offset, digit) in right.digits.enumerated() {
                carry += UInt64(factor) * UInt64(digit) + UInt64(result[place + offset])
                result[place + offset] = UInt32(truncatingIfNeeded: carry)
                carry >>= 32
            }
            result[place + right.digits.count] = UInt32(carry)
        }
        while result.last == 0 { result.removeLast() }
        return Natural(digits: result)
    }

    static func + (left: Natural, right: Natural) -> Natural {
        let (long, short) = left.digits.count >= right.digits.count ? (left.digits, right.digits) : (right.digits, left.digits)
        var result = long
        var carry: UInt64 = 0
        for place in result.indices {
            carry += UInt64(result[place]) + (place < short.count ? UInt64(short[place]) : 0)
            result[place] = UInt32(truncatingIfNeeded: carry)
            carry >>= 32
        }
        if carry > 0 { result.append(UInt32(carry)) }
        return Natural(digits: result)
    }

    /// What is left of it less another that is not greater.
    func less(_ other: Natural) -> Natural {
        var result = digits
        var borrow: Int64 = 0
        for place in result.indices {
            var rest = Int64(result[place]) - borrow - (place < other.digits.count ? Int64(other.digits[place]) : 0)
            borrow = rest < 0 ? 1 : 0
            if rest < 0 { rest += 1 << 32 }
            result[place] = UInt32(truncatingIfNeeded: rest)
        }
        while result.last == 0 { result.removeLast() }
        return Natural(digits: result)
    }

    /// By squaring.
    func power(_ exponent: Int) -> Natural {
        var (result, square, rest) = (Natural.one, self, exponent)
        while rest > 0 {
            if rest & 1 == 1 { result = result * square }
            rest >>= 1
            if rest > 0 { square = square * square }
        }
        return result
    }

    /// How it stands to another.
    func order(to other: Natural) -> ComparisonResult {
        if digits.count != other.digits.count { return digits.count < other.digits.count ? .orderedAscending : .orderedDescending }
        for (left, right) in zip(digits.reversed(), other.digits.reversed()) where left != right {
            return left < right ? .orderedAscending : .orderedDescending
        }
        return .orderedSame
    }

    /// Rounded to the 38 digits that `Decimal` holds.
    var rounded: Decimal { digits.reversed().reduce(Decimal(0)) { $0 * 4_294_967_296 + Decimal($1) } }
}

/// A quotient of two whole numbers, not below zero; never rounded, never reduced.
struct ExactRatio: Sendable {
    let numerator: Natural
    let denominator: Natural

    static let one = ExactRatio(.one, .one)

    init(_ numerator: Natural, _ denominator: Natural) {
        self.numerator = numerator
        self.denominator = denominator
    }

    /// Decimal digits with an optional fraction and an optional power of ten: `2.54`, `1.6e-24`. Without a sign.
    init?(_ text: some StringProtocol) {
        let halves = text.split(separator: "e", maxSplits: 1, omittingEmptySubsequences: false)
        let parts = halves[0].split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard let exponent = halves.count > 1 ? Int(halves[1]) : 0, abs(exponent) <= 200,
            let digits = Natural(decimal: parts.joined())
        else { return nil }
        let power = exponent - (parts.count > 1 ? parts[1].utf8.count : 0)
        self.init(digits * .powerOfTen(power), .powerOfTen(-power))
    }

    var inverted: ExactRatio { ExactRatio(denominator, numerator) }

    static func * (left: ExactRatio, right: ExactRatio) -> ExactRatio {
        ExactRatio(left.numerator * right.numerator, left.denominator * right.denominator)
    }

    /// How it stands to another. Cross-multiplied: nothing is divided, so nothing is rounded.
    func order(to other: ExactRatio) -> ComparisonResult {
        (numerator * other.denominator).order(to: other.numerator * denominator)
    }

    /// Rounded to the 38 digits that `Decimal` holds.
    var rounded: Decimal { numerator.rounded / denominator.rounded }
}
