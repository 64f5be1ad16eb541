import RDF

/// A number of XML Schema with the type that arithmetic gives it (SPARQL 1.1, section 17.3).
enum NumericValue {
    case integer(Int128)
    case decimal(ExactDecimal)
    case float(Float)
    case double(Double)

    /// The number that a literal stands for; nil for other datatypes and for text that is no number of its datatype.
    init?(_ literal: Literal) {
        let text = literal.lexicalForm
        switch literal.datatype {
        case XSD.integer:
            guard let value = Int128(text) else { return nil }
            self = .integer(value)
        case XSD.decimal:
            guard let value = ExactDecimal(text) else { return nil }
            self = .decimal(value)
        case XSD.float:
            guard let value = Self.floatingPoint(text) else { return nil }
            self = .float(Float(value))
        case XSD.double:
            guard let value = Self.floatingPoint(text) else { return nil }
            self = .double(value)
        default:
            guard let range = Self.integerTypes[literal.datatype], let value = Int128(text), range.contains(value) else { return nil }
            self = .integer(value)
        }
    }

    /// Whether a datatype is numeric.
    static func isNumeric(_ datatype: String) -> Bool {
        integerTypes[datatype] != nil || [XSD.integer, XSD.decimal, XSD.float, XSD.double].contains(datatype)
    }

    /// The types derived from `xsd:integer` and what they hold.
    private static let integerTypes: [String: ClosedRange<Int128>] = Dictionary(
        uniqueKeysWithValues: ([
            ("nonNegativeInteger", 0...Int128.max), ("positiveInteger", 1...Int128.max), ("nonPositiveInteger", Int128.min...0),
            ("negativeInteger", Int128.min...(-1)), ("long", Int128(Int64.min)...Int128(Int64.max)),
            ("int", Int128(Int32.min)...Int128(Int32.max)), ("short", Int128(Int16.min)...Int128(Int16.max)), ("byte", -128...127),
            ("unsignedLong", 0...Int128(UInt64.max)), ("unsignedInt", 0...Int128(UInt32.max)),
            ("unsignedShort", 0...Int128(UInt16.max)), ("unsignedByte", 0...255),
        ] as [(String, ClosedRange<Int128>)]).map { (XSD.namespace + $0.0, $0.1) })

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
        case .decimal(let value): value.double
        case .float(let value): Double(value)
        case .double(let value): value
        }
    }

    private var decimal: ExactDecimal? {
        switch self {
        case .integer(let value): ExactDecimal(value)
        case .decimal(let value): value
        case .float, .double: nil
        }
    }

    private var isDouble: Bool { if case .double = self { true } else { false } }

    /// The literal with the canonical lexical form of its type.
    var literal: Literal {
        switch self {
        case .integer(let value): Literal(String(value), datatype: XSD.integer)
        case .decimal(let value): Literal(value.text, datatype: XSD.decimal)
        case .float(let value): Literal(Self.scientific(value.description, isFinite: value.isFinite), datatype: XSD.float)
        case .double(let value): Literal(Self.scientific(value.description, isFinite: value.isFinite), datatype: XSD.double)
        }
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

    private static func compute(_ operation: Expression.Arithmetic, _ left: ExactDecimal, _ right: ExactDecimal) -> NumericValue? {
        let result: ExactDecimal? =
            switch operation {
            case .add: .sum(left, right)
            case .subtract: right.negated.flatMap { .sum(left, $0) }
            case .multiply: .product(left, right)
            case .divide: .quotient(left, right)
            }
        return result.map(NumericValue.decimal)
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
        if let left = left.decimal, let right = right.decimal { return ExactDecimal.compare(left, right) }
        let (left, right) = (left.double, right.double)
        if left.isNaN || right.isNaN { return nil }
        return left < right ? -1 : left == right ? 0 : 1
    }

    var negated: NumericValue? {
        switch self {
        case .integer(let value): value == .min ? nil : .integer(-value)
        case .decimal(let value): value.negated.map(NumericValue.decimal)
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

    private static func rounded(_ function: Builtin, _ value: ExactDecimal) -> ExactDecimal {
        switch function {
        case .absolute: value.magnitude
        case .ceiling: value.ceiling
        case .floor: value.floor
        default: value.rounded
        }
    }

    /// Nil for what is not finite or too large.
    var exact: ExactDecimal? {
        switch self {
        case .integer(let value): ExactDecimal(value)
        case .decimal(let value): value
        case .float(let value): ExactDecimal(Double(value.description) ?? Double(value))
        case .double(let value): ExactDecimal(value)
        }
    }
}

extension NumericValue {
    /// Whether the type has decimal digits.
    var isExact: Bool {
        switch self {
        case .integer, .decimal: true
        case .float, .double: false
        }
    }
}
