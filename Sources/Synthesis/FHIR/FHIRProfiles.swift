import CohortPlan
import Hyperontology

/// The mCODE profiles (https://hl7.org/fhir/us/mcode/) that resources of a concept meet.
struct FHIRProfiles {
    private let profiles: [ConceptIRI: String]

    init(_ hyperontology: Hyperontology) {
        var profiles: [ConceptIRI: String] = [:]
        func assign(_ profile: String, below labels: [ClinicalTerm]) {
            for concept in labels.compactMap({ hyperontology.concept(of: $0) }) {
                for iri in hyperontology.descendants(of: concept.rawValue) { profiles[ConceptIRI(iri)] = profile }
            }
        }
        assign("mcode-primary-cancer-condition", below: [.malignantNeoplasm])
        assign("mcode-secondary-cancer-condition", below: [.boneMetastasis, .liverMetastasis, .lungMetastasis])
        assign("mcode-tnm-stage-group", below: [.stageGroup])
        assign(
            "mcode-tumor-marker-test",
            below: [.estrogenReceptor, .progesteroneReceptor, .her2, .ki67, .prostateSpecificAntigen, .carcinoembryonicAntigen])
        self.profiles = profiles
    }

    /// The profile's name; nil when none is claimed.
    subscript(concept: ConceptIRI?) -> String? { concept.flatMap { profiles[$0] } }
}
