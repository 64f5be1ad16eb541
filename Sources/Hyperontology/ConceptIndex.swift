/// Concepts and codes as dense numbers, so that what a large set stands for is worked out without comparing texts.
///
/// Concepts are numbered in the order of their IRIs, codes in that of their systems' short names and of themselves.
public struct ConceptIndex: Sendable {
    /// A code that a concept is mapped to.
    public struct Link: Sendable {
        /// Its place in ``ConceptIndex/codes``.
        public let code: Int32
        public let match: Mapping.Match
    }

    /// A code of a system.
    public struct Code: Sendable {
        public let system: String
        public let code: String
    }

    /// By number, sorted.
    public let iris: [String]
    /// By number, sorted by system and code.
    public let codes: [Code]
    /// The short names of the code systems, sorted.
    public let systems: [String]
    /// How many words a set of systems has: a bit for each, in their order.
    public let words: Int
    private let hierarchy: ConceptHierarchy
    private let links: [[Link]]
    private let finding: [UInt64]

    init(_ hierarchy: ConceptHierarchy, _ mappings: [String: [Mapping]], systems: [String]) {
        self.hierarchy = hierarchy
        self.systems = systems.sorted()
        iris = hierarchy.iris
        words = (systems.count + 63) / 64
        let all = mappings.values.joined()
        codes = Set(all.map { Hyperontology.CodeKey(system: $0.system, code: $0.code) })
            .sorted { ($0.system, $0.code) < ($1.system, $1.code) }.map { Code(system: $0.system, code: $0.code) }
        let numbers = Dictionary(
            uniqueKeysWithValues: codes.enumerated().map { (Hyperontology.CodeKey(system: $1.system, code: $1.code), Int32($0)) })
        let bits = Dictionary(uniqueKeysWithValues: self.systems.enumerated().map { ($1, $0) })
        var links = [[Link]](repeating: [], count: iris.count)
        var finding = [UInt64](repeating: 0, count: iris.count * words)
        for (concept, iri) in iris.enumerated() {
            for mapping in mappings[iri] ?? [] {
                guard let code = numbers[Hyperontology.CodeKey(system: mapping.system, code: mapping.code)] else { continue }
                links[concept].append(Link(code: code, match: mapping.match))
                guard mapping.match == .exact || mapping.match == .broader, let bit = bits[mapping.system] else { continue }
                finding[concept * words + bit / 64] |= 1 << UInt64(bit % 64)
            }
        }
        self.links = links
        self.finding = finding
    }

    /// A concept's number; nil for one that no file defines.
    public func number(of iri: String) -> Int32? { hierarchy.number(of: iri) }

    /// The concept and everything below it, sorted.
    public func below(_ concept: Int32) -> [Int32] { hierarchy.below(concept) }

    /// The concept and everything above it, sorted.
    public func above(_ concept: Int32) -> [Int32] { hierarchy.above(concept) }

    /// A concept's codes, in the order of the files.
    public func links(of concept: Int32) -> [Link] { links[Int(concept)] }

    /// One word of the set of systems that have a code which finds all of a concept, exactly or beside others.
    public func finding(_ concept: Int32, word: Int) -> UInt64 { finding[Int(concept) * words + word] }
}
