import CohortPlan
import Diagnostics
import Hyperontology

/// The concepts that the generator needs, found in the hyperontology once.
struct ClinicalTerms: Sendable {
    private let concepts: [ConceptIRI]

    /// - Throws: `U0302` naming every label that no concept has.
    init(_ hyperontology: Hyperontology) throws(Diagnostic) {
        var concepts: [ConceptIRI] = []
        var missing: [String] = []
        for term in ClinicalTerm.allCases {
            if let concept = hyperontology.resolve(label: term.rawValue) { concepts.append(concept) } else { missing.append(term.rawValue) }
        }
        guard missing.isEmpty else {
            throw Diagnostic(
                "U0302", "the hyperontology has no concept called \(missing.map { "\"\($0)\"" }.joined(separator: ", "))",
                help: "load the concepts that come with cohortium, in `Ontologies/concepts`")
        }
        self.concepts = concepts
    }

    subscript(term: ClinicalTerm) -> ConceptIRI { concepts[term.index] }
}

extension ClinicalTerm {
    /// The place among all terms.
    var index: Int { Self.indices[self] ?? 0 }

    private static let indices = Dictionary(uniqueKeysWithValues: zip(allCases, 0...))
}
