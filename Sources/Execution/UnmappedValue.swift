/// A recorded value that no concept is mapped to, so that a test of it is unknown. For who runs the node alone, and after its gate.
public struct UnmappedValue: Sendable, Hashable {
    /// Where it is recorded: the IRI of a series' property, a resource type and its element, a table and its column.
    public let place: String
    /// As recorded, with the name of its code system where it has one.
    public let value: String
    /// How many patients have a record with it.
    public let patients: Int

    public init(place: String, value: String, patients: Int) {
        self.place = place
        self.value = value
        self.patients = patients
    }
}

/// A source that can say what of its own values nobody has mapped.
public protocol ValueSource: SourceAdapter {
    /// The values that the hyperontology has no mapping for, by place, the most frequent first.
    func unmappedValues() async throws(SourceFailure) -> [UnmappedValue]
}

extension [UnmappedValue] {
    /// By place, the most frequent first.
    public var inOrder: [UnmappedValue] {
        sorted { ($0.place, -$0.patients, $0.value) < ($1.place, -$1.patients, $1.value) }
    }
}
