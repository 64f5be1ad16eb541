import CohortPlan
import Compiler
import Execution
import FHIRAdapter
import Foundation
import Hyperontology

/// A folder of NDJSON made for a test, removed with it.
final class Export: Sendable {
    static let ontology: Hyperontology? = {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        return try? Hyperontology(directory: root.appending(path: "Ontologies").path)
    }()

    let folder: URL
    private let ontology: Hyperontology

    init(_ files: [String: [String]] = [:]) throws {
        ontology = try requireOntology()
        folder = FileManager.default.temporaryDirectory.appending(path: "fhir-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        for (name, lines) in files { try write(lines, to: name) }
    }

    convenience init(_ lines: [String]) throws { try self.init(["all.ndjson": lines]) }

    deinit { try? FileManager.default.removeItem(at: folder) }

    func write(_ lines: [String], to name: String) throws {
        try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: folder.appending(path: name))
    }

    var storePath: String { folder.appending(path: "state/store.sqlite").path }

    func adapter() -> FHIRAdapter {
        let uris = ontology.codeSystems.flatMap { system in system.uris.map { ($0, system.shortName) } }
        return FHIRAdapter(
            name: "clinic", directory: folder.path, storePath: storePath, bindings: ontology.bindings(for: "fhir"),
            codeSystems: Dictionary(uris) { first, _ in first })
    }

    /// The concept set of a concept with what lies below it.
    func concepts(_ label: String) throws -> ConceptSet {
        guard let concept = ontology.resolve(label: label).first else { throw MissingConcept(label: label) }
        return ConceptSet(include: [ConceptTerm(ConceptIRI(concept.iri))])
    }

    func plan(_ requests: [EventRequest]) throws -> ExpandedPlan {
        try expand(Condition.all(requests.map { .count(EventSelection($0), .atLeastOne) }))
    }

    func expand(_ condition: Condition, anchors: [EventSelection] = []) throws -> ExpandedPlan {
        let plan = try CohortPlan(anchors: anchors, condition: condition, report: Report(measures: [.patients]))
        return Expander(hyperontology: ontology).expand(plan)
    }

    func events(_ request: EventRequest) async throws -> [SourceEvent] {
        try await adapter().events(matching: request, in: plan([request])).sorted { ($0.patient, $0.key) < ($1.patient, $1.key) }
    }

    func assess(_ request: EventRequest) throws -> Assessment { adapter().assess(request, in: try plan([request])) }
}

struct MissingConcept: Error { let label: String }
struct MissingOntology: Error {}

func requireOntology() throws -> Hyperontology {
    guard let ontology = Export.ontology else { throw MissingOntology() }
    return ontology
}

/// Ranges as text, for comparisons that read well.
extension SourceEvent {
    var days: String { start.map { "\($0.earliest)/\($0.latest)" } ?? "none" }
    var endDays: String { end.map { "\($0.earliest)/\($0.latest)" } ?? "none" }
}

/// Resources as lines.
enum Line {
    static let snomed = "http://snomed.info/sct"
    static let loinc = "http://loinc.org"

    static func patient(_ id: String, _ more: String = "") -> String { #"{"resourceType":"Patient","id":"\#(id)"\#(more)}"# }

    static func concept(_ system: String, _ code: String) -> String { #"{"coding":[{"system":"\#(system)","code":"\#(code)"}]}"# }

    /// Breast cancer.
    static func condition(_ id: String, patient: String = "Patient/p", _ more: String = "") -> String {
        #"{"resourceType":"Condition","id":"\#(id)","subject":{"reference":"\#(patient)"},"code":\#(concept(snomed, "254837009"))\#(more)}"#
    }

    /// PSA.
    static func observation(_ id: String, patient: String = "Patient/p", code: String = "2857-1", _ more: String) -> String {
        #"{"resourceType":"Observation","id":"\#(id)","subject":{"reference":"\#(patient)"},"code":\#(concept(loinc, code)),\#(more)}"#
    }
}
