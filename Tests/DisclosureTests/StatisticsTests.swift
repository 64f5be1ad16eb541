import Disclosure
import Execution
import Foundation
import Testing

@Suite struct StatisticsTests {
    private func statistics(_ patients: Int, value: Double = 10) -> RawStatistics {
        RawStatistics(byPatient: Dictionary(uniqueKeysWithValues: (0..<patients).map { ("p\($0)", [value, value]) }))
    }

    private func bytes(_ value: some Encodable) throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        return try encoder.encode(value)
    }

    @Test func nothingIsSaidOfFewPatients() throws {
        let gate = DisclosureGate(DisclosurePolicy())
        let none = try bytes(gate.protect(statistics(0)))
        for patients in 1..<11 { #expect(try bytes(gate.protect(statistics(patients, value: Double(patients)))) == none) }
        let protected = gate.protect(statistics(20))
        #expect(protected.patients == .published(20) && protected.units == .published(40))
        #expect(protected.moments?.mean == 10 && protected.moments?.standardDeviation == 0)
    }

    @Test func eachPatientWeighsTheSame() {
        var values = Dictionary(uniqueKeysWithValues: (0..<19).map { ("p\($0)", [1.0]) })
        values["heavy"] = [Double](repeating: 11, count: 1000)
        values["without"] = []
        #expect(DisclosureGate(DisclosurePolicy()).protect(RawStatistics(byPatient: values)).moments?.mean == 1.5)
    }

    @Test func onlyThreeDigitsLeave() {
        let values = Dictionary(uniqueKeysWithValues: (0..<20).map { ("p\($0)", [1234.5678]) })
        #expect(DisclosureGate(DisclosurePolicy()).protect(RawStatistics(byPatient: values)).moments?.mean == 1230)
    }

    @Test func whatIsNoNumberIsNotPublished() {
        let values = Dictionary(uniqueKeysWithValues: (0..<20).map { ("p\($0)", [$0 == 3 ? Double.nan : 1]) })
        #expect(DisclosureGate(DisclosurePolicy()).protect(RawStatistics(byPatient: values)).moments == nil)
    }

    @Test func aMergeWeighsByPatients() {
        let gate = DisclosureGate(DisclosurePolicy())
        let merged = MergeGate().merge(
            [gate.protect(statistics(30, value: 10)), gate.protect(statistics(10)), gate.protect(statistics(60, value: 20))], expected: 4)
        #expect(merged.patients == MergedCount(count: .published(90), nodesSuppressed: 1, nodesAbsent: 1))
        #expect(merged.moments?.mean == 16.7)
        #expect(merged.moments?.standardDeviation == 4.71)
        #expect(MergeGate().merge([gate.protect(statistics(10))], expected: 1).moments == nil)
    }
}
