import CohortPlan
import Compiler
public import Execution
public import Federation
public import Hyperontology

/// What a node's sources cover of the hyperontology: each concept held against each use that it has, as a question would be.
///
/// No patient is looked at: sources assess requests by their bindings, by the codes that their places hold, and by what they are.
public struct CoverageSurvey: Sendable {
    private let hyperontology: Hyperontology
    private let engine: PlanEngine
    private let expander: Expander
    /// By the class of concepts that may be its value, the property of imaging series.
    private let properties: [String: String]
    /// By the class that `co:usedFor` names, the kind of event.
    private let kinds: [String: EventKind]

    /// Reasons longer than this, or more of them, are cut: the whole list stands in the answer to a question.
    private static let longestReason = 200
    private static let mostReasons = 3

    public init(hyperontology: Hyperontology, sources: [any SourceAdapter]) {
        self.hyperontology = hyperontology
        engine = PlanEngine(sources: sources)
        expander = Expander(hyperontology: hyperontology)
        var properties = ["SegmentedStructureValue": CoreVocabulary.segmentedStructure]
        for property in hyperontology.seriesProperties {
            // What is a value in general answers observations as well, and is covered where the question is.
            if let values = property.valuesFrom, values != "Value" { properties[values] = property.iri }
        }
        self.properties = properties
        kinds = hyperontology.eventClasses.reduce(into: [:]) { kinds, event in
            if let kind = EventKind(rawValue: event.planKind), kind.takesConcepts { kinds[event.localName] = kind }
        }
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
        requests(for: concept).compactMap { request in
            let whole = Condition.count(EventSelection(request), CountRange(1, nil))
            guard let plan = try? CohortPlan(anchors: [], condition: whole, report: Report(measures: [.patients])) else { return nil }
            guard let assessed = engine.assess(expander.expand(plan)).coverage.first else { return nil }
            let reasons = assessed.reasons.prefix(Self.mostReasons).map { String($0.prefix(Self.longestReason)) }
            return ConceptCoverage(
                concept: ConceptIRI(concept.iri), kind: request.kind, coverage: assessed.coverage, reasons: reasons)
        }
    }

    private func requests(for concept: Concept) -> [EventRequest] {
        let set = ConceptSet(include: [ConceptTerm(ConceptIRI(concept.iri))])
        let events = Set(concept.usedFor.compactMap { kinds[$0] }).sorted { $0.rawValue < $1.rawValue }
            .map { EventRequest(kind: $0, concepts: set) }
        let series = concept.usedFor.compactMap { properties[$0] }.sorted()
            .map { EventRequest(kind: .imagingSeries, attributes: [AttributeTest(ConceptIRI($0), .coded(set))]) }
        return events + series
    }
}
