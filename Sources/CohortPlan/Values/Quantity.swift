public import Foundation

/// A decimal number without binary rounding; in JSON a string.
public struct ExactDecimal: Hashable, Sendable, Comparable, CustomStringConvertible {
    public let value: Decimal

    public init(_ value: Decimal) { self.value = value }
    public init(_ value: Int) { self.value = Decimal(value) }

    /// Digits with an optional sign and fraction, `-4.50`; nil for anything else.
    public init?(_ text: some StringProtocol) {
        let digits = text.hasPrefix("-") || text.hasPrefix("+") ? text.dropFirst() : text[...]
        let parts = digits.split(separator: ".", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), digits.utf8.count <= 30,
            parts.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } }),
            let value = Decimal(string: String(text), locale: Locale(identifier: "en_US_POSIX"))
        else { return nil }
        self.value = value
    }

    /// The shortest decimal that a database's or a file's double reads as.
    public init?(_ double: Double) {
        guard double.isFinite, let value = Decimal(string: "\(double)", locale: Locale(identifier: "en_US_POSIX")) else { return nil }
        self.value = value
    }

    /// The nearest binary number: for describing, never for comparing.
    public var double: Double { NSDecimalNumber(decimal: value).doubleValue }

    public static func < (left: ExactDecimal, right: ExactDecimal) -> Bool { left.value < right.value }
    public var description: String { "\(value)" }
}

extension ExactDecimal: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let decimal = ExactDecimal(text) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not a decimal number: \(text)")
        }
        self = decimal
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

/// A number with a UCUM unit, as a record holds it.
public struct Quantity: Hashable, Codable, Sendable {
    public let value: ExactDecimal
    /// A UCUM code, case sensitive (`ng/mL`); `1` for a pure number; nil when the record names none.
    public let unit: String?

    public init(_ value: ExactDecimal, _ unit: String?) {
        self.value = value
        self.unit = unit
    }
}
