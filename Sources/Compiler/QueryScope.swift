/// Where and under which terms a question is asked: no part of what it means, so no part of its plan.
public struct QueryScope: Hashable, Codable, Sendable {
    /// The only nodes that are asked; empty for all. Sorted, each once.
    public var nodes: [String] = []
    /// The only collections whose data are used; empty for all. Sorted, each once.
    public var collections: [String] = []
    /// Conditions of access that data must be given under, all of them. Sorted, each once.
    public var access: [String] = []
    /// How long answers are waited for, in seconds.
    public var deadlineSeconds: Int?
    /// The smallest number of patients behind a number, where that is stricter than the nodes' and the hub's.
    public var threshold: Int?

    public init() {}
}
