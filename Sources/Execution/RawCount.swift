/// An exact number inside a node: how many units there are, and how many patients they come from.
///
/// It never leaves the node. It has no coded form and no text of its own; `Disclosure` alone turns it into something
/// that may be published.
public struct RawCount: Hashable, Sendable {
    /// Distinct patients who contribute at least one unit: what disclosure control counts.
    public let patients: Int
    /// Distinct units: patients, studies or series.
    public let units: Int

    public init(patients: Int, units: Int) {
        self.patients = patients
        self.units = units
    }

    /// A number of patients who are themselves the units.
    public init(patients: Int) { self.init(patients: patients, units: patients) }
}

extension RawCount: CustomReflectable {
    /// Empty, so that interpolation into a log or a message by mistake shows no number.
    public var customMirror: Mirror { Mirror(self, children: []) }
}

/// What a measure came to, or why it has no value here.
public enum RawValue: Hashable, Sendable {
    case count(RawCount)
    /// The event that it counts cannot be evaluated in this node's sources.
    case notEvaluable(reasons: [String])

    /// The number, when there is one.
    public var count: RawCount? {
        if case .count(let count) = self { return count }
        return nil
    }
}
