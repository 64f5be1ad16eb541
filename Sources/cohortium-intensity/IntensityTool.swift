import ArgumentParser
import CohortDispatch
import DICOMFile
import Foundation

/// The tool that the project ships for processing engines: intensity statistics of every series below a folder.
@main
struct IntensityTool: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cohortium-intensity",
        abstract: "Sum up the pixel intensities of every series below a folder, on a GPU where there is one.",
        discussion: "Example:\n  cohortium-intensity --input images --output report.json")

    @Option(help: ArgumentHelp("A folder with DICOM files, at any depth.", valueName: "folder"))
    var input: String

    @Option(help: ArgumentHelp("The report to write.", valueName: "file"))
    var output: String

    @Option(help: "auto: a GPU where there is one, else the processor; cpu: the processor; opencl: any OpenCL device, or fail.")
    var device: DeviceChoice = .auto

    enum DeviceChoice: String, ExpressibleByArgument, CaseIterable { case auto, cpu, opencl }

    func run() throws {
        let accelerator = device == .cpu ? nil : OpenCLDevice(anyKind: device == .opencl)
        if device == .opencl, accelerator == nil { throw ToolError("there is no OpenCL device") }
        var sums: [String: SeriesIntensity] = [:]
        for path in try files() {
            guard let bytes = FileManager.default.contents(atPath: path) else { throw ToolError("a file cannot be read") }
            let file = try DICOMFile.read(Array(bytes))
            guard let series = file.dataSet.string(.seriesInstance), !series.isEmpty else { throw ToolError("a file names no series") }
            let pixels = try DICOMPixels(file)
            let sum = try accelerator.map { try IntensityTool.sum(pixels.values, on: $0) } ?? IntensitySum(of: pixels.values)
            let (plain, squares) = sum.rescaled(slope: pixels.slope, intercept: pixels.intercept)
            let known = sums[series]
            sums[series] = SeriesIntensity(
                series: series, pixels: sum.pixels + (known?.pixels ?? 0), sum: plain + (known?.sum ?? 0),
                sumOfSquares: squares + (known?.sumOfSquares ?? 0))
        }
        let report = IntensityReport(device: accelerator?.name ?? "cpu", series: sums.values.sorted { $0.series < $1.series })
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        try encoder.encode(report).write(to: URL(fileURLWithPath: output))
    }

    private static func sum(_ values: [Int32], on device: OpenCLDevice) throws -> IntensitySum {
        guard let sum = device.sum(of: values) else { throw ToolError("the device \(device.name) reported an error") }
        return sum
    }

    /// Every file below the input, in a fixed order.
    private func files() throws -> [String] {
        guard let names = FileManager.default.enumerator(atPath: input)?.allObjects as? [String] else {
            throw ToolError("the input cannot be read")
        }
        return names.filter { $0.hasSuffix(".dcm") }.sorted().map { "\(input)/\($0)" }
    }
}

/// Why the tool gave up; it writes no report then.
struct ToolError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
