public import Execution

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
    /// Those for which there are patients enough; nil where that is none.
    public let quartiles: Quartiles?

    init(patients: ProtectedCount, units: ProtectedCount, moments: Moments?, quartiles: Quartiles? = nil) {
        self.patients = patients
        self.units = units
        self.moments = moments
        self.quartiles = quartiles
    }
}

/// The median and the quartiles over patients, to three significant digits; nil where too few patients lie on one side of it.
public struct Quartiles: Hashable, Codable, Sendable {
    public let lower: Double?
    public let median: Double?
    public let upper: Double?

    init(lower: Double?, median: Double?, upper: Double?) {
        self.lower = lower
        self.median = median
        self.upper = upper
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
    /// What may be said of how patients' numbers are distributed: nothing under the threshold of patients, and nothing at all where one of
    /// them makes up most of the sum. A quartile needs the threshold of patients on either side of it: twice the threshold for the median, four
    /// times for the others. The smallest and the largest number are one patient's and never told.
    public func protect(_ statistics: RawStatistics) -> ProtectedStatistics {
        let count = statistics.means.count
        let patients = protect(RawCount(patients: count))
        let units = protect(RawCount(patients: count, units: statistics.units))
        guard !patients.isSuppressed, statistics.means.allSatisfy(\.isFinite), !DisclosureGate.isDominated(statistics.means) else {
            return ProtectedStatistics(patients: patients, units: units, moments: nil)
        }
        let mean = statistics.means.reduce(0, +) / Double(count)
        let variance = statistics.means.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count)
        return ProtectedStatistics(
            patients: patients, units: units, moments: .rounded(mean: mean, variance: variance),
            quartiles: quartiles(of: statistics.means.sorted()))
    }

    /// Whether one number is more than half of the sum of all sizes.
    private static func isDominated(_ means: [Double]) -> Bool {
        let sizes = means.map(abs)
        return (sizes.max() ?? 0) * 2 > sizes.reduce(0, +)
    }

    private func quartiles(of sorted: [Double]) -> Quartiles? {
        let (lower, median, upper) = (quantile(1, of: sorted), quantile(2, of: sorted), quantile(3, of: sorted))
        return lower ?? median ?? upper == nil ? nil : Quartiles(lower: lower, median: median, upper: upper)
    }

    /// A quartile as the mean of the threshold of patients around it, so that it is no one's number.
    private func quantile(_ quarter: Int, of sorted: [Double]) -> Double? {
        let needed = policy.threshold
        guard sorted.count * min(quarter, 4 - quarter) >= needed * 4 else { return nil }
        let middle = sorted.count * quarter / 4
        let start = min(max(0, middle - needed / 2), sorted.count - needed)
        let mean = sorted[start..<(start + needed)].reduce(0, +) / Double(needed)
        return mean.isFinite ? Moments.threeDigits(mean) : nil
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

    fileprivate static func threeDigits(_ number: Double) -> Double {
        guard number != 0 else { return 0 }
        var scale = 1.0
        while abs(number) * scale < 100, scale < 1e12 { scale *= 10 }
        while abs(number) * scale >= 1000, scale > 1e-12 { scale /= 10 }
        return (number * scale).rounded() / scale
    }
}
