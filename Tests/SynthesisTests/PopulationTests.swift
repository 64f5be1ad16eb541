import CohortPlan
import Diagnostics
import Foundation
import Hyperontology
import Testing

@testable import Synthesis

@Suite("The synthetic population")
struct PopulationTests {
    @Test("is the same for the same seed, and another for another")
    func determinism() throws {
        let first = try Fixture.generate(150)
        #expect(try Fixture.generate(150) == first)
        #expect(try Fixture.generate(150, seed: 1) != first)
        // A patient does not depend on how many are made.
        #expect(try Array(Fixture.generate(300).prefix(150)) == first)
    }

    @Test("names every concept that the hyperontology lacks")
    func missingConcepts() async throws {
        try await Fixture.inFolder { folder in
            let source = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "../../Ontologies/core.ttl")
            try FileManager.default.copyItem(at: source.standardizedFileURL, to: folder.appending(path: "core.ttl"))
            let bare = try Hyperontology(directory: folder.path)
            let error = #expect(throws: Diagnostic.self) { try PopulationGenerator(seed: 1, patients: 1, hyperontology: bare) }
            #expect(error?.code == "U0302")
            #expect(error?.notes.contains("no concept is called \"Prostate Specific Antigen\"") == true)
        }
    }

    @Test("refuses numbers of patients that cannot be made", arguments: [-1, 1_000_001])
    func badNumber(_ patients: Int) throws {
        let hyperontology = try Fixture.hyperontology.get()
        let error = #expect(throws: Diagnostic.self) { try PopulationGenerator(seed: 1, patients: patients, hyperontology: hyperontology) }
        #expect(error?.code == "U0301")
    }

    @Test("has keys that are unique where they are written, and of one length")
    func keys() throws {
        let population = try Fixture.population.get()
        #expect(Set(population.map(\.id)).count == population.count)
        #expect(population.map(\.id) == population.map(\.id).sorted())
        var seen: [KeySpace: Set<String>] = [:]
        var uids: Set<String> = []
        for event in population.flatMap(\.events) {
            switch event.kind {
            case .imagingStudy:
                #expect(event.key.utf8.count == 44 && uids.insert(event.key).inserted)
                for series in event.series { #expect(series.uid.utf8.count == 44 && uids.insert(series.uid).inserted) }
            case .death: continue
            default:
                #expect(event.key.utf8.count == 10 && Int32(event.key) != nil)
                #expect(seen[KeySpace(event.kind), default: []].insert(event.key).inserted)
            }
        }
    }

    @Test("is recorded in order of time, with full dates, and not after death or the end of recording")
    func time() throws {
        for patient in try Fixture.population.get() {
            let days = patient.events.compactMap(\.start?.earliest)
            #expect(days.count == patient.events.count && days == days.sorted())
            #expect(patient.events.allSatisfy { $0.start?.isExact == true && $0.end?.isExact != false })
            let last = patient.events(.death).first?.start?.earliest ?? PatientCourse.cutOff
            #expect(days.allSatisfy { $0 <= last })
            #expect(patient.events.allSatisfy { $0.end.map { $0.earliest <= last } ?? true })
            #expect(patient.events.allSatisfy { event in event.end.map { $0.earliest >= event.start?.earliest ?? $0.earliest } ?? true })
            #expect(patient.birthDate.map { $0.latest < (days.first ?? $0.latest) } ?? false)
            #expect(!patient.events(.imagingStudy).isEmpty)
            #expect(patient.events(.death).count <= 1)
        }
    }

    @Test("only uses concepts that the hyperontology lets stand for what they are used as")
    func concepts() throws {
        let hyperontology = try Fixture.hyperontology.get()
        let classes = Dictionary(uniqueKeysWithValues: hyperontology.eventClasses.map { ($0.planKind, $0.localName) })
        for event in try Fixture.population.get().flatMap(\.events) {
            guard let concept = event.concept else { continue }
            let found = try #require(hyperontology.concept(concept.rawValue))
            #expect(found.usedFor.contains(classes[event.kind.rawValue] ?? ""))
            if let coded = event.coded {
                #expect(hyperontology.concept(coded.rawValue)?.usedFor.contains("Value") == true)
                #expect(found.valueKind != .quantity)
            }
            if event.quantity != nil { #expect(found.valueKind != .coded) }
        }
    }
}
