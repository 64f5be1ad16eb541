public import CohortPlan

/// What a writer wrote, and where its model could not say what the records say.
public struct WriterReport: Hashable, Codable, Sendable {
    /// `omop`, `fhir` or `dicom`.
    public let model: String
    /// By table, resource type or, for DICOM, `studies`, `series` and `instances`: how many there are.
    public internal(set) var counts: [String: Int] = [:]
    /// Concepts without an exact code here, written with the code of the nearest concept above them; sorted.
    public internal(set) var substitutions: [Substitution] = []
    /// Concepts that neither they nor anything above them have a code for here, written without a code; sorted.
    public internal(set) var unmapped: [ConceptIRI] = []
    /// Facts that the model has no place for, by reason: how many were left out.
    public internal(set) var omissions: [String: Int] = [:]

    /// A concept that had to be said less precisely.
    public struct Substitution: Hashable, Codable, Sendable, Comparable {
        public let concept: ConceptIRI
        /// The concept whose code was written.
        public let writtenAs: ConceptIRI

        public static func < (left: Substitution, right: Substitution) -> Bool {
            (left.concept, left.writtenAs) < (right.concept, right.writtenAs)
        }
    }

    init(model: String) { self.model = model }

    mutating func count(_ name: String, _ number: Int = 1) { counts[name, default: 0] += number }
    mutating func omit(_ reason: String) { omissions[reason, default: 0] += 1 }
}
