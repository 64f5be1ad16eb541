import CohortPlan
import Compiler
import Execution
import FHIRAdapter
import Foundation
import Hyperontology
import OMOPAdapter
import PostgresClient
import PostgresServer
import Synthesis
import Testing

/// Random plans over random patients: what a source's adapter and the engine say against the reference evaluator.
@Suite(.serialized) struct DifferentialTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    private static let environment = ProcessInfo.processInfo.environment
    private static let cases = environment["COHORTIUM_CASES"].flatMap { Int($0) } ?? 300
    private static let seed = environment["COHORTIUM_SEED"].flatMap { UInt64($0) } ?? 1
    private static let plansAPopulation = 25

    enum Model: String, CaseIterable {
        case omop, omopOnPostgres, fhir

        /// What the bindings call it.
        var bindings: String { self == .fhir ? "fhir" : "omop" }

        static var present: [Model] { allCases.filter { $0 != .omopOnPostgres || PostgresServer.isInstalled } }

        /// The code system in which a concept is recorded, by what it is used for.
        func system(_ use: String) -> String {
            guard self == .fhir else { return "omop" }
            switch use {
            case "Medication": return "rxnorm"
            case "Observation": return "loinc"
            case "ModalityValue": return "dicom-modality"
            default: return "snomed"
            }
        }
    }

    @Test(arguments: Model.present) func agreesWithTheReferenceEvaluator(_ model: Model) async throws {
        let hyperontology = try Hyperontology(directory: DifferentialTests.root.appendingPathComponent("Ontologies").path)
        let pool = ConceptPool(hyperontology, system: model.system)
        #expect(pool.diagnoses.count > 5 && pool.medications.count > 5 && pool.modalities.count > 2 && pool.bodyParts.count > 2)
        #expect(!pool.measured.isEmpty && !pool.coded.isEmpty)
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("cohortium-differential-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        var random = SeededRandom(seed: DifferentialTests.seed)
        var done = 0
        var evaluated = 0
        var differences = 0
        while done < DifferentialTests.cases, differences == 0 {
            let patients = RandomPopulation(pool: pool, hasPartialDates: model == .fhir).patients(random.number(1...40), using: &random)
            let plans = (0..<DifferentialTests.plansAPopulation).map { _ in RandomPlan(pool: pool, imagingOnly: false).plan(using: &random)
            }
            for plan in plans where done < DifferentialTests.cases && differences == 0 {
                let expanded = Expander(hyperontology: hyperontology).expand(plan)
                let engine = try await engine(model, patients, folder, hyperontology)
                done += 1
                // A node that may find more or fewer says so; only what it calls exact must be equal.
                guard engine.assess(expanded).overall == .exact else { continue }
                evaluated += 1
                guard try await Comparison.difference(expanded, patients, engine) != nil else { continue }
                differences += 1
                try await report(model, expanded, patients, folder, hyperontology)
            }
            try await clear(model, patients, folder)
        }
        print("\(model.rawValue): \(evaluated) of \(done) plans exact")
        print("\(done) cases, \(differences) differences, seed \(DifferentialTests.seed)")
        #expect(differences == 0)
        #expect(evaluated * 2 > done, "most plans must really be compared")
    }

    private func engine(
        _ model: Model, _ patients: [PatientRecord], _ folder: URL, _ hyperontology: Hyperontology
    ) async throws -> PlanEngine {
        // Written once a population: the folder is named after what is in it.
        let place = folder.appendingPathComponent("\(patients.hashValue)")
        let bindings = hyperontology.bindings(for: model.bindings)
        if model == .fhir {
            let path = place.appendingPathComponent("fhir")
            if !FileManager.default.fileExists(atPath: path.path) {
                _ = try FHIRWriter(hyperontology: hyperontology).write(patients, to: path)
            }
            let systems = hyperontology.codeSystems.flatMap { system in system.uris.map { ($0, system.shortName) } }
            let adapter = FHIRAdapter(
                name: "fhir", directory: path.path, storePath: place.appendingPathComponent("store.sqlite").path, bindings: bindings,
                codeSystems: Dictionary(systems, uniquingKeysWith: { first, _ in first }))
            return PlanEngine(sources: [adapter])
        }
        let path = place.appendingPathComponent("omop.sqlite")
        let isNew = !FileManager.default.fileExists(atPath: path.path)
        if isNew { _ = try OMOPWriter(hyperontology: hyperontology, makesVisits: false).write(patients, to: path) }
        if model == .omopOnPostgres {
            let server = try await PostgresServer.shared()
            let schema = DifferentialTests.schema(patients)
            if isNew { try server.copy(sqlite: path.path, into: "postgres", schema: schema) }
            let adapter = OMOPAdapter(
                name: "omop", postgres: try PostgresAddress(url: server.url("postgres")), schema: schema, bindings: bindings,
                omopUnits: hyperontology.omopUnits)
            return PlanEngine(sources: [adapter])
        }
        let adapter = OMOPAdapter(
            name: "omop", path: path.path, bindings: bindings, omopUnits: hyperontology.omopUnits)
        return PlanEngine(sources: [adapter])
    }

    private static func schema(_ patients: [PatientRecord]) -> String { "population_\(UInt(bitPattern: patients.hashValue))" }

    /// Takes away what was written of a population, so that a long run needs no more room than a short one.
    private func clear(_ model: Model, _ patients: [PatientRecord], _ folder: URL) async throws {
        try FileManager.default.removeItem(at: folder.appendingPathComponent("\(patients.hashValue)"))
        guard model == .omopOnPostgres else { return }
        try await PostgresServer.shared().run(sql: "DROP SCHEMA \(DifferentialTests.schema(patients)) CASCADE", in: "postgres")
    }

    /// Drops patients, then events, as long as the difference stays, and reports what is left.
    private func report(_ model: Model, _ plan: ExpandedPlan, _ patients: [PatientRecord], _ folder: URL, _ hyperontology: Hyperontology)
        async throws
    {
        func differs(_ patients: [PatientRecord]) async throws -> Bool {
            let engine = try await engine(model, patients, folder, hyperontology)
            // What the smaller source can no longer say is another matter than what it says wrongly.
            guard engine.assess(plan).overall == .exact else { return false }
            return try await Comparison.difference(plan, patients, engine) != nil
        }
        var left = patients
        for patient in patients where left.count > 1 {
            let fewer = left.filter { $0.id != patient.id }
            if try await differs(fewer) { left = fewer }
        }
        for (index, patient) in left.enumerated() {
            var events = patient.events
            for event in patient.events {
                let fewer = events.filter { $0.key != event.key }
                var smaller = left
                smaller[index] = PatientRecord(id: patient.id, sex: patient.sex, birthDate: patient.birthDate, events: fewer)
                if try await differs(smaller) {
                    events = fewer
                    left = smaller
                }
            }
        }
        let words = try await Comparison.difference(plan, left, try await engine(model, left, folder, hyperontology)) ?? "gone when shrunk"
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        let text = String(decoding: try encoder.encode(plan.plan), as: UTF8.self)
        let records = String(decoding: try encoder.encode(left), as: UTF8.self)
        Issue.record("seed \(DifferentialTests.seed): \(words)\nplan: \(text)\npatients: \(records)")
    }
}
