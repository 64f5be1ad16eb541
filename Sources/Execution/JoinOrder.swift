import CohortPlan

/// The order in which the sources of a plan are asked: first those that must have something of a patient who can be counted, the one with
/// the fewest first, so that the others need to say nothing of anybody else.
struct JoinOrder: Sendable {
    /// Sources that are asked at the same time, by position.
    let stages: [[Int]]
    /// Of the sources whose records decide who can be counted, how many records that are, about, where the source says so.
    let estimates: [Int: Int]

    /// - Parameters:
    ///   - orders: what is wanted of each source, by its position.
    ///   - estimates: asked only where there is something to choose.
    init(_ orders: [Int: SourceOrder], estimates estimate: (Int, SourceOrder) async -> Int?) async {
        let leaders = orders.keys.filter { orders[$0]?.required.isEmpty == false }.sorted()
        let others = orders.keys.filter { orders[$0]?.required.isEmpty != false }.sorted()
        guard orders.count > 1, !leaders.isEmpty else {
            (stages, estimates) = ([orders.keys.sorted()], [:])
            return
        }
        var found: [Int: Int] = [:]
        if leaders.count > 1 {
            for leader in leaders {
                if let order = orders[leader], let number = await estimate(leader, order) { found[leader] = number }
            }
        }
        let sorted = leaders.sorted { (found[$0] ?? .max, $0) < (found[$1] ?? .max, $1) }
        stages = sorted.map { [$0] } + (others.isEmpty ? [] : [others])
        estimates = found
    }

    /// As it is told.
    func steps(_ orders: [Int: SourceOrder], _ names: [String]) -> [JoinStep] {
        var steps: [JoinStep] = []
        var leaders: [String] = []
        for (number, stage) in stages.enumerated() {
            for source in stage {
                steps.append(
                    JoinStep(
                        number: number + 1, source: names[source], requests: orders[source]?.requests.count ?? 0,
                        estimate: estimates[source], restrictedBy: leaders))
            }
            leaders += stage.filter { orders[$0]?.required.isEmpty == false }.map { names[$0] }
        }
        return steps
    }
}

/// One source's turn in the execution of a plan.
public struct JoinStep: Hashable, Sendable {
    /// From 1; sources with the same number are asked at the same time.
    public let number: Int
    /// The source's name in the node's configuration.
    public let source: String
    /// How many requests it answers, all in one pass.
    public let requests: Int
    /// How many records decide there who can be counted, about; nil where the source does not say or nothing depends on it. It stays
    /// inside the node.
    public let estimate: Int?
    /// Only who has what is required in these sources is asked for.
    public let restrictedBy: [String]
}
