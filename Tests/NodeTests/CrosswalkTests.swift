import CohortPlan
import Diagnostics
import Disclosure
import Execution
import Foundation
import Hyperontology
import Node
import Testing

/// A node's crosswalk: where it is, what it says, and what is wrong with it.
@Suite struct CrosswalkTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// A folder with a configuration that goes with the test.
    private final class Place {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("cohortium-crosswalk-\(UUID().uuidString)")

        init(_ configuration: String, crosswalk: String? = nil) throws {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            try write(configuration, "node.yaml")
            if let crosswalk { try write(crosswalk, "crosswalk.csv") }
        }

        deinit { try? FileManager.default.removeItem(at: folder) }

        func write(_ text: String, _ file: String) throws {
            try FileManager.default.createDirectory(
                at: folder.appendingPathComponent(file).deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: folder.appendingPathComponent(file))
        }

        func configuration() throws -> NodeConfiguration { try NodeConfiguration.read(folder.appendingPathComponent("node.yaml").path) }
    }

    private static let sources = """
        name: A
        policy: policy.yaml
        sources:
          - name: ehr
            model: fhir
            folder: fhir
            identifierDomain: https://hospital.example/mrn
          - name: registry
            model: omop
            sqlite: omop.sqlite

        """

    @Test func isReadFromTheConfiguration() throws {
        let configuration = try Place(Self.sources + "crosswalk:\n  file: crosswalk.csv\n  conflicts: apart\nmemoryMegabytes: 512\n")
            .configuration()
        let crosswalk = try #require(configuration.crosswalk)
        guard case .file(let path) = crosswalk.place else {
            Issue.record("it is no file")
            return
        }
        #expect(path.hasSuffix("/crosswalk.csv") && path.hasPrefix("/"))
        #expect(crosswalk.conflicts == .apart)
        #expect(configuration.memory == 512 << 20)
        #expect(configuration.sources[0].identity.domain == "https://hospital.example/mrn")
        let table = try Place(Self.sources + "crosswalk:\n  source: registry\n  table: patient_links\n").configuration()
        #expect(table.crosswalk?.place == .table("patient_links", source: "registry"))
        #expect(table.crosswalk?.conflicts == .refuse && table.memory == PlanEngine.standardMemory)
    }

    @Test(arguments: [
        ("crosswalk:\n  conflicts: refuse\n", "N0130"), ("crosswalk:\n  file: a.csv\n  table: b\n", "N0130"),
        ("crosswalk:\n  source: ehr\n  table: b\n", "N0131"), ("crosswalk:\n  source: nobody\n  table: b\n", "N0131"),
        ("crosswalk:\n  file: a.csv\n  conflicts: guess\n", "N0132"), ("memoryMegabytes: 1\n", "N0135"),
        ("crosswalk:\n  fil: a.csv\n", "N0102"),
    ])
    func whatIsWrongIsSaid(text: String, code: String) throws {
        let place = try Place(Self.sources + text)
        let failure = #expect(throws: DiagnosticList.self) { try place.configuration() }
        #expect(failure?.diagnostics.map { "\($0.code)" } == [code])
    }

    @Test(arguments: [
        ("            identifierDomain: urn:x\n", "N0133"), ("            identifiers: mine\n", "N0134"),
    ])
    func whatIsWrongWithASourceIsSaid(line: String, code: String) throws {
        let place = try Place(Self.sources + line.replacingOccurrences(of: "            ", with: "    "))
        let failure = #expect(throws: DiagnosticList.self) { try place.configuration() }
        #expect(failure?.diagnostics.map { "\($0.code)" } == [code])
    }

    // MARK: The whole way

    private static let systems = ["https://hospital.example/mrn", "https://elsewhere.example/id"]

    /// Three patients, two of whom are one: the hospital knows him by two numbers.
    private func node(crosswalk: String, conflicts: String = "refuse") throws -> (place: Place, sources: [any SourceAdapter]) {
        let place = try Place(
            """
            name: A
            policy: policy.yaml
            sources:
              - name: ehr
                model: fhir
                folder: fhir
                identifierDomain: \(Self.systems[0])
            crosswalk:
              file: crosswalk.csv
              conflicts: \(conflicts)

            """, crosswalk: crosswalk)
        func patient(_ id: String, _ numbers: [(Int, String)]) -> String {
            let identifiers = numbers.map { "{\"system\":\"\(Self.systems[$0.0])\",\"value\":\"\($0.1)\"}" }.joined(separator: ",")
            return "{\"resourceType\":\"Patient\",\"id\":\"\(id)\",\"gender\":\"female\",\"identifier\":[\(identifiers)]}"
        }
        let lines = [
            patient("r1", [(0, "100"), (1, "200")]), patient("r2", [(0, "101")]), patient("r3", [(1, "100")]), patient("r4", [(0, "102")]),
        ]
        try place.write(lines.joined(separator: "\n") + "\n", "fhir/Patient.ndjson")
        let hyperontology = try Hyperontology(directory: Self.root.appendingPathComponent("Ontologies").path)
        return (place, try NodeSources.open(try place.configuration(), hyperontology: hyperontology))
    }

    private func women(_ sources: [any SourceAdapter]) async throws -> CountedResult {
        let plan = try CohortPlan(anchors: [], condition: .sex(.female), report: Report(measures: [.patients]))
        return try #require(try await PlanEngine(sources: sources).execute(ExpandedPlan(plan: plan, expansions: [])).counted)
    }

    @Test(arguments: [
        "patient,source,identifier\nP1,ehr,100\nP1,ehr,101\n\"P,2\",ehr,102\n", "ehr,patient\r\n100,P1\r\n101, P1\r\n102,\"P,2\"\r\n",
    ])
    func fhirIdentifiersOfOneSystemLeadToThePatients(crosswalk: String) async throws {
        let (place, sources) = try node(crosswalk: crosswalk)
        defer { withExtendedLifetime(place) {} }
        let result = try await women(sources)
        // The number 100 of another system is somebody else's.
        #expect(result.selection.patients == ["P,2", "P1", "ehr/r3"])
        #expect(result.identities.first?.unlinked.patients == 1)
        let issues = try await sources[0].loadIssues().map { "\($0.code)" }
        #expect(issues.contains("N0014") && issues.contains("N0016"))
    }

    @Test(arguments: [
        ("patient,source,identifier\nP1,ehr,100\nP2,ehr,100\n", "N0012"), ("patient,source,identifier\nP1,nobody,100\n", "N0018"),
        ("patient,source\nP1,ehr\n", "N0018"), ("ehr\n100\n", "N0018"), ("patient,ehr\nP1\n", "N0018"), ("patient,ehr\n,100\n", "N0018"),
        ("patient,ehr\n\"P1,100\n", "N0018"), ("", "N0018"), ("patient,source,identifier\n", "N0011"),
        ("patient,ehr\nehr/x,100\n", "N0017"),
    ])
    func aCrosswalkThatIsNoneIsAFailureAndNoSmallerCount(crosswalk: String, code: String) async throws {
        let (place, sources) = try node(crosswalk: crosswalk)
        defer { withExtendedLifetime(place) {} }
        do {
            _ = try await women(sources)
            Issue.record("it was answered")
        } catch let failure as ExecutionFailure { #expect(failure.diagnostic.code == DiagnosticCode(stringLiteral: code)) }
    }

    @Test func aCrosswalkThatIsMissingOrChangedIsSeen() async throws {
        let (place, sources) = try node(crosswalk: "patient,ehr\nP1,100\nP1,101\nP2,102\n")
        #expect(try await women(sources).selection.patients == ["P1", "P2", "ehr/r3"])
        try place.write("patient,ehr\nP1,100\nP3,101\nP2,102\n# \n".replacingOccurrences(of: "# \n", with: ""), "crosswalk.csv")
        #expect(try await women(sources).selection.patients == ["P1", "P2", "P3", "ehr/r3"])
        try FileManager.default.removeItem(at: place.folder.appendingPathComponent("crosswalk.csv"))
        do {
            _ = try await women(sources)
            Issue.record("it was answered")
        } catch let failure as ExecutionFailure { #expect(failure.diagnostic.code == "N0010") }
    }
}
