import CohortPlan
import Diagnostics
import Execution
import FHIRAdapter
import Foundation
import HTTPClient
import Hyperontology
import TestFHIRServer
import Testing

/// What a server exports is what its patients are, and whatever goes wrong leaves what was exported before.
@Suite(.timeLimit(.minutes(3))) struct BulkExportTests {
    private static let resources =
        (1...40).map { Line.patient("p\($0)", #","gender":"\#($0 % 2 == 0 ? "female" : "male")""#) }
        + (1...40).filter { $0 % 4 == 0 }.map {
            Line.condition("c\($0)", patient: "Patient/p\($0)", #","onsetDateTime":"2020-03-01""#)
        }

    private let state: URL

    init() throws {
        state = FileManager.default.temporaryDirectory.appending(path: "export-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: state, withIntermediateDirectories: true)
    }

    private func adapter(_ address: ServiceAddress, staleAfter: Duration = .seconds(3_600)) throws -> FHIRAdapter {
        let ontology = try requireOntology()
        let uris = ontology.codeSystems.flatMap { system in system.uris.map { ($0, system.shortName) } }
        return FHIRAdapter(
            name: "clinic", address: address,
            export: ExportSettings(directory: state.appending(path: "export").path, staleAfter: staleAfter),
            storePath: state.appending(path: "store.sqlite").path, bindings: ontology.bindings(for: "fhir"),
            codeSystems: Dictionary(uris) { first, _ in first }, http: HTTPClient())
    }

    private func women(_ adapter: FHIRAdapter) async throws -> (overall: Coverage, found: Set<String>?) {
        let export = try Export()
        let breast = EventRequest(kind: .diagnosis, concepts: try export.concepts("Breast Carcinoma"))
        let plan = try export.expand(.all([.sex(.female), .count(EventSelection(breast), .atLeastOne)]))
        let result = try await PlanEngine(sources: [adapter]).execute(plan)
        return (result.overall, result.counted.map { Set($0.selection.patients) })
    }

    @Test func everythingAndThenWhatHasChanged() async throws {
        let desk = BulkDesk(BulkExportTests.resources)
        try await FaultyServer(resources: BulkExportTests.resources, faults: [], bulk: desk).serve { address, _ in
            let adapter = try adapter(address)
            #expect(try await women(adapter).overall == .notEvaluable, "before the first export")
            await #expect(throws: SourceFailure.self) { try await adapter.probe() }
            let first = try await adapter.refreshExport()
            #expect(first.isWhole && first.files == 2)
            #expect(try await women(adapter).found == Set((1...40).filter { $0 % 4 == 0 }.map { "p\($0)" }))
            // One more, one who is a man after all, one whose diagnosis was an error, one who is gone with hers.
            let refuted =
                #","verificationStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/condition-ver-status","code":"refuted"}]}"#
            desk.change(
                [
                    Line.condition("c2", patient: "Patient/p2", #","onsetDateTime":"2021-03-01""#),
                    Line.patient("p4", #","gender":"male""#), Line.condition("c8", patient: "Patient/p8", refuted),
                ], deleted: ["Condition/c12", "Patient/p12"])
            let second = try await adapter.refreshExport()
            #expect(!second.isWhole)
            #expect(desk.kickOffs.last?.contains("_since=2026-01-01") == true, "\(desk.kickOffs)")
            let expected = Set((1...40).filter { $0 % 4 == 0 && ![4, 8, 12].contains($0) }.map { "p\($0)" } + ["p2"])
            #expect(try await women(adapter).found == expected)
            #expect(try await adapter.patients().count == 39)
            // The same, read from nothing.
            try FileManager.default.removeItem(at: state.appending(path: "store.sqlite"))
            #expect(try await women(try self.adapter(address)).found == expected)
            #expect(try await adapter.patients().count == 39)
        }
    }

    @Test(
        arguments: [
            (.refused, "N0453"), (.fails, "N0454"), (.loses, "N0455"), (.cutsFiles, "N0454"), (.halvesFiles, "N0454"),
            (.sendsAway, "N0446"),
            (.saysNothing, "N0454"),
        ] as [(BulkDesk.Fault, DiagnosticCode)])
    func whatGoesWrongIsNamedAndLeavesWhatWasThere(_ fault: BulkDesk.Fault, _ code: DiagnosticCode) async throws {
        let desk = BulkDesk(BulkExportTests.resources)
        let expected = try await FaultyServer(resources: BulkExportTests.resources, faults: [], bulk: desk).serve { address, _ in
            let adapter = try adapter(address)
            _ = try await adapter.refreshExport()
            return try await women(adapter).found
        }
        #expect(expected?.count == 10)
        try await FaultyServer(resources: BulkExportTests.resources, faults: [.export(fault)], bulk: desk).serve { address, _ in
            let adapter = try adapter(address)
            let failure = await #expect(throws: SourceFailure.self) { try await adapter.refreshExport(fromNothing: true) }
            #expect(failure?.diagnostic.code == code, "\(fault): \(String(describing: failure))")
            #expect(failure?.diagnostic.help?.isEmpty == false)
            #expect(try await women(adapter).found == expected)
            if fault != .refused { #expect(desk.cancelled == 1) }
        }
    }

    @Test func warningsStopNothing() async throws {
        let desk = BulkDesk(BulkExportTests.resources)
        try await FaultyServer(resources: [], faults: [.export(.warns), .busy(2)], bulk: desk).serve { address, _ in
            let adapter = try adapter(address)
            _ = try await adapter.refreshExport()
            #expect(try await women(adapter).found?.count == 10)
            #expect(desk.cancelled == 0)
        }
    }

    @Test func anExportThatIsGivenUpIsCancelled() async throws {
        let desk = BulkDesk(BulkExportTests.resources)
        try await FaultyServer(resources: [], faults: [.export(.neverEnds)], bulk: desk).serve { address, _ in
            let adapter = try adapter(address)
            let task = Task { try await adapter.refreshExport() }
            while desk.kickOffs.isEmpty { try await Task.sleep(for: .milliseconds(10)) }
            task.cancel()
            await #expect(throws: SourceFailure.self) { try await task.value }
            #expect(desk.cancelled == 1)
        }
    }

    @Test func anOldExportSaysSo() async throws {
        let desk = BulkDesk(BulkExportTests.resources)
        try await FaultyServer(resources: [], faults: [], bulk: desk).serve { address, _ in
            let adapter = try adapter(address, staleAfter: .zero)
            _ = try await adapter.refreshExport()
            try await Task.sleep(for: .milliseconds(20))
            #expect(try await women(adapter).overall == .approximate)
        }
    }

    @Test func aFileThatWasChangedBehindItsBackIsRefused() async throws {
        let desk = BulkDesk(BulkExportTests.resources)
        try await FaultyServer(resources: [], faults: [], bulk: desk).serve { address, _ in
            let adapter = try adapter(address)
            _ = try await adapter.refreshExport()
            let folder = state.appending(path: "export")
            let name = try #require(try FileManager.default.contentsOfDirectory(atPath: folder.path).first { $0.hasPrefix("export-") })
            let file = folder.appending(path: name).appending(path: "1-Condition-0.ndjson")
            let lines = String(decoding: try Data(contentsOf: file), as: UTF8.self).split(separator: "\n").dropLast()
            try Data(lines.joined(separator: "\n").utf8).write(to: file)
            let failure = await #expect(throws: ExecutionFailure.self) { try await women(adapter) }
            #expect(failure?.diagnostic.code == "N0416")
        }
    }
}
