public import CohortPlan
public import Hyperontology

/// Works out what the concept sets of a plan stand for: concepts, codes, and what a code system cannot say.
public struct Expander: Sendable {
    private let hyperontology: Hyperontology

    public init(hyperontology: Hyperontology) { self.hyperontology = hyperontology }

    /// The plan with an expansion for each of its concept sets.
    public func expand(_ plan: CohortPlan) -> ExpandedPlan {
        var seen: Set<ConceptSet> = []
        let sets = plan.requests.flatMap(\.conceptSets).filter { seen.insert($0).inserted }
        return ExpandedPlan(plan: plan, expansions: sets.map(expand))
    }

    /// What one concept set stands for.
    ///
    /// A code that several concepts of the set map to counts by its strongest match: what is exact for one of them finds
    /// nothing beside the set. `closeMatch` is not used.
    public func expand(_ set: ConceptSet) -> Expansion {
        let excluded = Set(set.exclude.flatMap(members))
        let included = Set(set.include.flatMap(members)).subtracting(excluded)
        let excludedCodes = codes(finding: excluded)
        var strongest: [CodeKey: ExpandedCode] = [:]
        var finding: [CodeSystem: Set<String>] = [:]
        for concept in included.sorted() {
            for mapping in hyperontology.mappings(of: concept) {
                guard let match = ExpandedCode.Match(mapping.match) else { continue }
                let code = ExpandedCode(system: mapping.system, code: mapping.code, concept: ConceptIRI(concept), match: match)
                let key = CodeKey(system: mapping.system, code: mapping.code)
                // What is a part of an included concept can be just what is left out.
                if match == .narrower, excludedCodes.contains(key) { continue }
                if let known = strongest[key], known.match.strength >= match.strength { continue }
                strongest[key] = code
            }
        }
        for concept in included {
            for mapping in hyperontology.mappings(of: concept) where mapping.match == .exact || mapping.match == .broader {
                finding[mapping.system, default: []].insert(concept)
            }
        }
        let families = included.map { concept in
            (concept, family: hyperontology.ancestors(of: concept).filter { included.contains($0) })
        }
        let gaps = Dictionary(
            uniqueKeysWithValues: hyperontology.codeSystems.map { system in
                // What neither has a code that finds all of it nor stands, within the set, below one that has.
                let found = finding[system.shortName] ?? []
                let missing = families.filter { $0.family.allSatisfy { !found.contains($0) } }
                return (system.shortName, missing.map(\.0).sorted().map { ConceptIRI($0) })
            })
        return Expansion(
            set: set, concepts: included.sorted().map { ConceptIRI($0) }, codes: strongest.values.sorted(),
            gaps: gaps)
    }

    private struct CodeKey: Hashable {
        let system: String
        let code: String
    }

    /// The codes that find nothing but these concepts.
    private func codes(finding concepts: Set<String>) -> Set<CodeKey> {
        var codes: Set<CodeKey> = []
        for mapping in concepts.flatMap({ hyperontology.mappings(of: $0) }) where mapping.match == .exact || mapping.match == .narrower {
            codes.insert(CodeKey(system: mapping.system, code: mapping.code))
        }
        return codes
    }

    private func members(_ term: ConceptTerm) -> [String] {
        term.descendants ? hyperontology.descendants(of: term.concept.rawValue) : [term.concept.rawValue]
    }
}

extension ExpandedCode.Match {
    init?(_ match: Mapping.Match) {
        switch match {
        case .exact: self = .exact
        case .broader: self = .broader
        case .narrower: self = .narrower
        case .close: return nil
        }
    }

    /// Exact before narrower before broader: the first two find nothing that is not meant.
    var strength: Int {
        switch self {
        case .exact: 2
        case .narrower: 1
        case .broader: 0
        }
    }
}
