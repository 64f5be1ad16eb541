import Diagnostics
import Execution
import FHIRAdapter
import Testing

/// What an export tells of itself without being refused.
@Suite struct LoadIssueTests {
    private let dated = #","onsetDateTime":"2020-01-01""#

    private func issues(_ files: [String: [String]]) async throws -> [Diagnostic] {
        let export = try Export(files)
        defer { withExtendedLifetime(export) {} }
        return try await export.adapter().loadIssues()
    }

    @Test func aSoundExportHasNone() async throws {
        #expect(try await issues(["a.ndjson": [Line.patient("p"), Line.condition("1", dated)]]).isEmpty)
    }

    @Test func eachSortIsCountedAndItsFirstIsNamed() async throws {
        let found = try await issues([
            "a.ndjson": [
                Line.patient("p"), Line.condition("1", patient: "Group/g", dated), Line.condition("2", patient: "Device/d", dated),
                #"{"resourceType":"Condition","id":"3"}"#, #"{"resourceType":"Patient","gender":"male"}"#,
            ],
            "b.ndjson": [
                "", Line.condition("4"), Line.condition("5", dated), Line.condition("5", dated),
                Line.condition("6", patient: "Patient/q", dated),
            ],
        ])
        #expect(found.map(\.code) == ["N0411", "N0411", "N0412", "N0413", "N0415"])
        #expect(found.map(\.severity) == [.warning, .warning, .warning, .note, .note])
        #expect(found.map(\.message.first) == ["3", "1", "1", "1", "1"])
        #expect(
            found.flatMap(\.notes) == [
                "the first: `a.ndjson:2`", "the first: `a.ndjson:5`", "the first: `Condition/0000000000000000006`",
                "the first: `b.ndjson:2`", "the first: `b.ndjson:4`",
            ])
        #expect(found.allSatisfy { $0.help != nil && $0.message.contains("`clinic`") })
    }

    @Test func aMedicationThatIsNotThereIsNamed() async throws {
        let request = #"{"resourceType":"MedicationRequest","id":"r","subject":{"reference":"Patient/p"},"authoredOn":"2020","#
        let found = try await issues(["a.ndjson": [Line.patient("p"), request + #""medicationReference":{"reference":"Medication/m"}}"#]])
        #expect(found.map(\.code) == ["N0414"])
        #expect(found.flatMap(\.notes) == ["the first: `MedicationRequest/r`"])
    }

    @Test func theyAreStillKnownWhenTheStoreIsOpenedAgain() async throws {
        let export = try Export([Line.patient("p"), Line.condition("1")])
        for _ in 0..<2 { #expect(try await export.adapter().loadIssues().map(\.code) == ["N0413"]) }
    }

    @Test func anExportWithoutPatientsIsRefused() async throws {
        let export = try Export([Line.condition("1")])
        let failure = await #expect(throws: SourceFailure.self) { try await export.adapter().probe() }
        #expect(failure?.diagnostic.code == "N0409")
        #expect(failure?.diagnostic.notes == ["no Patient was exported"])
        await #expect(throws: SourceFailure.self) { try await export.adapter().patients() }
    }
}
