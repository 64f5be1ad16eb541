import CohortPlan
import Compiler
import Diagnostics
import Execution
import Foundation
import HTTPClient
import Hyperontology
import Testing

@testable import DICOMAdapter

/// An index says what the archive says, however the archive is wrong and whatever happens while it is made.
@Suite(.timeLimit(.minutes(4))) struct IndexTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    private static let ontology = Result { try Hyperontology(directory: root.appendingPathComponent("Ontologies").path) }

    // MARK: The archive

    private static let series: [FaultyArchive.Series] = [
        series(
            "p1", "1", ["00080060": "[\"MR\"]", "00180015": "[\"BREAST\"]"], [["00180010": "[\"Gadobutrol\"]", "00200062": "[\"L\"]"]]),
        series("p2", "2", ["00080060": "[\"MR\"]", "00180015": "[\"breast\"]"], [["00180010": "", "00180050": "[\"3.0000\"]"]]),
        series("p3", "3", ["00080060": "[\"MR\"]"], [["00180050": "[1]"], ["00180050": "[5]"]]),
        series("p4", "4", ["00080060": "[\"CT\"]", "00180015": "[\"CHEST\"]"], [[:]]),
        series(nil, "5", ["00080060": "[\"MR\"]", "00180015": "[\"BREAST\"]"], [[:]]),
        series("p6", "6", ["00080060": "[\"SEG\"]"], [["00620002": segments(["10200004"])], ["00620002": segments(["76752008", ""])]]),
        series("p7", "7", ["00080060": "[\"SEG\"]"], [["00620002": segments(["76752008"])]]),
        series("p8", "8", ["00080060": "[\"RTSTRUCT\"]"], [["30060020": "[{\"30060026\": {\"vr\": \"LO\", \"Value\": [\"LIVER\"]}}]"]]),
        series("p9", "9", ["00080060": "[\"MR\"]"], [enhanced]),
    ]

    private static func series(
        _ patient: String?, _ number: String, _ attributes: [String: String], _ images: [[String: String]]
    ) -> FaultyArchive.Series {
        let shared = ["00080020": "[\"20200101\"]", "00100040": "[\"F\"]", "00100030": "[\"1960\"]"]
        let classes = ["SEG": "1.2.840.10008.5.1.4.1.1.66.4", "RTSTRUCT": "1.2.840.10008.5.1.4.1.1.481.3"]
        let kind = classes.first { attributes["00080060"]?.contains("\"\($0.key)\"") ?? false }?.value ?? "1.2.840.10008.5.1.4.1.1.4"
        return FaultyArchive.Series(
            patient: patient, study: "1.\(number)", uid: "1.\(number).1", attributes: attributes.merging(shared) { own, _ in own },
            images: images.map { $0.merging(["00080016": "[\"\(kind)\"]"]) { own, _ in own } })
    }

    private static func segments(_ codes: [String]) -> String {
        let items = codes.map { code in
            code.isEmpty
                ? "{\"00620005\": {\"vr\": \"LO\"}}"
                : "{\"0062000F\": {\"vr\": \"SQ\", \"Value\": [{\"00080100\": {\"vr\": \"SH\", \"Value\": [\"\(code)\"]}, \"00080102\": {\"vr\": \"SH\", \"Value\": [\"SCT\"]}}]}}"
        }
        return "[\(items.joined(separator: ","))]"
    }

    private static let enhanced = [
        "00080016": "[\"1.2.840.10008.5.1.4.1.1.4.1\"]", "00089209": "[\"DIFFUSION\"]",
        "52009229": "[{\"00289110\": {\"vr\": \"SQ\", \"Value\": [{\"00180050\": {\"vr\": \"DS\", \"Value\": [4]}}]}}]",
    ]

    private static let questions = [
        "having series { modality MR, body part \"Breast\" }", "having series { contrast yes }", "having series { contrast no }",
        "having series { slice thickness >= 3 mm }", "having series { slice thickness <= 0.3 cm, modality MR }",
        "having segmentation of \"Liver\"", "having series { laterality \"Left\" }",
        "having series { sequence type \"Diffusion-Weighted\" }",
        "having series { modality CT } having series { modality MR }", "",
    ]

    // MARK: Asking

    private struct Found: Equatable, Sendable {
        let patients: [String]
        let unknown: Int
        let studies: Int?
    }

    private func query(_ having: String) throws -> CompiledQuery {
        let text =
            "cohort C {\n  study = first imaging study \(having)\n  patients where exists study and age at study from 10 to 90 years\n}"
        let result = QueryCompiler(hyperontology: try IndexTests.ontology.get()).compile(SourceText(name: "c", text: text))
        return try #require(result.query, "\(result.diagnostics)")
    }

    private func ask(_ having: String, _ adapter: DICOMAdapter) async throws -> Found {
        let counted = try #require(try await PlanEngine(sources: [adapter]).execute(try query(having).expanded).counted)
        return Found(
            patients: counted.selection.patients, unknown: counted.unknown.patients,
            studies: counted.measures.first?.value.count?.patients)
    }

    private func live(_ address: ServiceAddress) throws -> DICOMAdapter {
        DICOMAdapter(name: "archive", address: address, bindings: try IndexTests.ontology.get().bindings(for: "dicom"), http: HTTPClient())
    }

    private func indexed(_ address: ServiceAddress, _ folder: Folder, staleAfter: Duration = .seconds(3_600)) throws -> DICOMAdapter {
        DICOMAdapter(
            name: "archive", .archive(address, HTTPClient()),
            index: TagIndex.Settings(path: folder.url.appendingPathComponent("index.sqlite").path, staleAfter: staleAfter),
            bindings: try IndexTests.ontology.get().bindings(for: "dicom"))
    }

    private final class Folder: Sendable {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("cohortium-index-\(UUID().uuidString)")
        deinit { try? FileManager.default.removeItem(at: url) }
    }

    // MARK: The same answers

    @Test(
        arguments: [
            [.tellsClasses], [], [.capsPages(2)], [.capsPages(1), .tellsClasses], [.ignoresOffset], [.ignoresLimit], [.listsTwice],
            [.listsTwice, .capsPages(1)], [.hidesInSeries("00180015")], [.hidesInSeries("00080060"), .hidesInSeries("00180015")],
            [.hidesInImages("00180010")], [.countsImages(beyond: 0)], [.countsImages(beyond: 0), .tellsClasses, .capsPages(1)],
        ] as [Set<FaultyArchive.Fault>])
    func answersAreTheArchives(_ faults: Set<FaultyArchive.Fault>) async throws {
        let archive = FaultyArchive(series: IndexTests.series, faults: faults)
        try await archive.serve { address, _ in
            let folder = Folder()
            let (live, index) = (try self.live(address), try self.indexed(address, folder))
            _ = try await index.refreshIndex()
            for question in IndexTests.questions {
                let (one, other) = (try await self.ask(question, live), try await self.ask(question, index))
                #expect(one == other, "\(faults) \(question)")
            }
            let issues = (try await live.loadIssues(), try await index.loadIssues())
            #expect(issues.0 == issues.1 && issues.0.map(\.code) == ["N0431"])
            func sorted(_ patients: [SourcePatient]) -> [SourcePatient] { patients.sorted { $0.id < $1.id } }
            #expect(sorted(try await live.patients()) == sorted(try await index.patients()))
        }
    }

    @Test func segmentationsAndFramesAreRead() async throws {
        try await FaultyArchive(series: IndexTests.series, faults: [.tellsClasses]).serve { address, _ in
            let folder = Folder()
            let index = try self.indexed(address, folder)
            _ = try await index.refreshIndex()
            // p6 has the liver; p7 something else for certain; one series of p6 has a segment that nobody knows.
            #expect(try await self.ask("having segmentation of \"Liver\"", index) == Found(patients: ["p6", "p8"], unknown: 0, studies: 2))
            let kidneys = try await self.ask("having segmentation of \"Kidney\"", index)
            #expect(kidneys.unknown == 1)
            #expect(try await self.ask("having series { slice thickness = 4 mm }", index).patients == ["p9"])
            #expect(try await self.ask("having series { sequence type \"Diffusion-Weighted\" }", index).patients == ["p9"])
        }
    }

    /// Where Body Part Examined says nothing, the codes of Anatomic Region Sequence do: in the image, of SNOMED CT or its forerunner, or in a
    /// functional group. A code of another scheme says nothing, and a word counts before any code.
    @Test(arguments: [[], [.tellsClasses], [.countsImages(beyond: 0), .capsPages(2), .tellsClasses]] as [Set<FaultyArchive.Fault>])
    func regionsAreReadWhereNoWordIs(_ faults: Set<FaultyArchive.Fault>) async throws {
        func code(_ value: String, _ scheme: String) -> String {
            "[{\"00080100\": {\"vr\": \"SH\", \"Value\": [\"\(value)\"]}, \"00080102\": {\"vr\": \"SH\", \"Value\": [\"\(scheme)\"]}}]"
        }
        func region(_ value: String, _ scheme: String) -> [String: String] { ["00082218": code(value, scheme)] }
        let mammography = ["00080060": "[\"MG\"]"]
        let frames = [
            "00080016": "[\"1.2.840.10008.5.1.4.1.1.4.1\"]",
            "52009229":
                "[{\"00209071\": {\"vr\": \"SQ\", \"Value\": [{\"00082218\": {\"vr\": \"SQ\", \"Value\": \(code("76752008", "SCT"))}}]}}]",
        ]
        let series = [
            IndexTests.series("current", "1", mammography, [region("76752008", "SCT")]),
            IndexTests.series("former", "2", mammography, [region("T-04000", "SRT"), region("T-04000", "SRT")]),
            IndexTests.series("chest", "3", mammography, [region("51185008", "SCT")]),
            IndexTests.series("own", "4", mammography, [region("76752008", "99OWN")]),
            IndexTests.series("none", "5", mammography, [[:]]),
            IndexTests.series("empty", "6", mammography.merging(["00180015": ""]) { $1 }, [region("51185008", "SCT")]),
            IndexTests.series("frames", "7", ["00080060": "[\"MR\"]"], [frames]),
            IndexTests.series("word", "8", mammography.merging(["00180015": "[\"CHEST\"]"]) { $1 }, [region("76752008", "SCT")]),
        ]
        try await FaultyArchive(series: series, faults: faults).serve { address, log in
            let folder = Folder()
            let (live, index) = (try self.live(address), try self.indexed(address, folder))
            _ = try await index.refreshIndex()
            let expected = Found(patients: ["current", "former", "frames"], unknown: 2, studies: 3)
            for adapter in [live, index] {
                #expect(try await self.ask("having series { body part \"Breast\" }", adapter) == expected, "\(faults)")
            }
            // The code that is read beside the word, where the word is there, is asked of nobody.
            if faults.contains(.tellsClasses) { #expect(!log.requests.contains { $0.contains("1.8.1/instances/") }) }
            let unmapped = try await index.unmappedValues().filter { $0.place.hasSuffix("bodyPart") }
            #expect(unmapped.map(\.value) == ["99OWN|76752008"], "\(unmapped)")
        }
    }

    /// What is found by the index's numbers is what is found by names, whatever series say and however they are asked.
    @Test func eventsByNumberAreEventsByName() async throws {
        try await FaultyArchive(series: IndexTests.series, faults: [.tellsClasses]).serve { address, _ in
            let folder = Folder()
            let index = try self.indexed(address, folder)
            _ = try await index.refreshIndex()
            let reading = IndexReading(try #require(index.index))
            for text in IndexTests.questions + ["having series { modality MR } having series { body part \"Breast\", contrast yes }"] {
                let plan = try self.query(text).expanded
                for study in plan.plan.requests {
                    let series = EventRequest(kind: .imagingSeries, attributes: study.havingSeries.first ?? [])
                    for request in [study, series] {
                        let lowered = try RequestLowering(plan: plan, bindings: index.bindings).lower(request)
                        let byNumber = Set(try await reading.events(of: request, lowered))
                        #expect(byNumber == Set(request.events(from: try await reading.rows(of: lowered, patients: nil))), "\(text)")
                    }
                }
            }
        }
    }

    /// Real archives compare numbers as text, ignore tags and sequences that they do not know (and return everything), take `*` and an empty value
    /// for anything, find nothing for escapes, do not say that they ignore `fuzzymatching`, return all for `limit=0`, and match a tag of series at
    /// the level of studies with nothing. None of that can hurt who never asks them to match: series and images are listed, and compared here.
    @Test func nothingIsLeftToAnArchiveToCompare() async throws {
        try await FaultyArchive(series: IndexTests.series, faults: [.tellsClasses]).serve { address, log in
            let folder = Folder()
            let index = try self.indexed(address, folder)
            _ = try await index.refreshIndex()
            for question in IndexTests.questions { _ = try await self.ask(question, try self.live(address)) }
            let requests = log.requests.compactMap { URLComponents(string: $0) }
            #expect(requests.count > 30)
            for request in requests {
                let items = request.queryItems ?? []
                #expect(items.allSatisfy { ["includefield", "limit", "offset"].contains($0.name) }, "\(request)")
                #expect(items.allSatisfy { $0.name != "limit" || Int($0.value ?? "") ?? 0 > 0 }, "\(request)")
                #expect(!items.contains { $0.name == "includefield" && ($0.value ?? "").contains("/") }, "\(request)")
                #expect(request.path.contains("/series"), "studies are not searched: \(request)")
            }
        }
    }

    // MARK: Pass by pass

    @Test func aPassReadsWhatIsNewAndDropsWhatIsGone() async throws {
        let faults: Set<FaultyArchive.Fault> = [.countsImages(beyond: 0), .tellsClasses]
        try await FaultyArchive(series: IndexTests.series, faults: faults).serve { address, log in
            let folder = Folder()
            let index = try self.indexed(address, folder)
            let first = try await index.refreshIndex()
            #expect(first == IndexProgress(listed: 9, read: 9, removed: 0))
            #expect(try await index.refreshIndex() == IndexProgress(listed: 9, read: 0, removed: 0))
            // One is gone, one is new, one has an image more, one belongs to somebody else now.
            var series = IndexTests.series
            series.removeFirst()
            series[1].images.append(series[1].images[0])
            series[2] = FaultyArchive.Series(
                patient: "p44", study: series[2].study, uid: series[2].uid, attributes: series[2].attributes, images: series[2].images)
            series.append(IndexTests.series("p10", "10", ["00080060": "[\"CT\"]"], [[:]]))
            log.changed = FaultyArchive(series: series, faults: faults)
            #expect(try await index.refreshIndex() == IndexProgress(listed: 9, read: 3, removed: 2))
            for question in IndexTests.questions {
                #expect(try await self.ask(question, try self.live(address)) == self.ask(question, index), "\(question)")
            }
            #expect(try await index.patients().contains { $0.id == "p4" } == false)
            #expect(try await index.refreshIndex(fromNothing: true).read == 9)
        }
    }

    /// An archive that does not count images could have one more in every series.
    @Test func whatCouldHaveChangedUnseenIsReadAgain() async throws {
        try await FaultyArchive(series: IndexTests.series, faults: [.tellsClasses]).serve { address, _ in
            let folder = Folder()
            let index = try self.indexed(address, folder)
            _ = try await index.refreshIndex()
            #expect(try await index.refreshIndex().read == 9)
        }
    }

    @Test func whatTheArchiveStillHoldsIsNotDropped() async throws {
        let faults: Set<FaultyArchive.Fault> = [.countsImages(beyond: 0)]
        try await FaultyArchive(series: IndexTests.series, faults: faults).serve { address, log in
            let folder = Folder()
            let index = try self.indexed(address, folder)
            _ = try await index.refreshIndex()
            let before = try await self.ask("", index)
            log.changed = FaultyArchive(series: IndexTests.series, faults: faults.union([.forgets("1.1.1")]))
            let failure = await #expect(throws: SourceFailure.self) { try await index.refreshIndex() }
            #expect(failure?.diagnostic.code == "N0429")
            #expect(try await self.ask("", index) == before)
        }
    }

    // MARK: Freshness

    @Test func ageAndIncompletenessAreSaid() async throws {
        try await FaultyArchive(series: IndexTests.series, faults: []).serve { address, _ in
            let folder = Folder()
            let request = try #require(try self.query("having series { modality MR }").plan.requests.first)
            let plan = try self.query("having series { modality MR }").expanded
            let index = try self.indexed(address, folder)
            #expect(index.assess(request, in: plan).coverage == .notEvaluable)
            #expect(index.assess(Demographic.sex).coverage == .notEvaluable)
            await #expect(throws: SourceFailure.self) { try await index.probe() }
            _ = try await index.refreshIndex()
            #expect(index.assess(request, in: plan) == .exact)
            let old = try self.indexed(address, folder, staleAfter: .seconds(-1))
            #expect(old.assess(request, in: plan).coverage == .approximate)
            #expect(old.assess(request, in: plan).reasons.first?.contains("too old") == true)
            #expect(old.assess(Demographic.birthDate).coverage == .approximate)
            #expect(try await old.loadIssues().map(\.code) == ["N0431", "N0469"])
            let answer = try await PlanEngine(sources: [old]).execute(plan)
            #expect(answer.overall == .approximate)
            #expect(answer.coverage.allSatisfy { !$0.reasons.isEmpty })
        }
    }

    @Test func aSeriesThatCannotBeReadKeepsTheIndexFromBeingComplete() async throws {
        let faults: Set<FaultyArchive.Fault> = [.countsImages(beyond: 0), .refusesImages("1.4.1"), .tellsClasses]
        try await FaultyArchive(series: IndexTests.series, faults: faults).serve { address, log in
            let folder = Folder()
            let index = try self.indexed(address, folder)
            let failure = await #expect(throws: SourceFailure.self) { try await index.refreshIndex() }
            #expect(failure?.diagnostic.code == "N0466")
            #expect(try index.index?.freshness() == .neverComplete)
            log.changed = FaultyArchive(series: IndexTests.series, faults: [.countsImages(beyond: 0), .tellsClasses])
            // The others are there already.
            #expect(try await index.refreshIndex() == IndexProgress(listed: 9, read: 1, removed: 0))
        }
    }

    @Test func anArchiveThatIsAwayLeavesTheIndexAsItWas() async throws {
        try await FaultyArchive(series: IndexTests.series, faults: [.tellsClasses]).serve { address, log in
            let folder = Folder()
            let index = try self.indexed(address, folder)
            _ = try await index.refreshIndex()
            let before = try await self.ask("having series { modality MR }", index)
            for (fault, code) in [(FaultyArchive.Fault.status(503), "N0425"), (.status(401), "N0422"), (.html, "N0423")] {
                log.changed = FaultyArchive(series: IndexTests.series, faults: [fault])
                let failure = await #expect(throws: SourceFailure.self) { try await index.refreshIndex() }
                #expect(failure?.diagnostic.code.description == code)
                #expect(try await self.ask("having series { modality MR }", index) == before)
            }
        }
    }

    // MARK: The file

    @Test func aFullDiskIsReportedAndLosesNothing() async throws {
        let many = (0..<600).map { IndexTests.series("patient-\($0)", "7.\($0)", ["00080060": "[\"MR\"]"], [[:]]) }
        try await FaultyArchive(series: many, faults: [.countsImages(beyond: 0), .tellsClasses]).serve { address, _ in
            let folder = Folder()
            let index = try self.indexed(address, folder)
            let failure = await #expect(throws: SourceFailure.self) { try await index.refreshIndex(largestSize: 120_000) { _ in } }
            #expect(failure?.diagnostic.code == "N0460")
            #expect(try index.index?.freshness() == .neverComplete)
            let kept = try #require(try index.index?.contents()?.series)
            #expect(kept > 0 && kept < 600)
            // With room again it goes on from there.
            #expect(try await index.refreshIndex().read == 600 - kept)
            #expect(try await self.ask("having series { modality MR }", index).patients.count == 600)
        }
    }

    @Test func aDamagedIndexIsMadeAgainAndTwoAtOnceAreRefused() async throws {
        try await FaultyArchive(series: IndexTests.series, faults: [.tellsClasses]).serve { address, _ in
            let folder = Folder()
            let index = try self.indexed(address, folder)
            _ = try await index.refreshIndex()
            let path = folder.url.appendingPathComponent("index.sqlite")
            try Data(repeating: 7, count: 50_000).write(to: path)
            await #expect(throws: SourceFailure.self) { try await index.patients() }
            _ = try await index.refreshIndex()
            #expect(try await self.ask("", index).patients.count == 8)
            let writer = try IndexWriter(try #require(index.index))
            try writer.begin(at: Date())
            let failure = await #expect(throws: SourceFailure.self) { try await index.refreshIndex() }
            #expect(failure?.diagnostic.code == "N0465")
            withExtendedLifetime(writer) {}
        }
    }

    /// Answers are of one moment, though the index changes while they are made.
    @Test func anExecutionSeesOneIndex() async throws {
        let faults: Set<FaultyArchive.Fault> = [.countsImages(beyond: 0), .tellsClasses]
        try await FaultyArchive(series: IndexTests.series, faults: faults).serve { address, log in
            let folder = Folder()
            let index = try self.indexed(address, folder)
            _ = try await index.refreshIndex()
            let session = index.session(for: try self.query("").expanded)
            #expect(try await session.patients().count == 8)
            log.changed = FaultyArchive(series: Array(IndexTests.series.prefix(2)), faults: faults)
            _ = try await index.refreshIndex()
            #expect(try await session.patients().count == 8)
            #expect(try await index.patients().count == 2)
        }
    }
}
