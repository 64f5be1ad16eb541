import CohortPlan
import Compiler
import DICOMAdapter
import Diagnostics
import Execution
import Foundation
import HTTPClient
import Hyperontology

/// How fast an index of images is made from an archive over HTTP, and how fast it answers when it holds millions of series.
///
/// `swift run -c release dicom-benchmark [series in the index] [series read over HTTP]`
@main struct DICOMBenchmark {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    private static let rounds = 3

    private static let questions = [
        ("breast MR with contrast", "any imaging study having series { modality MR, body part \"Breast\", contrast yes }"),
        (
            "prostate MR, thin, 3 T",
            "any imaging study having series { modality MR, body part \"Prostate\", slice thickness <= 2 mm, field strength > 2.5 T }"
        ), ("CT beside PET", "any imaging study having series { modality CT } having series { modality PT }"),
        ("a woman, thick liver CT", "sex is female and any imaging series { modality CT, body part \"Liver\", slice thickness >= 5 mm }"),
        ("any mammography", "any imaging series { modality MG }"),
    ]

    static func main() async throws {
        let numbers = CommandLine.arguments.dropFirst().compactMap { Int($0) }
        let (held, served) = (numbers.first ?? 5_000_000, numbers.dropFirst().first ?? 40_000)
        let hyperontology = try Hyperontology(directory: root.appendingPathComponent("Ontologies").path)
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("cohortium-benchmark-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        try await read(served, folder, hyperontology)
        try await answer(held, folder, hyperontology)
    }

    private static func adapter(_ origin: DICOMAdapter.Origin, _ path: URL, _ hyperontology: Hyperontology) -> DICOMAdapter {
        DICOMAdapter(
            name: "images", origin, index: TagIndex.Settings(path: path.path, staleAfter: .seconds(86_400)),
            bindings: hyperontology.bindings(for: "dicom"))
    }

    // MARK: Making

    private static func read(_ count: Int, _ folder: URL, _ hyperontology: Hyperontology) async throws {
        let archive = SyntheticArchive(series: count)
        try await archive.serve { address in
            let adapter = adapter(.archive(address, HTTPClient()), folder.appendingPathComponent("served.sqlite"), hyperontology)
            print("\(count) series of \(SyntheticArchive.images) images over HTTP, archive in the same process\n")
            print("| pass | series/s |\n|---|---:|")
            let first = try await time { _ = try await adapter.refreshIndex() }
            print("| first: listed, images searched, written | \(Int(Double(count) / first)) |")
            let second = try await time { _ = try await adapter.refreshIndex() }
            print("| again, nothing new: listed, compared | \(Int(Double(count) / second)) |\n")
        }
    }

    // MARK: Answering

    private static func answer(_ count: Int, _ folder: URL, _ hyperontology: Hyperontology) async throws {
        let adapter = adapter(.folder("/synthetic"), folder.appendingPathComponent("held.sqlite"), hyperontology)
        guard let index = adapter.index else { return }
        let seconds = try await time { try fill(index, count) }
        guard let contents = try index.contents() else { return }
        print("\(contents.series) series of \(contents.patients) patients, \(contents.profiles) profiles\n")
        print("| | |\n|---|---:|")
        print("| written as they are | \(Int(Double(count) / seconds)) series/s |")
        print("| size | \(contents.bytes / max(1, contents.series)) bytes a series |\n")
        print("| question | patients | ms, median of \(rounds) |\n|---|---:|---:|")
        for (name, condition) in questions {
            let text = "cohort C {\n  patients where \(condition)\n}\n"
            guard let query = QueryCompiler(hyperontology: hyperontology).compile(SourceText(name: "c", text: text)).query else {
                throw CocoaError(.fileReadUnknown)
            }
            var times: [Double] = []
            var patients = 0
            for _ in 0..<rounds {
                times.append(
                    try await time {
                        patients = try await PlanEngine(sources: [adapter]).execute(query.expanded).counted?.selection.patients.count ?? 0
                    })
            }
            print("| \(name) | \(patients) | \(Int(1_000 * times.sorted()[rounds / 2])) |")
        }
        print("\nlargest memory: \(memory())")
    }

    private static func fill(_ index: TagIndex, _ count: Int) throws {
        let writer = try IndexWriter(index)
        try writer.begin(at: Date())
        func attributes(_ values: [String: String]) -> DICOMJSONObject { DICOMJSONObject(values.mapValues { DICOMJSONAttribute([$0]) }) }
        for start in stride(from: 0, to: count, by: 3_000) {
            try writer.write(
                (start..<min(count, start + 3_000)).map { number in
                    let series = SyntheticSeries(number: number)
                    return IndexedSeries(
                        patient: series.patient, study: series.study, uid: series.uid, sexes: [series.sex], births: [series.birth],
                        start: CalendarDate(
                            "20\(series.day.dropFirst(2).prefix(2))-\(series.day.dropFirst(4).prefix(2))-\(series.day.suffix(2))"
                        )
                        .map { DateRange($0) },
                        listing: Int64(number),
                        evidence: SeriesEvidence(series: attributes(series.attributes), images: [attributes(series.image)]))
                })
        }
        try writer.complete(at: Date())
    }

    // MARK: Measuring

    private static func time(_ body: () async throws -> Void) async throws -> Double {
        let elapsed = try await ContinuousClock().measure { try await body() }.components
        return Double(elapsed.seconds) + Double(elapsed.attoseconds) / 1e18
    }

    /// What the kernel saw (proc(5), `VmHWM`).
    private static func memory() -> String {
        let status = FileManager.default.contents(atPath: "/proc/self/status").map { String(decoding: $0, as: UTF8.self) } ?? ""
        return status.split(separator: "\n").first { $0.hasPrefix("VmHWM") }.map { String($0.dropFirst(6)) } ?? "unknown"
    }
}
