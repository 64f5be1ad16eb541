import Diagnostics

/// What one source's patients are called in the node, as one execution sees it.
struct IdentityNames: Sendable {
    private let source: String
    private let crosswalk: PatientCrosswalk?
    /// By the source's identifier, those of the domain that the crosswalk is about; nil where these are the same.
    private let identifiers: [String: [String]]?
    /// By identifier of the domain, the source's own.
    private let owns: [String: [String]]
    private let isShared: Bool
    private let conflicts: IdentityConflicts
    /// Whether no patient is called several things in the source.
    let isOneToOne: Bool

    /// - Parameter isShared: whether the source calls its patients as the node does.
    init(
        source: String, crosswalk: PatientCrosswalk?, identifiers: [String: [String]]?, isShared: Bool, conflicts: IdentityConflicts
    ) {
        self.source = source
        self.crosswalk = crosswalk
        self.identifiers = identifiers
        self.isShared = isShared
        self.conflicts = conflicts
        var owns: [String: [String]] = [:]
        for (own, names) in identifiers ?? [:] { for name in names { owns[name, default: []].append(own) } }
        self.owns = owns
        let isMerged =
            !isShared && (crosswalk?.merged(in: source) ?? 0) > 0 || owns.values.contains { $0.count > 1 }
            || (identifiers ?? [:]).values.contains { $0.count > 1 }
        isOneToOne = !isMerged
    }

    /// What a patient is called who is nobody else's.
    static func apart(_ own: String, in source: String) -> String { "\(source)/\(own)" }

    /// What the node calls a patient of the source, and whether that is what its other sources would call them.
    /// - Throws: `N0012` where it is not clear who that is, unless such patients are to be kept apart.
    func patient(_ own: String) throws(SourceFailure) -> (name: String, isLinked: Bool) {
        let names = identifiers.map { $0[own] ?? [] } ?? [own]
        let found = Set(names.compactMap { named($0) })
        if found.count == 1, let name = found.first { return (name, true) }
        guard found.isEmpty || conflicts == .apart else {
            throw SourceFailure(source: source, IdentityNames.conflict(source, "one of its patients has identifiers of several patients"))
        }
        return (IdentityNames.apart(own, in: source), false)
    }

    /// The patient that an identifier of the domain means.
    private func named(_ identifier: String) -> String? {
        guard !isShared, let crosswalk else { return identifier }
        return crosswalk.patient(of: identifier, in: source)
    }

    /// The source's own identifiers of some patients of the node.
    func own(of patients: [String]) -> [String] {
        let prefix = IdentityNames.apart("", in: source)
        return patients.flatMap { patient -> [String] in
            let names = isShared || crosswalk == nil ? [patient] : crosswalk?.identifiers(of: patient, in: source) ?? []
            let found = identifiers == nil ? names : names.flatMap { owns[$0] ?? [] }
            // A name that begins like that is none that a crosswalk may give.
            return patient.hasPrefix(prefix) ? found + [String(patient.dropFirst(prefix.count))] : found
        }
    }

    static func conflict(_ source: String, _ what: String) -> Diagnostic {
        Diagnostic(
            "N0012", "who the patients of source `\(source)` are is not clear: \(what)",
            help: "mend the crosswalk; or say `conflicts: apart` in it, to keep such patients apart and have the coverage say so")
    }
}
