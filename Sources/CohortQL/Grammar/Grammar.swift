/// A grammar in the EBNF of XML 1.0 section 6, as `Grammar/CohortQL.ebnf` is written: what the parser is held against and
/// what diagrams and editors' grammars are made from.
public struct Grammar: Hashable, Sendable {
    /// In the order of the file.
    public let rules: [GrammarRule]
    private let places: [String: Int]

    init(rules: [GrammarRule]) {
        self.rules = rules
        places = Dictionary(rules.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// The rule of a name.
    public subscript(name: String) -> GrammarRule? { places[name].map { rules[$0] } }

    /// The words of the language: literals of letters that rules outside of tokens name, sorted.
    public var keywords: [String] { literals { $0.allSatisfy { $0.isLetter || $0 == "-" || $0 == "_" } } }

    /// The signs of the language, sorted.
    public var signs: [String] { literals { !$0.contains(where: \.isLetter) } }

    private func literals(_ fits: (String) -> Bool) -> [String] {
        Set(rules.filter { !$0.isToken }.flatMap { $0.expression.literals }).filter(fits).sorted()
    }

    /// Names that a rule uses and no rule has, sorted.
    public var undefined: [String] { Set(rules.flatMap { $0.expression.references }).filter { self[$0] == nil }.sorted() }
}

/// One production, with the comment that stands before it.
public struct GrammarRule: Hashable, Sendable {
    public let name: String
    public let expression: GrammarExpression
    /// What the rule means, in the words of the grammar's comment; nil where there is none.
    public let prose: String?
    /// Whether it describes one token, in which no space is skipped: it stands below the comment `Tokens.`.
    public let isToken: Bool
}

/// The right side of a production.
public indirect enum GrammarExpression: Hashable, Sendable {
    case sequence([GrammarExpression])
    case choice([GrammarExpression])
    case optional(GrammarExpression)
    case zeroOrMore(GrammarExpression)
    case oneOrMore(GrammarExpression)
    case literal(String)
    case characters(CharacterRanges)
    case reference(String)
    /// What the first derives and the second does not.
    case difference(GrammarExpression, GrammarExpression)

    var parts: [GrammarExpression] {
        switch self {
        case .sequence(let parts), .choice(let parts): parts
        case .optional(let part), .zeroOrMore(let part), .oneOrMore(let part): [part]
        case .difference(let whole, let less): [whole, less]
        case .literal, .characters, .reference: []
        }
    }

    var literals: [String] {
        if case .literal(let text) = self { return [text] }
        return parts.flatMap(\.literals)
    }

    /// The names of the rules that it uses.
    public var references: [String] {
        if case .reference(let name) = self { return [name] }
        return parts.flatMap(\.references)
    }
}

/// A set of characters, `[A-Za-z]` or `[^"]`.
public struct CharacterRanges: Hashable, Sendable {
    public let ranges: [ClosedRange<UInt32>]
    public let isNegated: Bool

    func contains(_ scalar: Unicode.Scalar) -> Bool { ranges.contains { $0.contains(scalar.value) } != isNegated }
}
