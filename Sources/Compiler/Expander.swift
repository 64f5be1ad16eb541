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
        let index = hyperontology.conceptIndex
        let members = Members(set, index)
        let concepts = members.numbers.map { ConceptIRI(index.iris[Int($0)]) }
        return Expansion(
            set: set, concepts: members.strangers.isEmpty ? concepts : (concepts + members.strangers).sorted(),
            codes: codes(of: members, index), gaps: gaps(of: members, concepts, index))
    }

    /// The codes of concepts, each once.
    private func codes(of members: Members, _ index: ConceptIndex) -> [ExpandedCode] {
        let excluded = members.excludedCodes(index)
        // By code, then the strongest match, then the first concept: the first of each code counts.
        var found: [UInt64] = []
        for concept in members.numbers {
            for link in index.links(of: concept) {
                guard let match = ExpandedCode.Match(link.match) else { continue }
                // What is a part of an included concept can be just what is left out.
                if match == .narrower, excluded.contains(link.code) { continue }
                found.append(UInt64(link.code) << 34 | UInt64(2 - match.strength) << 32 | UInt64(concept))
            }
        }
        found.sort()
        var codes: [ExpandedCode] = []
        codes.reserveCapacity(found.count)
        var previous: UInt64?
        for entry in found where entry >> 34 != previous {
            previous = entry >> 34
            let code = index.codes[Int(entry >> 34)]
            let concept = index.iris[Int(entry & 0xFFFF_FFFF)]
            codes.append(
                ExpandedCode(
                    system: code.system, code: code.code, concept: ConceptIRI(concept),
                    match: ExpandedCode.Match(strength: 2 - Int(entry >> 32 & 3))))
        }
        return codes
    }

    /// By system, what neither has a code there that finds all of it nor stands, within the set, below a concept that has.
    private func gaps(of members: Members, _ concepts: [ConceptIRI], _ index: ConceptIndex) -> [CodeSystem: [ConceptIRI]] {
        var missing = [[ConceptIRI]](repeating: [], count: index.systems.count)
        for (place, concept) in members.numbers.enumerated() {
            let family = index.above(concept).filter(members.contains)
            for word in 0..<index.words {
                var open = ~family.reduce(UInt64(0)) { $0 | index.finding($1, word: word) }
                let last = index.systems.count - 64 * word
                if last < 64 { open &= (1 << UInt64(last)) - 1 }
                while open != 0 {
                    missing[64 * word + open.trailingZeroBitCount].append(concepts[place])
                    open &= open - 1
                }
            }
        }
        return Dictionary(
            uniqueKeysWithValues: zip(index.systems, missing).map { system, concepts in
                (system, members.strangers.isEmpty ? concepts : (concepts + members.strangers).sorted())
            })
    }
}

/// The concepts of a set, by their numbers.
private struct Members {
    /// Sorted.
    private(set) var numbers: [Int32] = []
    /// Concepts that no file defines, which a set can name for themselves.
    private(set) var strangers: [ConceptIRI] = []
    private var excluded: [Int32] = []
    private var isMember: [Bool]

    init(_ set: ConceptSet, _ index: ConceptIndex) {
        isMember = [Bool](repeating: false, count: index.iris.count)
        for term in set.include {
            for number in Members.numbers(of: term, index) { isMember[Int(number)] = true }
        }
        excluded = set.exclude.flatMap { Members.numbers(of: $0, index) }
        for number in excluded { isMember[Int(number)] = false }
        numbers = isMember.indices.filter { isMember[$0] }.map(Int32.init)
        func strange(_ terms: [ConceptTerm]) -> Set<ConceptIRI> {
            Set(terms.filter { !$0.descendants && index.number(of: $0.concept.rawValue) == nil }.map(\.concept))
        }
        strangers = strange(set.include).subtracting(strange(set.exclude)).sorted()
    }

    private static func numbers(of term: ConceptTerm, _ index: ConceptIndex) -> [Int32] {
        guard let number = index.number(of: term.concept.rawValue) else { return [] }
        return term.descendants ? index.below(number) : [number]
    }

    func contains(_ number: Int32) -> Bool { isMember[Int(number)] }

    /// The codes that find nothing but what is left out.
    func excludedCodes(_ index: ConceptIndex) -> Set<Int32> {
        var codes: Set<Int32> = []
        for concept in excluded {
            for link in index.links(of: concept) where link.match == .exact || link.match == .narrower { codes.insert(link.code) }
        }
        return codes
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

    /// The match of a strength.
    fileprivate init(strength: Int) {
        self = strength == 2 ? .exact : strength == 1 ? .narrower : .broader
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
