import CohortPlan
import Diagnostics
import Foundation
import Synchronization
import Testing

@testable import Synthesis

@Suite("A synthetic data set")
struct SyntheticDatasetTests {
    private func dataset(_ patients: Int = 60, seed: UInt64 = 3, nodes: Int = 3, mode: ShareMode = .shares, models: [SyntheticModel]? = nil)
        throws
        -> SyntheticDataset
    {
        SyntheticDataset(
            seed: seed, patients: patients, nodes: nodes, mode: mode, models: models ?? SyntheticModel.allCases,
            hyperontology: try Fixture.hyperontology.get())
    }

    @Test("is byte for byte the same for the same seed")
    func determinism() async throws {
        try await Fixture.inFolder { folder in
            let (first, second) = (folder.appending(path: "a"), folder.appending(path: "b"))
            _ = try await dataset().write(to: first)
            _ = try await dataset().write(to: second)
            let (left, right) = (try Fixture.contents(of: first), try Fixture.contents(of: second))
            #expect(left.count > 100)
            #expect(Set(left.keys) == Set(right.keys))
            for (path, data) in left where right[path] != data { Issue.record("\(path) differs") }
            let other = folder.appending(path: "c")
            _ = try await dataset(seed: 4).write(to: other)
            #expect(try Fixture.contents(of: other)[PopulationFile.name] != left[PopulationFile.name])
        }
    }

    @Test("lies in the folders that others look in, and says what it consists of")
    func layout() async throws {
        try await Fixture.inFolder { folder in
            let steps = Mutex<[SyntheticDataset.Step]>([])
            let manifest = try await dataset().write(to: folder) { step in steps.withLock { $0.append(step) } }
            #expect(try SyntheticManifest.read(from: folder) == manifest)
            #expect(manifest.nodes.map(\.name) == ["node-1", "node-2", "node-3"])
            #expect(manifest.nodes.map(\.patients).reduce(0, +) == 60)
            let all = try PopulationFile.read(folder)
            #expect(try all == Fixture.generate(60, seed: 3))
            var split: [PatientRecord] = []
            for node in manifest.nodes {
                let directory = folder.appending(path: node.name)
                split += try PopulationFile.read(directory)
                for path in ["omop/omop.sqlite", "fhir/Patient.ndjson", "fhir/ImagingStudy.ndjson", "dicom"] {
                    #expect(FileManager.default.fileExists(atPath: directory.appending(path: path).path))
                }
                #expect(node.reports.map(\.model) == ["dicom", "fhir", "omop"])
                #expect(node.reports.last?.counts["person"] == node.patients)
            }
            #expect(split.sorted { $0.id < $1.id } == all)
            let told = steps.withLock { $0 }
            #expect(told.count == 13 && told.map(\.finished) == Array(1...13) && told.allSatisfy { $0.total == 13 })
        }
    }

    @Test("writes only the models that were asked for, and everybody to everybody when told so")
    func models() async throws {
        try await Fixture.inFolder { folder in
            let manifest = try await dataset(nodes: 2, mode: .same, models: [.fhir]).write(to: folder)
            #expect(manifest.nodes.map(\.patients) == [60, 60])
            let files = try Fixture.contents(of: folder)
            #expect(files["node-1/fhir/Condition.ndjson"] == files["node-2/fhir/Condition.ndjson"])
            #expect(!files.keys.contains { $0.contains("omop") || $0.contains("dicom") })

            let mixed = SyntheticDataset(
                seed: 3, patients: 20, nodes: 2, models: [.fhir], modelsByNode: [2: [.omop]], hyperontology: try Fixture.hyperontology.get()
            )
            let reports = try await mixed.write(to: folder).nodes.map { $0.reports.map(\.model) }
            #expect(reports == [["fhir"], ["omop"]])
        }
    }

    @Test("takes the place of an earlier one, and of nothing else")
    func replacement() async throws {
        try await Fixture.inFolder { folder in
            _ = try await dataset(30, models: [.fhir]).write(to: folder)
            let second = try await dataset(20, nodes: 1, models: [.fhir]).write(to: folder)
            #expect(second.patients == 20)
            #expect(!FileManager.default.fileExists(atPath: folder.appending(path: "node-2").path))
            try Data("mine".utf8).write(to: folder.appending(path: "thesis.txt"))
            let error = await #expect(throws: Diagnostic.self) { try await dataset(5, models: [.fhir]).write(to: folder) }
            #expect(error?.code == "U0303")
            #expect(FileManager.default.fileExists(atPath: folder.appending(path: "manifest.json").path))
        }
    }

    @Test("says what is wrong with what was asked for or found")
    func refusals() async throws {
        try await Fixture.inFolder { folder in
            let nodes = await #expect(throws: Diagnostic.self) { try await dataset(nodes: 0).write(to: folder.appending(path: "x")) }
            #expect(nodes?.code == "U0308")
            let blocked = folder.appending(path: "file")
            try Data().write(to: blocked)
            let unwritable = await #expect(throws: Diagnostic.self) { try await dataset(5).write(to: blocked.appending(path: "below")) }
            #expect(unwritable?.code == "U0304")
            #expect(throws: Diagnostic.self) { try PopulationFile.read(folder.appending(path: "nowhere")) }
            try Data("{}\n".utf8).write(to: folder.appending(path: PopulationFile.name))
            let broken = #expect(throws: Diagnostic.self) { try PopulationFile.read(folder) }
            #expect(broken?.code == "U0307")
        }
    }
}
