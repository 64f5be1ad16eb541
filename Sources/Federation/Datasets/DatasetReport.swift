/// What a node says of the datasets that it holds, as it may be published.
public struct DatasetReport: Hashable, Codable, Sendable {
    /// The descriptions in N-Triples; empty for none.
    public let triples: String

    public init(triples: String) { self.triples = triples }
}

/// The hub has the descriptions on disk.
public struct DatasetReceipt: Hashable, Codable, Sendable {
    /// How many datasets they are of.
    public let datasets: Int

    public init(datasets: Int) { self.datasets = datasets }
}
