import CohortPlan
import Compiler
import Execution
import Hyperontology

/// How well the records of each source model can say what each concept means, by the bindings and mappings alone: no record is looked at.
struct ConceptCoverage: Sendable {
    /// By model, the concepts that its bindings have a place for.
    private let models: [String: [String: Coverage]]

    init(_ hyperontology: Hyperontology) {
        let expander = Expander(hyperontology: hyperontology)
        let expansions = hyperontology.concepts.map { ($0, expander.expand(ConceptSet(include: [ConceptTerm(ConceptIRI($0.iri))]))) }
        var models: [String: [String: Coverage]] = [:]
        for model in hyperontology.models {
            let bindings = hyperontology.bindings(for: model)
            let systems = Self.codeSystems(bindings, hyperontology)
            var found: [String: Coverage] = [:]
            for (concept, expansion) in expansions {
                let used = Set(concept.usedFor.flatMap { systems[$0] ?? [] }).sorted()
                guard !used.isEmpty else { continue }
                found[concept.iri] = CodeLookup(expansion, systems: used, label: concept.prefLabel).assessment.coverage
            }
            models[model] = found
        }
        self.models = models
    }

    /// By class of concepts, the code systems that a model's records use for it.
    private static func codeSystems(_ bindings: ModelBindings, _ hyperontology: Hyperontology) -> [String: [String]] {
        var found: [String: [String]] = [:]
        for event in hyperontology.eventClasses {
            found[event.localName, default: []] += bindings.events[event.planKind]?.places.flatMap(\.codeSystems) ?? []
        }
        found["Value"] = bindings.events["observation"]?.places.flatMap(\.codeSystems) ?? []
        for property in hyperontology.seriesProperties {
            guard let values = property.valuesFrom else { continue }
            found[values, default: []] += bindings.properties[property.iri]?.fields.compactMap(\.codeSystem) ?? []
        }
        return found
    }

    /// How well a node with these models finds each concept: as its best source does. Concepts of which none has a place are left out.
    func coverage(of names: [String]) -> [String: Coverage] {
        names.compactMap { models[$0] }.reduce(into: [:]) { best, next in
            best.merge(next) { Self.rank($0) >= Self.rank($1) ? $0 : $1 }
        }
    }

    private static func rank(_ coverage: Coverage) -> Int {
        switch coverage {
        case .exact: 4
        case .narrower: 3
        case .broader: 2
        case .approximate: 1
        case .notEvaluable: 0
        }
    }
}
