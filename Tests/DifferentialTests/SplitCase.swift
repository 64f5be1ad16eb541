import CohortPlan
import Compiler
import Execution
import Foundation
import InMemorySource

/// A question to split patients: small enough to be kept where it once failed.
struct SplitCase: Codable, Hashable {
    let plan: CohortPlan
    let population: SplitPopulation

    /// A node over the three sources in memory.
    static func engine(over population: SplitPopulation) -> PlanEngine {
        let origin = FixedCrosswalk(known: population.crosswalk)
        let sources = SplitPopulation.names.enumerated().map { source, name in
            let records = RecordSource(records: population.records(of: source))
            let kinds = Set(population.places.filter { $0.value == source }.keys)
            return IdentifiedSource(
                PartialSource(base: records, name: name, kinds: kinds, tellsPatients: source == SplitPopulation.registry),
                crosswalk: origin)
        }
        return PlanEngine(sources: sources)
    }

    /// What differs between the join and the reference evaluator on the whole, in words; nil when nothing does.
    /// - Parameter engine: over this population, where there is one already.
    func difference(_ expander: Expander, engine: PlanEngine? = nil) async throws -> String? {
        let expanded = expander.expand(plan)
        let engine = engine ?? SplitCase.engine(over: population)
        let asked = await engine.joinSteps(of: expanded).map(\.source)
        return Agreement.difference(
            try await engine.execute(expanded), ReferenceEvaluator(expanded).evaluate(population.known(to: asked)))
    }

    /// A smaller case that still differs: patients, then events are left out, as long as it does.
    func shrunk(while differs: (SplitCase) async throws -> Bool) async throws -> SplitCase {
        var smallest = self
        for patient in population.patients where smallest.population.patients.count > 1 {
            let fewer = smallest.population.patients.filter { $0.id != patient.id }
            let smaller = SplitCase(plan: plan, population: smallest.population.keeping(fewer))
            if try await differs(smaller) { smallest = smaller }
        }
        for index in smallest.population.patients.indices {
            for event in smallest.population.patients[index].events {
                var patients = smallest.population.patients
                let patient = patients[index]
                patients[index] = PatientRecord(
                    id: patient.id, sex: patient.sex, birthDate: patient.birthDate, events: patient.events.filter { $0.key != event.key })
                let smaller = SplitCase(plan: plan, population: smallest.population.keeping(patients))
                if try await differs(smaller) { smallest = smaller }
            }
        }
        return smallest
    }

    // MARK: Kept cases

    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Kept")

    /// The cases that failed once, by the name of their file.
    static func kept() throws -> [(name: String, split: SplitCase)] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return try names.filter { $0.hasSuffix(".json") }.sorted().map { name in
            (name, try JSONDecoder().decode(SplitCase.self, from: try Data(contentsOf: folder.appendingPathComponent(name))))
        }
    }

    /// Keeps this one.
    /// - Returns: where.
    func keep() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        let data = try encoder.encode(self)
        // FNV-1a: the name follows from what is in it.
        let digest = data.reduce(UInt64(0xCBF2_9CE4_8422_2325)) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        try FileManager.default.createDirectory(at: SplitCase.folder, withIntermediateDirectories: true)
        let file = SplitCase.folder.appendingPathComponent("split-\(String(digest, radix: 16)).json")
        try data.write(to: file)
        return file.lastPathComponent
    }
}
