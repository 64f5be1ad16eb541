public import CohortPlan

/// How an expansion reads in the code systems that one source uses: which codes to ask for and how well they fit.
public struct CodeLookup: Sendable {
    /// The codes to look for, by system; without repetition, sorted.
    public let codes: [CodeSystem: [String]]
    /// Whether these codes find what the concept set means.
    public let assessment: Assessment

    /// - Parameter systems: the code systems that the binding says are used in this place.
    public init(_ expansion: Expansion?, systems: [CodeSystem], label: String) {
        guard let expansion else {
            codes = [:]
            assessment = .notEvaluable("the task does not say what \(label) stands for")
            return
        }
        let usable = expansion.codes.filter { systems.contains($0.system) }
        let gaps = systems.map { Set(expansion.gaps[$0] ?? expansion.concepts) }.reduce(Set(expansion.concepts)) { $0.intersection($1) }
        let isBroader = usable.contains { $0.match == .broader }
        // A code that finds too much beside concepts that cannot be found at all would be no bound; without it, it is a lower one.
        let chosen =
            isBroader && !gaps.isEmpty && usable.contains { $0.match != .broader } ? usable.filter { $0.match != .broader } : usable
        codes = Dictionary(grouping: chosen, by: \.system).mapValues { Set($0.map(\.code)).sorted() }
        let systemNames = systems.joined(separator: ", ")
        if chosen.isEmpty {
            assessment = .notEvaluable("no code for \(label) in \(systemNames)")
        } else if !gaps.isEmpty {
            let names = gaps.sorted().prefix(3).map {
                $0.rawValue.split(whereSeparator: { "/#".contains($0) }).last.map(String.init) ?? $0.rawValue
            }
            assessment = Assessment(
                .narrower,
                reasons: [
                    "no code in \(systemNames) for \(names.joined(separator: ", "))\(gaps.count > 3 ? " and \(gaps.count - 3) more" : "")"
                ]
            )
        } else if chosen.contains(where: { $0.match == .broader }) {
            assessment = Assessment(.broader, reasons: ["some codes for \(label) in \(systemNames) mean more than it"])
        } else {
            assessment = .exact
        }
    }
}
