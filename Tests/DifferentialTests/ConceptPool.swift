import CohortPlan

/// The concepts that random patients are recorded with and random plans ask for: those that the models under test can all say.
struct ConceptPool {
    struct Measured {
        let concept: ConceptIRI
        let units: [String]
    }

    struct Coded {
        let concept: ConceptIRI
        let answers: [ConceptIRI]
    }

    var diagnoses: [ConceptIRI] = []
    var medications: [ConceptIRI] = []
    /// Without those that are radiotherapy.
    var procedures: [ConceptIRI] = []
    var radiotherapies: [ConceptIRI] = []
    var measured: [Measured] = []
    var coded: [Coded] = []
    var modalities: [ConceptIRI] = []
    var bodyParts: [ConceptIRI] = []
    /// A concept and those above it, all in the hyperontology: what a criterion may name to find the concept.
    var ancestors: [ConceptIRI: [ConceptIRI]] = [:]
}
