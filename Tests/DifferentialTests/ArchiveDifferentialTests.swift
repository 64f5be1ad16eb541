import CohortPlan
import Compiler
import DICOMAdapter
import Execution
import Foundation
import HTTPClient
import Hyperontology
import Synthesis
import TestArchive
import Testing

/// Random plans about images over random patients whose images lie in a real archive: the adapter, live and through
/// indexes of the archive and of the folder, and the engine against the reference evaluator.
@Suite(
    .serialized, .timeLimit(.minutes(10)),
    .enabled(if: TestArchive.absence == nil, "skipped: Orthanc with its DICOMweb plugin is not installed"))
struct ArchiveDifferentialTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    private static let environment = ProcessInfo.processInfo.environment
    private static let cases = environment["COHORTIUM_CASES"].flatMap { Int($0) } ?? 200
    private static let seed = environment["COHORTIUM_SEED"].flatMap { UInt64($0) } ?? 1
    private static let plansAPopulation = 40

    @Test func agreesWithTheReferenceEvaluator() async throws {
        let hyperontology = try Hyperontology(directory: ArchiveDifferentialTests.root.appendingPathComponent("Ontologies").path)
        let pool = ConceptPool(hyperontology) { use in
            use == "BodyPartValue" ? "dicom-body-part" : DifferentialTests.Model.fhir.system(use)
        }
        #expect(pool.modalities.count > 2 && pool.bodyParts.count > 2)
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("cohortium-differential-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        var random = SeededRandom(seed: ArchiveDifferentialTests.seed)
        var done = 0
        var evaluated = 0
        while done < ArchiveDifferentialTests.cases {
            let patients = RandomPopulation(pool: pool).patients(random.number(5...40), using: &random).compactMap(imagesAlone)
            let plans = (0..<ArchiveDifferentialTests.plansAPopulation).map { _ in
                RandomPlan(pool: pool, imagingOnly: true).plan(using: &random)
            }
            let files = folder.appendingPathComponent("\(done)")
            _ = try DICOMWriter(hyperontology: hyperontology, instancesPerSeries: random.number(1...2)).write(patients, to: files)
            evaluated += try await TestArchive.with(files) { archive in
                let bindings = hyperontology.bindings(for: "dicom")
                let live = DICOMAdapter(name: "dicom", address: archive.address, bindings: bindings, http: HTTPClient())
                var indexes: [DICOMAdapter] = []
                for (name, origin) in [
                    ("archive", DICOMAdapter.Origin.archive(archive.address, HTTPClient())), ("folder", .folder(files.path)),
                ] {
                    let settings = TagIndex.Settings(path: folder.appendingPathComponent("\(done)-\(name).sqlite").path)
                    indexes.append(DICOMAdapter(name: name, origin, index: settings, bindings: bindings))
                    _ = try await indexes.last?.refreshIndex()
                }
                var evaluated = 0
                for adapter in [live] + indexes {
                    evaluated = try await compare(
                        plans, patients, PlanEngine(sources: [adapter]), Expander(hyperontology: hyperontology))
                }
                return evaluated
            }
            done += plans.count
        }
        print("dicom: \(evaluated) of \(done) plans exact")
        print("\(done) cases, 0 differences, seed \(ArchiveDifferentialTests.seed)")
        #expect(evaluated * 2 > done, "most plans must really be compared")
    }

    /// - Returns: how many of the plans could be compared.
    private func compare(
        _ plans: [CohortPlan], _ patients: [PatientRecord], _ engine: PlanEngine, _ expander: Expander
    ) async throws -> Int {
        var evaluated = 0
        for plan in plans {
            let expanded = expander.expand(plan)
            guard engine.assess(expanded).overall == .exact else { continue }
            evaluated += 1
            if let difference = try await Comparison.difference(expanded, patients, engine) {
                let encoder = JSONEncoder()
                encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
                Issue.record(
                    "seed \(ArchiveDifferentialTests.seed): \(difference)\nplan: \(String(decoding: try encoder.encode(plan), as: UTF8.self))\npatients: \(String(decoding: try encoder.encode(patients), as: UTF8.self))"
                )
                throw CancellationError()
            }
        }
        return evaluated
    }

    /// What an archive knows of a patient: nothing but images, and nothing at all without one.
    private func imagesAlone(_ patient: PatientRecord) -> PatientRecord? {
        let studies = patient.events.filter { $0.kind == .imagingStudy }
        guard !studies.isEmpty else { return nil }
        return PatientRecord(id: patient.id, sex: patient.sex, birthDate: patient.birthDate, events: studies)
    }
}
