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
        let inside = plan.expansion(of: set)?.codes.filter { $0.system == "omop" && $0.match != .broader } ?? []
        roots = Set(inside.compactMap { Int64($0.code) }).sorted().map { ListedCode(code: String($0), isNumber: true) }
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

    /// The concept ids that mean a concept of the set or less: what a vocabulary has below them is meant, too.
    let roots: [ListedCode]

    /// The codes of a system that are known and not in the set, in capitals: those that ``contains(_:in:)`` says no of, as far as a
    /// database can be trusted to compare them in the same way.
    func others(in system: CodeSystem) -> [ListedCode] {
        let wanted = comparable[system] ?? []
        return (bindings.knownCodes[system] ?? []).filter { !wanted.contains($0) && $0.isPlainInCapitals }.sorted().compactMap { code in
            system == "omop"
                ? Int64(code).flatMap { String($0) == code ? ListedCode(code: code, isNumber: true) : nil }
                : ListedCode(code: code, isNumber: false)
        }
    }

    /// The codes that ``contains(_:in:)`` says yes of, and those that it says no of, in capitals; nil where a database cannot be trusted to
    /// compare all of them in the same way.
    func decided(in system: CodeSystem) -> (yes: [ListedCode], no: [ListedCode])? {
        let wanted = comparable[system] ?? []
        let known = Set((bindings.knownCodes[system] ?? []).map { $0.uppercased() }).subtracting(wanted)
        // Of what is no number a column of numbers holds nothing.
        if system == "omop" {
            func listed(_ codes: Set<String>) -> [ListedCode] {
                codes.compactMap { Int32($0) }.sorted().map { ListedCode(code: String($0), isNumber: true) }
            }
            return (listed(wanted), listed(known))
        }
        guard wanted.union(known).allSatisfy({ $0.utf8.allSatisfy { $0 < 0x80 } }),
            (bindings.knownCodes[system] ?? []).allSatisfy({ $0.utf8.allSatisfy { $0 < 0x80 } })
        else { return nil }
        // A code that is known in small letters alone is not known in another spelling.
        guard known.isSubset(of: bindings.knownCodes[system] ?? []) else { return nil }
        func listed(_ codes: Set<String>) -> [ListedCode] { codes.sorted().map { ListedCode(code: $0, isNumber: false) } }
        return (listed(wanted), listed(known))
    }

    /// Whether a recorded code is one of the set. A code that no concept is mapped to says nothing.
    func contains(_ code: String, in systems: [CodeSystem]) -> Truth {
        let capitals = code.uppercased()
        if systems.contains(where: { comparable[$0]?.contains(capitals) ?? false }) { return .yes }
        return systems.contains { bindings.knows(code, in: $0) || bindings.knows(capitals, in: $0) } ? .no : .unknown
    }
}

extension String {
    /// Whether every database makes the same capitals of it: none.
    fileprivate var isPlainInCapitals: Bool { utf8.allSatisfy { $0 < 0x80 && !(UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) } }
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
