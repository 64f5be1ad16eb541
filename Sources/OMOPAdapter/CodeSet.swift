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

    /// All codes as a JSON array for `json_each`: concept ids as numbers, other codes as texts. Sorted, so that statements repeat.
    var json: String {
        let values = codes.sorted { $0.key < $1.key }.flatMap { system, codes in
            codes.compactMap { code in system == "omop" ? Int64(code).map(String.init) : code.jsonLiteral }
        }
        return "[\(values.joined(separator: ","))]"
    }

    /// Whether a recorded code is one of the set. A code that no concept is mapped to says nothing.
    func contains(_ code: String, in systems: [CodeSystem]) -> Truth {
        let capitals = code.uppercased()
        if systems.contains(where: { comparable[$0]?.contains(capitals) ?? false }) { return .yes }
        return systems.contains { bindings.knows(code, in: $0) || bindings.knows(capitals, in: $0) } ? .no : .unknown
    }
}

extension String {
    /// The text as a JSON string (RFC 8259, section 7).
    fileprivate var jsonLiteral: String {
        let escaped = unicodeScalars.map { scalar in
            switch scalar {
            case "\"", "\\": "\\\(scalar)"
            case _ where scalar.value < 0x20: "\\u00\(scalar.value < 0x10 ? "0" : "")\(String(scalar.value, radix: 16))"
            default: String(scalar)
            }
        }
        return "\"\(escaped.joined())\""
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
