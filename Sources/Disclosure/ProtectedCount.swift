/// A number that may leave: one that the gate let through, or the statement that it is held back.
///
/// Only ``DisclosureGate`` makes one from a raw count; elsewhere it comes from the wire. Zero and small have the same
/// form, and in JSON the same bytes.
public enum ProtectedCount: Hashable, Sendable {
    /// Rounded, and made up of at least the threshold of patients.
    case published(Int)
    /// None, or fewer patients than the threshold.
    case suppressed(threshold: Int)

    /// More than any federation holds; a larger number from the wire is no count.
    public static let largest = 1_000_000_000_000

    /// The number, when there is one.
    public var value: Int? {
        if case .published(let value) = self { return value }
        return nil
    }

    /// Whether it is held back.
    public var isSuppressed: Bool { value == nil }
}

extension ProtectedCount: Codable {
    private enum Key: String, CodingKey { case value, suppressed, threshold }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        if try container.decode(Bool.self, forKey: .suppressed) {
            self = .suppressed(threshold: try container.decode(Int.self, forKey: .threshold))
            return
        }
        let value = try container.decode(Int.self, forKey: .value)
        guard (1...ProtectedCount.largest).contains(value) else {
            throw DecodingError.dataCorruptedError(forKey: .value, in: container, debugDescription: "a published count of \(value)")
        }
        self = .published(value)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        switch self {
        case .published(let value):
            try container.encode(false, forKey: .suppressed)
            try container.encode(value, forKey: .value)
        case .suppressed(let threshold):
            try container.encode(true, forKey: .suppressed)
            try container.encode(threshold, forKey: .threshold)
        }
    }
}
