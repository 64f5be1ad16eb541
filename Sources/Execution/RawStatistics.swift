/// Numbers of patients inside a node: what a tool measured, or what a report describes. They never leave the node.
///
/// Each patient weighs the same, so that one with many numbers does not dominate what is published.
public struct RawStatistics: Hashable, Sendable {
    /// How many numbers there are: series, say.
    public let units: Int
    /// Of every patient who has numbers, their mean; by the order of the patients' identifiers.
    public let means: [Double]

    /// - Parameter values: by patient; a patient without numbers does not count.
    public init(byPatient values: [String: [Double]]) {
        let filled = values.filter { !$0.value.isEmpty }.sorted { $0.key < $1.key }
        units = filled.reduce(0) { $0 + $1.value.count }
        // In the order of their size, so that the mean is the same however they came.
        means = filled.map { $0.value.sorted().reduce(0, +) / Double($0.value.count) }
    }
}

extension RawStatistics: CustomReflectable {
    /// Empty, so that interpolation into a log or a message by mistake shows no number.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
