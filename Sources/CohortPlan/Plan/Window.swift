/// A stretch of time around an anchor, in which an event's start, or its end, must lie.
public struct Window: Hashable, Sendable {
    /// An end of an event.
    public enum Side: String, Codable, Sendable, CaseIterable { case start, end }

    public let anchor: AnchorPoint
    public let lower: WindowBound?
    public let upper: WindowBound?
    /// Which end of the event is meant. An end that is not recorded is unknown.
    public let side: Side

    public init(_ anchor: AnchorPoint, from lower: WindowBound? = nil, to upper: WindowBound? = nil, side: Side = .start) {
        self.anchor = anchor
        self.lower = lower
        self.upper = upper
        self.side = side
    }

    /// The same window for the other end of the event.
    public func on(_ side: Side) -> Window { Window(anchor, from: lower, to: upper, side: side) }
}

extension Window: Codable {
    private enum Key: String, CodingKey { case anchor, lower, upper, side }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        anchor = try container.decode(AnchorPoint.self, forKey: .anchor)
        lower = try container.decodeIfPresent(WindowBound.self, forKey: .lower)
        upper = try container.decodeIfPresent(WindowBound.self, forKey: .upper)
        side = try container.decodeIfPresent(Side.self, forKey: .side) ?? .start
    }

    /// The side is written only where it is the end, so that plans without it keep their form and hash.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(anchor, forKey: .anchor)
        try container.encodeIfPresent(lower, forKey: .lower)
        try container.encodeIfPresent(upper, forKey: .upper)
        if side == .end { try container.encode(side, forKey: .side) }
    }
}

/// How far one event of a chain lies from the one before it: both ends belong to it.
public struct Gap: Hashable, Codable, Sendable {
    public let lower: CalendarDistance
    /// Nil for any distance from ``lower`` on.
    public let upper: CalendarDistance?

    public init(from lower: CalendarDistance, to upper: CalendarDistance? = nil) {
        self.lower = lower
        self.upper = upper
    }

    /// Whether a day lies within the gap after another.
    public func contains(_ later: CalendarDate, after earlier: CalendarDate) -> Bool {
        later >= earlier.advanced(by: lower) && upper.map { later <= earlier.advanced(by: $0) } ?? true
    }
}
