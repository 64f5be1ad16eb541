public import CohortPlan
public import Foundation

/// How well a node could evaluate a criterion about one concept, used as one kind of event or as a property of imaging series.
///
/// Made of the node's bindings, codes and sources without looking at any patient: it is what the node would say of the criterion in
/// its answer to a question, and says nothing that such an answer would not.
public struct ConceptCoverage: Hashable, Codable, Sendable {
    public let concept: ConceptIRI
    /// The plan's word for the kind of event; `imagingSeries` for what is asked of a series.
    public let kind: EventKind
    public let coverage: Coverage
    /// One sentence each, free of any count; why it is not exact.
    public let reasons: [String]

    public init(concept: ConceptIRI, kind: EventKind, coverage: Coverage, reasons: [String]) {
        self.concept = concept
        self.kind = kind
        self.coverage = coverage
        self.reasons = reasons
    }
}

/// What a node says of all concepts that it knows.
public struct CoverageReport: Hashable, Codable, Sendable {
    /// The version of the hyperontology that the node has.
    public let hyperontology: String
    public let concepts: [ConceptCoverage]

    public init(hyperontology: String, concepts: [ConceptCoverage]) {
        self.hyperontology = hyperontology
        self.concepts = concepts
    }
}

/// The hub has a report on disk.
public struct CoverageReceipt: Hashable, Codable, Sendable {
    /// How many entries it has.
    public let concepts: Int

    public init(concepts: Int) { self.concepts = concepts }
}

/// What one node covers of a concept, as the hub knows it.
public struct NodeCoverage: Hashable, Codable, Sendable {
    public let node: String
    /// When the node said so; nil when it has said nothing yet, and then nothing is known.
    public let reportedAt: Date?
    /// Whether the node's hyperontology is the hub's; where it is another, the node may have other codes.
    public let isOfThisVersion: Bool
    /// By kind of event; empty when the node knows no such concept or has said nothing yet.
    public let uses: [ConceptCoverage]

    public init(node: String, reportedAt: Date?, isOfThisVersion: Bool, uses: [ConceptCoverage]) {
        self.node = node
        self.reportedAt = reportedAt
        self.isOfThisVersion = isOfThisVersion
        self.uses = uses
    }
}
