import CohortPlan
import Testing

@Suite struct CalendarTests {
    @Test func everyDayOfFourCenturiesGoesThereAndBack() throws {
        let start = try #require(CalendarDate(year: 1799, month: 12, day: 31)).daysSinceEpoch
        var expected = (1799, 12, 31)
        for offset in 0..<146_097 {
            let components = CalendarDate(daysSinceEpoch: start + offset).components
            #expect(components == expected)
            if components != expected { break }
            expected.2 += 1
            if expected.2 > CalendarDate.days(inMonth: expected.1, year: expected.0) { expected = (expected.0, expected.1 + 1, 1) }
            if expected.1 > 12 { expected = (expected.0 + 1, 1, 1) }
        }
    }

    @Test(arguments: [
        ("2021-01-31", CalendarDistance(1, .month), "2021-02-28"), ("2020-01-31", CalendarDistance(1, .month), "2020-02-29"),
        ("2020-02-29", CalendarDistance(1, .year), "2021-02-28"), ("2020-03-31", CalendarDistance(-1, .month), "2020-02-29"),
        ("2020-01-15", CalendarDistance(-13, .month), "2018-12-15"), ("2020-02-28", CalendarDistance(2, .day), "2020-03-01"),
        ("1969-12-31", CalendarDistance(1, .week), "1970-01-07"),
    ])
    func moves(_ from: String, _ distance: CalendarDistance, _ to: String) throws {
        #expect(try #require(CalendarDate(from)).advanced(by: distance).description == to)
    }

    @Test(arguments: [
        ("1980-06-15", "2020-06-14", 39), ("1980-06-15", "2020-06-15", 40), ("1980-02-29", "2021-02-28", 40),
        ("1980-02-29", "2021-03-01", 41),
        ("1980-02-29", "2020-02-29", 40), ("2020-05-01", "2020-04-30", -1),
    ])
    func completedYears(_ birth: String, _ day: String, _ years: Int) throws {
        #expect(try #require(CalendarDate(day)).completedYears(since: #require(CalendarDate(birth))) == years)
    }

    @Test(arguments: ["2021-02-29", "2021-13-01", "2021-1-1", "21-01-01", "2021-01-01T00:00", "+021-01-01", ""])
    func refuses(_ text: String) { #expect(CalendarDate(text) == nil) }

    @Test(arguments: [
        ("2020", "2020-01-01", "2020-12-31"), ("2020-02", "2020-02-01", "2020-02-29"), ("2020-02-03", "2020-02-03", "2020-02-03"),
        ("2020-02-03T23:59:00-05:00", "2020-02-03", "2020-02-03"),
    ])
    func partialDatesAreRanges(_ text: String, _ earliest: String, _ latest: String) throws {
        let range = try #require(DateRange(partial: text))
        #expect(range.earliest.description == earliest)
        #expect(range.latest.description == latest)
    }
}
