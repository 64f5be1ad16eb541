import CohortPlan
import Diagnostics
import Disclosure
import Execution
import Foundation
import Testing

@Suite struct DisclosureGateTests {
    private func bytes(_ count: ProtectedCount) throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        return try encoder.encode(count)
    }

    private func result(_ patients: Int, strata: [(Int, Int)] = []) -> CountedResult {
        let rows = strata.enumerated().map { index, count in
            CountedStratum(Breakdown.sex.strata[index], [.count(RawCount(patients: count.0, units: count.1))])
        }
        return CountedResult(
            population: RawCount(patients: 1_000), unknown: RawCount(patients: 0),
            measures: [CountedMeasure(.patients, .count(RawCount(patients: patients)))],
            breakdowns: strata.isEmpty ? [] : [CountedBreakdown(.sex, .strata(rows))], selection: PatientSelection(patients: []))
    }

    @Test func zeroAndSmallAreTheSameBytes() throws {
        let gate = DisclosureGate(DisclosurePolicy())
        let none = try bytes(gate.protect(RawCount(patients: 0)))
        for patients in 1..<11 { #expect(try bytes(gate.protect(RawCount(patients: patients))) == none) }
        #expect(try bytes(gate.protect(RawCount(patients: 11))) != none)
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        #expect(try encoder.encode(gate.protect(result(0))) == encoder.encode(gate.protect(result(10))))
    }

    @Test func theThresholdCountsPatientsWhateverIsCounted() {
        let gate = DisclosureGate(DisclosurePolicy())
        #expect(gate.protect(RawCount(patients: 3, units: 40)) == .suppressed(threshold: 11))
        #expect(gate.protect(RawCount(patients: 11, units: 40)) == .published(40))
    }

    @Test func publishedNumbersAreMultiplesOfTheBaseAndNeverBelowTheThreshold() {
        for base in [1, 5, 10] {
            for threshold in [3, 11, 20] {
                let gate = DisclosureGate(DisclosurePolicy(threshold: threshold, roundingBase: base))
                for patients in threshold...200 {
                    guard let value = gate.protect(RawCount(patients: patients)).value else {
                        Issue.record("\(patients) was held back")
                        continue
                    }
                    #expect(value % base == 0 && value >= threshold && abs(value - patients) <= base)
                }
            }
        }
    }

    @Test func aSingleHiddenCellIsNotGivenAwayByItsMargin() throws {
        let gate = DisclosureGate(DisclosurePolicy())
        let protected = gate.protect(result(145, strata: [(100, 100), (40, 40), (5, 5), (60, 60)]))
        guard case .strata(let strata) = protected.breakdowns[0].content else { throw CancellationError() }
        #expect(strata.map { $0.values[0].count?.value } == [100, nil, nil, 60])
        #expect(strata.map(\.name) == Breakdown.sex.strata)
    }

    @Test func aQueryCanOnlyTighten() {
        let policy = DisclosurePolicy(threshold: 11)
        #expect(policy.tightened(threshold: 3) == policy)
        #expect(policy.tightened(threshold: nil) == policy)
        #expect(policy.tightened(threshold: 20).threshold == 20)
        #expect(DisclosurePolicy(threshold: 0).threshold == DisclosurePolicy.lowestThreshold)
    }

    @Test func refusalsDoNotLookAtPatients() throws {
        let gate = DisclosureGate(DisclosurePolicy(breakdowns: []))
        for count in [0, 500] {
            let protected = gate.protect(result(count, strata: [(count, count), (0, 0), (0, 0), (0, 0)]))
            #expect(protected.breakdowns[0].content == .refused(reason: "the policy gives no table by sex"))
        }
    }

    @Test func theWireTakesNoCountOfNone() {
        for text in [
            #"{"suppressed":false,"value":0}"#, #"{"suppressed":false,"value":-5}"#, #"{"suppressed":false,"value":9000000000000000000}"#,
            #"{"value":5}"#, #"{"suppressed":true}"#,
        ] {
            #expect(throws: DecodingError.self) { try JSONDecoder().decode(ProtectedCount.self, from: Data(text.utf8)) }
        }
    }

    @Test func mergingSaysWhatIsMissing() throws {
        let report = Report(measures: [.patients])
        func part(_ count: ProtectedCount) -> ProtectedResult {
            ProtectedResult(measures: [.count(count)], breakdowns: [], unknown: .count(.suppressed(threshold: 11)))
        }
        let gate = MergeGate()
        let merged = gate.merge([part(.published(100)), part(.suppressed(threshold: 11))], report: report, expected: 3)
        #expect(merged.measures == [MergedCount(count: .published(100), nodesSuppressed: 1, nodesAbsent: 1)])
        #expect(merged.measures[0].isLowerBound)
        #expect(gate.merge([part(.suppressed(threshold: 11))], report: report, expected: 1).measures[0].count.isSuppressed)
        // A hostile node's huge number ends nobody else's answer.
        _ = gate.merge([part(.published(.max)), part(.published(.max))], report: report, expected: 2)
    }
}

@Suite struct PolicyFileTests {
    private let good = "threshold: 11\nrounding: 5\nbreakdowns: [sex, age]\npurposes: [research]\n"

    @Test func reads() throws {
        let policy = try DisclosurePolicy.parse(good, name: "policy.yaml")
        #expect(policy == DisclosurePolicy(breakdowns: [.sex, .age], reports: []))
    }

    @Test(arguments: [
        ("threshold: 2", "P0005"), ("threshold: eleven", "P0005"), ("treshold: 20", "P0003"), ("breakdowns: [sex, postcode]", "P0007"),
        ("purposes: research", "P0006"), ("rounding: 0", "P0005"),
    ])
    func failsClosed(_ line: String, _ code: String) throws {
        let key = line.split(separator: ":")[0]
        let text = good.split(separator: "\n").filter { !$0.hasPrefix(key) }.joined(separator: "\n") + "\n" + line + "\n"
        let error = #expect(throws: (any Error).self) { try DisclosurePolicy.parse(text, name: "policy.yaml") }
        #expect("\(String(describing: error))".contains(code))
        #expect("\(String(describing: error))".contains("policy.yaml:"))
    }

    @Test(arguments: ["", "threshold: 11\n", "- a\n", ": : :\n\t"])
    func isNotGuessed(_ text: String) {
        #expect(throws: (any Error).self) { try DisclosurePolicy.parse(text, name: "policy.yaml") }
    }

    /// What YAML can say and settings never are: refused before anything is made of it.
    @Test(arguments: [
        "? [threshold]\n: 11\n", "? {a: b}\n: 11\n", "threshold: {? [1] : 2}\n", "threshold: !!set {a, b}\n", "- 11\n", "11\n", "",
    ])
    func whatIsNoSettingsByNameIsRefused(_ text: String) {
        let error = #expect(throws: DiagnosticList.self) { try DisclosurePolicy.parse(text, name: "policy.yaml") }
        #expect(error?.diagnostics.map(\.code) == ["P0002"])
    }

    @Test func aMissingFileIsAnError() {
        #expect(throws: (any Error).self) { try DisclosurePolicy.read("/nonexistent/policy.yaml") }
    }
}
