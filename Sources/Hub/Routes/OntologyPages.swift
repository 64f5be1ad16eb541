import CohortPlan
import Diagnostics
import Foundation
import Hyperontology
import RDF

/// Which hyperontology the hub answers with.
struct OntologyVersion: Encodable {
    struct Trouble: Encodable {
        let code: String
        let message: String?
        let help: String?
    }

    let version: String
    /// Since when the hub answers with it.
    let since: Date
    let concepts: Int
    let mappings: Int
    /// Whether its files are those that lie there now.
    let isCurrent: Bool
    /// Why newer ones were not taken.
    let trouble: [Trouble]

    init(_ current: OntologyVersions.Version, trouble: [Diagnostic], inWords: Bool) {
        let statistics = current.hyperontology.statistics
        version = current.hyperontology.version
        since = current.since
        concepts = statistics.concepts
        mappings = statistics.mappings
        isCurrent = trouble.isEmpty
        self.trouble = trouble.map { Trouble(code: $0.code.rawValue, message: inWords ? $0.message : nil, help: inWords ? $0.help : nil) }
    }
}

/// A concept in a list.
struct FoundConcept: Encodable {
    let iri: String
    let label: String
    let definition: String?
    /// What a query may use it for: `Diagnosis`, `Observation`, …
    let usedFor: [String]
    /// The name by which it was found, its language, and how it fits.
    let foundBy: String
    let language: String?
    let fit: String
    /// What the node that was named covers of it.
    let coverage: Coverage?

    init(_ hit: SearchHit, _ coverage: Coverage?) {
        iri = hit.concept.iri
        label = hit.concept.prefLabel
        definition = hit.concept.definition
        usedFor = hit.concept.usedFor.sorted()
        foundBy = hit.name.text
        language = hit.name.language
        fit = "\(hit.kind)"
        self.coverage = coverage
    }
}

/// A concept that is named beside another.
struct ConceptReference: Encodable {
    let iri: String
    let label: String
    let coverage: Coverage?

    init(_ concept: Concept, _ coverage: [String: Coverage]? = nil) {
        iri = concept.iri
        label = concept.prefLabel
        self.coverage = coverage?[concept.iri]
    }
}

/// A concept's code, with the reason why it is one.
struct ConceptCode: Encodable {
    let system: String
    let code: String
    let predicate: String
    let label: String?
    let justification: String?
    let source: String?

    init(_ mapping: Mapping) {
        system = mapping.system
        code = mapping.code
        predicate = mapping.match.predicate
        label = mapping.label
        justification = mapping.justification
        source = mapping.source
    }
}

/// What is above a concept and below it.
struct ConceptPlace: Encodable {
    let ancestors: [ConceptReference]
    let parents: [ConceptReference]
    let children: [ConceptReference]

    init(_ concept: Concept, in hyperontology: Hyperontology, _ coverage: [String: Coverage]?) {
        ancestors = hyperontology.ancestors(of: concept.iri).filter { $0 != concept.iri }.compactMap(hyperontology.concept)
            .map { ConceptReference($0, coverage) }
        parents = concept.parents.compactMap(hyperontology.concept).map { ConceptReference($0, coverage) }
        children = hyperontology.children(of: concept.iri).map { ConceptReference($0, coverage) }
    }
}

/// All that is known of a concept.
struct ConceptPage: Encodable {
    struct Name: Encodable {
        let text: String
        let language: String?
    }

    let iri: String
    let label: String
    let definition: String?
    let names: [Name]
    let usedFor: [String]
    let unit: String?
    let answers: [ConceptReference]
    let hierarchy: ConceptPlace
    let mappings: [ConceptCode]
    /// What the node that was named covers of it.
    let coverage: Coverage?

    init(_ concept: Concept, in hyperontology: Hyperontology, _ coverage: [String: Coverage]?) {
        iri = concept.iri
        label = concept.prefLabel
        definition = concept.definition
        names = (concept.prefLabels + concept.synonyms).map { Name(text: $0.text, language: $0.language) }
        usedFor = concept.usedFor.sorted()
        unit = concept.unit
        answers = concept.answers.compactMap(hyperontology.concept).map { ConceptReference($0) }
        hierarchy = ConceptPlace(concept, in: hyperontology, coverage)
        mappings = hyperontology.mappings(of: concept.iri).map(ConceptCode.init)
        self.coverage = coverage?[concept.iri]
    }
}

/// Why one thing stands below another, step by step.
struct ReasonsPage: Encodable {
    struct Step: Encodable {
        let subject: String
        let predicate: String
        let object: String
        /// The rule of OWL 2 RL by which it follows; nil for what is stated.
        let rule: String?
        let file: String?
        let line: Int?
    }

    let relation: String
    let lower: String
    let upper: String
    let steps: [Step]

    init(_ reasons: Reasons, in hyperontology: Hyperontology) {
        relation = reasons.relation
        lower = reasons.lower
        upper = reasons.upper
        steps = reasons.steps.map { step in
            let place = step.rule == nil ? hyperontology.place(of: step.conclusion) : nil
            func text(_ term: Term) -> String { term.iri ?? term.literal?.lexicalForm ?? "" }
            return Step(
                subject: text(step.conclusion.subject), predicate: text(step.conclusion.predicate), object: text(step.conclusion.object),
                rule: step.rule?.rawValue, file: place?.file, line: place?.line)
        }
    }
}
