import Diagnostics
import Foundation

/// What the intensity tool writes: one entry a series, in exact integers of stored pixel values and their rescaling.
///
/// It stays on the node. The node adds it up and gives the sum to the disclosure gate.
public struct IntensityReport: Sendable, Codable, Hashable {
    /// What computed it: `cpu`, or the name of an OpenCL device.
    public let device: String
    public let series: [SeriesIntensity]

    public init(device: String, series: [SeriesIntensity]) {
        self.device = device
        self.series = series
    }

    /// Reads a report and holds it against what was asked for: a tool is not trusted with the shape of its answer.
    /// - Parameter expected: the series that were handed to the tool.
    public static func read(_ path: String, expected: Set<String>) throws(ProcessingFailure) -> IntensityReport {
        guard let handle = FileHandle(forReadingAtPath: path) else { throw .missingFile(path) }
        defer { try? handle.close() }
        let limit = 64 << 20
        guard let data = try? handle.read(upToCount: limit + 1), data.count <= limit,
            let report = try? JSONDecoder().decode(IntensityReport.self, from: data)
        else {
            throw ProcessingFailure(
                Diagnostic("D0005", "the tool's report cannot be read", help: "look at the tool: `report.json` is not what it should write")
            )
        }
        let uids = report.series.map(\.series)
        guard Set(uids).count == uids.count, Set(uids).isSubset(of: expected), report.series.allSatisfy(\.isPlausible) else {
            throw ProcessingFailure(
                Diagnostic(
                    "D0006", "the tool's report does not fit its input",
                    help: "look at the tool: it names series that it was not given, or impossible sums"))
        }
        return report
    }
}

/// Sums over the pixels of one series, after rescaling (DICOM PS3.3 C.11.1, modality LUT).
public struct SeriesIntensity: Sendable, Codable, Hashable {
    /// The series' UID.
    public let series: String
    public let pixels: Int
    public let sum: Double
    public let sumOfSquares: Double

    public init(series: String, pixels: Int, sum: Double, sumOfSquares: Double) {
        self.series = series
        self.pixels = pixels
        self.sum = sum
        self.sumOfSquares = sumOfSquares
    }

    /// Finite, and no variance below zero.
    var isPlausible: Bool {
        guard pixels > 0, sum.isFinite, sumOfSquares.isFinite else { return false }
        let mean = sum / Double(pixels)
        return sumOfSquares / Double(pixels) - mean * mean >= -1e-6 * max(1, mean * mean)
    }

    /// The mean of the pixel values.
    public var mean: Double { sum / Double(pixels) }
}
