import CohortPlan
import Hyperontology

/// Says concepts as FHIR codings, in the code systems that the bindings name for each place.
struct FHIRCodes {
    let conditionSystems, observationSystems, medicationSystems, procedureSystems, modalitySystems, bodySiteSystems: [CodeSystem]
    private let uris: [CodeSystem: String]
    private var coder: ConceptCoder

    init(_ hyperontology: Hyperontology) {
        let bindings = hyperontology.bindings(for: "fhir")
        func systems(_ kind: EventKind, _ container: String) -> [CodeSystem] {
            let found = bindings.events[kind.rawValue]?.places.first { $0.container == container }?.codeSystems ?? []
            // What names a thing most precisely stands first.
            let order: [CodeSystem] = ["snomed", "loinc", "rxnorm", "icd10", "icd10cm", "atc"]
            func rank(_ system: CodeSystem) -> Int { order.firstIndex(of: system) ?? order.count }
            return found.sorted { (rank($0), $0) < (rank($1), $1) }
        }
        func systems(_ property: String) -> [CodeSystem] { bindings.properties[property]?.fields.compactMap(\.codeSystem) ?? [] }
        conditionSystems = systems(.diagnosis, "Condition")
        observationSystems = systems(.observation, "Observation")
        medicationSystems = systems(.medication, "MedicationAdministration")
        procedureSystems = systems(.procedure, "Procedure")
        modalitySystems = systems(CoreVocabulary.modality)
        bodySiteSystems = systems(CoreVocabulary.bodyPart)
        uris = Dictionary(hyperontology.codeSystems.compactMap { entry in entry.uris.first.map { (entry.shortName, $0) } }) { first, _ in
            first
        }
        coder = ConceptCoder(hyperontology)
    }

    /// A CodeableConcept with a coding in every system that has one, and our label as its text.
    mutating func concept(_ concept: ConceptIRI?, in systems: [CodeSystem]) -> JSONText? {
        guard let concept else { return nil }
        let codings = coder.codings(for: concept, in: systems).map(coding)
        return .object([("coding", codings.isEmpty ? nil : .list(codings)), ("text", .text(coder.label(of: concept)))])
    }

    /// A Coding in the first system that has one.
    mutating func coding(_ concept: ConceptIRI, in systems: [CodeSystem]) -> JSONText? {
        coder.chosen(for: concept, in: systems).map(coding)
    }

    private func coding(_ chosen: ConceptCoder.Chosen) -> JSONText {
        .object([
            ("system", uris[chosen.system].map { .text($0) }), ("code", .text(chosen.code)),
            ("display", .text(coder.label(of: chosen.concept))),
        ])
    }

    func describe(in report: inout WriterReport) { coder.describe(in: &report) }

    /// A CodeableConcept of one of HL7's own code systems.
    static func terminology(_ system: String, _ code: String) -> JSONText {
        .object([
            ("coding", .list([.object([("system", .text("http://terminology.hl7.org/CodeSystem/\(system)")), ("code", .text(code))])]))
        ])
    }

    /// An element without a value, saying that it is not known (R4 extension data-absent-reason).
    static let absent: JSONText = .object([
        (
            "extension",
            .list([
                .object([
                    ("url", .text("http://hl7.org/fhir/StructureDefinition/data-absent-reason")), ("valueCode", .text("unknown")),
                ])
            ])
        )
    ])
}
