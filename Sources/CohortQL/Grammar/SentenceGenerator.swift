/// Derives random sentences from a grammar, for holding a parser against it.
public struct SentenceGenerator<Random: RandomNumberGenerator> {
    private let grammar: Grammar
    private var random: Random
    /// By rule, how deep its shallowest derivation is.
    private let heights: [String: Int]

    /// One token of a sentence.
    public struct Piece: Hashable, Sendable {
        public let text: String
        /// The token rule that it was derived from; nil for a literal.
        public let rule: String?
    }

    public init(_ grammar: Grammar, random: Random) {
        self.grammar = grammar
        self.random = random
        heights = Self.heights(of: grammar)
    }

    /// A sentence of a rule as tokens.
    /// - Parameter depth: how many rules may stand inside one another before the shortest way out is taken.
    public mutating func pieces(of rule: String, depth: Int) -> [Piece] {
        guard let found = grammar[rule] else { return [] }
        guard !found.isToken else { return [Piece(text: token(found.expression, budget: 4), rule: rule)] }
        return pieces(of: found.expression, depth: depth)
    }

    /// A sentence of a rule as text: tokens with spaces, line ends and comments between them.
    ///
    /// A unit stays on the line of its number; where a number has none, its line ends.
    public mutating func sentence(of rule: String, depth: Int, comments: Bool = true) -> String {
        var text = ""
        var previous: Piece?
        for piece in pieces(of: rule, depth: depth) {
            if let previous { text += separator(after: previous, before: piece, comments: comments) }
            text += piece.text
            previous = piece
        }
        return text
    }

    private mutating func separator(after previous: Piece, before next: Piece, comments: Bool) -> String {
        if next.rule == "Unit" { return " " }
        if previous.rule == "Number" || previous.rule == "Unit" { return "\n" }
        switch Int.random(in: 0..<24, using: &random) {
        case 0 where comments: return " # \(Int.random(in: 0..<1_000, using: &random)) \"and }\n"
        case 1, 2: return "\n  "
        case 3: return "  "
        default: return " "
        }
    }

    // MARK: Sentences

    private mutating func pieces(of expression: GrammarExpression, depth: Int) -> [Piece] {
        switch expression {
        case .sequence(let parts): return parts.flatMap { pieces(of: $0, depth: depth) }
        case .choice(let parts): return pieces(of: choose(parts, depth), depth: depth)
        case .optional(let part): return depth > 0 && random.chance(50) ? pieces(of: part, depth: depth) : []
        case .zeroOrMore(let part): return (0..<repetitions(depth)).flatMap { _ in pieces(of: part, depth: depth) }
        case .oneOrMore(let part): return (0...repetitions(depth)).flatMap { _ in pieces(of: part, depth: depth) }
        case .literal(let text): return [Piece(text: text, rule: nil)]
        case .reference(let name): return pieces(of: name, depth: depth - 1)
        case .characters, .difference: return [Piece(text: token(expression, budget: 4), rule: nil)]
        }
    }

    /// Any of the parts, or the shallowest one when there is no depth left.
    private mutating func choose(_ parts: [GrammarExpression], _ depth: Int) -> GrammarExpression {
        let known = parts.map { Self.height(of: $0, heights) }
        let fitting = parts.indices.filter { known[$0] <= depth }
        let lowest = known.min() ?? 0
        let allowed = fitting.isEmpty ? parts.indices.filter { known[$0] == lowest } : fitting
        return parts[allowed[Int.random(in: 0..<allowed.count, using: &random)]]
    }

    private mutating func repetitions(_ depth: Int) -> Int {
        guard depth > 0 else { return 0 }
        return [0, 0, 1, 1, 2][Int.random(in: 0..<5, using: &random)]
    }

    // MARK: Tokens

    private mutating func token(_ expression: GrammarExpression, budget: Int) -> String {
        switch expression {
        case .sequence(let parts): return parts.map { token($0, budget: budget) }.joined()
        case .choice(let parts): return token(parts[Int.random(in: 0..<parts.count, using: &random)], budget: budget)
        case .optional(let part): return random.chance(50) ? token(part, budget: budget) : ""
        case .zeroOrMore(let part):
            return (0..<Int.random(in: 0...budget, using: &random)).map { _ in token(part, budget: budget) }.joined()
        case .oneOrMore(let part): return (0..<Int.random(in: 1...budget, using: &random)).map { _ in token(part, budget: budget) }.joined()
        case .literal(let text): return text
        case .characters(let ranges): return String(character(ranges))
        case .reference(let name): return grammar[name].map { token($0.expression, budget: budget) } ?? ""
        case .difference(let whole, let less):
            let excluded = Set(literals(of: less))
            while true {
                let text = token(whole, budget: budget)
                if !excluded.contains(text) { return text }
            }
        }
    }

    private func literals(of expression: GrammarExpression) -> [String] {
        if case .reference(let name) = expression { return grammar[name].map { literals(of: $0.expression) } ?? [] }
        return expression.literals + expression.parts.flatMap(literals)
    }

    private mutating func character(_ set: CharacterRanges) -> Unicode.Scalar {
        while true {
            let code: UInt32
            if set.isNegated {
                // Mostly what people write, sometimes another script.
                code = random.chance(85) ? UInt32.random(in: 0x20...0x7E, using: &random) : UInt32.random(in: 0xA1...0x2FFF, using: &random)
            } else {
                code = set.ranges[Int.random(in: 0..<set.ranges.count, using: &random)].randomElement(using: &random) ?? 0x41
            }
            if let scalar = Unicode.Scalar(code), set.contains(scalar) { return scalar }
        }
    }

    // MARK: Heights

    private static func heights(of grammar: Grammar) -> [String: Int] {
        var heights: [String: Int] = [:]
        var hasChanged = true
        while hasChanged {
            hasChanged = false
            for rule in grammar.rules {
                let found = rule.isToken ? 1 : min(height(of: rule.expression, heights) + 1, unknown)
                if found < heights[rule.name] ?? unknown {
                    heights[rule.name] = found
                    hasChanged = true
                }
            }
        }
        return heights
    }

    private static var unknown: Int { 1_000_000 }

    private static func height(of expression: GrammarExpression, _ heights: [String: Int]) -> Int {
        switch expression {
        case .sequence(let parts): parts.map { height(of: $0, heights) }.max() ?? 0
        case .choice(let parts): parts.map { height(of: $0, heights) }.min() ?? 0
        case .optional, .zeroOrMore, .literal, .characters: 0
        case .oneOrMore(let part), .difference(let part, _): height(of: part, heights)
        case .reference(let name): heights[name] ?? unknown
        }
    }
}

extension RandomNumberGenerator {
    fileprivate mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &self) < percent }
}
