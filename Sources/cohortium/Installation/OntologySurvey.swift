import CohortPlan
import Compiler
import Execution
import Hyperontology

/// What of the whole hyperontology a node's sources could evaluate. Looks at no patient.
struct OntologySurvey {
    /// One thing that could be asked: a concept in its place, or a property.
    struct Question {
        /// What it belongs to, in the ontology's words: `diagnosis`, `body part`.
        let area: String
        /// Nil where the place takes none.
        let concept: Concept?
        let plan: ExpandedPlan
        let request: EventRequest
    }

    /// How well an area is covered.
    struct Area {
        let name: String
        var exact = 0
        /// Bounds and approximations.
        var bounded = 0
        var notEvaluable = 0
        /// By how often, of what cannot be evaluated.
        var reasons: [String: Int] = [:]

        var total: Int { exact + bounded + notEvaluable }
    }

    let hyperontology: Hyperontology

    /// Every concept in every place where it may stand, and everything that takes none.
    func questions() -> [Question] {
        let expander = Expander(hyperontology: hyperontology)
        func question(_ area: String, _ concept: Concept?, _ request: EventRequest) -> Question? {
            let condition = Condition.count(EventSelection(request), CountRange(1, nil))
            guard let plan = try? CohortPlan(anchors: [], condition: condition, report: Report(measures: [.patients])) else { return nil }
            return Question(area: area, concept: concept, plan: expander.expand(plan), request: request)
        }
        let events = hyperontology.eventClasses.compactMap { event in EventKind(rawValue: event.planKind).map { (event, $0) } }
        var found = events.filter { !$0.1.takesConcepts }.compactMap { question($0.0.label, nil, EventRequest(kind: $0.1)) }
        for concept in hyperontology.concepts {
            let set = ConceptSet(include: [ConceptTerm(ConceptIRI(concept.iri))])
            for (event, kind) in events where kind.takesConcepts && concept.usedFor.contains(event.localName) {
                found += [question(event.label, concept, EventRequest(kind: kind, concepts: set))].compactMap(\.self)
            }
            for property in hyperontology.seriesProperties where property.valuesFrom.map(concept.usedFor.contains) ?? false {
                let test = AttributeTest(ConceptIRI(property.iri), .coded(set))
                found += [question(property.label, concept, EventRequest(kind: .imagingSeries, attributes: [test]))].compactMap(\.self)
            }
        }
        for property in hyperontology.seriesProperties {
            let test: ValueTest? =
                switch property.valueKind {
                case .flag: .flag(true)
                case .quantity: .quantity(QuantityRange(from: QuantityBound(ExactDecimal(0), inclusive: true), unit: property.unit ?? "1"))
                // Whichever words: it is asked whether the texts are there.
                case .text: .text(property.label)
                case .coded: nil
                }
            guard let test else { continue }
            let request = EventRequest(kind: .imagingSeries, attributes: [AttributeTest(ConceptIRI(property.iri), test)])
            found += [question(property.label, nil, request)].compactMap(\.self)
        }
        return found
    }

    /// By area, in the order of their names.
    func areas(of questions: [Question], _ sources: [any SourceAdapter]) -> [Area] {
        let engine = PlanEngine(sources: sources)
        var areas: [String: Area] = [:]
        for question in questions {
            var area = areas[question.area] ?? Area(name: question.area)
            let coverage = engine.assess(question.plan).coverage.first
            switch coverage?.coverage {
            case .exact: area.exact += 1
            case .broader, .narrower, .approximate: area.bounded += 1
            case .notEvaluable, nil:
                area.notEvaluable += 1
                for reason in coverage?.reasons ?? [] { area.reasons[reason, default: 0] += 1 }
            }
            areas[question.area] = area
        }
        return areas.values.sorted { $0.name < $1.name }
    }
}
