import CohortPlan
import Diagnostics
import Execution
import FHIRAdapter
import Foundation
import HTTPClient
import Hyperontology
import TestFHIRServer
import Testing

/// A server that lets programs in by tokens that they ask for.
@Suite(.timeLimit(.minutes(2)), .enabled(if: TokenDesk.isPossible, "skipped: the openssl command is not installed"))
struct BackendServiceTests {
    private static let resources = [
        Line.patient("p1", #","gender":"female","birthDate":"1960-01-01""#),
        Line.condition("c1", patient: "Patient/p1", #","onsetDateTime":"2020-03-01""#),
    ]

    /// Asks a server for the women of the resources.
    private func women(_ desk: TokenDesk, _ service: BackendService, rounds: Int = 1) async throws -> [[String]?] {
        let export = try Export(BackendServiceTests.resources)
        let ontology = try requireOntology()
        let plan = try export.expand(.sex(.female))
        let server = FaultyServer(resources: BackendServiceTests.resources, faults: [], desk: desk)
        return try await server.serve { address, _ in
            let adapter = FHIRServerAdapter(
                name: "clinic", address: address, service: service, bindings: ontology.bindings(for: "fhir"), codeSystems: [:],
                http: HTTPClient())
            var found: [[String]?] = []
            for _ in 0..<rounds { found.append(try await PlanEngine(sources: [adapter]).execute(plan).counted?.selection.patients) }
            return found
        }
    }

    @Test(arguments: TokenDesk.Kind.allCases) func aTokenIsAskedForOnceAndKept(_ kind: TokenDesk.Kind) async throws {
        let desk = try TokenDesk(kind)
        let service = BackendService(client: "cohortium", keyFile: desk.keyFile, keyID: "k1")
        #expect(try await women(desk, service, rounds: 3) == [["p1"], ["p1"], ["p1"]])
        #expect(desk.tokensGiven == 1)
    }

    @Test func aTokenThatIsTakenBackIsAskedForAnew() async throws {
        let desk = try TokenDesk(.es384, uses: 1)
        let service = BackendService(client: "cohortium", keyFile: desk.keyFile, keyID: "k1")
        #expect(try await women(desk, service) == [["p1"]])
        #expect(desk.tokensGiven > 1)
    }

    @Test func aServerThatNeverTakesATokenIsNotAskedForEver() async throws {
        let desk = try TokenDesk(.es384, uses: 0)
        let service = BackendService(client: "cohortium", keyFile: desk.keyFile, keyID: "k1")
        let failure = await #expect(throws: ExecutionFailure.self) { try await women(desk, service) }
        #expect(failure?.diagnostic.code == "N0442")
    }

    @Test func anotherKeyIsRefusedInTheServersWords() async throws {
        let desk = try TokenDesk(.es384)
        let other = try TokenDesk(.es384)
        let service = BackendService(client: "cohortium", keyFile: other.keyFile, keyID: "k1")
        let failure = await #expect(throws: ExecutionFailure.self) { try await women(desk, service) }
        #expect(failure?.diagnostic.code == "N0452")
        #expect(failure?.diagnostic.message.contains("the signature is not that of the key") == true)
    }

    @Test func aFileThatHoldsNoKeyIsNamed() async throws {
        let desk = try TokenDesk(.es384)
        for content in ["", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"] {
            let file = FileManager.default.temporaryDirectory.appendingPathComponent("cohortium-key-\(UUID().uuidString)")
            try Data(content.utf8).write(to: file)
            defer { try? FileManager.default.removeItem(at: file) }
            let failure = await #expect(throws: ExecutionFailure.self) {
                try await women(desk, BackendService(client: "cohortium", keyFile: file.path))
            }
            #expect(failure?.diagnostic.code == "N0451" && failure?.diagnostic.message.contains(file.path) == true)
        }
    }

    @Test func aServerThatGivesNoTokensIsNamed() async throws {
        let desk = try TokenDesk(.es384)
        let export = try Export(BackendServiceTests.resources)
        let plan = try export.expand(.sex(.female))
        let bindings = try requireOntology().bindings(for: "fhir")
        let server = FaultyServer(resources: BackendServiceTests.resources, faults: [])
        try await server.serve { address, _ in
            let adapter = FHIRServerAdapter(
                name: "clinic", address: address, service: BackendService(client: "cohortium", keyFile: desk.keyFile), bindings: bindings,
                codeSystems: [:], http: HTTPClient())
            let failure = await #expect(throws: ExecutionFailure.self) { try await PlanEngine(sources: [adapter]).execute(plan) }
            #expect(failure?.diagnostic.code == "N0452")
        }
    }
}
