/// Concepts of the OMOP vocabulary by their numbers: all included ones less all excluded ones.
///
/// What lies below a number, and which numbers are mapped to it, the vocabulary of the database says that is asked (`concept`,
/// `concept_ancestor`, `concept_relationship`); the hyperontology has no part in it.
public struct VocabularySet: Hashable, Sendable {
    /// One number of a set.
    public struct Term: Hashable, Sendable, Comparable {
        public let concept: Int
        /// With every valid concept below it.
        public let descendants: Bool
        /// With every concept that `Maps to` one of these.
        public let mapped: Bool

        public init(_ concept: Int, descendants: Bool = true, mapped: Bool = false) {
            self.concept = concept
            self.descendants = descendants
            self.mapped = mapped
        }

        public static func < (left: Term, right: Term) -> Bool { left.order < right.order }
        private var order: (Int, Int) { (concept, (descendants ? 1 : 0) + (mapped ? 2 : 0)) }
    }

    /// Sorted, without repetition. None: no record is of the set.
    public let include: [Term]
    /// Sorted, without repetition.
    public let exclude: [Term]

    public init(include: [Term], exclude: [Term] = []) {
        self.include = Set(include).sorted()
        self.exclude = Set(exclude).sorted()
    }

    /// Sets of thousands of numbers are keys of dictionaries: what tells nearly all of them apart is enough.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(include.count)
        hasher.combine(exclude.count)
        hasher.combine(include.first)
        hasher.combine(include.last)
    }
}

/// In JSON two texts, `4043731 372924* 375557m*`: short, because such sets are long.
extension VocabularySet: Codable {
    private enum Key: String, CodingKey { case include, exclude }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        self.init(
            include: try VocabularySet.terms(try container.decode(String.self, forKey: .include), container, .include),
            exclude: try VocabularySet.terms(try container.decodeIfPresent(String.self, forKey: .exclude) ?? "", container, .exclude))
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(VocabularySet.text(include), forKey: .include)
        if !exclude.isEmpty { try container.encode(VocabularySet.text(exclude), forKey: .exclude) }
    }

    private static func text(_ terms: [Term]) -> String {
        terms.map { "\($0.concept)\($0.mapped ? "m" : "")\($0.descendants ? "*" : "")" }.joined(separator: " ")
    }

    private static func terms(_ text: String, _ container: KeyedDecodingContainer<Key>, _ key: Key) throws -> [Term] {
        try text.split(separator: " ").map { word in
            var rest = word
            let descendants = rest.hasSuffix("*")
            if descendants { rest.removeLast() }
            let mapped = rest.hasSuffix("m")
            if mapped { rest.removeLast() }
            guard let concept = Int(rest), concept >= 0 else {
                throw DecodingError.dataCorruptedError(forKey: key, in: container, debugDescription: "`\(word.prefix(40))` is no concept")
            }
            return Term(concept, descendants: descendants, mapped: mapped)
        }
    }
}
