/// A plan with everything that its concept sets stand for: what the hub signs and a node executes.
public struct ExpandedPlan: Hashable, Codable, Sendable {
    public let plan: CohortPlan
    /// One for each concept set of the plan.
    public let expansions: [Expansion]

    public init(plan: CohortPlan, expansions: [Expansion]) {
        self.plan = plan
        self.expansions = expansions
    }

    /// What a concept set stands for; nil when the sender left it out.
    public func expansion(of set: ConceptSet) -> Expansion? { expansions.first { $0.set == set } }
}

/// A code system, by the short name that the hyperontology's `vocabularies.ttl` gives it (`snomed`, `icd10`, `omop`, `dicom-modality`).
public typealias CodeSystem = String

/// What one concept set stands for, worked out by the hub.
public struct Expansion: Hashable, Codable, Sendable {
    public let set: ConceptSet
    /// The set's concepts with their descendants, less the excluded; sorted.
    public let concepts: [ConceptIRI]
    /// All codes of these concepts, in every system; sorted by system and code.
    public let codes: [ExpandedCode]
    /// By system, the concepts that it cannot say: neither they nor a concept of the set above them has a code there that finds all of them.
    /// A system with nothing missing has an empty list; one that is not listed says nothing.
    public let gaps: [CodeSystem: [ConceptIRI]]

    public init(set: ConceptSet, concepts: [ConceptIRI], codes: [ExpandedCode], gaps: [CodeSystem: [ConceptIRI]]) {
        self.set = set
        self.concepts = concepts
        self.codes = codes
        self.gaps = gaps
    }
}

/// A code that stands for a concept of the set.
public struct ExpandedCode: Hashable, Codable, Sendable, Comparable {
    /// How a code relates to the concept it was mapped from.
    public enum Match: String, Codable, Sendable {
        /// Means the same.
        case exact
        /// Means more: finds others too.
        case broader
        /// Means less: misses some.
        case narrower
    }

    public let system: CodeSystem
    public let code: String
    public let concept: ConceptIRI
    public let match: Match

    public init(system: CodeSystem, code: String, concept: ConceptIRI, match: Match) {
        self.system = system
        self.code = code
        self.concept = concept
        self.match = match
    }

    public static func < (left: ExpandedCode, right: ExpandedCode) -> Bool {
        (left.system, left.code, left.concept) < (right.system, right.code, right.concept)
    }
}

/// How well a node could evaluate a criterion, or a whole question.
public enum Coverage: String, Codable, Sendable, CaseIterable {
    /// Finds exactly what is meant.
    case exact
    /// May find more: the number is an upper bound.
    case broader
    /// May find fewer: the number is a lower bound.
    case narrower
    /// May find more and miss some: the number is no bound.
    case approximate
    /// Cannot be evaluated here.
    case notEvaluable

    /// The same seen through a negation.
    public var negated: Coverage {
        switch self {
        case .broader: .narrower
        case .narrower: .broader
        default: self
        }
    }

    /// The coverage of a whole whose parts have these.
    public func combined(with other: Coverage) -> Coverage {
        if self == .notEvaluable || other == .notEvaluable { return .notEvaluable }
        if self == .exact || self == other { return other }
        return other == .exact ? self : .approximate
    }
}
