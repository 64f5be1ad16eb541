import Testing

@testable import Execution

/// Compressed bitmaps against Swift's own sets.
@Suite struct PatientSetTests {
    private static let limit = 200_000

    /// Sets of every form: sparse, dense, in runs, across the borders of 65,536, and mixtures.
    private static func some(_ random: inout SplitMix64) -> Set<Int> {
        var found: Set<Int> = []
        for _ in 0..<Int.random(in: 0...3, using: &random) {
            let start = Int.random(in: 0..<limit - 70_000, using: &random)
            let length = random.pick([1, 5, 3_000, 65_536, 70_000])
            let step = random.pick([1, 1, 2, 7, 100])
            found.formUnion(stride(from: start, to: start + length, by: step))
        }
        for _ in 0..<random.pick([0, 3, 500]) { found.insert(Int.random(in: 0..<limit, using: &random)) }
        return found
    }

    private static func set(_ members: Set<Int>) -> PatientSet { PatientSet(members.map { Int32($0) }, below: limit) }

    @Test(arguments: 0..<30) func holdsWhatASetHolds(seed: Int) {
        var random = SplitMix64(seed: UInt64(seed))
        let (one, two) = (PatientSetTests.some(&random), PatientSetTests.some(&random))
        let (first, second) = (PatientSetTests.set(one), PatientSetTests.set(two))
        #expect(Array(first) == one.sorted())
        #expect(first.count == one.count && first.isEmpty == one.isEmpty)
        #expect(Array(first.union(second)) == one.union(two).sorted())
        #expect(Array(first.intersection(second)) == one.intersection(two).sorted())
        #expect(Array(first.subtracting(second)) == one.subtracting(two).sorted())
        for _ in 0..<200 {
            let index = Int.random(in: 0..<PatientSetTests.limit, using: &random)
            #expect(first.contains(index) == one.contains(index))
        }
        for index in one.prefix(200) { #expect(first.contains(index)) }
    }

    /// However a set came about, it has one form: equal sets are equal values.
    @Test(arguments: 0..<10) func hasOneForm(seed: Int) {
        var random = SplitMix64(seed: UInt64(seed))
        let (one, two) = (PatientSetTests.some(&random), PatientSetTests.some(&random))
        var builder = PatientSet.Builder()
        for index in one.union(two).sorted() { builder.append(index) }
        let (first, second) = (PatientSetTests.set(one), PatientSetTests.set(two))
        let whole = builder.set()
        #expect(whole == first.union(second))
        #expect(whole.subtracting(second) == first.subtracting(second))
        #expect(whole.intersection(first) == first)
    }

    @Test func rangesAreWhole() {
        for range in [0..<0, 0..<1, 5..<65_536, 65_535..<65_537, 0..<200_000, 65_536..<131_072] {
            #expect(Array(PatientSet(range)) == Array(range))
            #expect(PatientSet(range) == PatientSet(range.map { Int32($0) }, below: 200_000))
        }
        #expect(PatientSet(0..<200_000).subtracting(PatientSet(0..<200_000)).isEmpty)
    }

    /// All patients of a node take next to nothing, and no set more than a bit a patient and some bytes.
    @Test func isCompressed() {
        #expect(PatientSet(0..<1_000_000).bytes < 1_000)
        let few = PatientSet((0..<1_000).map { Int32($0 * 997) }, below: 1_000_000)
        #expect(few.bytes < 3_000)
        let half = PatientSet((0..<500_000).map { Int32($0 * 2) }, below: 1_000_000)
        #expect(half.bytes < 1_000_000 / 8 + 8_192 + 16 * 32)
    }
}
