/// What two events have in common.
public enum Bond: String, Hashable, Codable, Sendable, CaseIterable {
    /// Both were recorded in one visit.
    case visit
    /// Both are of one imaging study.
    case study
    /// Both were found in one specimen.
    case specimen
}

/// A place of an event relative to an anchor: a stretch of time in which its start, or its end, must lie, or what it shares with it.
public struct Window: Hashable, Sendable {
    /// An end of an event.
    public enum Side: String, Codable, Sendable, CaseIterable { case start, end }

    public let anchor: AnchorPoint
    public let lower: WindowBound?
    public let upper: WindowBound?
    /// Which end of the event is meant. An end that is not recorded is unknown.
    public let side: Side
    /// What the event has in common with the anchor, which is an event; nil for a place in time. Where one of the two does not say what it
    /// belongs to, it is unknown.
    public let bond: Bond?

    /// What an event has in common with another one.
    public init(same bond: Bond, as event: EventReference) {
        anchor = .start(event)
        (lower, upper, side) = (nil, nil, .start)
        self.bond = bond
    }

    public init(_ anchor: AnchorPoint, from lower: WindowBound? = nil, to upper: WindowBound? = nil, side: Side = .start) {
        self.anchor = anchor
        self.lower = lower
        self.upper = upper
        self.side = side
        bond = nil
    }

    /// The same window for the other end of the event.
    public func on(_ side: Side) -> Window { bond == nil ? Window(anchor, from: lower, to: upper, side: side) : self }
}

extension Window: Codable {
    private enum Key: String, CodingKey { case anchor, lower, upper, side, bond }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        anchor = try container.decode(AnchorPoint.self, forKey: .anchor)
        lower = try container.decodeIfPresent(WindowBound.self, forKey: .lower)
        upper = try container.decodeIfPresent(WindowBound.self, forKey: .upper)
        side = try container.decodeIfPresent(Side.self, forKey: .side) ?? .start
        bond = try container.decodeIfPresent(Bond.self, forKey: .bond)
    }

    /// The side is written only where it is the end, and a bond where there is one, so that plans without it keep their form and hash.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(anchor, forKey: .anchor)
        try container.encodeIfPresent(lower, forKey: .lower)
        try container.encodeIfPresent(upper, forKey: .upper)
        if side == .end { try container.encode(side, forKey: .side) }
        try container.encodeIfPresent(bond, forKey: .bond)
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
