import CohortPlan
import Testing

@Suite struct TruthTests {
    @Test func tablesAreKleenes() {
        for left in Truth.allCases {
            for right in Truth.allCases {
                #expect((left && right) == (left == .no || right == .no ? .no : left == .unknown || right == .unknown ? .unknown : .yes))
                #expect((left || right) == !(!left && !right))
            }
        }
        #expect(!Truth.unknown == .unknown)
    }

    @Test func countsKnownToLieBetweenTwoEnds() {
        #expect(CountRange(2, nil).contains(from: 2, to: 5) == .yes)
        #expect(CountRange(2, nil).contains(from: 1, to: 5) == .unknown)
        #expect(CountRange(2, nil).contains(from: 0, to: 1) == .no)
        #expect(CountRange.zero.contains(from: 0, to: 0) == .yes)
        #expect(CountRange.zero.contains(from: 0, to: 1) == .unknown)
        #expect(CountRange(1, 1).contains(from: 2, to: 3) == .no)
    }
}
