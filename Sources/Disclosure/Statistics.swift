import Execution

/// What a tool measured inside a node: for every patient the mean of their values. It never leaves the node.
///
/// Each patient weighs the same, so that one with many series does not dominate what is published.
public struct RawStatistics: Hashable, Sendable {
    /// How many values there are: series, say.
    public let units: Int
    let means: [Double]

    /// - Parameter values: by patient; a patient without values does not count.
    public init(byPatient values: [String: [Double]]) {
        let filled = values.filter { !$0.value.isEmpty }.sorted { $0.key < $1.key }
        units = filled.reduce(0) { $0 + $1.value.count }
        means = filled.map { $0.value.reduce(0, +) / Double($0.value.count) }
    }
}

extension RawStatistics: CustomReflectable {
    /// Empty, so that interpolation into a log or a message by mistake shows no number.
    public var customMirror: Mirror { Mirror(self, children: []) }
}

/// The mean over patients, and how far they lie apart; both to three significant digits.
public struct Moments: Hashable, Codable, Sendable {
    public let mean: Double
    public let standardDeviation: Double

    init(mean: Double, standardDeviation: Double) {
        self.mean = mean
        self.standardDeviation = standardDeviation
    }
}

/// What may be said of a tool's measurements.
public struct ProtectedStatistics: Hashable, Codable, Sendable {
    public let patients: ProtectedCount
    public let units: ProtectedCount
    /// Nil where the counts are held back.
    public let moments: Moments?

    init(patients: ProtectedCount, units: ProtectedCount, moments: Moments?) {
        self.patients = patients
        self.units = units
        self.moments = moments
    }
}

/// The measurements of all nodes together.
public struct MergedStatistics: Hashable, Codable, Sendable {
    public let patients: MergedCount
    public let units: MergedCount
    /// Weighted by the nodes' published numbers of patients; nil where the counts are held back.
    public let moments: Moments?
}

extension DisclosureGate {
    /// What may be said of a tool's measurements: nothing under the threshold of patients.
    public func protect(_ statistics: RawStatistics) -> ProtectedStatistics {
        let count = statistics.means.count
        let patients = protect(RawCount(patients: count))
        let units = protect(RawCount(patients: count, units: statistics.units))
        guard !patients.isSuppressed, statistics.means.allSatisfy(\.isFinite) else {
            return ProtectedStatistics(patients: patients, units: units, moments: nil)
        }
        let mean = statistics.means.reduce(0, +) / Double(count)
        let variance = statistics.means.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count)
        return ProtectedStatistics(patients: patients, units: units, moments: .rounded(mean: mean, variance: variance))
    }
}

extension MergeGate {
    /// Adds up the measurements of nodes.
    /// - Parameter expected: how many nodes were asked.
    public func merge(_ results: [ProtectedStatistics], expected: Int) -> MergedStatistics {
        let missing = expected - results.count
        let patients = sum(results.map(\.patients), missing: missing)
        let units = sum(results.map(\.units), missing: missing)
        let parts = results.compactMap { result -> (weight: Double, moments: Moments)? in
            guard let weight = result.patients.value, let moments = result.moments else { return nil }
            return (Double(weight), moments)
        }
        let weight = parts.reduce(0) { $0 + $1.weight }
        guard !patients.count.isSuppressed, weight > 0 else { return MergedStatistics(patients: patients, units: units, moments: nil) }
        let mean = parts.reduce(0) { $0 + $1.weight * $1.moments.mean } / weight
        let square = parts.reduce(0) { sum, part in
            sum + part.weight * (part.moments.standardDeviation * part.moments.standardDeviation + part.moments.mean * part.moments.mean)
        }
        let moments = Moments.rounded(mean: mean, variance: max(0, square / weight - mean * mean))
        return MergedStatistics(patients: patients, units: units, moments: moments)
    }
}

extension Moments {
    /// Nil for what is no number.
    fileprivate static func rounded(mean: Double, variance: Double) -> Moments? {
        guard mean.isFinite, variance.isFinite, variance >= 0 else { return nil }
        return Moments(mean: threeDigits(mean), standardDeviation: threeDigits(variance.squareRoot()))
    }

    private static func threeDigits(_ number: Double) -> Double {
        guard number != 0 else { return 0 }
        var scale = 1.0
        while abs(number) * scale < 100, scale < 1e12 { scale *= 10 }
        while abs(number) * scale >= 1000, scale > 1e-12 { scale /= 10 }
        return (number * scale).rounded() / scale
    }
}
