import CohortQL
import Diagnostics
import Foundation
import Testing

/// The grammar of record and the parser, each held against the other.
@Suite struct GrammarTests {
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    static func grammar() throws -> Grammar {
        let path = root.appendingPathComponent("Grammar/CohortQL.ebnf").path
        return try Grammar(SourceText(name: path, text: String(contentsOfFile: path, encoding: .utf8)))
    }

    /// From the environment, so that a run can be repeated or made longer.
    private static func setting(_ name: String, _ usual: Int) -> Int {
        ProcessInfo.processInfo.environment[name].flatMap { Int($0) } ?? usual
    }

    @Test func everyRuleIsDefinedAndUsed() throws {
        let grammar = try GrammarTests.grammar()
        #expect(grammar.undefined == [])
        let used = Set(grammar.rules.flatMap { $0.expression.references })
        #expect(grammar.rules.map(\.name).filter { !used.contains($0) } == ["Query"])
        #expect(Set(grammar.rules.map(\.name)).count == grammar.rules.count)
    }

    @Test func reservedWordsAreTheParsers() throws {
        let rule = try #require(try GrammarTests.grammar()["Reserved"])
        guard case .choice(let words) = rule.expression else { throw CancellationError() }
        #expect(Set(words) == Set(Keyword.reserved.map { .literal($0) }))
        #expect(try GrammarTests.grammar().keywords == Keyword.all)
    }

    /// Every sentence of the grammar is read without a mistake, and formatting keeps its tree and its comments and is idempotent.
    @Test func everySentenceIsReadAndFormatted() throws {
        let seed = GrammarTests.setting("COHORTIUM_SEED", Int.random(in: 0..<1_000_000))
        let count = GrammarTests.setting("COHORTIUM_SENTENCES", 3_000)
        print("grammar: \(count) sentences, seed \(seed)")
        var generator = SentenceGenerator(try GrammarTests.grammar(), random: Numbers(state: UInt64(seed)))
        for number in 0..<count {
            let text = generator.sentence(of: "Query", depth: 6 + number % 12)
            let (tree, diagnostics) = Parser.parse(SourceText(name: "q", text: text))
            guard diagnostics.isEmpty else {
                Issue.record("seed \(seed), sentence \(number): \(diagnostics.map(\.message))\n\(text)")
                return
            }
            let formatted = try #require(Formatter.format(SourceText(name: "q", text: text)))
            let (again, mistakes) = Parser.parse(SourceText(name: "q", text: formatted))
            let isSame = withoutPlaces(again) == withoutPlaces(tree) && again.comments.map(\.text) == tree.comments.map(\.text)
            guard mistakes.isEmpty, isSame, Formatter.format(SourceText(name: "q", text: formatted)) == formatted else {
                Issue.record(
                    "seed \(seed), sentence \(number): formatting changed it\n\(text)\n--- to\n\(formatted)\n\(mistakes.map(\.message))")
                return
            }
        }
    }

    /// A sentence with pieces taken out, doubled, swapped and spoilt ends in messages that lie within it, soon and not too many.
    @Test func mutationsEndInMessages() throws {
        let seed = GrammarTests.setting("COHORTIUM_SEED", Int.random(in: 0..<1_000_000))
        print("mutations: seed \(seed)")
        var random = Numbers(state: UInt64(seed))
        var generator = SentenceGenerator(try GrammarTests.grammar(), random: Numbers(state: UInt64(seed)))
        for number in 0..<GrammarTests.setting("COHORTIUM_SENTENCES", 3_000) {
            var pieces = generator.pieces(of: "Query", depth: 8 + number % 8).map { Array($0.text.utf8) }
            for _ in 0..<Int.random(in: 1...4, using: &random) where !pieces.isEmpty {
                let place = Int.random(in: 0..<pieces.count, using: &random)
                switch Int.random(in: 0..<5, using: &random) {
                case 0: pieces.remove(at: place)
                case 1: pieces.insert(contentsOf: pieces[place..<min(place + 5, pieces.count)], at: place)
                case 2: pieces.swapAt(place, Int.random(in: 0..<pieces.count, using: &random))
                case 3: pieces[place] = [UInt8.random(in: 0...255, using: &random)]
                default: pieces.removeSubrange(place...)
                }
            }
            let bytes = Array(pieces.joined(separator: [UInt8(ascii: number % 2 == 0 ? " " : "\n")]))
            let source = SourceText(name: "q", bytes: bytes)
            let (_, diagnostics) = Parser.parse(source)
            let places = diagnostics.compactMap { $0.span?.upperBound }
            guard diagnostics.count <= Parser.Limits.diagnostics + 1 + bytes.count / 2, places.allSatisfy({ $0 <= bytes.count }) else {
                Issue.record("seed \(seed), mutation \(number): \(diagnostics.count) messages\n\(String(decoding: bytes, as: UTF8.self))")
                return
            }
            guard let formatted = Formatter.format(source) else { continue }
            #expect(Formatter.format(SourceText(name: "q", text: formatted)) == formatted, "seed \(seed), mutation \(number)")
        }
    }

    @Test func wordsOfTheLanguageAreNoNames() {
        let (_, diagnostics) = Parser.parse(SourceText(name: "q", text: "cohort A { and = first death patients where exists having }"))
        #expect(diagnostics.map(\.code.rawValue) == ["C0105", "C0105"])
    }

    @Test func aGrammarThatCannotBeReadSaysWhere() {
        #expect(throws: Diagnostic.self) { try Grammar(SourceText(name: "g", text: "A ::= 'b' ( C")) }
        #expect(throws: Diagnostic.self) { try Grammar(SourceText(name: "g", text: "A ::= 'b")) }
    }
}

/// A tree as text without its spans.
func withoutPlaces(_ tree: QuerySyntax) -> String {
    // Comments are compared apart: formatting moves them.
    let text = String(reflecting: QuerySyntax(statements: tree.statements, comments: []))
    return text.replacing(#/Diagnostics\.SourceSpan\(lowerBound: \d+, upperBound: \d+\)/#, with: "")
}

extension Numbers: RandomNumberGenerator {}
