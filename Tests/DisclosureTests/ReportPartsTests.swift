import CohortPlan
import Disclosure
import Execution
import Foundation
import Testing

/// Funnels, overlaps and distributions leave through the same gate as counts.
@Suite struct ReportPartsTests {
    private func protect(
        funnel: [Int] = [], overlap: RawOverlap? = nil, summaries: [[Double]] = [], _ policy: DisclosurePolicy = DisclosurePolicy()
    ) -> ProtectedResult {
        let result = CountedResult(
            population: RawCount(patients: 5_000), unknown: RawCount(patients: 0),
            measures: [CountedMeasure(.patients, .count(RawCount(patients: funnel.last ?? 0)))], breakdowns: [],
            summaries: summaries.map { .content(statistics($0)) }, funnel: funnel.map { RawCount(patients: $0) },
            overlap: overlap.map { .content($0) }, selection: PatientSelection(patients: []))
        return DisclosureGate(policy).protect(result)
    }

    private func statistics(_ values: [Double]) -> RawStatistics {
        RawStatistics(byPatient: Dictionary(uniqueKeysWithValues: values.enumerated().map { ("p\($0)", [$1]) }))
    }

    // MARK: Funnels

    private func shown(_ counts: [Int], _ policy: DisclosurePolicy = DisclosurePolicy()) throws -> [Int?] {
        try #require(protect(funnel: counts, policy).funnel?.content).map(\.value)
    }

    @Test func theLastStepIsTheCohortsNumber() throws {
        for last in [0, 5, 11, 12, 13, 40, 412] {
            let result = protect(funnel: [500, last])
            #expect(result.funnel?.content?.last == result.measures[0].count)
        }
    }

    @Test(arguments: [
        ([400, 300, 200], [400, 300, 200]), ([400, 395, 200], [395, 395, 200]), ([400, 400, 400], [400, 400, 400]),
        ([209, 205, 200], [200, 200, 200]), ([20, 12, 5], [20, nil, nil]), ([30, 0, 0], [30, nil, nil]), ([10, 4, 4], [nil, nil, nil]),
    ])
    func aStepThatTakesFewHasTheNumberOfTheNext(_ counts: [Int], _ expected: [Int?]) throws {
        #expect(try shown(counts) == expected)
    }

    /// No two numbers of a funnel differ by few patients, and a drop of none reads as one of few.
    @Test(arguments: 0..<200) func nothingBetweenTwoStepsIsSmall(seed: Int) throws {
        var state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 | 1
        func next(_ bound: Int) -> Int {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return Int(state % UInt64(bound))
        }
        var counts = [next(400)]
        for _ in 0..<6 { counts.append(max(0, counts[counts.count - 1] - next(30))) }
        let exact = DisclosurePolicy(roundingBase: 1)
        let values = try shown(counts, exact)
        for (value, count) in zip(values, counts) { #expect(value.map { $0 <= count && $0 > count - 11 } ?? (count < 22)) }
        for (one, other) in zip(values, values.dropFirst()) { #expect(one == other || (one ?? 0) - (other ?? 0) >= 11) }
        var same = counts
        for step in 1..<same.count where counts[step - 1] - counts[step] < 11 && counts[step] == counts[counts.count - 1] {
            same[step - 1] = counts[step]
            #expect(try shown(same, exact)[step - 1] == values[step])
        }
    }

    // MARK: Overlaps

    private func overlap(_ alone: Int, _ both: Int, _ other: Int) -> RawOverlap {
        RawOverlap(
            cells: [alone, other, both].map { RawCount(patients: $0) }, cohorts: [RawCount(patients: both + other)],
            unknown: [RawCount(patients: 0)])
    }

    @Test(arguments: [
        (100, 50, 80, [100, 80, 50]), (100, 0, 80, [nil, nil, nil]), (100, 3, 80, [nil, nil, nil]), (2, 50, 80, [nil, nil, nil]),
    ])
    func aCellOfACohortIsNotGivenAwayByItsSum(_ alone: Int, _ both: Int, _ other: Int, _ expected: [Int?]) throws {
        let protected = protect(overlap: overlap(alone, both, other)).overlap?.content
        #expect(try #require(protected).cells.map(\.value) == expected)
    }

    @Test func noneAndFewInBothAreTheSameBytes() throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let none = try encoder.encode(protect(overlap: overlap(100, 0, 80)))
        for both in 1..<11 {
            let shifted = RawOverlap(
                cells: [100 - both, 80 - both, both].map { RawCount(patients: $0) }, cohorts: [RawCount(patients: 80)],
                unknown: [RawCount(patients: 0)])
            #expect(try encoder.encode(protect(overlap: shifted)) == none)
        }
    }

    /// Of three cohorts no cell of any cohort is held back alone.
    @Test(arguments: 0..<100) func noCellIsHeldBackAlone(seed: Int) throws {
        let counts = (0..<7).map { (seed * 37 + $0 * $0 * 101) % 60 }
        let raw = RawOverlap(
            cells: counts.map { RawCount(patients: $0) }, cohorts: [RawCount(patients: 100), RawCount(patients: 100)],
            unknown: [RawCount(patients: 0), RawCount(patients: 0)])
        let cells = try #require(protect(overlap: raw).overlap?.content).cells
        for bit in 0..<3 {
            #expect(cells.indices.filter { ($0 + 1) & (1 << bit) != 0 && cells[$0].isSuppressed }.count != 1)
        }
        for (cell, count) in zip(cells, counts) where count < 11 { #expect(cell.isSuppressed) }
    }

    // MARK: Distributions

    private func described(_ values: [Double], _ policy: DisclosurePolicy = DisclosurePolicy()) throws -> ProtectedStatistics {
        try #require(protect(summaries: [values], policy).summaries.first?.content)
    }

    @Test func eachStatisticHasItsOwnMinimum() throws {
        func numbers(_ count: Int) -> [Double] { (0..<count).map { 50 + Double($0 % 7) } }
        #expect(try described(numbers(10)).moments == nil)
        #expect(try described(numbers(11)).moments != nil)
        #expect(try described(numbers(21)).quartiles == nil)
        #expect(try described(numbers(22)).quartiles?.median != nil)
        #expect(try described(numbers(43)).quartiles?.lower == nil)
        let all = try #require(try described(numbers(44)).quartiles)
        #expect(all.lower != nil && all.median != nil && all.upper != nil)
        #expect(try described(numbers(60), DisclosurePolicy(threshold: 20)).quartiles?.lower == nil)
    }

    @Test func aQuartileIsNoOnesNumber() throws {
        let quartiles = try #require(try described((1...100).map(Double.init)).quartiles)
        #expect(quartiles.median.map { abs($0 - 50.5) < 2 } == true)
        #expect(quartiles.lower.map { abs($0 - 25.5) < 2 } == true)
        #expect(quartiles.upper.map { abs($0 - 75.5) < 2 } == true)
        var outlier = (1...99).map(Double.init)
        outlier.append(1_000)
        #expect(try described(outlier).quartiles?.upper == quartiles.upper)
    }

    @Test func whereOnePatientMakesUpMostOfTheSumNothingIsTold() throws {
        let dominated = try described([Double](repeating: 1, count: 20) + [1_000])
        #expect(dominated.moments == nil && dominated.quartiles == nil)
        #expect(dominated.patients == .published(20))
        #expect(try described([Double](repeating: 0, count: 30)).moments?.mean == 0)
    }

    @Test func noneAndFewNumbersAreTheSameBytes() throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let none = try encoder.encode(protect(summaries: [[]]))
        for count in 1..<11 { #expect(try encoder.encode(protect(summaries: [[Double](repeating: 5, count: count)])) == none) }
    }

    // MARK: Policies

    @Test func aPolicyThatDoesNotNameAPartRefusesItWhateverItIs() throws {
        let policy = DisclosurePolicy(reports: [])
        for raw in [[0], [3_000]] {
            let result = protect(funnel: raw, overlap: overlap(100, 50, 80), summaries: [[1]], policy)
            #expect(result.funnel == .refused(reason: "the policy gives no funnel"))
            #expect(result.overlap == .refused(reason: "the policy gives no overlap"))
            #expect(result.summaries == [.refused(reason: "the policy gives no summary")])
        }
        let file = "threshold: 11\nrounding: 5\nbreakdowns: [sex]\npurposes: [research]\n"
        #expect(try DisclosurePolicy.parse(file, name: "p").reports.isEmpty)
        #expect(try DisclosurePolicy.parse(file + "reports: [funnel]\n", name: "p").reports == [.funnel])
        #expect(throws: (any Error).self) { try DisclosurePolicy.parse(file + "reports: [rows]\n", name: "p") }
    }

    /// A report without these parts is written as before there were any.
    @Test func whatIsNotAskedForIsNotWritten() throws {
        let text = String(decoding: try JSONEncoder().encode(protect()), as: UTF8.self)
        for word in ["summaries", "funnel", "overlap"] { #expect(!text.contains(word)) }
        let report = String(decoding: try JSONEncoder().encode(Report(measures: [.patients])), as: UTF8.self)
        for word in ["summaries", "funnel", "overlap"] { #expect(!report.contains(word)) }
        let full = protect(funnel: [200, 100], overlap: overlap(100, 50, 80), summaries: [(0..<50).map(Double.init)])
        #expect(try JSONDecoder().decode(ProtectedResult.self, from: JSONEncoder().encode(full)) == full)
    }
}
