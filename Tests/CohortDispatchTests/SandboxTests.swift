import CohortDispatch
import DICOMFile
import Foundation
import Testing

enum Sandbox {
    static let canRun: Bool = {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/bwrap")
        process.arguments = ["--unshare-all", "--ro-bind", "/", "/", "/bin/true"]
        guard (try? process.run()) != nil else { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }()
}

/// The real tool in the real sandbox.
@Suite(.enabled(if: Sandbox.canRun, "skipped: bubblewrap is not installed, or may not make namespaces here"))
struct SandboxTests {
    /// The tool, where the package's products are built: beside the tests.
    private static let tool = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent().appendingPathComponent(
        "cohortium-intensity"
    ).path

    private let folder = FileManager.default.temporaryDirectory.appendingPathComponent("cohortium-sandbox-\(UUID().uuidString)")

    private func job(executable: String = SandboxTests.tool, limits: ProcessingLimits = ProcessingLimits(seconds: 60)) throws
        -> ProcessingJob
    {
        let input = folder.appendingPathComponent("in")
        let output = folder.appendingPathComponent("out")
        for place in [input, output] { try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true) }
        // The sandbox runs as nobody.
        try FileManager.default.setAttributes([.posixPermissions: 0o777], ofItemAtPath: output.path)
        return ProcessingJob(
            id: UUID().uuidString, tool: ProcessingTool(name: "intensity", digest: "sha256:0", executable: executable),
            inputFolder: input.path,
            outputFolder: output.path, limits: limits)
    }

    private func write(_ values: [UInt16], series: String, name: String) throws {
        var dataSet = DICOMDataSet()
        dataSet.set(.seriesInstance, "UI", series)
        dataSet.set(.samplesPerPixel, 1)
        dataSet.set(.rows, 1)
        dataSet.set(.columns, UInt16(values.count))
        dataSet.set(.bitsAllocated, 16)
        dataSet.set(.bitsStored, 16)
        dataSet.set(.pixelRepresentation, 0)
        dataSet.set(.rescaleSlope, "DS", "2")
        dataSet.set(.rescaleIntercept, "DS", "-1")
        dataSet.set(.pixelData, "OW", bytes: values.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] })
        try Data(DICOMFile(dataSet).write()).write(to: folder.appendingPathComponent("in/\(name).dcm"))
    }

    @Test func sumsUpTheSeriesItWasGiven() async throws {
        let job = try job()
        defer { try? FileManager.default.removeItem(at: folder) }
        try write([1, 2, 3], series: "2.25.1", name: "a")
        try write([10, 20], series: "2.25.1", name: "b")
        try write([7, 7], series: "2.25.2", name: "c")
        let engine = SandboxEngine()
        try await engine.probe()
        try await engine.submit(job)
        #expect(try await engine.outcome(of: job.id) == .complete)
        let report = try IntensityReport.read("\(job.outputFolder)/report.json", expected: ["2.25.1", "2.25.2"])
        // 1, 3, 5, 19, 39 and 13, 13 after rescaling.
        #expect(
            report.series == [
                SeriesIntensity(series: "2.25.1", pixels: 5, sum: 67, sumOfSquares: 1 + 9 + 25 + 361 + 1_521),
                SeriesIntensity(series: "2.25.2", pixels: 2, sum: 26, sumOfSquares: 338),
            ])
        #expect(throws: ProcessingFailure.self) { try IntensityReport.read("\(job.outputFolder)/report.json", expected: ["2.25.1"]) }
    }

    @Test func aToolThatFailsIsSaidToHaveFailed() async throws {
        let job = try job()
        defer { try? FileManager.default.removeItem(at: folder) }
        try Data("no image".utf8).write(to: folder.appendingPathComponent("in/a.dcm"))
        let engine = SandboxEngine()
        try await engine.submit(job)
        guard case .failed = try await engine.outcome(of: job.id) else {
            Issue.record("a failing tool did not fail")
            return
        }
        #expect(!FileManager.default.fileExists(atPath: "\(job.outputFolder)/report.json"))
    }

    /// The tool here is a script that tries what a tool must not be able to do; it writes what it managed into its report.
    @Test func theToolSeesNoNetworkAndNoFilesOfTheNode() async throws {
        let job = try job()
        defer { try? FileManager.default.removeItem(at: folder) }
        let secret = folder.appendingPathComponent("secret")
        try Data("secret".utf8).write(to: secret)
        let script = folder.appendingPathComponent("tool.sh")
        let text = """
            #!/bin/bash
            found=""
            [ -e '\(secret.path)' ] && found="$found secret"
            [ -e /etc/passwd ] && found="$found passwd"
            [ "$(grep -c : /proc/net/dev)" -gt 1 ] && found="$found network"
            touch /in/x 2>/dev/null && found="$found input"
            [ "$(id -u)" = 0 ] && found="$found root"
            echo "found:$found" >/out/report.json
            """
        try Data(text.utf8).write(to: script)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: script.path)
        let engine = SandboxEngine()
        let scripted = ProcessingJob(
            id: "scripted", tool: ProcessingTool(name: "script", digest: "sha256:0", executable: script.path), inputFolder: job.inputFolder,
            outputFolder: job.outputFolder)
        try await engine.submit(scripted)
        #expect(try await engine.outcome(of: "scripted") == .complete)
        #expect(try String(contentsOfFile: "\(job.outputFolder)/report.json", encoding: .utf8) == "found:\n")
    }

    @Test func aJobCanBeCancelledAndRunsOnlyOnce() async throws {
        let job = try job()
        defer { try? FileManager.default.removeItem(at: folder) }
        let script = folder.appendingPathComponent("tool.sh")
        try Data("#!/bin/bash\necho x >>/out/runs; sleep 7200\n".utf8).write(to: script)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: script.path)
        let slow = ProcessingJob(
            id: "slow", tool: ProcessingTool(name: "slow", digest: "sha256:0", executable: script.path), inputFolder: job.inputFolder,
            outputFolder: job.outputFolder, limits: ProcessingLimits(seconds: 7200))
        let engine = SandboxEngine()
        try await engine.submit(slow)
        try await engine.submit(slow)
        while !FileManager.default.fileExists(atPath: "\(job.outputFolder)/runs") { try await Task.sleep(for: .milliseconds(20)) }
        try await engine.cancel("slow")
        #expect(try await engine.outcome(of: "slow") == .cancelled)
        #expect(try String(contentsOfFile: "\(job.outputFolder)/runs", encoding: .utf8) == "x\n")
        await #expect(throws: ProcessingFailure.self) { _ = try await engine.state(of: "never submitted") }
    }
}
