/// A number of `xsd:decimal` with up to 38 digits: a whole number divided by a power of ten.
///
/// Sums, differences and products are exact; what needs more digits loses fractional ones, and what is too large has no value. Quotients
/// have up to eighteen fractional digits, as XML Schema asks for at least.
struct ExactDecimal: Sendable {
    /// Without needless zeros at its end, as far as they are fractional digits.
    private let mantissa: Int128
    /// The number of fractional digits.
    private let scale: Int

    static let quotientDigits = 18

    private init(_ mantissa: Int128, scale: Int) {
        var (mantissa, scale) = (mantissa, scale)
        while scale > 0, mantissa % 10 == 0 {
            mantissa /= 10
            scale -= 1
        }
        (self.mantissa, self.scale) = (mantissa, scale)
    }

    init(_ integer: Int128) { self.init(integer, scale: 0) }

    /// A decimal as XML Schema writes it; further fractional digits than fit are left out.
    init?(_ text: some StringProtocol) {
        var mantissa: Int128 = 0
        var scale = 0
        var isFraction = false
        var hasDigit = false
        var isFull = false
        var isNegative = false
        for (place, byte) in text.utf8.enumerated() {
            switch byte {
            case UInt8(ascii: "+") where place == 0: break
            case UInt8(ascii: "-") where place == 0: isNegative = true
            case UInt8(ascii: ".") where !isFraction: isFraction = true
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                hasDigit = true
                if isFull { continue }
                let (shifted, overflow) = mantissa.multipliedReportingOverflow(by: 10)
                let (sum, sumOverflow) = shifted.addingReportingOverflow(Int128(byte - UInt8(ascii: "0")))
                if overflow || sumOverflow {
                    guard isFraction else { return nil }
                    isFull = true
                    continue
                }
                mantissa = sum
                if isFraction { scale += 1 }
            default: return nil
            }
        }
        guard hasDigit else { return nil }
        self.init(isNegative ? -mantissa : mantissa, scale: scale)
    }

    /// The decimal that is written like the number, which is the nearest of those with few digits; nil for what is not finite or too large.
    init?(_ value: Double) {
        guard value.isFinite else { return nil }
        let parts = value.description.split(separator: "e")
        let digits = parts[0].split(separator: ".", omittingEmptySubsequences: false)
        let fraction = digits.count > 1 ? digits[1] : ""
        guard let mantissa = Int128(digits[0] + fraction) else { return nil }
        let exponent = (parts.count > 1 ? Int(parts[1]) ?? 0 : 0) - fraction.count
        if exponent > 0 {
            guard exponent < 39, let power = Self.power(exponent) else { return nil }
            let (product, overflow) = mantissa.multipliedReportingOverflow(by: power)
            if overflow { return nil }
            self.init(product, scale: 0)
        } else if exponent < -38 {
            self.init(0, scale: 0)
        } else {
            self.init(mantissa, scale: -exponent)
        }
    }

    private static func power(_ exponent: Int) -> Int128? {
        guard (0..<39).contains(exponent) else { return nil }
        var power: Int128 = 1
        for _ in 0..<exponent { power *= 10 }
        return power
    }

    var isZero: Bool { mantissa == 0 }

    /// The number without its fractional digits.
    var integer: Int128 { Self.power(scale).map { mantissa / $0 } ?? 0 }

    var double: Double { scale == 0 ? Double(mantissa) : Double(text) ?? 0 }

    /// The shortest way of writing it.
    var text: String {
        guard scale > 0 else { return String(mantissa) }
        let digits = String(mantissa.magnitude)
        let padded = String(repeating: "0", count: max(0, scale + 1 - digits.count)) + digits
        return (mantissa < 0 ? "-" : "") + padded.dropLast(scale) + "." + padded.suffix(scale)
    }
}

extension ExactDecimal {
    /// Both with the same number of fractional digits; nil when one does not fit.
    private static func aligned(_ left: ExactDecimal, _ right: ExactDecimal) -> (Int128, Int128, scale: Int)? {
        let scale = max(left.scale, right.scale)
        guard let leftPower = power(scale - left.scale), let rightPower = power(scale - right.scale) else { return nil }
        let (first, overflow) = left.mantissa.multipliedReportingOverflow(by: leftPower)
        let (second, otherOverflow) = right.mantissa.multipliedReportingOverflow(by: rightPower)
        return overflow || otherOverflow ? nil : (first, second, scale)
    }

    /// With a fractional digit less, rounded.
    private var shortened: ExactDecimal? {
        guard scale > 0 else { return nil }
        let (quotient, rest) = mantissa.quotientAndRemainder(dividingBy: 10)
        return ExactDecimal(quotient + (rest >= 5 ? 1 : rest <= -5 ? -1 : 0), scale: scale - 1)
    }

    static func sum(_ left: ExactDecimal, _ right: ExactDecimal) -> ExactDecimal? {
        if let (first, second, scale) = aligned(left, right) {
            let (sum, overflow) = first.addingReportingOverflow(second)
            if !overflow { return ExactDecimal(sum, scale: scale) }
        }
        return left.scale >= right.scale
            ? left.shortened.flatMap { sum($0, right) } : right.shortened.flatMap { sum(left, $0) }
    }

    static func product(_ left: ExactDecimal, _ right: ExactDecimal) -> ExactDecimal? {
        let (product, overflow) = left.mantissa.multipliedReportingOverflow(by: right.mantissa)
        if !overflow, left.scale + right.scale < 39 { return ExactDecimal(product, scale: left.scale + right.scale) }
        return left.scale >= right.scale
            ? left.shortened.flatMap { self.product($0, right) } : right.shortened.flatMap { self.product(left, $0) }
    }

    /// Nil for a division by zero.
    static func quotient(_ left: ExactDecimal, _ right: ExactDecimal) -> ExactDecimal? {
        if right.isZero { return nil }
        // So many digits more for the dividend that the quotient has the wanted number of fractional ones, or as many as fit.
        var digits = max(0, quotientDigits + right.scale - left.scale)
        while digits >= 0 {
            if let power = power(digits), left.scale + digits - right.scale >= 0 {
                let (dividend, overflow) = left.mantissa.multipliedReportingOverflow(by: power)
                if !overflow {
                    let (quotient, rest) = dividend.quotientAndRemainder(dividingBy: right.mantissa)
                    let isUp = rest.magnitude >= right.mantissa.magnitude - rest.magnitude
                    let sign: Int128 = (rest < 0) == (right.mantissa < 0) ? 1 : -1
                    return ExactDecimal(quotient + (isUp ? sign : 0), scale: left.scale + digits - right.scale)
                }
            }
            digits -= 1
        }
        return right.shortened.flatMap { $0.isZero ? nil : quotient(left, $0) }
    }

    var negated: ExactDecimal? { mantissa == .min ? nil : ExactDecimal(-mantissa, scale: scale) }

    static func compare(_ left: ExactDecimal, _ right: ExactDecimal) -> Int {
        if let (first, second, _) = aligned(left, right) { return first < second ? -1 : first == second ? 0 : 1 }
        return left.double < right.double ? -1 : left.double == right.double ? 0 : 1
    }

    var magnitude: ExactDecimal { mantissa < 0 ? negated ?? self : self }

    var floor: ExactDecimal {
        let whole = integer
        return ExactDecimal(mantissa < 0 && scale > 0 ? whole - 1 : whole)
    }

    var ceiling: ExactDecimal {
        let whole = integer
        return ExactDecimal(mantissa > 0 && scale > 0 ? whole + 1 : whole)
    }

    /// Halves are rounded up.
    var rounded: ExactDecimal { Self.sum(self, ExactDecimal(5, scale: 1))?.floor ?? self }
}
