import CohortPlan
import Compiler
import DICOMFile
import Diagnostics
import Execution
import Foundation
import HTTPClient
import Hyperontology
import Synthesis
import TestArchive
import Testing

@testable import DICOMAdapter

/// The adapter against a real Orthanc.
@Suite(.timeLimit(.minutes(4)), .enabled(if: TestArchive.absence == nil, "skipped: Orthanc with its DICOMweb plugin is not installed"))
struct OrthancTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    private static let published = root.deletingLastPathComponent().appendingPathComponent("shared/data/dicom/dcm.tar.xz")

    private let hyperontology: Hyperontology

    init() throws { hyperontology = try Hyperontology(directory: OrthancTests.root.appendingPathComponent("Ontologies").path) }

    private func adapter(_ archive: TestArchive) -> DICOMAdapter {
        DICOMAdapter(name: "archive", address: archive.address, bindings: hyperontology.bindings(for: "dicom"), http: HTTPClient())
    }

    private func compile(_ text: String) throws -> CompiledQuery {
        let result = QueryCompiler(hyperontology: hyperontology).compile(SourceText(name: "c", text: text))
        return try #require(result.query, "\(result.diagnostics)")
    }

    private func folder() -> URL { FileManager.default.temporaryDirectory.appendingPathComponent("cohortium-dicom-\(UUID().uuidString)") }

    /// The same images through an index of the archive, and through one of their folder.
    private func indexed(_ archive: TestArchive, _ files: URL, _ state: URL) async throws -> [DICOMAdapter] {
        let origins: [(String, DICOMAdapter.Origin)] = [
            ("archive index", .archive(archive.address, HTTPClient())), ("folder index", .folder(files.path)),
        ]
        var adapters: [DICOMAdapter] = []
        for (name, origin) in origins where name == "archive index" || DCMTKDump.absence == nil {
            let adapter = DICOMAdapter(
                name: name, origin, index: TagIndex.Settings(path: state.appendingPathComponent("\(name).sqlite").path),
                bindings: hyperontology.bindings(for: "dicom"))
            _ = try await adapter.refreshIndex()
            adapters.append(adapter)
        }
        return adapters
    }

    private static let questions = [
        "imaging study having series { modality MR, body part \"Breast\" }",
        "imaging study having series { modality MR, contrast yes }",
        "imaging study having series { modality MR, contrast no, slice thickness <= 3 mm }",
        "imaging study having series { field strength > 1.5 T }",
        "imaging study having series { modality CT } having series { modality PT }",
        "imaging series { body part \"Prostate\", slice thickness from 2 to 4 mm }",
    ]

    /// Patients, studies and series are those that the reference evaluator counts on the patients that the files were written from.
    @Test func countsWhatTheReferenceEvaluatorCounts() async throws {
        let folder = folder()
        defer { try? FileManager.default.removeItem(at: folder) }
        _ = try await SyntheticDataset(seed: 5, patients: 150, models: [.dicom], instancesPerSeries: 2, hyperontology: hyperontology)
            .write(to: folder)
        let node = folder.appendingPathComponent("node-1")
        let patients = try PopulationFile.read(node).filter { patient in patient.events.contains { $0.kind == .imagingStudy } }
        try await TestArchive.with(node.appendingPathComponent("dicom")) { archive in
            var found = 0
            let adapters = [adapter(archive)] + (try await indexed(archive, node.appendingPathComponent("dicom"), folder))
            for adapter in adapters {
                #expect(try await adapter.patients().filter { $0.birthDate?.isExact == false }.isEmpty == false, "partial dates are kept")
            }
            for (question, adapter) in OrthancTests.questions.flatMap({ question in adapters.map { (question, $0) } }) {
                let query = try compile(
                    "cohort C {\n  image = first \(question)\n  patients where exists image\n}\nreport C count patients, studies, series by sex, age at image in bands of 10 years"
                )
                let expected = ReferenceEvaluator(query.expanded).evaluate(patients)
                let result = try await PlanEngine(sources: [adapter]).execute(query.expanded)
                let counted = try #require(result.counted)
                #expect(result.overall == .exact, "\(adapter.name) \(question): \(result.coverage)")
                #expect(counted.selection.patients == expected.patients, "\(adapter.name) \(question)")
                #expect(counted.unknown.patients == expected.unknown, "\(adapter.name) \(question)")
                #expect(counted.measures.map { $0.value.count?.units ?? 0 } == expected.measures.map(\.units), "\(question)")
                found += expected.patients.count
            }
            #expect(found > 100, "the questions find somebody")
        }
    }

    /// A tool gets the very pixels that were stored.
    @Test func handsOutTheImagesThatWereStored() async throws {
        let folder = folder()
        defer { try? FileManager.default.removeItem(at: folder) }
        _ = try await SyntheticDataset(seed: 6, patients: 20, models: [.dicom], instancesPerSeries: 3, hyperontology: hyperontology)
            .write(to: folder)
        let dicom = folder.appendingPathComponent("node-1/dicom")
        let patient = try #require(try FileManager.default.contentsOfDirectory(atPath: dicom.path).sorted().first)
        let study = try #require(try FileManager.default.contentsOfDirectory(atPath: dicom.path + "/\(patient)").sorted().first)
        let series = try #require(try FileManager.default.contentsOfDirectory(atPath: dicom.path + "/\(patient)/\(study)").sorted().first)
        let stored = try pixels(dicom.appendingPathComponent("\(patient)/\(study)/\(series)"))
        try await TestArchive.with(dicom) { archive in
            let staged = folder.appendingPathComponent("staged")
            try FileManager.default.createDirectory(at: staged, withIntermediateDirectories: false)
            let selected = SelectedSeries(patient: patient, study: study, series: series)
            #expect(try await adapter(archive).stage(selected, into: staged.path) == 3)
            #expect(try pixels(staged) == stored)
            let unknown = SelectedSeries(patient: patient, study: study, series: "1.2.3")
            #expect(try await adapter(archive).stage(unknown, into: staged.path) == 0)
            await archive.stop()
            await #expect(throws: SourceFailure.self) { try await adapter(archive).stage(selected, into: staged.path) }
        }
    }

    private func pixels(_ folder: URL) throws -> Set<[Int32]> {
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        return Set(
            try files.map { name in
                let data = try Data(contentsOf: folder.appendingPathComponent(name))
                return try DICOMPixels(try DICOMFile.read(Array(data))).values
            })
    }

    /// Files that this project did not make: wrong, missing and odd values. Held against a reading of the files themselves.
    @Test(.enabled(if: FileManager.default.fileExists(atPath: published.path), "skipped: ../shared is not here"))
    func readsPublishedFilesAsTheyAre() async throws {
        let folder = folder()
        defer { try? FileManager.default.removeItem(at: folder) }
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let unpacking = Process()
        unpacking.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        unpacking.arguments = ["tar", "-xJf", OrthancTests.published.path, "-C", folder.path]
        try unpacking.run()
        unpacking.waitUntilExit()
        let files = try readable(below: folder)
        #expect(files.count > 50)
        try await TestArchive.with(nil) { archive in
            // One by one, because an archive refuses some of them.
            for file in files {
                let alone = folder.appendingPathComponent("alone")
                try? FileManager.default.removeItem(at: alone)
                try FileManager.default.createDirectory(at: alone, withIntermediateDirectories: false)
                try FileManager.default.copyItem(at: file.url, to: alone.appendingPathComponent("1.dcm"))
                try? await archive.store(alone)
            }
            let indexes = try await indexed(archive, folder.appendingPathComponent("dcm"), folder)
            try await self.compare(adapter(archive), indexes)
            let adapter = adapter(archive)
            for modality in ["MR", "CT"] {
                let query = try compile("cohort C {\n  patients where any imaging series { modality \(modality) }\n}")
                let counted = try #require(try await PlanEngine(sources: [adapter]).execute(query.expanded).counted)
                let expected = Set(files.filter { $0.modality == modality && $0.isStored }.map(\.patient)).subtracting([""])
                #expect(Set(counted.selection.patients) == expected, "\(modality)")
                #expect(expected.count > 3)
            }
        }
    }

    /// What the files of others say, asked of the archive and through its index: the same, whatever they hold. The folder holds files that the
    /// archive refuses, so that its index may know more.
    private func compare(_ live: DICOMAdapter, _ indexes: [DICOMAdapter]) async throws {
        let properties = [
            "modality MR", "modality CT", "modality PT", "modality MG", "modality US", "body part \"Breast\"", "body part \"Prostate\"",
            "body part \"Chest\"", "contrast yes", "contrast no", "slice thickness <= 3 mm", "slice thickness > 3 mm",
            "field strength > 1 T",
            "manufacturer \"Siemens\"", "laterality \"Left\"", "sequence type \"T1-Weighted\"",
            "modality MR, contrast no, slice thickness <= 5 mm",
        ]
        var known = 0
        for property in properties.map({ "{ \($0) }" }) {
            let query = try compile(
                "cohort C {\n  image = first imaging series \(property)\n  patients where exists image\n}\nreport C count patients, series by sex"
            )
            func ask(_ adapter: DICOMAdapter) async throws -> CountedResult {
                try #require(try await PlanEngine(sources: [adapter]).execute(query.expanded).counted)
            }
            let expected = try await ask(live)
            known += expected.selection.patients.count
            let found = try await ask(indexes[0])
            #expect(found.selection == expected.selection && found.unknown == expected.unknown, "\(property)")
            #expect(found.measures == expected.measures && found.breakdowns == expected.breakdowns, "\(property)")
            guard indexes.count > 1 else { continue }
            let ofFolder = try await ask(indexes[1])
            #expect(Set(ofFolder.selection.patients).isSuperset(of: expected.selection.patients), "\(property)")
        }
        #expect(known > 30)
    }

    private struct Published {
        let url: URL
        let patient: String
        let modality: String
        /// Whether it has the identifiers that an archive files it by.
        let isStored: Bool
    }

    private func readable(below folder: URL) throws -> [Published] {
        let found = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)?.compactMap { $0 as? URL } ?? []
        return found.filter { $0.pathExtension == "dcm" }.compactMap { url in
            guard let data = try? Data(contentsOf: url), let file = try? DICOMFile.read(Array(data)) else { return nil }
            let set = file.dataSet
            let identifiers = [DICOMTag.sopInstance, .studyInstance, .seriesInstance].map { set.string($0) ?? "" }
            return Published(
                url: url, patient: set.string(.patientID) ?? "", modality: set.string(.modality) ?? "",
                isStored: identifiers.allSatisfy { !$0.isEmpty })
        }
    }
}
