import CohortDispatch
import CohortPlan
import Diagnostics
import Disclosure
import Execution
import Federation
import Foundation

/// Runs a tool over the images of a cohort, beside the data, when the node's policy lets it. What it returns may leave the node.
struct NodeDispatcher: Sendable {
    let sources: ScopedSources
    let policy: DisclosurePolicy
    let tools: ToolShelf
    let images: [any ImageSource]
    let processing: any ProcessingEngine
    /// The node's state folder.
    let state: String
    /// What one question may hold of patients and events, in bytes.
    var memory = PlanEngine.standardMemory

    /// What may be said of the images of a task's cohort.
    func run(_ order: DispatchOrder, of task: FederationTask, deadline: ContinuousClock.Instant) async -> NodeAnswer.Outcome {
        if let reason = policy.refusal(ofPurpose: task.purpose) ?? policy.refusal(of: task.expanded.plan)
            ?? policy.refusal(ofTool: order.toolName)
        {
            return .refused(reason: reason)
        }
        guard !images.isEmpty else { return .notEvaluable(reasons: ["this node holds no images"]) }
        let used = sources.within(task.scope)
        guard !used.isEmpty else { return .notEvaluable(reasons: ScopedSources.reasons(task.scope)) }
        do {
            let tool = try tools.tool(order.toolName, digest: order.toolDigest)
            if let reason = refusal(of: order) { return .refused(reason: reason) }
            let result = try await PlanEngine(sources: used, memory: memory).execute(task.expanded, deadline: deadline)
            guard case .counted(let counted) = result.outcome else {
                guard case .notEvaluable(let reasons) = result.outcome else { return .notEvaluable(reasons: []) }
                return .notEvaluable(reasons: reasons)
            }
            return try await compute(tool, order, counted.selection.selectedSeries(of: order.event), result.overall, task)
        } catch ToolShelf.Absence.refused(let reason) {
            return .refused(reason: reason)
        } catch ToolShelf.Absence.failed(let diagnostic) {
            return .failed(diagnostic)
        } catch let failure as ExecutionFailure {
            return .failed(failure.diagnostic)
        } catch let failure as ProcessingFailure {
            return .failed(failure.diagnostic)
        } catch let failure as SourceFailure {
            return .failed(failure.diagnostic)
        } catch let diagnostic as Diagnostic {
            return .failed(diagnostic)
        } catch {
            return .failed(Diagnostic("N0305", "the tool could not be run", notes: ["\(error)"]))
        }
    }

    /// Why what an order asks for is not given here; nil when it is. Looks at no patient.
    private func refusal(of order: DispatchOrder) -> String? {
        guard let needs = order.needs else { return nil }
        guard needs.isReadable else { return "what the tool is to be told is not taken" }
        let taken = tools.parameters(of: order.toolName)
        if let other = needs.parameters.keys.sorted().first(where: { !taken.contains($0) }) {
            return "the tool `\(order.toolName)` at this node takes no parameter called `\(other)`"
        }
        if let other = needs.outputs.first(where: { $0 != JobFolder.reportName }) {
            return "of a tool only `\(JobFolder.reportName)` leaves this node, not `\(other.prefix(80))`"
        }
        let offer = processing.offer
        if needs.gpus > offer.gpus { return "this node has \(offer.gpus == 0 ? "no GPU" : "\(offer.gpus) GPUs"), not \(needs.gpus)" }
        guard let memory = needs.gpuMemory else { return nil }
        guard let found = offer.gpuMemory else { return "this node does not know how much memory a GPU of its has" }
        return memory > found ? "the GPUs of this node have less memory than was asked for" : nil
    }

    private func compute(
        _ tool: ProcessingTool, _ order: DispatchOrder, _ series: [SelectedSeries], _ overall: Coverage, _ task: FederationTask
    ) async throws -> NodeAnswer.Outcome {
        let gate = DisclosureGate(policy.tightened(threshold: task.requestedThreshold))
        let nothing = gate.protect(RawStatistics(byPatient: [:]))
        // Too few patients: nothing is run, so that few take no longer than none.
        guard gate.protect(RawCount(patients: Set(series.map(\.patient)).count)).value != nil else {
            return .dispatched(DispatchReport(toolDigest: tool.digest, device: "none", statistics: nothing), overall: overall)
        }
        let folder = try JobFolder(id: task.id, state: state)
        var staged: [SelectedSeries] = []
        for (number, one) in series.enumerated() {
            try Task.checkCancellation()
            if try await stage(one, into: try folder.seriesFolder(number)) { staged.append(one) }
        }
        // Images that the source names but nobody holds: what is measured is of fewer than were asked for.
        let coverage = staged.count == series.count ? overall : overall.combined(with: .narrower)
        let report = try await run(tool, order.needs?.parameters ?? [:], folder.input, folder.output, folder.report, staged, task)
        let patients = Dictionary(staged.map { ($0.series, $0.patient) }, uniquingKeysWith: { first, _ in first })
        var values: [String: [Double]] = [:]
        for one in report.series { if let patient = patients[one.series] { values[patient, default: []].append(one.mean) } }
        let statistics = gate.protect(RawStatistics(byPatient: values))
        let device = statistics.patients.isSuppressed ? "none" : String(report.device.prefix(100))
        return .dispatched(DispatchReport(toolDigest: tool.digest, device: device, statistics: statistics), overall: coverage)
    }

    /// Whether any of the image sources holds the series.
    private func stage(_ series: SelectedSeries, into folder: String) async throws(SourceFailure) -> Bool {
        for source in images where try await source.stage(series, into: folder) > 0 { return true }
        return false
    }

    private func run(
        _ tool: ProcessingTool, _ parameters: [String: String], _ input: String, _ output: String, _ reportPath: String,
        _ staged: [SelectedSeries], _ task: FederationTask
    ) async throws -> IntensityReport {
        guard !staged.isEmpty else { return IntensityReport(device: "none", series: []) }
        let seconds = max(1, Int(task.expiresAt.timeIntervalSinceNow))
        let job = ProcessingJob(
            id: task.id, tool: tool, parameters: parameters, inputFolder: input, outputFolder: output,
            limits: ProcessingLimits(seconds: min(seconds, 3_600)))
        try await processing.submit(job)
        switch try await processing.outcome(of: job.id) {
        case .complete: return try IntensityReport.read(reportPath, expected: Set(staged.map(\.series)))
        case .failed(let reason):
            throw Diagnostic("D0010", "the tool failed at this node", help: "ask the node's operator", notes: [reason])
        case .cancelled, .queued, .running: throw Diagnostic("D0011", "the job was stopped", help: "ask again")
        }
    }
}
