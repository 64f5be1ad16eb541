import CohortPlan
import Diagnostics
import Execution
import Foundation
import HTTPClient
import Hyperontology
import Testing

@testable import DICOMAdapter

/// One Patient ID from two authorities is two patients' (PS3.3, C.2.2).
@Suite(.timeLimit(.minutes(2))) struct IssuerTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    private static let ontology = Result { try Hyperontology(directory: root.appendingPathComponent("Ontologies").path) }

    /// The hospital's own patient 7 says so or says nothing; another authority's patient 7 is somebody else.
    private static let series = ([("1", "\"HERE\""), ("2", nil), ("3", "\"ELSEWHERE\"")] as [(String, String?)]).map { number, issuer in
        FaultyArchive.Series(
            patient: "7", study: "1.\(number)", uid: "1.\(number).1",
            attributes: ["00080060": "[\"MR\"]", "00080020": "[\"20200101\"]"].merging(issuer.map { ["00100021": "[\($0)]"] } ?? [:]) {
                _, new in new
            },
            images: [[:]])
    }

    private func patients(_ faults: Set<FaultyArchive.Fault>, issuer: String?) async throws -> [String] {
        let ontology = try IssuerTests.ontology.get()
        return try await FaultyArchive(series: IssuerTests.series, faults: faults).serve { address, _ in
            let adapter = DICOMAdapter(
                name: "archive", address: address, issuer: issuer, bindings: ontology.bindings(for: "dicom"), http: HTTPClient())
            return try await adapter.patients().map(\.id).sorted()
        }
    }

    @Test func theIssuerIsPartOfWhoAPatientIs() async throws {
        #expect(try await patients([], issuer: nil) == ["7"])
        #expect(try await patients([], issuer: "HERE") == ["7", "7^^^ELSEWHERE"])
        #expect(try await patients([], issuer: "ELSEWHERE") == ["7", "7^^^HERE"])
    }

    /// Where the archive's search keeps silent, everybody would be of one authority.
    @Test func anArchiveThatDoesNotSayWhoIssuedIsAFailure() async throws {
        do {
            let found = try await patients([.hidesInSeries("00100021")], issuer: "HERE")
            Issue.record("found \(found)")
        } catch let failure as SourceFailure { #expect(failure.diagnostic.code == "N0490") }
    }

    @Test func anIndexGoesByTheIssuerToo() async throws {
        let ontology = try IssuerTests.ontology.get()
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("cohortium-issuer-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let found: [[String]] = try await FaultyArchive(series: IssuerTests.series, faults: []).serve { address, _ in
            var found: [[String]] = []
            for issuer in [nil, "HERE"] as [String?] {
                let adapter = DICOMAdapter(
                    name: "archive", .archive(address, HTTPClient()),
                    index: TagIndex.Settings(path: folder.appendingPathComponent("\(issuer ?? "all").sqlite").path), issuer: issuer,
                    bindings: ontology.bindings(for: "dicom"))
                _ = try await adapter.refreshIndex()
                found.append(try await adapter.patients().map(\.id).sorted())
            }
            return found
        }
        #expect(found == [["7"], ["7", "7^^^ELSEWHERE"]])
    }
}
