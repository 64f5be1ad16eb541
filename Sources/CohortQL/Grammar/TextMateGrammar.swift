/// A grammar's words and tokens as a TextMate grammar, for the colours of editors.
public struct TextMateGrammar: Sendable {
    private let grammar: Grammar

    public init(_ grammar: Grammar) { self.grammar = grammar }

    /// What is coloured how, the first that fits.
    private var patterns: [(name: String, match: String)] {
        // Longer words first, so that a word is not taken for the beginning of another.
        let keywords = grammar.keywords.sorted { ($0.count, $1) > ($1.count, $0) }.joined(separator: "|")
        let signs = grammar.signs.sorted { ($0.count, $1) > ($1.count, $0) }.map(escaped).joined(separator: "|")
        return [
            ("comment.line.number-sign.cohortql", "#.*$"),
            ("string.quoted.double.cohortql", "\"(\\\\.|[^\"\\\\])*\""),
            ("constant.numeric.date.cohortql", "\\b[0-9]{4}-[0-9]{2}-[0-9]{2}\\b"),
            ("variable.parameter.cohortql", "\\$[A-Za-z_][A-Za-z0-9_]*"),
            ("constant.other.curie.cohortql", "\\b[A-Za-z_][A-Za-z0-9_]*:[A-Za-z0-9_./%-]+"),
            ("constant.numeric.cohortql", "\\b[0-9]+(\\.[0-9]+)?(st|nd|rd|th)?\\b"),
            ("variable.other.definition.cohortql", "\\b[A-Za-z_][A-Za-z0-9_]*(?=\\s*=[^=])"),
            ("keyword.control.cohortql", "\\b(\(keywords))\\b"),
            ("keyword.operator.cohortql", signs),
        ]
    }

    /// The file `cohortql.codemirror.js`: a simple mode of CodeMirror 5, with the same patterns.
    public var codeMirror: String {
        let styles = [
            "comment": "comment", "string": "string", "constant.numeric": "number", "variable.parameter": "variable-2",
            "constant.other": "atom", "variable.other": "def", "keyword.control": "keyword", "keyword.operator": "operator",
        ]
        let rules = patterns.compactMap { pattern in
            styles.first { pattern.name.hasPrefix($0.key) }.map { style in
                "    { regex: /\(pattern.match.replacing("/", with: "\\/"))/, token: \(quoted(style.value)) }"
            }
        }
        return """
            // CohortQL for CodeMirror 5 with addon/mode/simple; made from the grammar of record.
            CodeMirror.defineSimpleMode("cohortql", {
              start: [
            \(rules.joined(separator: ",\n")),
                { regex: /[A-Za-z_][A-Za-z0-9_]*/, token: "variable" },
              ],
              meta: { lineComment: "#" },
            });
            CodeMirror.defineMIME("text/x-cohortql", "cohortql");

            """
    }

    /// The file `cohortql.tmLanguage.json`.
    public var json: String {
        let rules = patterns.map { "    { \"name\": \(quoted($0.name)), \"match\": \(quoted($0.match)) }" }.joined(separator: ",\n")
        return """
            {
              "$schema": "https://raw.githubusercontent.com/martinring/tmlanguage/master/tmlanguage.json",
              "name": "CohortQL",
              "scopeName": "source.cohortql",
              "fileTypes": ["cohort"],
              "patterns": [
            \(rules)
              ]
            }

            """
    }

    private func escaped(_ sign: String) -> String { sign.map { "\\^$.|?*+()[]{}".contains($0) ? "\\\($0)" : String($0) }.joined() }

    private func quoted(_ text: String) -> String { "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\"" }
}
