import CohortPlan
import Diagnostics
import Execution
import FHIRAdapter
import Foundation
import Testing

/// What becomes of files and lines.
@Suite struct LoadingTests {
    private func probeFailure(_ export: Export) async -> Diagnostic? {
        do {
            try await export.adapter().probe()
            return nil
        } catch {
            return error.diagnostic
        }
    }

    @Test func aSoundExportAnswers() async throws {
        let export = try Export([Line.patient("p", #","gender":"female","birthDate":"1960-05""#), "", Line.condition("1")])
        #expect(await probeFailure(export) == nil)
        let patients = try await export.adapter().patients()
        #expect(patients.map(\.id) == ["p"])
        #expect(patients.first?.sex == .female)
        #expect(patients.first?.birthDate == DateRange(partial: "1960-05"))
    }

    @Test(arguments: ["not json", "[1]", #"{"resourceType":"Patient","id":"#, "{} {}"])
    func aLineThatIsNoObjectFailsTheLoad(line: String) async throws {
        let export = try Export(["a.ndjson": [Line.patient("p")], "b.ndjson": [Line.condition("1"), line]])
        let diagnostic = await probeFailure(export)
        #expect(diagnostic?.message.contains("`b.ndjson:2`") == true)
        // Nothing is counted of the rest either.
        await #expect(throws: SourceFailure.self) { try await export.adapter().patients() }
    }

    @Test func anObjectWithoutATypeFailsTheLoad() async throws {
        #expect(await probeFailure(try Export([#"{"id":"1"}"#]))?.code == "N0406")
    }

    @Test func aMissingFolderOrNoFilesIsSaid() async throws {
        let export = try Export()
        #expect(await probeFailure(export)?.code == "N0402")
        try export.write(["x"], to: "Patient.ndjson.gz")
        #expect(await probeFailure(export)?.help?.contains("unpack") == true)
        try FileManager.default.removeItem(at: export.folder)
        #expect(await probeFailure(export)?.code == "N0401")
    }

    @Test func aChangedExportIsLoadedAgainAndAnUnchangedOneIsNot() async throws {
        let export = try Export([Line.patient("p")])
        let adapter = export.adapter()
        #expect(try await adapter.patients().count == 1)
        func written() throws -> Date? {
            try FileManager.default.attributesOfItem(atPath: export.storePath)[.modificationDate] as? Date
        }
        let first = try written()
        #expect(try await export.adapter().patients().count == 1)
        #expect(try written() == first)
        try export.write([Line.patient("p"), Line.patient("q")], to: "all.ndjson")
        #expect(try await adapter.patients().count == 2)
    }

    @Test func aDamagedStoreIsMadeAgain() async throws {
        let export = try Export([Line.patient("p")])
        _ = try await export.adapter().patients()
        try Data("no database".utf8).write(to: URL(fileURLWithPath: export.storePath))
        #expect(try await export.adapter().patients().count == 1)
    }

    @Test func aFailedLoadLeavesNothingBehind() async throws {
        let export = try Export(["broken"])
        _ = await probeFailure(export)
        let state = URL(fileURLWithPath: export.storePath).deletingLastPathComponent().path
        #expect(try FileManager.default.contentsOfDirectory(atPath: state).isEmpty)
    }

    @Test func linesAreReadAcrossChunksAndWithoutALastNewline() async throws {
        let export = try Export()
        let padding = String(repeating: "x", count: 300_000)
        let lines = (0..<20).map { Line.patient("p\($0)", #","text":"\#(padding)""#) }
        try Data(lines.joined(separator: "\r\n").utf8).write(to: export.folder.appending(path: "Patient.ndjson"))
        #expect(try await Set(export.adapter().patients().map(\.id)) == Set((0..<20).map { "p\($0)" }))
    }

    @Test func aResourceThatStandsTwiceCountsOnce() async throws {
        let export = try Export(["a.ndjson": [Line.condition("1")], "b.ndjson": [Line.condition("1"), Line.condition("2")]])
        #expect(try await export.events(EventRequest(kind: .diagnosis)).count == 2)
    }

    @Test func theResourcesOfABundleCount() async throws {
        let entries = [Line.patient("p"), Line.condition("1"), Line.condition("2", patient: "urn:uuid:p")].map { #"{"resource":\#($0)}"# }
        let export = try Export([#"{"resourceType":"Bundle","entry":[\#(entries.joined(separator: ","))]}"#, Line.condition("3")])
        #expect(try await export.events(EventRequest(kind: .diagnosis)).map(\.patient) == ["p", "p", "p"])
        #expect(try await export.adapter().patients().map(\.id) == ["p"])
        let broken = try Export([Line.patient("p"), #"{"resourceType":"Bundle","entry":[{"resource":{"id":"1"}}]}"#])
        #expect(await probeFailure(broken)?.message.contains("`all.ndjson:2 entry 1`") == true)
    }

    @Test func aBrokenReloadAnswersNothingAndLeavesTheStoreAsItWas() async throws {
        let export = try Export([Line.patient("p")])
        let adapter = export.adapter()
        #expect(try await adapter.patients().count == 1)
        let before = try Data(contentsOf: URL(fileURLWithPath: export.storePath))
        try export.write(["{"], to: "more.ndjson")
        await #expect(throws: SourceFailure.self) { try await adapter.patients() }
        #expect(try Data(contentsOf: URL(fileURLWithPath: export.storePath)) == before)
        try FileManager.default.removeItem(at: export.folder.appending(path: "more.ndjson"))
        #expect(try await adapter.patients().count == 1)
    }

    @Test func manyReadersAtOnceSeeAll() async throws {
        let export = try Export([Line.patient("p")] + (0..<500).map { Line.condition("c\($0)") })
        let adapter = export.adapter()
        let request = EventRequest(kind: .diagnosis)
        let plan = try export.plan([request])
        try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<8 { group.addTask { try await adapter.events(matching: request, in: plan).count } }
            for try await count in group { #expect(count == 500) }
        }
    }
}
