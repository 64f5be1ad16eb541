/// Which of a patient's matching events are meant.
public enum Pick: Hashable, Sendable {
    /// All of them.
    case all
    /// The earliest by start date; the smallest stable key breaks a tie.
    case first
    /// The latest by start date; the smallest stable key breaks a tie.
    case last
    /// The n-th in the order of ``first``, or, below zero, in the order of ``last``: 2 is the second, -2 the last but one.
    case nth(Int)
    /// The one whose start lies the fewest days from a day, before or after it; of equally near ones the earlier, then the smallest key.
    case nearest(AnchorPoint)
    /// The one with the smallest number: the nadir. The earlier one, then the smallest key, breaks a tie.
    case lowest
    /// The one with the greatest number.
    case highest
    /// The one whose coded value comes first in an order, each of its concepts with what lies below it. The earlier one, then the smallest
    /// key, breaks a tie.
    case ranked([ConceptIRI])

    /// Whether the events' numbers decide.
    public var needsNumber: Bool { self == .lowest || self == .highest }

    /// Whether one event is meant and not several.
    public var isSingle: Bool { self != .all }

    /// The day that it measures from.
    public var anchor: AnchorPoint? {
        if case .nearest(let point) = self { return point }
        return nil
    }
}

extension EventSelection {
    /// For a pick that goes by the order of coded values: by place in it, the request that finds those events which have that value.
    public var ranks: [EventRequest] {
        guard case .ranked(let order) = pick else { return [] }
        return order.map { concept in
            EventRequest(kind: request.kind, concepts: request.concepts, value: .coded(ConceptSet(include: [ConceptTerm(concept)])))
        }
    }
}

/// In JSON a word for the plain ones, an object for those that take something.
extension Pick: Codable {
    private enum Key: String, CodingKey { case nth, nearest, ranked }
    private enum Word: String, Codable { case all, first, last, lowest, highest }

    public init(from decoder: any Decoder) throws {
        if let word = try? decoder.singleValueContainer().decode(Word.self) {
            switch word {
            case .all: self = .all
            case .first: self = .first
            case .last: self = .last
            case .lowest: self = .lowest
            case .highest: self = .highest
            }
            return
        }
        let container = try decoder.container(keyedBy: Key.self)
        if let number = try container.decodeIfPresent(Int.self, forKey: .nth) {
            self = .nth(number)
        } else if let order = try container.decodeIfPresent([ConceptIRI].self, forKey: .ranked) {
            self = .ranked(order)
        } else {
            self = .nearest(try container.decode(AnchorPoint.self, forKey: .nearest))
        }
    }

    public func encode(to encoder: any Encoder) throws {
        switch self {
        case .all: try encode(.all, to: encoder)
        case .first: try encode(.first, to: encoder)
        case .last: try encode(.last, to: encoder)
        case .lowest: try encode(.lowest, to: encoder)
        case .highest: try encode(.highest, to: encoder)
        case .nth(let number):
            var container = encoder.container(keyedBy: Key.self)
            try container.encode(number, forKey: .nth)
        case .nearest(let point):
            var container = encoder.container(keyedBy: Key.self)
            try container.encode(point, forKey: .nearest)
        case .ranked(let order):
            var container = encoder.container(keyedBy: Key.self)
            try container.encode(order, forKey: .ranked)
        }
    }

    private func encode(_ word: Word, to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(word)
    }
}
