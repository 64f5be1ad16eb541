public import Foundation

/// A unit of measure after UCUM (The Unified Code for Units of Measure, sections 2 to 4): a dimension and an exact factor.
///
/// Held as a quotient of decimals, so that converting never rounds. Read: prefixes, the atoms below, `.`, `/`,
/// exponents and annotations in braces. Arbitrary units (`[iU]`) are a dimension of their own. Special units on a
/// scale with an offset (`Cel`) are not read.
public struct UCUMUnit: Hashable, Sendable {
    /// The exponents of the base units that occur, by symbol.
    public let dimension: [String: Int]
    /// This unit is numerator / denominator of the coherent unit of its dimension.
    public let numerator: Decimal
    public let denominator: Decimal

    private init(dimension: [String: Int], numerator: Decimal, denominator: Decimal) {
        self.dimension = dimension.filter { $0.value != 0 }
        self.numerator = numerator
        self.denominator = denominator
    }

    /// Reads a UCUM code; nil when it is not one that is known here.
    public init?(_ code: String) {
        guard !code.isEmpty, code.utf8.count <= 64 else { return nil }
        var unit = UCUMUnit(dimension: [:], numerator: 1, denominator: 1)
        var divide = false
        var component = ""
        var inBraces = false
        var pending: [(String, Bool)] = []
        for character in code {
            switch character {
            case "{" where !inBraces: inBraces = true
            case "}" where inBraces: inBraces = false
            case _ where inBraces: continue
            case ".", "/":
                pending.append((component, divide))
                component = ""
                divide = character == "/"
            default: component.append(character)
            }
        }
        guard !inBraces else { return nil }
        pending.append((component, divide))
        for (index, (text, divides)) in pending.enumerated() {
            // An empty component stands before a leading "/" or held only an annotation: the unit one.
            if text.isEmpty, index == 0 || code.contains("{") { continue }
            guard let factor = UCUMUnit.component(text) else { return nil }
            unit = unit.multiplied(by: divides ? factor.inverted : factor)
        }
        self = unit
    }

    /// Whether values of both units can be compared.
    public func isCommensurable(with other: UCUMUnit) -> Bool { dimension == other.dimension }

    private var inverted: UCUMUnit {
        UCUMUnit(dimension: dimension.mapValues { -$0 }, numerator: denominator, denominator: numerator)
    }

    private func multiplied(by other: UCUMUnit) -> UCUMUnit {
        UCUMUnit(
            dimension: dimension.merging(other.dimension, uniquingKeysWith: +), numerator: numerator * other.numerator,
            denominator: denominator * other.denominator)
    }

    /// An atom with an optional prefix and exponent: `mm2`, `10*3`, `s-1`, `1`.
    private static func component(_ text: String) -> UCUMUnit? {
        if let number = Int(text), number > 0 { return UCUMUnit(dimension: [:], numerator: Decimal(number), denominator: 1) }
        var atom = text
        var exponentText = ""
        while let last = atom.last, last.isNumber || ((last == "-" || last == "+") && !exponentText.isEmpty) {
            exponentText.insert(atom.removeLast(), at: exponentText.startIndex)
        }
        let exponent = exponentText.isEmpty ? 1 : Int(exponentText)
        guard let exponent, (-9...9).contains(exponent), exponent != 0, let unit = prefixed(atom) else { return nil }
        let factor = exponent > 0 ? unit : unit.inverted
        return (1..<max(1, abs(exponent))).reduce(factor) { power, _ in power.multiplied(by: factor) }
    }

    private static func prefixed(_ atom: String) -> UCUMUnit? {
        if let known = atoms[atom] { return known }
        for (prefix, (numerator, denominator)) in prefixes where atom.hasPrefix(prefix) {
            let rest = String(atom.dropFirst(prefix.count))
            if metric.contains(rest), let known = atoms[rest] {
                return known.multiplied(by: UCUMUnit(dimension: [:], numerator: numerator, denominator: denominator))
            }
        }
        return nil
    }

    /// UCUM table 1.
    private static let prefixes: [String: (Decimal, Decimal)] = [
        "T": (1_000_000_000_000, 1), "G": (1_000_000_000, 1), "M": (1_000_000, 1), "k": (1_000, 1), "h": (100, 1), "da": (10, 1),
        "d": (1, 10),
        "c": (1, 100), "m": (1, 1_000), "u": (1, 1_000_000), "n": (1, 1_000_000_000), "p": (1, 1_000_000_000_000),
        "f": (1, 1_000_000_000_000_000),
    ]

    private static let metric: Set<String> = [
        "m", "g", "s", "L", "l", "mol", "V", "A", "Hz", "Gy", "Bq", "T", "J", "[iU]", "eq", "Pa", "W",
    ]

    /// UCUM tables 2 to 6, the atoms that clinical and imaging values use; the base units are m, g, s, C, K, mol→10*23 (kept apart), [iU].
    private static let atoms: [String: UCUMUnit] = {
        func unit(_ dimension: [String: Int], _ numerator: Decimal = 1, _ denominator: Decimal = 1) -> UCUMUnit {
            UCUMUnit(dimension: dimension, numerator: numerator, denominator: denominator)
        }
        let year: Decimal = 31_557_600
        return [
            "m": unit(["m": 1]), "g": unit(["g": 1]), "s": unit(["s": 1]), "mol": unit(["mol": 1]), "[iU]": unit(["[iU]": 1]),
            "[IU]": unit(["[iU]": 1]),
            "eq": unit(["mol": 1]), "L": unit(["m": 3], 1, 1_000), "l": unit(["m": 3], 1, 1_000), "%": unit([:], 1, 100),
            "10*": unit([:], 10), "10^": unit([:], 10),
            "min": unit(["s": 1], 60), "h": unit(["s": 1], 3_600), "d": unit(["s": 1], 86_400), "wk": unit(["s": 1], 604_800),
            "mo": unit(["s": 1], year, 12), "a": unit(["s": 1], year), "A": unit(["C": 1, "s": -1]), "Hz": unit(["s": -1]),
            "V": unit(["m": 2, "s": -2, "C": -1, "g": 1], 1_000), "T": unit(["s": -1, "C": -1, "g": 1], 1_000),
            "Gy": unit(["m": 2, "s": -2]),
            "Bq": unit(["s": -1]), "J": unit(["m": 2, "s": -2, "g": 1], 1_000), "W": unit(["m": 2, "s": -3, "g": 1], 1_000),
            "Pa": unit(["m": -1, "s": -2, "g": 1], 1_000), "[in_i]": unit(["m": 1], 254, 10_000),
            "[lb_av]": unit(["g": 1], 45_359_237, 100_000),
        ]
    }()
}

extension UCUMUnit {
    /// Whether `left` of this unit is less than, equal to or more than `right` of another one; nil when they cannot be compared.
    ///
    /// Cross-multiplied: nothing is divided, so nothing is rounded.
    func order(_ left: ExactDecimal, _ right: ExactDecimal, in other: UCUMUnit) -> ComparisonResult? {
        guard isCommensurable(with: other) else { return nil }
        let leftSide = left.value * numerator * other.denominator
        let rightSide = right.value * other.numerator * denominator
        return leftSide < rightSide ? .orderedAscending : leftSide > rightSide ? .orderedDescending : .orderedSame
    }
}

extension UCUMUnit {
    /// A number of this unit in another one, to as many digits as a decimal holds; nil when the two cannot be converted.
    ///
    /// For describing numbers; where they are compared, nothing is divided (``order(_:_:in:)``).
    func converted(_ value: ExactDecimal, to other: UCUMUnit) -> ExactDecimal? {
        guard isCommensurable(with: other), other.numerator != 0, denominator != 0 else { return nil }
        return ExactDecimal(value.value * numerator * other.denominator / (denominator * other.numerator))
    }
}
