import CohortPlan
import Hyperontology

extension ConceptPool {
    /// The concepts that a model can say without loss: an exact code, in the system used for that place, that stands for nothing else.
    /// - Parameter system: the code system, by what the concept is used for.
    init(_ hyperontology: Hyperontology, system: (String) -> String) {
        func isSayable(_ concept: Concept, _ use: String) -> Bool {
            [system(use)].allSatisfy { system in
                hyperontology.mappings(of: concept.iri).contains { mapping in
                    mapping.system == system && mapping.match == .exact
                        && hyperontology.mappings(ofCode: mapping.code, in: system).allSatisfy { $0.concept == concept.iri }
                }
            }
        }
        func pool(_ use: String) -> [ConceptIRI] {
            hyperontology.concepts.filter { $0.usedFor.contains(use) && isSayable($0, use) }.map { ConceptIRI($0.iri) }
        }
        diagnoses = pool("Diagnosis")
        medications = pool("Medication")
        radiotherapies = pool("Radiotherapy")
        procedures = pool("Procedure").filter { !radiotherapies.contains($0) }
        modalities = pool("ModalityValue")
        bodyParts = pool("BodyPartValue")
        for concept in hyperontology.concepts where concept.usedFor.contains("Observation") && isSayable(concept, "Observation") {
            let answers = concept.answers.filter { answer in hyperontology.concept(answer).map { isSayable($0, "Value") } ?? false }
            if concept.valueKind == .coded, answers.count > 1 {
                coded.append(Coded(concept: ConceptIRI(concept.iri), answers: answers.map { ConceptIRI($0) }))
            } else if concept.valueKind == .quantity, concept.unit == "ng/mL" {
                measured.append(Measured(concept: ConceptIRI(concept.iri), units: ["ng/mL", "ug/L"]))
            } else if concept.valueKind == .quantity, concept.unit == "%" {
                measured.append(Measured(concept: ConceptIRI(concept.iri), units: ["%"]))
            }
        }
        for concept in diagnoses + medications + procedures + radiotherapies {
            ancestors[concept] = hyperontology.ancestors(of: concept.rawValue).filter { $0 != concept.rawValue }.map { ConceptIRI($0) }
        }
    }
}
