import CohortPlan
import Execution
import Foundation
import Hyperontology

/// The codes that a concept set stands for in the systems that one place uses.
struct CodeSet: Sendable {
    let assessment: Assessment
    /// All codes for `json_each`: an array of pairs of system and code. Sorted, so that statements repeat.
    let json: String
    /// In capitals, as values are compared.
    private let comparable: Set<FHIRCoding>
    private let bindings: ModelBindings
    private let systems: Set<CodeSystem>

    /// - Throws: when no code says what is meant.
    init(_ set: ConceptSet, systems: [CodeSystem], plan: ExpandedPlan, bindings: ModelBindings) throws(LoweringGap) {
        let lookup = CodeLookup(plan.expansion(of: set), systems: systems, label: set.label)
        guard lookup.assessment.coverage != .notEvaluable else {
            throw LoweringGap(lookup.assessment.reasons.first ?? "nothing is known of \(set.label)")
        }
        assessment = lookup.assessment
        let codes = lookup.codes.sorted { $0.key < $1.key }.flatMap { system, codes in
            codes.map { FHIRCoding(system: system, code: $0) }
        }
        guard let data = try? JSONEncoder().encode(codes.map { [$0.system, $0.code] }) else {
            throw LoweringGap("the codes for \(set.label) cannot be written down")
        }
        json = String(decoding: data, as: UTF8.self)
        comparable = Set(codes.map(\.inCapitals))
        self.bindings = bindings
        self.systems = Set(systems)
    }

    /// Whether recorded codes, which all say the same, are of the set. Codes that no concept is mapped to say nothing.
    func contains(_ recorded: [FHIRCoding]) -> Truth {
        let usable = recorded.filter { systems.contains($0.system) }
        if usable.contains(where: { comparable.contains($0.inCapitals) }) { return .yes }
        return usable.contains { bindings.knows($0.code, in: $0.system) || bindings.knows($0.inCapitals.code, in: $0.system) }
            ? .no : .unknown
    }
}

extension FHIRCoding {
    fileprivate var inCapitals: FHIRCoding { FHIRCoding(system: system, code: code.uppercased()) }
}

extension ConceptSet {
    /// What messages call the set: the last parts of its concepts' names.
    var label: String {
        let names = include.prefix(3).map { "`\($0.concept.localName)`" }
        return names.joined(separator: ", ") + (include.count > 3 ? " and others" : "")
    }
}

extension ConceptIRI {
    /// The part after the last slash or hash.
    var localName: String { rawValue.split(whereSeparator: { "/#".contains($0) }).last.map(String.init) ?? rawValue }
}
