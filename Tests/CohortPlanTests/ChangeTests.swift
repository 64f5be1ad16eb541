import CohortPlan
import Testing

/// How numbers differ, at the edges: nothing is rounded, and what cannot be told is unknown.
@Suite struct ChangeTests {
    private func value(_ number: String, _ unit: String?, _ day: String?, _ comparator: String? = nil) throws -> DatedValue {
        let quantity = Quantity(try #require(ExactDecimal(number)), unit)
        return DatedValue(.quantity(quantity, comparator: comparator), on: day.flatMap { DateRange(partial: $0) })
    }

    private func from(_ number: String, _ unit: String, inclusive: Bool = true) throws -> QuantityRange {
        QuantityRange(from: QuantityBound(try #require(ExactDecimal(number)), inclusive: inclusive), unit: unit)
    }

    @Test func aDifferenceIsExact() throws {
        let (first, second) = (try value("0.1", "ng/mL", "2020"), try value("0.3", "ug/L", "2021"))
        #expect(Change.difference(.increase, try from("0.2", "ng/mL")).holds(from: first, to: second) == .yes)
        #expect(Change.difference(.increase, try from("0.2", "ng/mL", inclusive: false)).holds(from: first, to: second) == .no)
        #expect(Change.difference(.increase, try from("0.00000000000000000001", "mg/mL")).holds(from: first, to: second) == .yes)
        #expect(Change.difference(.decrease, try from("0", "ng/mL")).holds(from: first, to: second) == .no)
        #expect(Change.difference(.either, try from("0.2", "ng/mL")).holds(from: second, to: first) == .yes)
    }

    @Test func numbersBelowZeroDiffer() throws {
        let (first, second) = (try value("-2", "m", nil), try value("3", "m", nil))
        #expect(Change.difference(.increase, try from("5", "m")).holds(from: first, to: second) == .yes)
        #expect(Change.difference(.increase, try from("501", "cm")).holds(from: first, to: second) == .no)
        #expect(
            Change.difference(.increase, try from("1", "m")).holds(from: try value("-2", "m", nil), to: try value("-1", "m", nil)) == .yes)
        #expect(Change.relative(.increase, try from("1", "%")).holds(from: first, to: second) == .unknown)
    }

    @Test func whatCannotBeReadIsUnknown() throws {
        let plain = try value("3", "ng/mL", "2020-01-01")
        for other in [
            try value("4", nil, "2020-02-01"), try value("4", "mm", "2020-02-01"), try value("4", "ng/mL", "2020-02-01", ">"),
            DatedValue(.absent, on: nil),
        ] {
            #expect(Change.difference(.increase, try from("1", "ng/mL")).holds(from: plain, to: other) == .unknown)
            #expect(Change.relative(.increase, try from("1", "%")).holds(from: plain, to: other) == .unknown)
        }
    }

    /// A difference of two temperatures is told on their own scale alone.
    @Test func scalesHaveDifferencesOfTheirOwn() throws {
        let (first, second) = (try value("37", "Cel", nil), try value("38.5", "Cel", nil))
        #expect(Change.difference(.increase, try from("1.5", "Cel")).holds(from: first, to: second) == .yes)
        #expect(Change.difference(.increase, try from("1.5", "K")).holds(from: first, to: second) == .unknown)
        #expect(Change.relative(.increase, try from("1", "%")).holds(from: first, to: second) == .unknown)
    }

    @Test func aRateIsOverTheTimeBetween() throws {
        let (first, second) = (try value("1", "ng/mL", "2019-01-01"), try value("5", "ng/mL", "2023-01-01"))
        // 1461 days are four of UCUM's years.
        #expect(Change.rate(.increase, try from("1", "ng/mL/a")).holds(from: first, to: second) == .yes)
        #expect(Change.rate(.increase, try from("1", "ng/mL/a", inclusive: false)).holds(from: first, to: second) == .no)
        #expect(Change.rate(.increase, try from("1", "ng/mL/a")).holds(from: second, to: first) == .no)
        #expect(Change.rate(.increase, try from("1", "ng/mL/a")).holds(from: first, to: try value("9", "ng/mL", "2023")) == .unknown)
    }

    private func atMost(_ days: Int, inclusive: Bool = true) -> Change {
        .doublingTime(from: nil, to: WindowBound(CalendarDistance(days, .day), inclusive: inclusive))
    }

    @Test func aDoublingTimeIsExact() throws {
        // Eightfold in 90 days: three doublings of 30 days.
        let (first, second) = (try value("0.5", "ng/mL", "2020-01-01"), try value("4", "ug/L", "2020-03-31"))
        #expect(atMost(30).holds(from: first, to: second) == .yes)
        #expect(atMost(30, inclusive: false).holds(from: first, to: second) == .no)
        #expect(atMost(29).holds(from: first, to: second) == .no)
        let almost = try value("3.99999999999999999999", "ug/L", "2020-03-31")
        #expect(atMost(30).holds(from: first, to: almost) == .no)
        let month = Change.doublingTime(from: nil, to: WindowBound(CalendarDistance(1, .month), inclusive: true))
        #expect(month.holds(from: first, to: second) == .yes)
    }

    @Test func whatDoesNotGrowHasNoDoublingTime() throws {
        let (first, second) = (try value("4", "ng/mL", "2020-01-01"), try value("4", "ng/mL", "2021-01-01"))
        let atLeast = Change.doublingTime(from: WindowBound(CalendarDistance(1, .day), inclusive: true), to: nil)
        for change in [atMost(7_000), atLeast] {
            #expect(change.holds(from: first, to: second) == .no)
            #expect(change.holds(from: try value("0", "ng/mL", "2020-01-01"), to: second) == .unknown)
            #expect(change.holds(from: try value("1", "ng/mL", "2021-01-01"), to: second) == .no)
            #expect(change.holds(from: try value("1", "ng/mL", "2020"), to: second) == .unknown)
        }
    }

    /// Large powers are worked out only where logarithms leave it open, and soon.
    @Test func longDoublingTimesEnd() throws {
        let (first, second) = (try value("1", "ng/mL", "2000-01-01"), try value("2.0000000000000001", "ng/mL", "2019-12-31"))
        let clock = ContinuousClock()
        var truth = Truth.unknown
        let time = clock.measure { truth = atMost(7_304).holds(from: first, to: second) }
        #expect(truth == .yes)
        #expect(time < .seconds(20))
    }
}
