import CohortPlan
import Compiler
import Diagnostics
import Execution
import Foundation
import HTTPClient
import Hyperontology
import Testing

@testable import DICOMAdapter

/// The adapter against archives that are wrong in the ways that real ones are: a right answer, or a named failure, never a smaller count.
@Suite(.timeLimit(.minutes(2))) struct ArchiveTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    private static let ontology = Result { try Hyperontology(directory: root.appendingPathComponent("Ontologies").path) }

    /// Five patients: breast MR, lower case, MR without a body part, CT, and a series that belongs to nobody.
    private static let series: [FaultyArchive.Series] = [
        series("p1", "1", ["00080060": "[\"MR\"]", "00180015": "[\"BREAST\"]"], images: [["00180010": "[\"Gadobutrol\"]"]]),
        series("p2", "2", ["00080060": "[\"MR\"]", "00180015": "[\"breast\"]"], images: [["00180010": "", "00180050": "[\"3.0000\"]"]]),
        series("p3", "3", ["00080060": "[\"MR\"]"], images: [["00180050": "[1]"], ["00180050": "[5]"]]),
        series("p4", "4", ["00080060": "[\"CT\"]", "00180015": "[\"CHEST\"]"]),
        series(nil, "5", ["00080060": "[\"MR\"]", "00180015": "[\"BREAST\"]"]),
    ]

    private static func series(
        _ patient: String?, _ number: String, _ attributes: [String: String], images: [[String: String]] = [[:]]
    ) -> FaultyArchive.Series {
        let shared = ["00080020": "[\"20200101\"]", "00100040": "[\"F\"]", "00100030": "[\"19600615\"]"]
        return FaultyArchive.Series(
            patient: patient, study: "1.\(number)", uid: "1.\(number).1", attributes: attributes.merging(shared) { own, _ in own },
            images: images)
    }

    private static let breastMRI = "having series { modality MR, body part \"Breast\" }"

    private func adapter(_ address: ServiceAddress) throws -> DICOMAdapter {
        DICOMAdapter(
            name: "archive", address: address, bindings: try ArchiveTests.ontology.get().bindings(for: "dicom"), http: HTTPClient())
    }

    private struct Found: Sendable {
        let patients: [String]
        /// How many for whom it is unknown.
        let unknown: Int
    }

    /// The patients who have an imaging study.
    private func patients(_ having: String, at address: ServiceAddress) async throws -> Found {
        let text = "cohort C {\n  study = first imaging study \(having)\n  patients where exists study\n}"
        let result = QueryCompiler(hyperontology: try ArchiveTests.ontology.get()).compile(SourceText(name: "c", text: text))
        let query = try #require(result.query, "\(result.diagnostics)")
        let counted = try #require(try await PlanEngine(sources: [try adapter(address)]).execute(query.expanded).counted)
        return Found(patients: counted.selection.patients, unknown: counted.unknown.patients)
    }

    private func check(_ faults: Set<FaultyArchive.Fault>, _ having: String, _ found: [String], _ unknown: Int) async throws {
        let archive = FaultyArchive(series: ArchiveTests.series, faults: faults)
        let answer: Found = try await archive.serve { address, _ in try await self.patients(having, at: address) }
        #expect(answer.patients == found, "\(faults)")
        #expect(answer.unknown == unknown, "\(faults)")
    }

    @Test(
        arguments: [
            [], [.capsPages(2)], [.capsPages(1)], [.ignoresOffset], [.ignoresLimit], [.listsTwice], [.listsTwice, .capsPages(1)],
            [.ignoresOffset, .ignoresLimit],
            [.hidesInSeries("00180015")], [.hidesInSeries("00180015"), .hidesInImages("00180015")],
            [.hidesInSeries("00080060"), .hidesInSeries("00180015")],
        ] as [Set<FaultyArchive.Fault>])
    func seriesAreFoundWhateverTheArchiveLeavesOut(_ faults: Set<FaultyArchive.Fault>) async throws {
        // The third patient's body part is not recorded: unknown. The series of nobody is never counted.
        try await check(faults, ArchiveTests.breastMRI, ["p1", "p2"], 1)
    }

    @Test(arguments: [[], [.hidesInImages("00180010")], [.hidesInImages("00180010"), .capsPages(1)]] as [Set<FaultyArchive.Fault>])
    func contrastIsWhatTheImagesSay(_ faults: Set<FaultyArchive.Fault>) async throws {
        // Given, present and empty (none given), and not said by two.
        try await check(faults, "having series { contrast yes }", ["p1"], 2)
        try await check(faults, "having series { contrast no }", ["p2"], 2)
    }

    /// The third patient's series has an image of 1 mm and one of 5 mm: whoever reads only a part of it gets a wrong answer.
    @Test(
        arguments: [[], [.capsPages(1)], [.countsImages(beyond: 0)], [.countsImages(beyond: 0), .capsPages(1)], [.ignoresOffset]]
            as [Set<FaultyArchive.Fault>])
    func numbersAreComparedAsNumbersAndImagesThatDisagreeSayNothing(_ faults: Set<FaultyArchive.Fault>) async throws {
        try await check(faults, "having series { slice thickness >= 3 mm }", ["p2"], 3)
        try await check(faults, "having series { slice thickness <= 0.3 cm }", ["p2"], 3)
    }

    @Test func anArchiveThatCountsMoreImagesThanItListsIsNotBelieved() async throws {
        let archive = FaultyArchive(series: ArchiveTests.series, faults: [.countsImages(beyond: 1)])
        try await archive.serve { address, _ in
            let failure = await #expect(throws: ExecutionFailure.self) {
                try await self.patients("having series { contrast yes }", at: address)
            }
            #expect(failure?.diagnostic.code == "N0433")
        }
    }

    @Test func imagesAreReadOnlyForSeriesThatPassEverythingElse() async throws {
        let archive = FaultyArchive(series: ArchiveTests.series, faults: [])
        let requests = try await archive.serve { address, log in
            _ = try await patients("having series { modality CT, contrast yes }", at: address)
            return log.requests
        }
        // The close looks that find out what the archive tells, and the one series that is a CT.
        #expect(requests.contains { $0.contains("1.4.1/instances") })
        #expect(
            requests.filter { $0.contains("/series?") && !$0.contains("limit=25") }.count == 2,
            "one pass, and the empty page after it: \(requests)")
    }

    @Test(
        arguments: [
            (.status(401), "N0422"), (.status(403), "N0422"), (.status(500), "N0425"), (.status(404), "N0425"), (.html, "N0423"),
            (.hidesPatients, "N0427"), (.grows, "N0429"),
        ] as [(FaultyArchive.Fault, DiagnosticCode)])
    func whatCannotBeAnsweredIsNamed(_ fault: FaultyArchive.Fault, _ code: DiagnosticCode) async throws {
        let archive = FaultyArchive(series: ArchiveTests.series, faults: [fault, .capsPages(2)])
        try await archive.serve { address, _ in
            let failure = await #expect(throws: ExecutionFailure.self) { try await patients(ArchiveTests.breastMRI, at: address) }
            #expect(failure?.diagnostic.code == code, "\(fault)")
            #expect(failure?.diagnostic.help?.isEmpty == false)
        }
    }

    @Test func anArchiveThatIsAwayIsAFailure() async throws {
        let failure = await #expect(throws: ExecutionFailure.self) {
            try await patients(ArchiveTests.breastMRI, at: ServiceAddress(url: "http://127.0.0.1:9/dicom-web/"))
        }
        #expect(failure?.diagnostic.code == "N0421")
    }

    @Test func aFileOfAuthorizationThatIsMissingIsNamed() async throws {
        let failure = await #expect(throws: ExecutionFailure.self) {
            try await patients(
                ArchiveTests.breastMRI, at: ServiceAddress(url: "http://127.0.0.1:9", authorizationFile: "/nonexistent/secret"))
        }
        #expect(failure?.diagnostic.code == "N0426")
    }

    @Test func oneSeriesUIDUnderTwoStudiesIsTwoSeries() async throws {
        var series = ArchiveTests.series.prefix(1).map { $0 }
        series.append(
            FaultyArchive.Series(patient: "p9", study: "1.9", uid: "1.1.1", attributes: series[0].attributes))
        let archive = FaultyArchive(series: series, faults: [])
        let found: Found = try await archive.serve { address, _ in try await self.patients(ArchiveTests.breastMRI, at: address) }
        #expect(found.patients == ["p1", "p9"])
    }

    @Test func seriesOfNobodyAreToldToTheOperator() async throws {
        let archive = FaultyArchive(series: ArchiveTests.series, faults: [])
        let issues = try await archive.serve { address, _ in try await adapter(address).loadIssues() }
        #expect(issues.map(\.code) == ["N0431"])
        #expect(issues.first?.message.contains("1 series") == true)
    }

    @Test func contradictionsAboutAPatientAreUnknown() async throws {
        var series = ArchiveTests.series.prefix(2).map { $0 }
        series[1] = FaultyArchive.Series(
            patient: "p1", study: "1.2", uid: "1.2.1",
            attributes: ["00100040": "[\"M\"]", "00100030": "[\"19600616\"]", "00080060": "[\"MR\"]"])
        let archive = FaultyArchive(series: series, faults: [])
        let patients = try await archive.serve { address, _ in try await adapter(address).patients() }
        #expect(patients == [SourcePatient(id: "p1", sex: nil, birthDate: nil)])
    }

    @Test func whatDICOMCannotSayIsNotEvaluable() throws {
        let adapter = try adapter(ServiceAddress(url: "http://127.0.0.1:9"))
        let text = "cohort C {\n  patients where any diagnosis of \"Breast Carcinoma\" and any death\n}"
        let query = try #require(
            QueryCompiler(hyperontology: try ArchiveTests.ontology.get()).compile(SourceText(name: "c", text: text)).query)
        for request in query.plan.requests {
            let assessment = adapter.assess(request, in: query.expanded)
            #expect(assessment.coverage == .notEvaluable)
            #expect(assessment.reasons.count == 1)
        }
    }

    @Test func explainShowsWhatIsAskedAndWhatIsCompared() throws {
        let text = "cohort C {\n  patients where any imaging study having series { modality MR, slice thickness <= 2 mm }\n}"
        let query = try #require(
            QueryCompiler(hyperontology: try ArchiveTests.ontology.get()).compile(SourceText(name: "c", text: text)).query)
        let explained = PlanEngine(sources: [try adapter(ServiceAddress(url: "http://127.0.0.1:9"))]).explain(query.expanded)
        let queries = explained.flatMap(\.queries)
        #expect(
            queries.map(\.text) == [
                "GET /series?includefield=00080060&limit=2000&offset=…",
                "GET /studies/{0020000D}/series/{0020000E}/instances?includefield=00180050&limit=2000&offset=…",
            ])
        #expect(queries.map(\.parameters) == [["00080060 is one of MR"], ["00180050 <= 2 mm"]])
    }
}
