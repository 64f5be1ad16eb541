import CohortPlan
import Execution
import FHIRAdapter
import Foundation
import Testing

/// The published test data of mCODE and Synthea, against a plain reading of the same lines.
@Suite(.enabled(if: PublishedData.isThere, "the published FHIR data is not there")) struct PublishedDataTests {
    private let data: PublishedData

    init() throws { data = try PublishedData.unpacked() }

    /// Patients who meet the condition, as the engine finds them.
    private func selected(_ condition: Condition, anchors: [EventSelection] = []) async throws -> Set<String> {
        let plan = try data.export.expand(condition, anchors: anchors)
        let result = try await PlanEngine(sources: [data.export.adapter()]).execute(plan)
        return Set(try #require(result.counted).selection.patients)
    }

    private func any(_ kind: EventKind, _ label: String, value: ValueTest? = nil) throws -> EventSelection {
        EventSelection(EventRequest(kind: kind, concepts: try data.export.concepts(label), value: value))
    }

    @Test func everyPatientIsThere() async throws {
        let patients = try await data.export.adapter().patients()
        #expect(Set(patients.map(\.id)) == data.patients)
        #expect(patients.count == 683)
    }

    @Test func breastCancerWithPositiveEstrogenReceptor() async throws {
        let positive = ValueTest.coded(try data.export.concepts("Positive"))
        let found = try await selected(
            .all([
                .count(try any(.diagnosis, "Breast Carcinoma"), .atLeastOne),
                .count(try any(.observation, "Estrogen Receptor Status", value: positive), .atLeastOne),
            ]))
        let receptor = data.records("Observation", code: ["85337-4"]) {
            $0.contains(#""code": "10828004""#) || $0.contains(#""code":"10828004""#)
        }
        #expect(found == Set(data.records("Condition", code: ["254837009"])).intersection(receptor))
        #expect(found.count == 9)
    }

    @Test func prostateCancerWithTwoHighValues() async throws {
        let high = ValueTest.quantity(QuantityRange(from: QuantityBound(ExactDecimal(4), inclusive: false), unit: "ng/mL"))
        let found = try await selected(
            .all([
                .count(try any(.diagnosis, "Prostate Carcinoma"), .atLeastOne),
                .count(try any(.observation, "PSA", value: high), CountRange(2, nil)),
            ]))
        let values = data.records("Observation", code: ["2857-1"]) { (PublishedData.number(in: $0) ?? 0) > 4 }
        let twice = Dictionary(grouping: values) { $0 }.filter { $0.value.count >= 2 }.keys
        #expect(found == Set(data.records("Condition", code: ["126906006"])).intersection(twice))
        #expect(found.count == 23)
    }

    @Test func colorectalCancerWithAnImagingStudy() async throws {
        let found = try await selected(
            .all([
                .count(try any(.diagnosis, "Colorectal Carcinoma"), .atLeastOne),
                .count(EventSelection(EventRequest(kind: .imagingStudy)), .atLeastOne),
            ]))
        let diagnosed = Set(data.records("Condition", code: ["363406005", "109838007", "93761005"]))
        #expect(found == diagnosed.intersection(data.records("ImagingStudy", code: nil)))
        #expect(found.count == 5)
    }

    @Test func everyRecordIsAnEvent() async throws {
        for (kind, type, count) in [
            (EventKind.diagnosis, "Condition", 4_617), (.procedure, "Procedure", 14_081), (.imagingStudy, "ImagingStudy", 332),
        ] {
            let events = try await data.export.events(EventRequest(kind: kind))
            #expect(events.map(\.patient).sorted() == data.records(type, code: nil).sorted())
            #expect(events.count == count)
            #expect(events.allSatisfy { $0.start != nil })
        }
    }
}

/// The unpacked files, with a reading of them that shares nothing with the adapter: regular expressions over lines.
final class PublishedData: Sendable {
    let export: Export
    let lines: [String: [String]]

    private static let folder: URL? = {
        let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let folder = package.deletingLastPathComponent().appending(path: "shared/data/fhir")
        return FileManager.default.fileExists(atPath: folder.path) ? folder : nil
    }()

    static let isThere: Bool = {
        if folder == nil { print("skipped: no shared/data/fhir beside the package") }
        return folder != nil
    }()

    private static let shared = Result { try PublishedData() }
    /// One for all tests: unpacking and loading take a while.
    static func unpacked() throws -> PublishedData { try shared.get() }

    private init() throws {
        export = try Export()
        var lines: [String: [String]] = [:]
        for set in ["mcode", "synthea-r4"] {
            let source = PublishedData.folder?.appending(path: set)
            for name in try FileManager.default.contentsOfDirectory(atPath: source?.path ?? "") where name.hasSuffix(".ndjson.gz") {
                let target = export.folder.appending(path: "\(set)-\(name.dropLast(3))")
                try PublishedData.unpack(source?.appending(path: name).path ?? "", to: target)
                for line in try String(contentsOf: target, encoding: .utf8).split(separator: "\n") {
                    guard let type = line.firstMatch(of: /"resourceType": ?"(\w+)"/)?.1 else { continue }
                    lines[String(type), default: []].append(String(line))
                }
            }
        }
        self.lines = lines
    }

    private static func unpack(_ path: String, to target: URL) throws {
        try Data().write(to: target)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/gunzip")
        process.arguments = ["-c", path]
        process.standardOutput = try FileHandle(forWritingTo: target)
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw CocoaError(.fileReadCorruptFile) }
    }

    var patients: Set<String> { Set((lines["Patient"] ?? []).compactMap { $0.firstMatch(of: /"id": ?"([^"]+)"/).map { String($0.1) } }) }

    /// The patients of the resources with one of the codes, one for each resource.
    func records(_ type: String, code: Set<String>?, where holds: (String) -> Bool = { _ in true }) -> [String] {
        (lines[type] ?? []).filter { line in
            (code.map { codes in codes.contains { line.contains(#""code": "\#($0)""#) || line.contains(#""code":"\#($0)""#) } } ?? true)
                && holds(line)
        }.compactMap { $0.firstMatch(of: /"reference": ?"Patient\/([^"]+)"/).map { String($0.1) } }
    }

    static func number(in line: String) -> Double? {
        line.firstMatch(of: /"valueQuantity": ?\{"value": ?([0-9.]+)/).flatMap { Double($0.1) }
    }
}
