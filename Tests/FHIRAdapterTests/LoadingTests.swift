import CohortPlan
import Diagnostics
import Execution
import FHIRAdapter
import Foundation
import Hyperontology
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

    // MARK: Changes

    /// Whatever happens to files, what is read of them in steps is what is read of them at once.
    ///
    /// With one seed two files once said that a resource is gone, and the one that stayed was forgotten.
    @Test(arguments: [377_356, UInt64.random(in: 0..<1_000_000), UInt64.random(in: 0..<1_000_000)])
    func whatIsLoadedInStepsIsWhatIsLoadedAtOnce(_ seed: UInt64) async throws {
        var state = seed
        func next(_ below: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % below
        }
        func lines() -> [String] {
            (0..<next(6)).map { _ in
                let (id, patient) = (next(12), next(5))
                switch next(4) {
                case 0: return Line.patient("p\(patient)", #","gender":"\#(next(2) == 0 ? "female" : "male")""#)
                case 1: return Line.condition("c\(id)", patient: "Patient/p\(patient)", #","onsetDateTime":"20\#(10 + next(10))""#)
                case 2:
                    return Line.condition(
                        "c\(id)", patient: "Patient/p\(patient)", #","verificationStatus":{"coding":[{"code":"refuted"}]}"#)
                default:
                    return #"{"resourceType":"Bundle","entry":[{"request":{"method":"DELETE","url":"Condition/c\#(id)"}}]}"#
                }
            }
        }
        // Without any patient or condition an export cannot be asked.
        let always = [Line.patient("p0"), Line.condition("c99", patient: "Patient/p0")]
        let stepwise = try Export(["5.ndjson": always + [Line.condition("c0", patient: "Patient/p0")]])
        let adapter = stepwise.adapter()
        let request = EventRequest(kind: .diagnosis)
        let plan = try stepwise.plan([request])
        for step in 0..<60 {
            let name = "\(next(9)).ndjson"
            if next(5) == 0, name != "5.ndjson" {
                try? FileManager.default.removeItem(at: stepwise.folder.appending(path: name))
            } else {
                try stepwise.write((name == "5.ndjson" ? always : []) + lines(), to: name)
            }
            let whole = FHIRAdapter(
                name: "clinic", directory: stepwise.folder.path,
                storePath: stepwise.folder.appending(path: "state/whole-\(step).sqlite").path,
                bindings: try requireOntology().bindings(for: "fhir"),
                codeSystems: [Line.snomed: "snomed", Line.loinc: "loinc"])
            #expect(Set(try await adapter.patients()) == Set(try await whole.patients()), "seed \(seed), step \(step)")
            let found = Set(try await adapter.events(matching: request, in: plan))
            #expect(found == Set(try await whole.events(matching: request, in: plan)), "seed \(seed), step \(step)")
        }
    }

    @Test func digestsAreHeldAgainstTheFiles() async throws {
        let export = try Export(["a.ndjson": [Line.patient("p")], "b.ndjson": [Line.condition("1")]])
        let sum = Process()
        sum.executableURL = URL(fileURLWithPath: "/bin/sh")
        sum.arguments = ["-c", "cd '\(export.folder.path)' && sha256sum *.ndjson > SHA256SUMS"]
        try sum.run()
        sum.waitUntilExit()
        #expect(await probeFailure(export) == nil)
        // The same size and, for all that a folder tells, the same file.
        let file = export.folder.appending(path: "b.ndjson")
        let text = String(decoding: try Data(contentsOf: file), as: UTF8.self)
        try Data(text.replacing("254837009", with: "254837008").utf8).write(to: file)
        #expect(await probeFailure(export)?.code == "N0416")
        try FileManager.default.removeItem(at: file)
        #expect(await probeFailure(export)?.message.contains("`b.ndjson`, which is not there") == true)
        try Data(text.utf8).write(to: file)
        #expect(await probeFailure(export) == nil)
        try export.write([Line.condition("2")], to: "c.ndjson")
        #expect(await probeFailure(export)?.message.contains("does not name `c.ndjson`") == true)
        try Data("nonsense\n".utf8).write(to: export.folder.appending(path: "SHA256SUMS"))
        #expect(await probeFailure(export)?.code == "N0416")
    }
}
