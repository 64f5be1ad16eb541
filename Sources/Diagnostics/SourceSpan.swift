/// A half-open range of UTF-8 offsets in one text.
public struct SourceSpan: Hashable, Codable, Sendable {
    /// The first byte, counted from zero.
    public let lowerBound: Int
    /// One past the last byte.
    public let upperBound: Int

    public init(_ lowerBound: Int, _ upperBound: Int) {
        self.lowerBound = lowerBound
        self.upperBound = max(lowerBound, upperBound)
    }

    /// Whether it covers nothing.
    public var isEmpty: Bool { lowerBound == upperBound }

    /// The smallest span that covers both.
    public func union(_ other: SourceSpan) -> SourceSpan {
        SourceSpan(min(lowerBound, other.lowerBound), max(upperBound, other.upperBound))
    }
}
