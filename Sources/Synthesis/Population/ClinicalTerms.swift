import CohortPlan
import Diagnostics
import Hyperontology

/// The concepts that the generator needs, found in the hyperontology once.
struct ClinicalTerms: Sendable {
    private let concepts: [ConceptIRI]
    private let categories: [ClinicalTerm: [Int: ConceptIRI]]

    /// The schemes whose answers are numbered categories, and which numbers are needed of each.
    private static let schemes: [(scheme: ClinicalTerm, numbers: ClosedRange<Int>)] = [
        (.gradeGroup, 1...5), (.piRads, 1...5), (.biRads, 0...5),
    ]

    /// - Throws: `U0302`, with every label that no concept has in its notes.
    init(_ hyperontology: Hyperontology) throws(Diagnostic) {
        var missing: [String] = []
        func find(_ label: String, _ use: String) -> ConceptIRI {
            if let concept = hyperontology.concept(called: label, usableFor: use) { return concept }
            missing.append(label)
            return ConceptIRI("")
        }
        concepts = ClinicalTerm.allCases.map { find($0.rawValue, $0.use) }
        var categories: [ClinicalTerm: [Int: ConceptIRI]] = [:]
        for (scheme, numbers) in Self.schemes {
            for number in numbers { categories[scheme, default: [:]][number] = find("\(scheme.rawValue) \(number)", "Value") }
        }
        self.categories = categories
        guard missing.isEmpty else {
            throw Diagnostic(
                "U0302", "the hyperontology lacks \(missing.count) of the concepts that synthetic patients are made of",
                help: "load the concepts that come with cohortium, in `Ontologies/concepts`",
                notes: missing.map { "no concept is called \"\($0)\"" })
        }
    }

    subscript(term: ClinicalTerm) -> ConceptIRI { concepts[term.index] }

    /// The category of a scheme with a number: `BI-RADS 4`.
    subscript(scheme: ClinicalTerm, number: Int) -> ConceptIRI? { categories[scheme]?[number] }
}

extension ClinicalTerm {
    /// The place among all terms.
    fileprivate var index: Int { Self.indices[self] ?? 0 }

    private static let indices = Dictionary(uniqueKeysWithValues: zip(allCases, 0...))
}

extension Hyperontology {
    /// The concept of a name that may be used as a class of the core.
    func concept(called label: String, usableFor use: String) -> ConceptIRI? {
        resolve(label: label).first { $0.usedFor.contains(use) }.map { ConceptIRI($0.iri) }
    }

    /// The concept that a term names.
    func concept(of term: ClinicalTerm) -> ConceptIRI? { concept(called: term.rawValue, usableFor: term.use) }
}
