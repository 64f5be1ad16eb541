import BitCollections
import CohortPlan

/// The truth of one statement for every patient of a node: those for whom it is *yes*, and those for whom it is *unknown*.
///
/// Kleene's logic in bulk; for one patient it is ``CohortPlan/Truth``. Patients are dense indexes from zero.
struct TruthSets {
    /// INVARIANT: disjoint, and both within `0..<count`.
    private(set) var yes: BitSet
    private(set) var unknown: BitSet
    /// The number of patients.
    let count: Int

    init(yes: BitSet = [], unknown: BitSet = [], count: Int) {
        self.yes = yes
        self.unknown = unknown.subtracting(yes)
        self.count = count
    }

    /// Asks for each patient in turn.
    init(count: Int, truth: (Int) -> Truth) {
        var yes = BitSet(reservingCapacity: count)
        var unknown = BitSet()
        for patient in 0..<count {
            switch truth(patient) {
            case .yes: yes.insert(patient)
            case .unknown: unknown.insert(patient)
            case .no: break
            }
        }
        self.init(yes: yes, unknown: unknown, count: count)
    }

    /// Yes for everybody.
    static func allYes(count: Int) -> TruthSets { TruthSets(yes: BitSet(0..<count), count: count) }

    /// Unknown for everybody: what a criterion is that no source can evaluate.
    static func allUnknown(count: Int) -> TruthSets { TruthSets(unknown: BitSet(0..<count), count: count) }

    /// Everybody for whom it is not *no*.
    var possible: BitSet { yes.union(unknown) }

    static prefix func ! (sets: TruthSets) -> TruthSets {
        TruthSets(yes: BitSet(0..<sets.count).subtracting(sets.possible), unknown: sets.unknown, count: sets.count)
    }

    static func && (left: TruthSets, right: TruthSets) -> TruthSets {
        TruthSets(yes: left.yes.intersection(right.yes), unknown: left.possible.intersection(right.possible), count: left.count)
    }

    static func || (left: TruthSets, right: TruthSets) -> TruthSets {
        TruthSets(yes: left.yes.union(right.yes), unknown: left.unknown.union(right.unknown), count: left.count)
    }
}
