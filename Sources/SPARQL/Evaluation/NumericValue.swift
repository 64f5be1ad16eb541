import Foundation
import RDF

/// A number of XML Schema with the type that arithmetic gives it (SPARQL 1.1, section 17.3).
enum NumericValue {
    case integer(Int)
    case decimal(Decimal)
    case float(Float)
    case double(Double)

    /// The number that a literal stands for; nil for other datatypes and for text that is no number of its datatype.
    init?(_ literal: Literal) {
        let text = literal.lexicalForm
        switch literal.datatype {
        case _ where Self.integerTypes.contains(literal.datatype):
            guard let value = Int(text) else { return nil }
            self = .integer(value)
        case XSD.decimal:
            let digits = text.drop { $0 == "+" || $0 == "-" }
            guard digits.contains(where: \.isNumber), digits.allSatisfy({ ("0"..."9").contains($0) || $0 == "." }),
                digits.count(where: { $0 == "." }) <= 1,
                let value = Decimal(string: text, locale: nil)
            else { return nil }
            self = .decimal(value)
        case XSD.float:
            guard let value = Self.floatingPoint(text) else { return nil }
            self = .float(Float(value))
        case XSD.double:
            guard let value = Self.floatingPoint(text) else { return nil }
            self = .double(value)
        default: return nil
        }
    }

    /// Whether a datatype is numeric.
    static func isNumeric(_ datatype: String) -> Bool {
        integerTypes.contains(datatype) || [XSD.decimal, XSD.float, XSD.double].contains(datatype)
    }

    private static let integerTypes = Set(
        [
            "integer", "int", "long", "short", "byte", "nonNegativeInteger", "positiveInteger", "nonPositiveInteger", "negativeInteger",
            "unsignedInt",
            "unsignedLong", "unsignedShort", "unsignedByte",
        ].map { XSD.namespace + $0 })

    static func floatingPoint(_ text: String) -> Double? {
        switch text {
        case "INF", "+INF": return .infinity
        case "-INF": return -.infinity
        case "NaN": return .nan
        default:
            guard text.allSatisfy({ ("0"..."9").contains($0) || "+-.eE".contains($0) }) else { return nil }
            return Double(text)
        }
    }

    var double: Double {
        switch self {
        case .integer(let value): Double(value)
        case .decimal(let value): NSDecimalNumber(decimal: value).doubleValue
        case .float(let value): Double(value)
        case .double(let value): value
        }
    }

    private var decimal: Decimal? {
        switch self {
        case .integer(let value): Decimal(value)
        case .decimal(let value): value
        case .float, .double: nil
        }
    }

    private var isDouble: Bool { if case .double = self { true } else { false } }

    /// The literal with the canonical lexical form of its type.
    var literal: Literal {
        switch self {
        case .integer(let value): Literal(String(value), datatype: XSD.integer)
        case .decimal(let value): Literal(Self.text(of: value), datatype: XSD.decimal)
        case .float(let value): Literal(Self.scientific(value.description, isFinite: value.isFinite), datatype: XSD.float)
        case .double(let value): Literal(Self.scientific(value.description, isFinite: value.isFinite), datatype: XSD.double)
        }
    }

    static func text(of decimal: Decimal) -> String {
        let text = NSDecimalNumber(decimal: decimal).description(withLocale: nil)
        return text.contains(".") ? text : text + ".0"
    }

    /// `1.5E0`, as XML Schema's canonical form has it, from Swift's `1.5` or `1e+20`.
    private static func scientific(_ description: String, isFinite: Bool) -> String {
        guard isFinite else { return ["inf": "INF", "-inf": "-INF"][description] ?? "NaN" }
        let sign = description.hasPrefix("-") ? "-" : ""
        let parts = description.drop { $0 == "-" }.split(separator: "e")
        var exponent = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
        let mantissa = parts[0].split(separator: ".", omittingEmptySubsequences: false)
        let whole = String(mantissa[0])
        let fraction = mantissa.count > 1 ? String(mantissa[1]) : ""
        let digits = whole + fraction
        guard let first = digits.firstIndex(where: { $0 != "0" }) else { return sign + "0.0E0" }
        let leading = digits.distance(from: digits.startIndex, to: first)
        exponent += whole.count - 1 - leading
        var rest = String(digits[digits.index(after: first)...])
        while rest.hasSuffix("0") { rest.removeLast() }
        return "\(sign)\(digits[first]).\(rest.isEmpty ? "0" : rest)E\(exponent)"
    }
}

// MARK: - Arithmetic and comparison

extension NumericValue {
    /// The result in the wider of both types; nil for a division of exact numbers by zero and for what does not fit.
    static func compute(_ operation: Expression.Arithmetic, _ left: NumericValue, _ right: NumericValue) -> NumericValue? {
        if case .integer(let left) = left, case .integer(let right) = right, operation != .divide {
            let (value, overflow) =
                switch operation {
                case .add: left.addingReportingOverflow(right)
                case .subtract: left.subtractingReportingOverflow(right)
                case .multiply, .divide: left.multipliedReportingOverflow(by: right)
                }
            return overflow ? nil : .integer(value)
        }
        if let left = left.decimal, let right = right.decimal { return compute(operation, left, right) }
        let value = compute(operation, left.double, right.double)
        return left.isDouble || right.isDouble ? .double(value) : .float(Float(value))
    }

    private static func compute(_ operation: Expression.Arithmetic, _ left: Decimal, _ right: Decimal) -> NumericValue? {
        var (left, right, result) = (left, right, Decimal())
        let error =
            switch operation {
            case .add: unsafe NSDecimalAdd(&result, &left, &right, .plain)
            case .subtract: unsafe NSDecimalSubtract(&result, &left, &right, .plain)
            case .multiply: unsafe NSDecimalMultiply(&result, &left, &right, .plain)
            case .divide: right.isZero ? .divideByZero : unsafe NSDecimalDivide(&result, &left, &right, .plain)
            }
        return error == .noError || error == .lossOfPrecision ? .decimal(result) : nil
    }

    private static func compute(_ operation: Expression.Arithmetic, _ left: Double, _ right: Double) -> Double {
        switch operation {
        case .add: left + right
        case .subtract: left - right
        case .multiply: left * right
        case .divide: left / right
        }
    }

    /// Less than zero, zero or more as the numbers are; nil when one is not a number.
    static func compare(_ left: NumericValue, _ right: NumericValue) -> Int? {
        if case .integer(let left) = left, case .integer(let right) = right { return left < right ? -1 : left == right ? 0 : 1 }
        if let left = left.decimal, let right = right.decimal { return left < right ? -1 : left == right ? 0 : 1 }
        let (left, right) = (left.double, right.double)
        if left.isNaN || right.isNaN { return nil }
        return left < right ? -1 : left == right ? 0 : 1
    }

    var negated: NumericValue? {
        switch self {
        case .integer(let value): value == .min ? nil : .integer(-value)
        case .decimal(let value): .decimal(-value)
        case .float(let value): .float(-value)
        case .double(let value): .double(-value)
        }
    }

    /// `ABS`, `CEIL`, `FLOOR` and `ROUND`, whose result has the argument's type; halves are rounded up.
    func rounded(_ function: Builtin) -> NumericValue? {
        switch self {
        case .integer(let value): function == .absolute ? (value == .min ? nil : .integer(abs(value))) : self
        case .decimal(let value): .decimal(Self.rounded(function, value))
        case .float(let value): .float(Float(Self.rounded(function, Double(value))))
        case .double(let value): .double(Self.rounded(function, value))
        }
    }

    private static func rounded(_ function: Builtin, _ value: Double) -> Double {
        switch function {
        case .absolute: value.magnitude
        case .ceiling: value.rounded(.up)
        case .floor: value.rounded(.down)
        default: (value + 0.5).rounded(.down)
        }
    }

    private static func rounded(_ function: Builtin, _ value: Decimal) -> Decimal {
        if function == .absolute { return value.magnitude }
        var source = function == .round ? value + Decimal(sign: .plus, exponent: -1, significand: 5) : value
        var result = Decimal()
        unsafe NSDecimalRound(&result, &source, 0, function == .ceiling ? .up : .down)
        return result
    }
}
