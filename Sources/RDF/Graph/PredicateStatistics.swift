/// How often a predicate is used, for choosing the order of joins.
public struct PredicateStatistics: Hashable, Sendable {
    public let predicate: Graph.TermID
    /// How many triples have it.
    public let count: Int
    /// How many different subjects these have.
    public let distinctSubjects: Int
    /// How many different objects these have.
    public let distinctObjects: Int
}
