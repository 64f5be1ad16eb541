public import Diagnostics

/// Reads CohortQL (`Grammar/CohortQL.ebnf`) by recursive descent. It never stops at the first mistake: it says what was
/// expected, skips to where it can go on, and reports every mistake of a file.
public struct Parser {
    /// The bounds on a query's text.
    public enum Limits {
        /// Bytes of a text.
        public static let bytes = 1_000_000
        /// Parentheses and `not` inside one another.
        public static let depth = 200
        /// Mistakes after which a file is given up.
        public static let diagnostics = 50
    }

    /// Thrown after a mistake was reported, to get to where reading can go on.
    struct Stop: Error {}

    var lexer: Lexer
    var current: Token
    var previousEnd = 0
    var depth = 0
    var diagnostics: [Diagnostic] = []

    private init(_ source: SourceText) {
        lexer = Lexer(source.bytes)
        current = lexer.next()
    }

    /// The tree of a text, as far as it could be read, and every mistake in it, in order of place.
    public static func parse(_ source: SourceText) -> (tree: QuerySyntax, diagnostics: [Diagnostic]) {
        guard source.bytes.count <= Limits.bytes else {
            let problem = Diagnostic(
                "C0110", "the query is longer than \(Limits.bytes) bytes", help: "put long lists of codes into the ontology")
            return (QuerySyntax(cohort: nil, report: nil, comments: []), [problem])
        }
        var parser = Parser(source)
        let tree = parser.query()
        let found = (parser.lexer.diagnostics + parser.diagnostics).sorted {
            ($0.span?.lowerBound ?? 0, $0.code.rawValue) < ($1.span?.lowerBound ?? 0, $1.code.rawValue)
        }
        return (tree, found)
    }

    // MARK: Files

    private mutating func query() -> QuerySyntax {
        var cohort: CohortSyntax?
        var report: ReportSyntax?
        while current.kind != .end, diagnostics.count < Limits.diagnostics {
            let start = current
            do {
                switch current.text {
                case "cohort" where current.kind == .word:
                    let found = try parseCohort()
                    if let first = cohort {
                        fail(
                            "C0121", "a file has one cohort, and `\(first.name.text)` is it", at: found.name.span,
                            help: "put the other one into a file of its own")
                    }
                    cohort = cohort ?? found
                case "report" where current.kind == .word:
                    let found = try parseReport()
                    if report != nil {
                        fail(
                            "C0122", "a file has one report", at: found.span,
                            help: "count several things in one report: `count patients, studies`")
                    }
                    report = report ?? found
                default:
                    throw unexpected("`cohort` or `report`", among: ["cohort", "report"])
                }
            } catch {
                if current.span == start.span { advance() }
                skip { $0.is("cohort") || $0.is("report") }
            }
        }
        if cohort == nil, diagnostics.isEmpty, lexer.diagnostics.isEmpty {
            fail("C0120", "there is no cohort in this text", at: current.span, help: "write `cohort NAME { patients where … }`")
        }
        return QuerySyntax(cohort: cohort, report: report, comments: lexer.comments)
    }

    private mutating func parseCohort() throws(Stop) -> CohortSyntax {
        let start = current.span
        try expect("cohort")
        let name = try parseName("a name for the cohort")
        try expect("{")
        var events: [EventSyntax] = []
        var condition: ConditionSyntax?
        while !current.is("}"), current.kind != .end, !current.is("report"), diagnostics.count < Limits.diagnostics {
            let first = current
            do {
                if current.is("patients") {
                    advance()
                    try expect("where")
                    let found = try parseCondition()
                    if condition != nil {
                        fail("C0123", "a cohort has one `patients where`", at: first.span, help: "join the two with `and`")
                    }
                    condition = condition ?? found
                } else {
                    events.append(try parseEvent())
                }
            } catch {
                skipToNextStatement(from: first)
            }
        }
        try expect("}")
        return CohortSyntax(name: name, events: events, condition: condition, span: start.union(SourceSpan(previousEnd, previousEnd)))
    }

    private mutating func parseEvent() throws(Stop) -> EventSyntax {
        let start = current.span
        let name = try parseName("a named event, `patients where`, or `}`")
        try expect("=")
        let selection = try parseSelection()
        return EventSyntax(name: name, selection: selection, span: start.union(selection.span))
    }

    /// To the next `name =`, `patients`, `}` or `report`.
    private mutating func skipToNextStatement(from start: Token) {
        if current.span == start.span { advance() }
        while current.kind != .end {
            if current.is("patients") || current.is("}") || current.is("report") || current.is("cohort") { return }
            if current.kind == .word {
                let saved = (lexer, current, previousEnd)
                advance()
                let isStatement = current.is("=")
                (lexer, current, previousEnd) = saved
                if isStatement { return }
            }
            advance()
        }
    }

    // MARK: Tokens

    @discardableResult
    mutating func advance() -> Token {
        let token = current
        previousEnd = token.span.upperBound
        current = lexer.next()
        return token
    }

    mutating func expect(_ word: String) throws(Stop) {
        guard current.is(word) else { throw unexpected("`\(word)`", among: [word]) }
        advance()
    }

    /// Takes a word when it is there.
    mutating func take(_ word: String) -> Bool {
        guard current.is(word) else { return false }
        advance()
        return true
    }

    mutating func parseName(_ expected: String) throws(Stop) -> NameSyntax {
        guard current.kind == .word else { throw unexpected(expected) }
        guard !Keyword.reserved.contains(current.text) else {
            fail(
                "C0105", "expected \(expected), found the word `\(current.text)` of the language", at: current.span,
                help: "choose a name that is no word of the language, as `\(current.text)_1`")
            throw Stop()
        }
        let token = advance()
        return NameSyntax(text: token.text, span: token.span)
    }

    mutating func parseInteger(_ expected: String) throws(Stop) -> Int {
        guard current.kind == .number, let number = Int(current.text), number <= 1_000_000 else { throw unexpected(expected) }
        advance()
        return number
    }

    mutating func skip(to isStop: (Token) -> Bool) {
        while current.kind != .end, !isStop(current) { advance() }
    }

    mutating func fail(_ code: DiagnosticCode, _ message: String, at span: SourceSpan, help: String?) {
        diagnostics.append(Diagnostic(code, message, at: span, help: help))
    }

    /// Reports what was expected and what stands there, with the nearest word that could stand there.
    mutating func unexpected(_ expected: String, among words: [String] = []) -> Stop {
        let suggestion = current.kind == .word ? nearest(to: current.text, among: words).map { "did you mean `\($0)`?" } : nil
        fail(
            "C0104", "expected \(expected), found \(current.description)", at: current.span,
            help: suggestion ?? words.first.map { "write `\($0)` here" })
        return Stop()
    }
}
