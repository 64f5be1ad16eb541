import CohortPlan
import Diagnostics
public import Foundation
public import Hyperontology

/// The source models that a population can be written in.
public enum SyntheticModel: String, Codable, Sendable, CaseIterable, Comparable {
    case omop, fhir, dicom

    public static func < (left: SyntheticModel, right: SyntheticModel) -> Bool { left.rawValue < right.rawValue }
}

/// One population in a folder, spread over hospitals and written in source models: what `cohortium synth` makes.
///
/// ```
/// OUT/manifest.json                  what was asked for, and what there is; written last
/// OUT/population.ndjson              all patients
/// OUT/node-1/population.ndjson       those of the first hospital
/// OUT/node-1/omop/omop.sqlite
/// OUT/node-1/fhir/Patient.ndjson …
/// OUT/node-1/dicom/PATIENT/STUDY/SERIES/1.dcm
/// ```
public struct SyntheticDataset: Sendable {
    public let seed: UInt64
    public let patients: Int
    public let nodes: Int
    public let mode: ShareMode
    /// What is written for each hospital, in their order; sorted, without repetition.
    public let models: [[SyntheticModel]]
    public let instancesPerSeries: Int
    private let hyperontology: Hyperontology

    /// - Parameters:
    ///   - nodes: how many hospitals, at least one.
    ///   - mode: whether they share the patients or all have them.
    ///   - models: what is written for every hospital.
    ///   - modelsByNode: what is written for single hospitals instead, by number from 1.
    ///   - instancesPerSeries: DICOM files a series.
    public init(
        seed: UInt64, patients: Int, nodes: Int = 1, mode: ShareMode = .shares, models: [SyntheticModel] = SyntheticModel.allCases,
        modelsByNode: [Int: [SyntheticModel]] = [:], instancesPerSeries: Int = 1, hyperontology: Hyperontology
    ) {
        self.seed = seed
        self.patients = patients
        self.nodes = nodes
        self.mode = mode
        self.models = (0..<min(max(0, nodes), 1_000)).map { Set(modelsByNode[$0 + 1] ?? models).sorted() }
        self.instancesPerSeries = instancesPerSeries
        self.hyperontology = hyperontology
    }

    /// One finished step, for whoever shows progress.
    public struct Step: Sendable, Hashable {
        /// `population`, `node-1 omop`, …
        public let name: String
        public let finished: Int
        public let total: Int
    }

    /// Makes the population and writes everything.
    ///
    /// A folder that holds an earlier data set is emptied of it first; one that holds anything else is left alone.
    /// - Parameter progress: told of each finished step; called from several tasks, one at a time.
    /// - Throws: the first ``Diagnostic``; the folder has no manifest then.
    public func write(to folder: URL, progress: @escaping @Sendable (Step) -> Void = { _ in }) async throws -> SyntheticManifest {
        guard (1...1_000).contains(nodes) else {
            throw Diagnostic("U0308", "`\(nodes)` is not a number of hospitals that can be made", help: "give a number from 1 to 1000")
        }
        let generator = try PopulationGenerator(seed: seed, patients: patients, hyperontology: hyperontology)
        try SyntheticManifest.clear(folder)
        let steps = StepCounter(total: 1 + nodes + models.joined().count, progress)
        let population = generator.population()
        try PopulationFile.write(population, to: folder.appending(path: PopulationFile.name))
        await steps.finish("population")

        let shares = Shares.assign(population, nodes: nodes, mode: mode)
        let reports = try await withThrowingTaskGroup(of: (Int, WriterReport?).self) { group in
            for (index, share) in shares.enumerated() {
                let directory = folder.appending(path: SyntheticManifest.nodeName(index))
                group.addTask {
                    try PopulationFile.write(share, to: directory.appending(path: PopulationFile.name))
                    await steps.finish("\(SyntheticManifest.nodeName(index)) population")
                    return (index, nil)
                }
                for model in models[index] {
                    group.addTask {
                        let report = try write(share, as: model, in: directory)
                        await steps.finish("\(SyntheticManifest.nodeName(index)) \(model.rawValue)")
                        return (index, report)
                    }
                }
            }
            return try await group.reduce(into: [Int: [WriterReport]]()) { result, part in
                if let report = part.1 { result[part.0, default: []].append(report) }
            }
        }
        let manifest = SyntheticManifest(self, shares: shares, reports: reports)
        try manifest.write(to: folder)
        return manifest
    }

    private func write(_ share: [PatientRecord], as model: SyntheticModel, in directory: URL) throws(Diagnostic) -> WriterReport {
        switch model {
        case .omop: try OMOPWriter(hyperontology: hyperontology).write(share, to: directory.appending(path: "omop/omop.sqlite"))
        case .fhir: try FHIRWriter(hyperontology: hyperontology).write(share, to: directory.appending(path: "fhir"))
        case .dicom:
            try DICOMWriter(hyperontology: hyperontology, instancesPerSeries: instancesPerSeries).write(
                share, to: directory.appending(path: "dicom"))
        }
    }
}

/// Counts finished steps, one at a time.
private actor StepCounter {
    private let total: Int
    private let progress: @Sendable (SyntheticDataset.Step) -> Void
    private var finished = 0

    init(total: Int, _ progress: @escaping @Sendable (SyntheticDataset.Step) -> Void) {
        self.total = total
        self.progress = progress
    }

    func finish(_ name: String) {
        finished += 1
        progress(SyntheticDataset.Step(name: name, finished: finished, total: total))
    }
}
