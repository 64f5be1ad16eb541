import CohortPlan
import Execution
import Hyperontology

/// The codes that a concept set stands for in the systems that one place uses.
struct CodeSet: Sendable {
    let assessment: Assessment
    /// By system, as they are written.
    private let codes: [CodeSystem: [String]]
    /// By system, in capitals, as values are compared.
    private let comparable: [CodeSystem: Set<String>]
    private let bindings: ModelBindings
    /// The systems that were looked in.
    let systems: [CodeSystem]

    /// - Throws: when no code says what is meant.
    init(_ set: ConceptSet, systems: [CodeSystem], plan: ExpandedPlan, bindings: ModelBindings) throws(LoweringGap) {
        let lookup = CodeLookup(plan.expansion(of: set), systems: systems, label: set.label)
        guard lookup.assessment.coverage != .notEvaluable else {
            throw LoweringGap(lookup.assessment.reasons.first ?? "nothing is known of \(set.label)")
        }
        assessment = lookup.assessment
        codes = lookup.codes
        comparable = lookup.codes.mapValues { Set($0.map { $0.uppercased() }) }
        self.bindings = bindings
        self.systems = systems
    }

    /// All codes, sorted, so that statements repeat. What is no number is no concept id.
    var listed: [ListedCode] {
        codes.sorted { $0.key < $1.key }.flatMap { system, codes in
            codes.compactMap { code in
                system == "omop"
                    ? Int64(code).map { ListedCode(code: String($0), isNumber: true) } : ListedCode(code: code, isNumber: false)
            }
        }
    }

    /// Whether a recorded code is one of the set. A code that no concept is mapped to says nothing.
    func contains(_ code: String, in systems: [CodeSystem]) -> Truth {
        let capitals = code.uppercased()
        if systems.contains(where: { comparable[$0]?.contains(capitals) ?? false }) { return .yes }
        return systems.contains { bindings.knows(code, in: $0) || bindings.knows(capitals, in: $0) } ? .no : .unknown
    }
}

extension ConceptSet {
    /// What messages call the set: the last parts of its concepts' names.
    var label: String {
        let names = include.prefix(3).map { term in
            "`\(term.concept.rawValue.split(whereSeparator: { "/#".contains($0) }).last.map(String.init) ?? term.concept.rawValue)`"
        }
        return names.joined(separator: ", ") + (include.count > 3 ? " and others" : "")
    }
}
