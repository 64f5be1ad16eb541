import Foundation
import TestFederation
import Testing

/// `cohortium import atlas` as somebody who comes from ATLAS uses it.
@Suite struct ImportCommandTests {
    private static let stroke = """
        {"ConceptSets": [{"id": 0, "name": "Stroke", "expression": {"items": [{"concept": {"CONCEPT_ID": 372924, "CONCEPT_NAME": "Stroke"},
        "includeDescendants": true}]}}], "PrimaryCriteria": {"CriteriaList": [{"ConditionOccurrence": {"CodesetId": 0}}],
        "ObservationWindow": {"PriorDays": 30, "PostDays": 0}, "PrimaryCriteriaLimit": {"Type": "First"}}}
        """

    private func cohortium(_ arguments: [String], in folder: TemporaryFolder, input: String = "") async throws -> ProgramRun {
        try await ProgramRun.cohortium(arguments, input: input, environment: ["COHORTIUM_ONTOLOGIES": Project.ontologies], in: folder.url)
    }

    /// What is written is a query that the other commands take.
    @Test func aDefinitionBecomesAQuery() async throws {
        let folder = try TemporaryFolder()
        try folder.write(Self.stroke, to: "stroke.json")
        let run = try await cohortium(["import", "atlas", "stroke.json"], in: folder)
        #expect(run.status == 0 && run.errors.isEmpty, "\(run.errors)")
        #expect(run.output.contains("cohort Stroke semantics atlas {") && run.output.contains("observed 30 days before"), "\(run.output)")
        let piped = try await cohortium(["import", "atlas", "-", "--name", "Stroke"], in: folder, input: Self.stroke)
        #expect(piped.status == 0 && piped.output.contains("cohort Stroke"))
        let file = try await cohortium(["import", "atlas", "stroke.json", "--out", "stroke.cohort"], in: folder)
        #expect(file.status == 0 && file.output.isEmpty, "\(file.output)\(file.errors)")
        #expect(try String(contentsOf: folder.url.appendingPathComponent("stroke.cohort"), encoding: .utf8) == run.output)
        let check = try await cohortium(["check", "stroke.cohort"], in: folder)
        #expect(check.status == 0, "\(check.output)\(check.errors)")
        let format = try await cohortium(["format", "stroke.cohort"], in: folder)
        #expect(format.output == run.output)
    }

    /// What cannot be said is told in three places, and in the exit status.
    @Test func whatIsNotSaidIsSeen() async throws {
        let folder = try TemporaryFolder()
        try folder.write(
            Self.stroke.replacing("\"CodesetId\": 0}", with: "\"CodesetId\": 0, \"StopReason\": {\"Text\": \"x\"}}"), to: "stroke.json")
        let run = try await cohortium(["import", "atlas", "stroke.json"], in: folder)
        #expect(run.status == 4)
        #expect(run.errors.contains("C0310") && run.errors.contains("StopReason"), "\(run.errors)")
        #expect(run.output.hasPrefix("#") && run.output.contains("StopReason"))
        let json = try await cohortium(["import", "atlas", "stroke.json", "--json"], in: folder)
        let report = try #require(try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
        #expect(json.status == 4 && report["isWhole"] as? Bool == false)
        #expect(report["query"] as? String == run.output)
        #expect((report["diagnostics"] as? [Any])?.count == 1)
    }

    /// A file that is no definition writes nothing over what is there.
    @Test func whatIsNoDefinitionLosesNothing() async throws {
        let folder = try TemporaryFolder()
        try folder.write("{}", to: "other.json")
        try folder.write("mine\n", to: "kept.cohort")
        let run = try await cohortium(["import", "atlas", "other.json", "--out", "kept.cohort"], in: folder)
        #expect(run.status == 1 && run.output.isEmpty && run.errors.contains("C0302"), "\(run.errors)")
        #expect(try String(contentsOf: folder.url.appendingPathComponent("kept.cohort"), encoding: .utf8) == "mine\n")
        let missing = try await cohortium(["import", "atlas", "nowhere.json"], in: folder)
        #expect(missing.status != 0 && missing.errors.contains("nowhere.json"), "\(missing.errors)")
        try folder.write(Self.stroke, to: "stroke.json")
        let place = try await cohortium(["import", "atlas", "stroke.json", "--out", "no/such/folder.cohort"], in: folder)
        #expect(place.status == 1 && place.errors.contains("no/such/folder.cohort"), "\(place.status) \(place.errors)")
    }
}
