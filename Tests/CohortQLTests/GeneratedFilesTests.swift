import CohortQL
import Foundation
import Testing

/// What is made from the grammar is as the grammar is. `COHORTIUM_UPDATE=1` writes it anew.
@Suite struct GeneratedFilesTests {
    private func check(_ text: String, _ path: String) throws {
        let file = GrammarTests.root.appendingPathComponent(path)
        if ProcessInfo.processInfo.environment["COHORTIUM_UPDATE"] == "1" { try text.write(to: file, atomically: true, encoding: .utf8) }
        #expect(try String(contentsOf: file, encoding: .utf8) == text, "`\(path)` is stale: run the tests with COHORTIUM_UPDATE=1")
    }

    @Test func theDiagrams() throws {
        let grammar = try GrammarTests.grammar()
        let html = RailroadPage(grammar).html
        for rule in grammar.rules { #expect(html.contains("<h2 id=\"\(rule.name)\">")) }
        try check(html, "Grammar/railroad.html")
    }

    @Test func theEditorsGrammar() throws {
        let text = TextMateGrammar(try GrammarTests.grammar()).json
        struct Grammar: Decodable {
            struct Pattern: Decodable {
                let name: String
                let match: String
            }
            let patterns: [Pattern]
        }
        let decoded = try JSONDecoder().decode(Grammar.self, from: Data(text.utf8))
        for pattern in decoded.patterns { _ = try Regex(pattern.match) }
        let keywords = try #require(decoded.patterns.first { $0.name == "keyword.control.cohortql" })
        for word in Keyword.all { #expect(try Regex(keywords.match).wholeMatch(in: word) != nil, "\(word)") }
        try check(text, "Grammar/cohortql.tmLanguage.json")
    }

    @Test func thePagesMode() throws {
        let text = TextMateGrammar(try GrammarTests.grammar()).codeMirror
        let patterns = text.matches(of: #/regex: \/(.*)\/, token/#).map { String($0.output.1).replacing("\\/", with: "/") }
        #expect(patterns.count == 10)
        for pattern in patterns { _ = try Regex(pattern) }
        try check(text, "Grammar/cohortql.codemirror.js")
    }
}
