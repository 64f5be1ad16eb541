import CohortPlan
import Foundation
import Hyperontology

@testable import Synthesis

/// What the suites share: the project's own hyperontology, and one population made from it.
enum Fixture {
    static let seed: UInt64 = 20_260_101

    static let hyperontology: Result<Hyperontology, any Error> = Result { try Hyperontology(directory: ontologies) }

    static let population: Result<[PatientRecord], any Error> = Result { try generate(1_200) }

    static func generate(_ patients: Int, seed: UInt64 = seed) throws -> [PatientRecord] {
        try PopulationGenerator(seed: seed, patients: patients, hyperontology: hyperontology.get()).population()
    }

    /// The first patients of the population.
    static func patients(_ count: Int) throws -> [PatientRecord] { Array(try population.get().prefix(count)) }

    static func concept(_ term: ClinicalTerm) throws -> ConceptIRI { try ClinicalTerms(hyperontology.get())[term] }

    /// The concept of a term and those below it.
    static func concepts(below term: ClinicalTerm) throws -> Set<ConceptIRI> {
        try Set(hyperontology.get().descendants(of: concept(term).rawValue).map { ConceptIRI($0) })
    }

    /// Runs with a folder that is gone afterwards.
    static func inFolder<Value>(_ body: (URL) async throws -> Value) async throws -> Value {
        let folder = FileManager.default.temporaryDirectory.appending(path: "cohortium-synthesis-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        return try await body(folder)
    }

    /// Every file below a folder by its path within it.
    static func contents(of folder: URL) throws -> [String: Data] {
        var files: [String: Data] = [:]
        for path in try FileManager.default.subpathsOfDirectory(atPath: folder.path) {
            if let data = FileManager.default.contents(atPath: folder.appending(path: path).path), !data.isEmpty { files[path] = data }
        }
        return files
    }

    private static var ontologies: String {
        if let named = ProcessInfo.processInfo.environment["COHORTIUM_ONTOLOGIES"], !named.isEmpty { return named }
        let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        return tests.appending(path: "../../Ontologies").path
    }
}

extension PatientRecord {
    func events(_ kind: EventKind, of concept: ConceptIRI? = nil) -> [RecordedEvent] {
        events.filter { $0.kind == kind && (concept == nil || $0.concept == concept) }
    }

    func has(_ kind: EventKind, of concept: ConceptIRI) -> Bool { events.contains { $0.kind == kind && $0.concept == concept } }
}
