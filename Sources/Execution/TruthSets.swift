import CohortPlan

/// The truth of one statement for every patient of a node: those for whom it is *yes*, and those for whom it is *unknown*.
///
/// Kleene's logic in bulk; for one patient it is ``CohortPlan/Truth``. Patients are dense indexes from zero.
struct TruthSets {
    /// INVARIANT: disjoint, and both within `0..<count`.
    private(set) var yes: PatientSet
    private(set) var unknown: PatientSet
    /// The number of patients.
    let count: Int

    init(yes: PatientSet = PatientSet(), unknown: PatientSet = PatientSet(), count: Int) {
        self.yes = yes
        self.unknown = unknown.subtracting(yes)
        self.count = count
    }

    /// Asks for each patient in turn.
    init(count: Int, truth: (Int) -> Truth) {
        var yes = PatientSet.Builder()
        var unknown = PatientSet.Builder()
        for patient in 0..<count {
            switch truth(patient) {
            case .yes: yes.append(patient)
            case .unknown: unknown.append(patient)
            case .no: break
            }
        }
        self.init(yes: yes.set(), unknown: unknown.set(), count: count)
    }

    /// Asks for each of some patients in turn.
    /// - Parameter others: what holds for everybody else.
    init(of some: PatientSet, others: Truth, count: Int, truth: (Int) -> Truth) {
        var yes = PatientSet.Builder()
        var unknown = PatientSet.Builder()
        for patient in some {
            switch truth(patient) {
            case .yes: yes.append(patient)
            case .unknown: unknown.append(patient)
            case .no: break
            }
        }
        let rest = others == .no ? PatientSet() : PatientSet(0..<count).subtracting(some)
        let (found, open) = (yes.set(), unknown.set())
        self.init(
            yes: others == .yes ? found.union(rest) : found, unknown: others == .unknown ? open.union(rest) : open, count: count)
    }

    /// Yes for everybody.
    static func allYes(count: Int) -> TruthSets { TruthSets(yes: PatientSet(0..<count), count: count) }

    /// Unknown for everybody: what a criterion is that no source can evaluate.
    static func allUnknown(count: Int) -> TruthSets { TruthSets(unknown: PatientSet(0..<count), count: count) }

    /// Everybody for whom it is not *no*.
    var possible: PatientSet { yes.union(unknown) }

    static prefix func ! (sets: TruthSets) -> TruthSets {
        TruthSets(yes: PatientSet(0..<sets.count).subtracting(sets.possible), unknown: sets.unknown, count: sets.count)
    }

    static func && (left: TruthSets, right: TruthSets) -> TruthSets {
        TruthSets(yes: left.yes.intersection(right.yes), unknown: left.possible.intersection(right.possible), count: left.count)
    }

    static func || (left: TruthSets, right: TruthSets) -> TruthSets {
        TruthSets(yes: left.yes.union(right.yes), unknown: left.unknown.union(right.unknown), count: left.count)
    }
}
