import CohortPlan
import Execution
import Foundation

/// A join over three sources that hold a million patients: rows a second and the largest memory, each question in a process of its own.
///
///     join-benchmark [patients] [selective|broad]
@main struct JoinBenchmark {
    static func main() async throws {
        let arguments = CommandLine.arguments.dropFirst()
        let patients = arguments.first.flatMap { Int($0) } ?? 1_000_000
        guard let name = arguments.dropFirst().first, let question = Question(rawValue: name) else {
            for question in Question.allCases { try runApart(question, patients) }
            return
        }
        try await measure(question, patients)
    }

    enum Question: String, CaseIterable {
        /// A diagnosis that few have in one source, a finding in the second and an image in the third, all within 60 days.
        case selective
        /// One of them is enough, so that every event of every source counts.
        case broad
    }

    private static let sources = [
        (name: "clinic", model: SourceModel.omop, frequencies: [EventKind.diagnosis: 20]),
        (name: "laboratory", model: .fhir, frequencies: [.observation: 400]),
        (name: "archive", model: .dicom, frequencies: [.imagingStudy: 300]),
    ]

    private static func plan(_ question: Question) throws -> ExpandedPlan {
        let diagnosis = EventRequest(kind: .diagnosis)
        let finding = EventRequest(kind: .observation)
        let image = EventRequest(kind: .imagingStudy)
        let anchor = AnchorPoint.start(EventReference(0))
        let near = Window(
            anchor, from: WindowBound(CalendarDistance(-60, .day), inclusive: true),
            to: WindowBound(CalendarDistance(60, .day), inclusive: true))
        let parts: [Condition] =
            question == .selective
            ? [
                .exists(EventReference(0)), .count(EventSelection(finding, windows: [near]), .atLeastOne),
                .exists(EventReference(1)),
            ]
            : [.exists(EventReference(0)), .count(EventSelection(finding), .atLeastOne), .exists(EventReference(1))]
        let images = EventSelection(image, windows: question == .selective ? [near] : [])
        let plan = try CohortPlan(
            anchors: [EventSelection(diagnosis, pick: .first), images],
            condition: question == .selective ? .all(parts) : .any(parts),
            report: Report(measures: [.patients, .studies(EventReference(1))], breakdowns: [.sex]))
        return ExpandedPlan(plan: plan, expansions: [])
    }

    private static func runApart(_ question: Question, _ patients: Int) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: CommandLine.arguments[0])
        process.arguments = ["\(patients)", question.rawValue]
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw CocoaError(.executableLoad) }
    }

    private static func measure(_ question: Question, _ patients: Int) async throws {
        let plan = try plan(question)
        let adapters = sources.map {
            SyntheticSource(name: $0.name, model: $0.model, patientCount: patients, frequencies: $0.frequencies)
        }
        var rows = patients * adapters.count
        for adapter in adapters { rows += count(adapter) }
        let before = peakMemory()
        let clock = ContinuousClock()
        var found = 0
        let time = try await clock.measure {
            let result = try await PlanEngine(sources: adapters).execute(plan)
            found = result.counted?.selection.patients.count ?? 0
        }
        let seconds = Double(time.components.seconds) + Double(time.components.attoseconds) * 1e-18
        print(
            "\(question.rawValue): \(found) of \(patients) patients, \(rows) rows in \(String(format: "%.2f", seconds)) s, "
                + "\(Int(Double(rows) / seconds)) rows/s, peak memory \(peakMemory()) MB (\(before) MB before)")
    }

    /// The rows that a source holds, counted without being kept.
    private static func count(_ source: SyntheticSource) -> Int {
        var number = 0
        for kind in source.frequencies.keys {
            var some: [SourceEvent] = []
            for patient in 0..<source.patientCount {
                source.append(patient, kind, to: &some)
                number += some.count
                some.removeAll(keepingCapacity: true)
            }
        }
        return number
    }

    /// The largest resident set so far, in MB (Linux, proc(5), VmHWM).
    private static func peakMemory() -> Int {
        let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        return (line?.split(whereSeparator: { !$0.isNumber }).first.flatMap { Int($0) } ?? 0) / 1_024
    }
}
