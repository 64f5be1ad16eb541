public import Foundation

/// A unit of measure after UCUM (The Unified Code for Units of Measure, version 2.0.1): a dimension and an exact factor.
///
/// All of UCUM's units and its whole syntax are read: prefixes, `.`, `/`, parentheses, exponents and annotations in braces. The factor is a
/// quotient of whole numbers of any size, so that comparing never rounds. Arbitrary units (`[iU]`) and scales that are no multiple of a
/// unit (`[pH]`, `dB`) are a dimension of their own; temperatures with a zero of their own (`Cel`) stand alone, with no prefix or power.
public struct UCUMUnit: Sendable {
    /// The exponents of the base units that occur, by symbol.
    public let dimension: [String: Int]
    /// How many coherent units of its dimension it is.
    private let size: ExactRatio
    /// How much is added to a number in this unit so that it counts from the zero of its dimension.
    private let zero: ExactDecimal
    /// Whether twice the number is twice as much: not so for degrees Celsius and logarithms.
    public let isProportional: Bool

    init(dimension: [String: Int], size: ExactRatio, zero: ExactDecimal = ExactDecimal(0), isProportional: Bool = true) {
        self.dimension = dimension.filter { $0.value != 0 }
        self.size = size
        self.zero = zero
        self.isProportional = isProportional
    }

    /// Reads a UCUM code; nil when it is none.
    public init?(_ code: String) { self.init(code, table: .shared) }

    init?(_ code: String, table: UCUMTable) {
        guard !code.isEmpty, code.utf8.count <= 64, var reader = UCUMReader(code, table: table), let unit = reader.unit() else {
            return nil
        }
        self = unit
    }

    static let one = UCUMUnit(dimension: [:], size: .one)

    /// A unit that is not made of others.
    static func base(_ symbol: String) -> UCUMUnit { UCUMUnit(dimension: [symbol: 1], size: .one) }

    /// A scale that is not made of others.
    static func scale(_ symbol: String) -> UCUMUnit { UCUMUnit(dimension: [symbol: 1], size: .one, isProportional: false) }

    /// Whether values of both units can be compared.
    public func isCommensurable(with other: UCUMUnit) -> Bool { dimension == other.dimension }

    // MARK: Products

    /// Whether it may be a part of a product.
    private var isFactor: Bool { zero == ExactDecimal(0) && isProportional }

    func times(_ factor: ExactRatio) -> UCUMUnit {
        UCUMUnit(dimension: dimension, size: size * factor, zero: zero, isProportional: isProportional)
    }

    func measured(from zero: ExactDecimal) -> UCUMUnit { UCUMUnit(dimension: dimension, size: size, zero: zero, isProportional: false) }

    /// Nil where one of the two is a scale: it takes part in no product but one with pure numbers.
    func multiplied(by other: UCUMUnit) -> UCUMUnit? {
        if !isFactor, other.isFactor, other.dimension.isEmpty, zero == ExactDecimal(0) { return times(other.size) }
        if !other.isFactor, isFactor, dimension.isEmpty, other.zero == ExactDecimal(0) { return other.times(size) }
        guard isFactor, other.isFactor else { return nil }
        return UCUMUnit(dimension: dimension.merging(other.dimension, uniquingKeysWith: +), size: size * other.size)
    }

    func power(_ exponent: Int) -> UCUMUnit? {
        if exponent == 1 { return self }
        guard isFactor else { return nil }
        let factor = exponent < 0 ? size.inverted : size
        let powers = (1..<max(1, abs(exponent))).reduce(factor) { product, _ in product * factor }
        return UCUMUnit(dimension: dimension.mapValues { $0 * exponent }, size: powers)
    }

    // MARK: Values

    /// Whether `left` of this unit is less than, equal to or more than `right` of another one, exactly; nil when they cannot be compared.
    public func order(_ left: ExactDecimal, _ right: ExactDecimal, in other: UCUMUnit) -> ComparisonResult? {
        guard isCommensurable(with: other) else { return nil }
        let (first, second) = (left.value + zero.value, right.value + other.zero.value)
        guard let own = Self.magnitude(first), let others = Self.magnitude(second) else { return nil }
        switch (first.isSignMinus && !first.isZero, second.isSignMinus && !second.isZero) {
        case (false, false): return (own * size).order(to: others * other.size)
        case (true, true): return (others * other.size).order(to: own * size)
        case (true, false): return .orderedAscending
        case (false, true): return .orderedDescending
        }
    }

    /// A number of this unit in another one, rounded to the 38 digits of `Decimal`; nil when they cannot be compared.
    ///
    /// For writing a number down or for narrowing a search. What decides is ``order(_:_:in:)``.
    public func converted(_ value: Decimal, to other: UCUMUnit) -> Decimal? {
        guard isCommensurable(with: other) else { return nil }
        let result = (value + zero.value) * (size * other.size.inverted).rounded - other.zero.value
        return result.isFinite ? result : nil
    }

    /// A number of this unit in the coherent unit of its dimension, exactly; nil for a number that is too long to be read.
    func exact(_ value: ExactDecimal) -> SignedRatio? {
        Self.magnitude(value.value).map { SignedRatio($0 * size, isNegative: value.value.isSignMinus) }
    }

    private static func magnitude(_ value: Decimal) -> ExactRatio? { ExactRatio("\(value.magnitude)") }
}

/// Reads UCUM codes by recursive descent (UCUM section 2 and its grammar).
struct UCUMReader {
    private let bytes: [UInt8]
    private let table: UCUMTable
    private var place = 0

    /// Nil for a code with a character that UCUM does not have.
    init?(_ code: String, table: UCUMTable) {
        bytes = Array(code.utf8)
        self.table = table
        guard bytes.allSatisfy({ (33...126).contains($0) }) else { return nil }
    }

    private var next: UInt8? { place < bytes.count ? bytes[place] : nil }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard next == UInt8(ascii: character) else { return false }
        place += 1
        return true
    }

    /// The whole code; nil when it is none.
    mutating func unit() -> UCUMUnit? {
        guard let unit = term(), place == bytes.count else { return nil }
        return unit
    }

    /// Components with `.` or `/` between them; a leading `/` stands for one divided by the rest.
    private mutating func term() -> UCUMUnit? {
        var product: UCUMUnit? = .one
        if next != UInt8(ascii: "/") { product = component() }
        while let soFar = product {
            let divides = take("/")
            guard divides || take(".") else { return soFar }
            guard let factor = component()?.power(divides ? -1 : 1) else { return nil }
            product = soFar.multiplied(by: factor)
        }
        return nil
    }

    private mutating func component() -> UCUMUnit? {
        if take("(") {
            guard let inner = term(), take(")") else { return nil }
            return inner
        }
        let text = symbol()
        // An annotation alone is the unit one.
        let unit = text.isEmpty ? (next == UInt8(ascii: "{") ? .one : nil) : self.unit(of: text)
        if take("{") {
            while let character = next, character != UInt8(ascii: "}"), character != UInt8(ascii: "{") { place += 1 }
            guard take("}") else { return nil }
        }
        return unit
    }

    /// What stands up to the next operator; square brackets keep operators in them.
    private mutating func symbol() -> String {
        let start = place
        var isBracketed = false
        while let character = next {
            if character == UInt8(ascii: "[") { isBracketed = true }
            if !isBracketed, "./(){}".utf8.contains(character) { break }
            if character == UInt8(ascii: "]") { isBracketed = false }
            place += 1
        }
        return String(decoding: bytes[start..<place], as: UTF8.self)
    }

    /// A number, or an atom with an optional prefix and exponent: `1`, `mm2`, `10*3`, `s-1`.
    private func unit(of text: String) -> UCUMUnit? {
        if let number = Natural(decimal: text) { return number.isZero ? nil : UCUMUnit(dimension: [:], size: ExactRatio(number, .one)) }
        let digits = text.utf8.reversed().prefix { $0.isDigit }.count
        var atom = text.dropLast(digits)
        guard digits > 0 else { return prefixed(text) }
        let isSigned = atom.last == "-" || atom.last == "+"
        let isNegative = atom.last == "-"
        if isSigned { atom = atom.dropLast() }
        guard let exponent = Int(text.suffix(digits)), (1...30).contains(exponent) else { return nil }
        return prefixed(String(atom))?.power(isNegative ? -exponent : exponent)
    }

    private func prefixed(_ symbol: String) -> UCUMUnit? {
        if let atom = table.atoms[symbol] { return atom.unit }
        for prefix in UCUMTable.prefixes where symbol.hasPrefix(prefix.symbol) {
            if let atom = table.atoms[String(symbol.dropFirst(prefix.symbol.count))], atom.isMetric {
                return atom.unit.times(prefix.factor)
            }
        }
        return nil
    }
}

extension UInt8 {
    fileprivate var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
}
