import CohortPlan

/// Whom a source's patients are in the node's other sources, as far as that is known.
struct IdentityCoverage {
    /// By source that was asked, in the order of the node's configuration.
    let sources: [SourceIdentities]

    init(_ fetch: SourceFetch, _ adapters: [any SourceAdapter]) {
        sources = fetch.populations.keys.sorted().map { source in
            SourceIdentities(
                source: adapters[source].name, patients: RawCount(patients: fetch.populations[source] ?? 0),
                onlyHere: RawCount(patients: fetch.patients.knownOnly(to: source)),
                unlinked: RawCount(patients: fetch.unlinked[source] ?? 0))
        }
    }

    /// Who is not linked matters where several sources are joined: their records are nobody else's, and may be somebody's.
    private var gaps: [String: String] {
        guard sources.count > 1 else { return [:] }
        let named = sources.filter { $0.unlinked.patients > 0 }.map { identities in
            (
                identities.source,
                "not all patients of `\(identities.source)` are in the node's crosswalk: who they are in its other sources is not known"
            )
        }
        return Dictionary(named, uniquingKeysWith: { first, _ in first })
    }

    /// The coverage of criteria when that is taken into account.
    func held(_ coverage: [CriterionCoverage]) -> [CriterionCoverage] {
        let gaps = gaps
        return coverage.map { criterion in
            guard criterion.coverage != .notEvaluable, let gap = criterion.source.flatMap({ gaps[$0] }) else { return criterion }
            return CriterionCoverage(
                criterionID: criterion.criterionID, coverage: criterion.coverage.combined(with: .approximate),
                reasons: criterion.reasons + [gap], source: criterion.source)
        }
    }

    func held(_ overall: Coverage) -> Coverage { gaps.isEmpty ? overall : overall.combined(with: .approximate) }
}

/// How one source's patients are known to the others. It never leaves the node.
public struct SourceIdentities: Hashable, Sendable {
    /// The source's name in the node's configuration.
    public let source: String
    /// All of them.
    public let patients: RawCount
    /// Those whom no other source knows that was asked.
    public let onlyHere: RawCount
    /// Those whom the node's crosswalk does not name: they are kept, each as a patient of their own.
    public let unlinked: RawCount
}
