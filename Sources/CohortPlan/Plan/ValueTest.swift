import Foundation

/// A test of a value that a record holds.
public enum ValueTest: Hashable, Codable, Sendable {
    /// The coded value is one of the concepts.
    case coded(ConceptSet)
    /// The number, converted to the range's unit, lies in the range.
    case quantity(QuantityRange)
    /// The yes-or-no value is this one.
    case flag(Bool)
    /// As ``quantity(_:)``, a number without a unit being taken to be in the range's.
    case assumed(QuantityRange)
    /// The text holds these words, whatever the case of their letters and the spaces between them.
    case text(String)

    /// The range that a number must lie in.
    public var range: QuantityRange? {
        switch self {
        case .quantity(let range), .assumed(let range): range
        case .coded, .flag, .text: nil
        }
    }
}

/// One end of a range of numbers.
public struct QuantityBound: Hashable, Codable, Sendable {
    public let value: ExactDecimal
    public let isInclusive: Bool

    public init(_ value: ExactDecimal, inclusive: Bool) {
        self.value = value
        self.isInclusive = inclusive
    }
}

/// A range of numbers in one unit, open or closed at each end.
public struct QuantityRange: Hashable, Codable, Sendable {
    public let lower: QuantityBound?
    public let upper: QuantityBound?
    /// A UCUM code; `1` for pure numbers.
    public let unit: String

    public init(from lower: QuantityBound? = nil, to upper: QuantityBound? = nil, unit: String) {
        self.lower = lower
        self.upper = upper
        self.unit = unit
    }
}

/// A test of one property of an imaging series, named by the property's IRI in the hyperontology.
public struct AttributeTest: Hashable, Codable, Sendable {
    public let property: ConceptIRI
    public let test: ValueTest

    public init(_ property: ConceptIRI, _ test: ValueTest) {
        self.property = property
        self.test = test
    }
}

/// What a record says where a number is expected.
public enum RecordedValue: Hashable, Sendable {
    /// A number; `comparator` is one of `<`, `<=`, `>`, `>=` where the record gives only a bound (FHIR `Quantity.comparator`, OMOP `operator_concept_id`).
    case quantity(Quantity, comparator: String?)
    /// Coded, already as concepts of the hyperontology: all that the recorded code stands for.
    case concepts(Set<ConceptIRI>)
    case flag(Bool)
    case text(String)
    /// Nothing is recorded, or nothing that can be read.
    case absent
}

extension QuantityRange {
    /// Whether a recorded number lies in the range. Unknown when its unit is missing, cannot be read or measures
    /// something else, and when a comparator leaves it open.
    public func contains(_ quantity: Quantity, comparator: String? = nil) -> Truth {
        guard let rangeUnit = UCUMUnit(unit), let recordedUnit = quantity.unit == unit ? rangeUnit : quantity.unit.flatMap(UCUMUnit.init),
            recordedUnit.isCommensurable(with: rangeUnit)
        else { return .unknown }
        let above = lower.map { bound in side(quantity.value, recordedUnit, comparator, bound, rangeUnit, isLower: true) } ?? .yes
        let below = upper.map { bound in side(quantity.value, recordedUnit, comparator, bound, rangeUnit, isLower: false) } ?? .yes
        return above && below
    }

    /// Whether one recorded number divided by another lies in the range, whose unit is `1`. Unknown when the units cannot be converted,
    /// when a number is a bound alone, when what is divided by is not above zero, and on scales where twice the number is not twice as much.
    public func contains(ratioOf left: RecordedValue, to right: RecordedValue) -> Truth {
        guard case .quantity(let dividend, nil) = left, case .quantity(let divisor, nil) = right, divisor.value > ExactDecimal(0),
            let unit = dividend.unit.flatMap(UCUMUnit.init), let other = divisor.unit.flatMap(UCUMUnit.init), unit.isProportional,
            other.isProportional
        else { return .unknown }
        func order(_ bound: QuantityBound) -> ComparisonResult? {
            // Multiplied on the other side: nothing is divided, so nothing is rounded.
            unit.order(dividend.value, ExactDecimal(divisor.value.value * bound.value.value), in: other)
        }
        var truth = Truth.yes
        for (bound, wanted) in [(lower, ComparisonResult.orderedDescending), (upper, .orderedAscending)] {
            guard let bound else { continue }
            guard let found = order(bound) else { return .unknown }
            truth = truth && Truth(found == .orderedSame ? bound.isInclusive : found == wanted)
        }
        return truth
    }

    private func side(
        _ value: ExactDecimal, _ unit: UCUMUnit, _ comparator: String?, _ bound: QuantityBound, _ boundUnit: UCUMUnit, isLower: Bool
    ) -> Truth {
        guard let order = unit.order(value, bound.value, in: boundUnit) else { return .unknown }
        let exact = order == .orderedSame ? bound.isInclusive : (order == .orderedDescending) == isLower
        switch comparator {
        case nil: return Truth(exact)
        // The true value lies above the recorded one: that settles a lower bound it passes, and an upper bound it breaks.
        case ">", ">=":
            let passes = order == .orderedDescending || (order == .orderedSame && (bound.isInclusive || comparator == ">"))
            if isLower { return passes ? .yes : .unknown }
            let breaks = order == .orderedDescending || (order == .orderedSame && (!bound.isInclusive || comparator == ">"))
            return breaks ? .no : .unknown
        case "<", "<=":
            let passes = order == .orderedAscending || (order == .orderedSame && (bound.isInclusive || comparator == "<"))
            if !isLower { return passes ? .yes : .unknown }
            let breaks = order == .orderedAscending || (order == .orderedSame && (!bound.isInclusive || comparator == "<"))
            return breaks ? .no : .unknown
        default: return .unknown
        }
    }
}

extension ValueTest {
    /// Whether what is recorded passes. Unknown when nothing usable is recorded.
    /// - Parameter expand: the concepts that a set stands for.
    public func evaluate(_ recorded: RecordedValue, expand: (ConceptSet) -> Set<ConceptIRI>) -> Truth {
        switch (self, recorded) {
        case (.coded(let set), .concepts(let concepts)):
            concepts.isEmpty ? .unknown : Truth(!concepts.isDisjoint(with: expand(set)))
        case (.quantity(let range), .quantity(let quantity, let comparator)): range.contains(quantity, comparator: comparator)
        case (.assumed(let range), .quantity(let quantity, let comparator)):
            range.contains(quantity.unit == nil ? Quantity(quantity.value, range.unit) : quantity, comparator: comparator)
        case (.flag(let wanted), .flag(let flag)): Truth(wanted == flag)
        case (.text(let words), .text(let text)): Truth(text.plainWords.contains(words.plainWords))
        default: .unknown
        }
    }
}

extension String {
    /// In small letters, its words with one space between them.
    fileprivate var plainWords: String { lowercased().split(whereSeparator: \.isWhitespace).joined(separator: " ") }
}

extension RecordedValue {
    /// Whether it is a number, and not a bound alone.
    public var isPlainNumber: Bool {
        if case .quantity(let quantity, nil) = self { quantity.unit.flatMap(UCUMUnit.init) != nil } else { false }
    }

    /// Whether this number is smaller than another; no for what cannot be compared.
    public func isSmaller(than other: RecordedValue) -> Bool {
        guard case .quantity(let own, nil) = self, case .quantity(let wanted, nil) = other, let unit = own.unit.flatMap(UCUMUnit.init),
            let otherUnit = wanted.unit.flatMap(UCUMUnit.init)
        else { return false }
        return unit.order(own.value, wanted.value, in: otherUnit) == .orderedAscending
    }

    /// The number in a unit; nil for what is no number, a bound alone, or in a unit that cannot be converted to it.
    public func number(in unit: String) -> ExactDecimal? {
        guard case .quantity(let quantity, nil) = self, let wanted = UCUMUnit(unit), let recorded = quantity.unit.flatMap(UCUMUnit.init)
        else { return nil }
        return recorded.converted(quantity.value.value, to: wanted).map { ExactDecimal($0) }
    }
}
