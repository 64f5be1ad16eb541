import CohortPlan
import Disclosure
import Execution
import Testing

/// Tables by several things at once leave through the same gate, and no cell of any line is held back alone.
@Suite struct CrossTableTests {
    private let breakdown = Breakdown.cross([.sex, .age(.date(CalendarDate(daysSinceEpoch: 0)), bandWidth: 45)])

    private func protect(_ counts: [Int], policy: DisclosurePolicy = DisclosurePolicy(roundingBase: 1)) -> ProtectedBreakdown {
        let strata = zip(breakdown.strata, counts).map { CountedStratum($0, [.count(RawCount(patients: $1))]) }
        let result = CountedResult(
            population: RawCount(patients: 0), unknown: RawCount(patients: 0), measures: [],
            breakdowns: [CountedBreakdown(breakdown, .strata(strata))], selection: PatientSelection(patients: []))
        return DisclosureGate(policy).protect(result).breakdowns[0]
    }

    private func shown(_ counts: [Int]) throws -> [Int?] {
        guard case .strata(let strata) = protect(counts).content else { throw CancellationError() }
        return strata.map { $0.values[0].count?.value }
    }

    @Test func everyCombinationIsListed() {
        #expect(
            breakdown.strata == [
                "female, 0-44", "female, 45-89", "female, 90+", "female, unknown", "male, 0-44", "male, 45-89", "male, 90+",
                "male, unknown",
                "other, 0-44", "other, 45-89", "other, 90+", "other, unknown", "unknown, 0-44", "unknown, 45-89", "unknown, 90+",
                "unknown, unknown",
            ])
    }

    @Test func aSingleSmallCellHidesOthersInItsRowAndItsColumn() throws {
        let counts = [
            50, 60, 70, 80,
            50, 3, 70, 80,
            50, 60, 70, 80,
            50, 60, 70, 80,
        ]
        let cells = try shown(counts)
        #expect(cells[5] == nil)
        #expect(cells.count { $0 == nil } >= 4)
        try expectNoneAlone(cells)
    }

    @Test(arguments: 0..<60) func noCellIsHeldBackAlone(seed: Int) throws {
        var state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 | 1
        func next() -> Int {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return Int(state % 1_000)
        }
        let counts = (0..<16).map { _ in next() < 250 ? next() % 11 : 11 + next() }
        let cells = try shown(counts)
        try expectNoneAlone(cells)
        for (cell, count) in zip(cells, counts) where count < 11 { #expect(cell == nil) }
        for (cell, count) in zip(cells, counts) { #expect(cell == nil || cell == count) }
    }

    private func expectNoneAlone(_ cells: [Int?]) throws {
        for line in 0..<4 {
            for hidden in [cells[(4 * line)..<(4 * line + 4)].count { $0 == nil }, (0..<4).count { cells[4 * $0 + line] == nil }] {
                #expect(hidden != 1, "\(cells)")
            }
        }
    }

    @Test func aPolicyWithoutOneOfTheAxesRefusesTheTable() {
        let refused = protect([Int](repeating: 100, count: 16), policy: DisclosurePolicy(breakdowns: [.sex]))
        #expect(refused.content == .refused(reason: "the policy gives no table by age"))
    }
}
