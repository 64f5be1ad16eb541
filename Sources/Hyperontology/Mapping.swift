import RDF

/// A concept's correspondence with a code of some code system, as a row of `mappings/*.tsv` (SSSOM) says it.
public struct Mapping: Sendable, Hashable {
    /// What the code means, measured at the concept.
    public enum Match: String, Sendable, Hashable, CaseIterable {
        /// The same.
        case exact
        /// More: the code finds others too (`skos:broadMatch`).
        case broader
        /// Less: the code misses some (`skos:narrowMatch`).
        case narrower
        /// Nearly the same; used only where a query allows it (`skos:closeMatch`).
        case close

        /// The SKOS property that says so.
        public var predicate: String {
            switch self {
            case .exact: SKOS.exactMatch
            case .broader: SKOS.broadMatch
            case .narrower: SKOS.narrowMatch
            case .close: SKOS.closeMatch
            }
        }
    }

    /// The concept's IRI.
    public let concept: String
    /// The short name of the code system.
    public let system: String
    public let code: String
    /// The code's own name in its system (`object_label`).
    public let label: String?
    public let match: Match
    /// The SSSOM justification, a CURIE of the `semapv` vocabulary as a rule.
    public let justification: String?
    /// Where the code was looked up.
    public let source: String?
    /// From 0 to 1; nil when the row gives none.
    public let confidence: Double?
    /// The file below the ontologies' directory, and its line counted from one.
    public let file: String
    public let line: Int
}
