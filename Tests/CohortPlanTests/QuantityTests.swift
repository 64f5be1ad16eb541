import CohortPlan
import Foundation
import Testing

@Suite struct QuantityTests {
    private func range(_ low: String?, _ high: String?, _ unit: String, inclusive: Bool = true) -> QuantityRange {
        QuantityRange(
            from: low.flatMap { ExactDecimal($0) }.map { QuantityBound($0, inclusive: inclusive) },
            to: high.flatMap { ExactDecimal($0) }.map { QuantityBound($0, inclusive: inclusive) }, unit: unit)
    }

    @Test(arguments: [
        ("4", "ng/mL", Truth.yes), ("4.0", "ug/L", .yes), ("3.999", "ug/L", .no), ("4000", "pg/mL", .yes), ("0.0000040", "g/L", .yes),
        ("4", "ng/dL", .no), ("400", "ng/dL", .yes), ("4", "mm", .unknown), ("4", "[iU]/mL", .unknown), ("4", "nonsense", .unknown),
    ])
    func convertsExactly(_ value: String, _ unit: String, _ expected: Truth) throws {
        let quantity = Quantity(try #require(ExactDecimal(value)), unit)
        #expect(range("4", nil, "ng/mL").contains(quantity) == expected)
    }

    @Test func boundsAreOpenOrClosed() throws {
        let four = Quantity(try #require(ExactDecimal("4")), "ng/mL")
        #expect(range("4", nil, "ng/mL").contains(four) == .yes)
        #expect(range("4", nil, "ng/mL", inclusive: false).contains(four) == .no)
        #expect(range(nil, "4", "ng/mL").contains(four) == .yes)
        #expect(range(nil, "4", "ng/mL", inclusive: false).contains(four) == .no)
    }

    /// More digits than a decimal holds: what rounding makes equal is not called equal.
    @Test func whatWouldBeRoundedIsNotCalledEqual() throws {
        let digits = "123456789012345678901234567890"
        let range = QuantityRange(from: QuantityBound(try #require(ExactDecimal(digits)), inclusive: true), unit: "a")
        let unrounded = QuantityRange(from: QuantityBound(try #require(ExactDecimal("1")), inclusive: true), unit: "a")
        #expect(range.contains(Quantity(try #require(ExactDecimal(digits)), "a")) != .no)
        #expect(unrounded.contains(Quantity(try #require(ExactDecimal("31557600")), "s")) == .yes)
        #expect(unrounded.contains(Quantity(try #require(ExactDecimal("31557599.999999999")), "s")) == .no)
    }

    @Test func aMissingUnitIsUnknown() throws {
        #expect(range("4", nil, "ng/mL").contains(Quantity(try #require(ExactDecimal("9")), nil)) == .unknown)
    }

    /// A record of `< 0.1` says that the value lies below 0.1, not that it is 0.1.
    @Test(
        arguments: [
            ("<", "0.1", nil, "0.2", Truth.yes), ("<", "0.1", nil, "0.05", .unknown), ("<", "0.1", "0.1", nil, .no),
            ("<", "0.1", "0.05", nil, .unknown),
            (">", "5", "4", nil, .yes), (">", "5", "6", nil, .unknown), (">", "5", nil, "5", .no), (">", "5", nil, "6", .unknown),
        ] as [(String, String, String?, String?, Truth)])
    func comparators(_ comparator: String, _ value: String, _ low: String?, _ high: String?, _ expected: Truth) throws {
        let quantity = Quantity(try #require(ExactDecimal(value)), "ng/mL")
        #expect(range(low, high, "ng/mL").contains(quantity, comparator: comparator) == expected)
    }

    @Test(arguments: ["1", "%", "mm", "10*9/L", "mL/min", "kg/m2", "{score}", "{score}/d", "mm2", "s-1", "/d", "[iU]/L", "mo", "Gy"])
    func reads(_ code: String) { #expect(UCUMUnit(code) != nil) }

    @Test(arguments: ["", "ng/", "furlong", "mm0", "{open", "n", "ng//mL"])
    func refuses(_ code: String) { #expect(UCUMUnit(code) == nil) }

    @Test(arguments: ["1", "-0.5", "12345678901234567890.123", "+3"])
    func decimalsKeepTheirDigits(_ text: String) throws {
        let decimal = try #require(ExactDecimal(text))
        let coded = try JSONDecoder().decode(ExactDecimal.self, from: JSONEncoder().encode(decimal))
        #expect(coded == decimal)
    }

    @Test(arguments: ["", "1e5", "1.", ".5", "1,5", "NaN", "0x1", "1 2", "6.7811E+13"])
    func decimalsRefuse(_ text: String) { #expect(ExactDecimal(text) == nil) }
}
