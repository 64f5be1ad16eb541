public import CohortPlan
import Compiler
public import Execution
public import Federation
public import Hyperontology

/// What a node's sources cover of the hyperontology: each concept held against each use that it has, as a question would be.
///
/// No patient is looked at: sources assess requests by their bindings, by the codes that their places hold, and by what they are.
public struct CoverageSurvey: Sendable {
    /// One thing that could be asked: a concept in its place, or what takes none.
    public struct Question: Sendable {
        /// What it belongs to, in the ontology's words: `diagnosis`, `body part`.
        public let area: String
        /// Nil where the place takes none.
        public let concept: Concept?
        public let plan: ExpandedPlan
        public let request: EventRequest
    }

    /// How well an area is covered.
    public struct Area: Sendable {
        public let name: String
        public fileprivate(set) var exact = 0
        /// Bounds and approximations.
        public fileprivate(set) var bounded = 0
        public fileprivate(set) var notEvaluable = 0
        /// By how often, of what cannot be evaluated.
        public fileprivate(set) var reasons: [String: Int] = [:]
    }

    private let hyperontology: Hyperontology
    private let engine: PlanEngine
    private let expander: Expander
    /// By the class that `co:usedFor` names, the kind of event, where it takes concepts.
    private let kinds: [String: EventClass]
    /// By the class of concepts that may be its value, the property of imaging series.
    private let properties: [String: SeriesProperty]

    private typealias EventClass = (label: String, kind: EventKind)
    private typealias SeriesProperty = (label: String, iri: String)

    /// Reasons longer than this, or more of them, are cut: the whole list stands in the answer to a question.
    private static let longestReason = 200
    private static let mostReasons = 3

    public init(hyperontology: Hyperontology, sources: [any SourceAdapter]) {
        self.hyperontology = hyperontology
        engine = PlanEngine(sources: sources)
        expander = Expander(hyperontology: hyperontology)
        var properties: [String: SeriesProperty] = [:]
        for property in hyperontology.seriesProperties {
            if property.iri == CoreVocabulary.segmentedStructure { properties["SegmentedStructureValue"] = (property.label, property.iri) }
            // What is a value in general answers observations as well, and is covered where the question is.
            if let values = property.valuesFrom, values != "Value" { properties[values] = (property.label, property.iri) }
        }
        self.properties = properties
        kinds = hyperontology.eventClasses.reduce(into: [:]) { kinds, event in
            if let kind = EventKind(rawValue: event.planKind), kind.takesConcepts { kinds[event.localName] = (event.label, kind) }
        }
    }

    // MARK: Questions

    /// Every concept in every place where it may stand, and everything that takes none.
    public func questions() -> [Question] { withoutConcept + hyperontology.concepts.flatMap(questions) }

    /// A concept in every place where it may stand.
    public func questions(of concept: Concept) -> [Question] {
        let set = ConceptSet(include: [ConceptTerm(ConceptIRI(concept.iri))])
        let events = concept.usedFor.compactMap { kinds[$0] }.sorted { $0.kind.rawValue < $1.kind.rawValue }
            .map { ($0.label, EventRequest(kind: $0.kind, concepts: set)) }
        let series = concept.usedFor.compactMap { properties[$0] }.sorted { $0.iri < $1.iri }
            .map { ($0.label, EventRequest(kind: .imagingSeries, attributes: [AttributeTest(ConceptIRI($0.iri), .coded(set))])) }
        return (events + series).compactMap { question($0.0, concept, $0.1) }
    }

    private var withoutConcept: [Question] {
        let events = hyperontology.eventClasses.compactMap { event -> Question? in
            guard let kind = EventKind(rawValue: event.planKind), !kind.takesConcepts else { return nil }
            return question(event.label, nil, EventRequest(kind: kind))
        }
        let properties = hyperontology.seriesProperties.compactMap { property -> Question? in
            let test: ValueTest
            switch property.valueKind {
            case .flag: test = .flag(true)
            case .quantity:
                test = .quantity(QuantityRange(from: QuantityBound(ExactDecimal(0), inclusive: true), unit: property.unit ?? "1"))
            // Whichever words: it is asked whether the texts are there.
            case .text: test = .text(property.label)
            case .coded: return nil
            }
            let request = EventRequest(kind: .imagingSeries, attributes: [AttributeTest(ConceptIRI(property.iri), test)])
            return question(property.label, nil, request)
        }
        return events + properties
    }

    private func question(_ area: String, _ concept: Concept?, _ request: EventRequest) -> Question? {
        let condition = Condition.count(EventSelection(request), CountRange(1, nil))
        guard let plan = try? CohortPlan(anchors: [], condition: condition, report: Report(measures: [.patients])) else { return nil }
        return Question(area: area, concept: concept, plan: expander.expand(plan), request: request)
    }

    // MARK: Coverage

    /// By area, in the order of their names.
    public func areas(of questions: [Question]) -> [Area] {
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

    /// Every concept; a value that answers a question is covered where the question is, and stands not in here.
    /// - Throws: `CancellationError` when the task is cancelled.
    public func report() throws -> CoverageReport {
        let concepts = try hyperontology.concepts.flatMap { concept in
            try Task.checkCancellation()
            return coverage(of: concept)
        }
        return CoverageReport(hyperontology: hyperontology.version, concepts: concepts)
    }

    /// One concept, by kind of event.
    public func coverage(of concept: Concept) -> [ConceptCoverage] {
        questions(of: concept).compactMap { question in
            guard let assessed = engine.assess(question.plan).coverage.first else { return nil }
            let reasons = assessed.reasons.prefix(Self.mostReasons).map { String($0.prefix(Self.longestReason)) }
            return ConceptCoverage(
                concept: ConceptIRI(concept.iri), kind: question.request.kind, coverage: assessed.coverage, reasons: reasons)
        }
    }

    /// The concepts that the last questions named, with what they are called; those that this hyperontology does not have are left out.
    public func concepts(_ names: [ConceptIRI]) -> [Concept] { names.compactMap { hyperontology.concept($0.rawValue) } }
}
