import CohortPlan
import Compiler
import DICOMAdapter
import Execution
import FHIRAdapter
import Foundation
import Hyperontology
import InMemorySource
import OMOPAdapter
import Synthesis
import Testing

/// Random plans over random patients whose records are split over three sources that call them differently: the join by a crosswalk against
/// the reference evaluator on the whole.
@Suite(.serialized) struct SplitDifferentialTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    private static let environment = ProcessInfo.processInfo.environment
    private static let seed = environment["COHORTIUM_SEED"].flatMap { UInt64($0) } ?? 1
    private static func cases(_ standard: Int) -> Int { environment["COHORTIUM_CASES"].flatMap { Int($0) } ?? standard }
    private static let clinical: Set<EventKind> = [.diagnosis, .medication, .observation]

    private func hyperontology() throws -> Hyperontology {
        try Hyperontology(directory: SplitDifferentialTests.root.appendingPathComponent("Ontologies").path)
    }

    @Test func casesThatFailedOnceAgree() async throws {
        let expander = Expander(hyperontology: try hyperontology())
        for (name, split) in try SplitCase.kept() { #expect(try await split.difference(expander) == nil, "\(name)") }
        // Two of one: for nobody, which the engine once took for what cannot be evaluated.
        let plan = try CohortPlan(
            anchors: [], condition: .some(CountRange(2, nil), [.sex(.female)]), report: Report(measures: [.patients]))
        var random = SeededRandom(seed: 1)
        let patient = PatientRecord(id: "1", sex: .female, birthDate: nil, events: [])
        let population = SplitPopulation(of: [patient], places: { _ in [0] }, using: &random) { "\($0)-\($1)-\($2)" }
        #expect(try await SplitCase(plan: plan, population: population).difference(expander) == nil)
    }

    @Test func theJoinInMemoryAgreesWithTheWhole() async throws {
        let hyperontology = try hyperontology()
        let expander = Expander(hyperontology: hyperontology)
        let pool = ConceptPool(hyperontology, system: DifferentialTests.Model.omop.system)
        var random = SeededRandom(seed: SplitDifferentialTests.seed)
        let awkward = AwkwardRecords(partialDates: SplitDifferentialTests.clinical.union([.imagingStudy])) { "\($0.id)-again-\($1)" }
        let cases = SplitDifferentialTests.cases(1_500)
        var (done, evaluated, failed) = (0, 0, 0)
        var stages: [Int: Int] = [:]
        while done < cases, failed == 0 {
            let patients = RandomPopulation(pool: pool).patients(random.number(1...25), using: &random)
                .map { awkward.made(of: $0, using: &random) }
            let population = SplitPopulation(of: patients, places: { _ in [0, 1, 2] }, using: &random) { source, number, which in
                "\(["c", "l", "a"][source])\(number * 7 % 101)-\(number)-\(which)"
            }
            let engine = SplitCase.engine(over: population)
            for _ in 0..<20 where done < cases && failed == 0 {
                let split = SplitCase(plan: RandomPlan(pool: pool, imagingOnly: false).plan(using: &random), population: population)
                done += 1
                guard SplitDifferentialTests.isExact(expander.expand(split.plan), engine) else {
                    // Everything is held in memory; what two events share alone may be in two sources.
                    #expect(!split.plan.bonds.isEmpty, "\(split.plan)")
                    continue
                }
                evaluated += 1
                let steps = await engine.joinSteps(of: expander.expand(split.plan))
                stages[steps.map(\.number).max() ?? 0, default: 0] += 1
                guard let difference = try await split.difference(expander, engine: engine) else { continue }
                failed += 1
                let smallest = try await split.shrunk { try await $0.difference(expander) != nil }
                let place = SplitDifferentialTests.environment["COHORTIUM_KEEP"] == nil ? "not kept" : try smallest.keep()
                Issue.record("seed \(SplitDifferentialTests.seed): \(difference); shrunk: \(place)\n\(smallest)")
            }
        }
        print("split in memory: by number of turns \(stages.sorted { $0.key < $1.key })")
        print("split in memory: \(evaluated) of \(done) plans exact")
        print("\(done) cases, \(failed) differences, seed \(SplitDifferentialTests.seed)")
        #expect(evaluated * 2 > done, "most plans must really be compared")
        #expect(stages.filter { $0.key > 1 }.values.reduce(0, +) * 10 > done, "many plans must really restrict one source by another")
    }

    // MARK: The real models

    @Test(.enabled(if: DCMTK.isInstalled, "skipped: DCMTK is not installed"), .timeLimit(.minutes(60)))
    func omopFHIRAndDICOMAgreeWithTheWhole() async throws {
        let hyperontology = try hyperontology()
        let expander = Expander(hyperontology: hyperontology)
        var random = SeededRandom(seed: SplitDifferentialTests.seed)
        let cases = min(SplitDifferentialTests.cases(300), 20_000)
        var (done, evaluated, failed) = (0, 0, 0)
        while done < cases, failed == 0 {
            let isInFHIR = Dictionary(uniqueKeysWithValues: [EventKind.diagnosis, .medication, .observation].map { ($0, random.oneIn(2)) })
            let pool = ConceptPool(hyperontology) { use in SplitDifferentialTests.system(use, isInFHIR) }
            let isWhole = !pool.diagnoses.isEmpty && !pool.medications.isEmpty && !pool.measured.isEmpty && pool.modalities.count > 1
            try #require(isWhole && !pool.bodyParts.isEmpty)
            let blurred = Set(isInFHIR.filter(\.value).keys)
            let awkward = AwkwardRecords(partialDates: blurred) { patient, number in
                "\(900_000_000 + (Int(patient.id) ?? 0) * 1_000 + number)"
            }
            let patients = RandomPopulation(pool: pool).patients(random.number(1...25), using: &random)
                .map { awkward.made(of: $0, using: &random) }
            // An archive without any image is a folder that is not mounted.
            guard patients.contains(where: { $0.events.contains { $0.kind == .imagingStudy && !$0.series.isEmpty } }) else { continue }
            let population = SplitPopulation(
                of: patients,
                places: { kind in
                    switch kind {
                    case .imagingStudy, .imagingSeries: [2]
                    case .diagnosis, .medication, .observation: [isInFHIR[kind] == true ? 1 : 0]
                    default: [0]
                    }
                }, using: &random
            ) { source, number, which in
                ["\(5_000 + number * 2 + which)", "f-\(number)-\(which)", "D\(number)^\(which)"][source]
            }
            let node = try await SplitNode(population, hyperontology)
            defer { node.remove() }
            for _ in 0..<60 where done < cases && failed == 0 {
                let plan = expander.expand(RandomPlan(pool: pool, imagingOnly: false).plan(using: &random))
                done += 1
                guard SplitDifferentialTests.isExact(plan, node.engine) else { continue }
                evaluated += 1
                guard let difference = try await node.difference(plan) else { continue }
                failed += 1
                let whole = SplitCase(plan: plan.plan, population: population)
                let smallest = try await whole.shrunk { smaller in
                    // A node without any image cannot be made, so that it is no smaller case.
                    guard let node = try? await SplitNode(smaller.population, hyperontology) else { return false }
                    defer { node.remove() }
                    return try await node.difference(plan) != nil
                }
                let place = SplitDifferentialTests.environment["COHORTIUM_KEEP"] == nil ? "not kept" : try smallest.keep()
                Issue.record("seed \(SplitDifferentialTests.seed): \(difference); shrunk: \(place)\n\(smallest)")
            }
        }
        print("split over OMOP, FHIR and DICOM: \(evaluated) of \(done) plans exact")
        print("\(done) cases, \(failed) differences, seed \(SplitDifferentialTests.seed)")
        #expect(evaluated * 2 > done, "most plans must really be compared")
    }

    /// Whether every part of a plan can be answered: what two events share can be told where one source holds both.
    private static func isExact(_ plan: ExpandedPlan, _ engine: PlanEngine) -> Bool {
        guard engine.assess(plan).overall == .exact else { return false }
        return plan.plan.bonds.isEmpty || (plan.plan.report.overlap.isEmpty && plan.plan.report.funnel.isEmpty)
    }

    /// The code system in which a concept is recorded, by what it is used for and where that is.
    private static func system(_ use: String, _ isInFHIR: [EventKind: Bool]) -> String {
        switch use {
        case "Diagnosis": DifferentialTests.Model.system(use, isInFHIR[.diagnosis])
        case "Medication": DifferentialTests.Model.system(use, isInFHIR[.medication])
        case "Observation", "Value": DifferentialTests.Model.system(use, isInFHIR[.observation])
        case "BodyPartValue": "dicom-body-part"
        default: DifferentialTests.Model.fhir.system(use)
        }
    }
}

extension DifferentialTests.Model {
    fileprivate static func system(_ use: String, _ isInFHIR: Bool?) -> String { (isInFHIR == true ? fhir : omop).system(use) }
}

/// One node over an OMOP database, a FHIR export and a folder of DICOM files, in a folder that goes with it.
private struct SplitNode {
    let engine: PlanEngine
    private let folder: URL
    private let population: SplitPopulation

    init(_ population: SplitPopulation, _ hyperontology: Hyperontology) async throws {
        self.population = population
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("cohortium-split-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let (database, export, files) = (
            folder.appendingPathComponent("omop.sqlite"), folder.appendingPathComponent("fhir"), folder.appendingPathComponent("dicom")
        )
        _ = try OMOPWriter(hyperontology: hyperontology).write(population.records(of: 0), to: database)
        _ = try FHIRWriter(hyperontology: hyperontology).write(population.records(of: 1), to: export)
        try FileManager.default.createDirectory(at: files, withIntermediateDirectories: true)
        _ = try DICOMWriter(hyperontology: hyperontology, instancesPerSeries: 1).write(
            population.records(of: 2).filter { !$0.events.isEmpty }, to: files)
        let uris = hyperontology.codeSystems.flatMap { system in system.uris.map { ($0, system.shortName) } }
        let images = DICOMAdapter(
            name: "dicom", .folder(files.path), index: TagIndex.Settings(path: folder.appendingPathComponent("index.sqlite").path),
            bindings: hyperontology.bindings(for: "dicom"))
        _ = try await images.refreshIndex()
        let adapters: [any SourceAdapter] = [
            OMOPAdapter(
                name: "omop", path: database.path, bindings: hyperontology.bindings(for: "omop"), omopUnits: hyperontology.omopUnits),
            FHIRAdapter(
                name: "fhir", directory: export.path, storePath: folder.appendingPathComponent("store.sqlite").path,
                bindings: hyperontology.bindings(for: "fhir"), codeSystems: Dictionary(uris) { first, _ in first }),
            images,
        ]
        let origin = FixedCrosswalk(known: population.crosswalk)
        engine = PlanEngine(
            sources: zip(adapters.indices, adapters).map { source, adapter in
                let kinds = Set(population.places.filter { $0.value == source }.keys)
                return IdentifiedSource(
                    PartialSource(
                        base: adapter, name: SplitPopulation.names[source], kinds: kinds,
                        tellsPatients: source == SplitPopulation.registry),
                    crosswalk: origin)
            })
    }

    /// An archive knows a patient by images alone.
    func difference(_ plan: ExpandedPlan) async throws -> String? {
        let asked = await engine.joinSteps(of: plan).map(\.source)
        return try await Comparison.difference(plan, population.known(to: asked, byRecords: [SplitPopulation.names[2]]), engine)
    }

    func remove() { try? FileManager.default.removeItem(at: folder) }
}

/// The tools by which DICOM files are read.
enum DCMTK {
    static var isInstalled: Bool { FileManager.default.isExecutableFile(atPath: "/usr/bin/dcmdump") }
}
